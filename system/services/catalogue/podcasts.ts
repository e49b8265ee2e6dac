/** Podcasts and their episodes, whose text search looks into. */
import type {
  CatalogueApi,
  Episode,
  GetEpisodeResponse,
  GetPodcastResponse,
  Podcast,
} from '../../contracts/generated/catalogue.ts';
import type { Context } from '../../ports/context.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { expectContentId, imagesOf } from './artwork.ts';
import { type CatalogueWorkings, given, notFound } from './catalogue-workings.ts';
import type { Ownership } from './ownership.ts';
import { episodesById, podcasts } from './tables.ts';

export type PodcastsApi = Pick<
  CatalogueApi,
  'getPodcast' | 'publishPodcast' | 'getEpisode' | 'publishEpisode'
>;

export function createPodcasts(workings: CatalogueWorkings, ownership: Ownership): PodcastsApi {
  const { store, clock, knobs, rowsOf, write, tell, memory } = workings;
  const knownPodcasts = memory<GetPodcastResponse>(knobs.localCacheOthers);
  const knownEpisodes = memory<GetEpisodeResponse>(knobs.localCacheOthers);

  async function readPodcast(context: Context, podcastId: string): Promise<GetPodcastResponse> {
    const rows = await rowsOf(context, podcasts, podcastId, knobs.episodesLimit);
    const podcast = podcastIn(rows[0]);
    if (podcast === null) throw notFound('catalogue.getPodcast', `podcast ${podcastId}`);
    const episodes = rows.filter(({ number }) => typeof number === 'number').map(episodeSummary);
    return { podcast, episodes, artwork: imagesOf(podcast.artworkId) };
  }

  async function readEpisode(context: Context, episodeId: string): Promise<Episode | null> {
    const [row] = await rowsOf(context, episodesById, episodeId);
    return row === undefined ? null : episodeIn(row);
  }

  /** An episode that was delivered under another number before leaves its old place. */
  async function leaveOldPlace(context: Context, { episodeId, podcastId, number }: Episode): Promise<void> {
    const before = await readEpisode(context, episodeId);
    if (before === null || (before.podcastId === podcastId && before.number === number)) return;
    await store.delete(context, {
      table: podcasts.name,
      partition: [before.podcastId],
      clusteringPrefix: [before.number],
      consistency: 'QUORUM',
    });
    knownPodcasts.delete(before.podcastId);
  }

  return {
    async getPodcast(context, { podcastId, episodesLimit }) {
      let answer = knownPodcasts.get(podcastId);
      if (answer === undefined) {
        answer = await readPodcast(context, podcastId);
        knownPodcasts.set(podcastId, answer);
      }
      if (episodesLimit === 0 || episodesLimit >= answer.episodes.length) return answer;
      return { ...answer, episodes: answer.episodes.slice(0, episodesLimit) };
    },

    async publishPodcast(context, { podcast: delivered, publisher }) {
      const operation = 'catalogue.publishPodcast';
      const podcast = given(delivered, 'podcastId', operation);
      expectContentId(podcast.artworkId, operation);
      const isNew = await ownership.ofPodcast(context, operation, publisher, podcast);
      const row = podcastRow(podcast, publisher?.labelId);
      await ownership.write(context, operation, isNew, podcasts, row);
      knownPodcasts.delete(podcast.podcastId);
      await tell(context, podcast.podcastId, { podcast });
      return { publishedAtNs: clock.now() };
    },

    async getEpisode(context, { episodeId }) {
      let answer = knownEpisodes.get(episodeId);
      if (answer === undefined) {
        const episode = await readEpisode(context, episodeId);
        if (episode === null) throw notFound('catalogue.getEpisode', `episode ${episodeId}`);
        answer = { episode };
        knownEpisodes.set(episodeId, answer);
      }
      return answer;
    },

    async publishEpisode(context, { episode: delivered, publisher }) {
      const operation = 'catalogue.publishEpisode';
      const episode = { ...given(delivered, 'episodeId', operation), publishedAtNs: clock.now() };
      given(episode, 'podcastId', operation);
      const isNew = await ownership.ofEpisode(context, operation, publisher, episode);
      await leaveOldPlace(context, episode);
      await ownership.write(context, operation, isNew, episodesById, episodeRow(episode));
      await write(context, podcasts, podcastEpisodeRow(episode));
      knownEpisodes.delete(episode.episodeId);
      knownPodcasts.delete(episode.podcastId);
      await tell(context, episode.episodeId, { episode });
      return { publishedAtNs: episode.publishedAtNs };
    },
  };
}

/** @param labelId whose it is; undefined: that is not kept */
export function podcastRow(podcast: Podcast, labelId?: string): Row {
  return {
    podcast_id: podcast.podcastId,
    title: podcast.title,
    publisher: podcast.publisher,
    description: podcast.description,
    language: podcast.language,
    popularity: podcast.popularity,
    artwork_id: podcast.artworkId,
    ...(labelId === undefined ? {} : { label_id: labelId }),
  };
}

type EpisodeOfPodcast = Pick<Episode, 'podcastId' | 'number' | 'episodeId' | 'title' | 'durationMs'>;

export function podcastEpisodeRow(episode: EpisodeOfPodcast): Row {
  return {
    podcast_id: episode.podcastId,
    number: episode.number,
    episode_id: episode.episodeId,
    episode_title: episode.title,
    duration_ms: episode.durationMs,
  };
}

export function episodeRow(episode: Episode): Row {
  return {
    episode_id: episode.episodeId,
    podcast_id: episode.podcastId,
    podcast_title: episode.podcastTitle,
    number: episode.number,
    title: episode.title,
    text: episode.text,
    duration_ms: episode.durationMs,
    popularity: episode.popularity,
    published_at_ns: episode.publishedAtNs,
  };
}

function podcastIn(row: Row | undefined): Podcast | null {
  if (row === undefined || typeof row.title !== 'string') return null;
  return {
    podcastId: row.podcast_id as string,
    title: row.title,
    publisher: row.publisher as string,
    description: row.description as string,
    language: row.language as string,
    popularity: row.popularity as number,
    artworkId: row.artwork_id as string,
  };
}

function episodeSummary(row: Row) {
  return {
    episodeId: row.episode_id as string,
    number: row.number as number,
    title: row.episode_title as string,
    durationMs: row.duration_ms as number,
  };
}

function episodeIn(row: Row): Episode {
  return {
    episodeId: row.episode_id as string,
    podcastId: row.podcast_id as string,
    podcastTitle: row.podcast_title as string,
    number: row.number as number,
    title: row.title as string,
    text: row.text as string,
    durationMs: row.duration_ms as number,
    popularity: row.popularity as number,
    publishedAtNs: row.published_at_ns as number,
  };
}
