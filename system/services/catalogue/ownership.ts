/**
 * Whose things are: what exists is delivered by its label alone. A label never changes, so that a check before a write is
 * enough for what exists; what is new is written by a lightweight transaction, so that of two labels that take an id at the
 * same moment one is refused.
 *
 *   track, artist, podcast ── label_id        album ── artist        episode ── podcast        lyrics, audio … ── track, episode
 */
import type {
  Album,
  Artist,
  Episode,
  Podcast,
  Publisher,
  Track,
} from '../../contracts/generated/catalogue.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row, TableDefinition } from '../../ports/wide-column-store.ts';
import { type CatalogueWorkings, notFound } from './catalogue-workings.ts';
import { albums, artists, episodesById, podcasts, tracksById } from './tables.ts';

/** Whether a thing is yet to be made; always false where nothing is checked. */
export type IsNew = boolean;

/** All reject with `permission-denied` where something is of another label. */
export interface Ownership {
  ofTrack(
    context: Context,
    operation: string,
    publisher: Publisher | undefined,
    track: Track,
  ): Promise<IsNew>;
  ofArtist(
    context: Context,
    operation: string,
    publisher: Publisher | undefined,
    artist: Artist,
  ): Promise<IsNew>;
  /** Rejects with `not-found` without the artist, too. */
  ofAlbum(
    context: Context,
    operation: string,
    publisher: Publisher | undefined,
    album: Album,
  ): Promise<IsNew>;
  ofPodcast(
    context: Context,
    operation: string,
    publisher: Publisher | undefined,
    podcast: Podcast,
  ): Promise<IsNew>;
  /** Rejects with `not-found` without the podcast, too. */
  ofEpisode(
    context: Context,
    operation: string,
    publisher: Publisher | undefined,
    episode: Episode,
  ): Promise<IsNew>;
  /** What belongs to a track: details and lyrics. Rejects with `not-found` without the track, too. */
  ofTrackPart(
    context: Context,
    operation: string,
    publisher: Publisher | undefined,
    trackId: string,
  ): Promise<void>;
  /** Of a track or an episode; one that is not there is of nobody. */
  ofAudio(
    context: Context,
    operation: string,
    publisher: Publisher | undefined,
    audioId: string,
  ): Promise<void>;
  /** Writes; rejects with `conflict` where something new has been made by somebody else meanwhile. */
  write(
    context: Context,
    operation: string,
    isNew: IsNew,
    table: TableDefinition,
    row: Row,
    alsoRows?: readonly Row[],
  ): Promise<void>;
}

export function createOwnership(workings: CatalogueWorkings): Ownership {
  const { store, knobs, rowsOf, write } = workings;
  const isOn = knobs.ownership === 'label';

  const rowOf = async (context: Context, table: TableDefinition, id: string): Promise<Row | undefined> =>
    (await rowsOf(context, table, id, 1))[0];

  /** @param label undefined: of something that is not there */
  function expectOwn(
    operation: string,
    publisher: Publisher | undefined,
    what: string,
    label: unknown = publisher?.labelId,
  ): void {
    if (publisher !== undefined && publisher.labelId !== '' && label === publisher.labelId) return;
    throw new PortError('permission-denied', operation, true, `${what} is of another label`);
  }

  /** Of an artist or a podcast, which has to be there. */
  async function expectOwnParent(
    context: Context,
    operation: string,
    publisher: Publisher | undefined,
    table: TableDefinition,
    what: string,
    id: string,
  ): Promise<void> {
    const row = await rowOf(context, table, id);
    if (typeof row?.label_id !== 'string') throw notFound(operation, `${what} ${id}`);
    expectOwn(operation, publisher, `${what} ${id}`, row.label_id);
  }

  /** Audio is kept by id: a track and an episode cannot share one. */
  async function expectUnused(context: Context, operation: string, table: TableDefinition, id: string) {
    if ((await rowOf(context, table, id)) === undefined) return;
    const kind = table === tracksById ? 'a track' : 'an episode';
    throw new PortError('conflict', operation, true, `${id} is the id of ${kind}`);
  }

  /** Of a thing that names its label itself. */
  async function ofNamed(
    context: Context,
    operation: string,
    publisher: Publisher | undefined,
    table: TableDefinition,
    what: string,
    id: string,
  ): Promise<IsNew> {
    const row = await rowOf(context, table, id);
    const label = row?.label_id;
    expectOwn(operation, publisher, `${what} ${id}`, label ?? undefined);
    return typeof label !== 'string';
  }

  return {
    async ofTrack(context, operation, publisher, { trackId, labelId }) {
      if (!isOn) return false;
      expectOwn(operation, publisher, `what is delivered for label ${labelId}`, labelId);
      const isNew = await ofNamed(context, operation, publisher, tracksById, 'track', trackId);
      if (isNew) await expectUnused(context, operation, episodesById, trackId);
      return isNew;
    },

    async ofArtist(context, operation, publisher, { artistId, labelId }) {
      if (!isOn) return false;
      expectOwn(operation, publisher, `what is delivered for label ${labelId}`, labelId);
      return ofNamed(context, operation, publisher, artists, 'artist', artistId);
    },

    async ofAlbum(context, operation, publisher, { albumId, artistId }) {
      if (!isOn) return false;
      await expectOwnParent(context, operation, publisher, artists, 'artist', artistId);
      const before = (await rowOf(context, albums, albumId))?.artist_id;
      if (typeof before !== 'string') return true;
      if (before !== artistId)
        await expectOwnParent(context, operation, publisher, artists, 'artist', before);
      return false;
    },

    async ofPodcast(context, operation, publisher, { podcastId }) {
      return isOn && ofNamed(context, operation, publisher, podcasts, 'podcast', podcastId);
    },

    async ofEpisode(context, operation, publisher, { episodeId, podcastId }) {
      if (!isOn) return false;
      await expectOwnParent(context, operation, publisher, podcasts, 'podcast', podcastId);
      const before = (await rowOf(context, episodesById, episodeId))?.podcast_id;
      if (before === undefined) await expectUnused(context, operation, tracksById, episodeId);
      else if (before !== podcastId)
        await expectOwnParent(context, operation, publisher, podcasts, 'podcast', before as string);
      return before === undefined;
    },

    async ofTrackPart(context, operation, publisher, trackId) {
      if (isOn) await expectOwnParent(context, operation, publisher, tracksById, 'track', trackId);
    },

    async ofAudio(context, operation, publisher, audioId) {
      if (!isOn) return;
      const track = await rowOf(context, tracksById, audioId);
      if (track !== undefined) return expectOwn(operation, publisher, `track ${audioId}`, track.label_id);
      const podcast = (await rowOf(context, episodesById, audioId))?.podcast_id;
      if (typeof podcast !== 'string') return;
      await expectOwnParent(context, operation, publisher, podcasts, 'podcast', podcast);
    },

    async write(context, operation, isNew, table, row, alsoRows) {
      if (!isNew) return write(context, table, row, alsoRows);
      const { applied } = await store.upsert(context, {
        table: table.name,
        row,
        consistency: 'QUORUM',
        ifNotExists: true,
        ...(alsoRows === undefined ? {} : { alsoRows }),
      });
      if (applied) return;
      const id = String(row[table.partitionKey[0]!]);
      throw new PortError('conflict', operation, true, `${id} has just been made by another delivery`);
    },
  };
}
