/**
 * Rows that nobody wrote in the run, beside tracks and playlists: artists, albums, podcasts, episodes, lyrics, versions of
 * audio, and what listeners have in their libraries. Each table says how many rows a partition has, and makes any of them.
 */
import { type Album as AlbumFacts, Albums } from '../../fixtures/albums.ts';
import { AudioFeaturesOf } from '../../fixtures/audio-features.ts';
import { ContentIds } from '../../fixtures/content-ids.ts';
import {
  albumId,
  artistId,
  episodeId,
  listenerId,
  playlistId,
  podcastId,
  trackId,
} from '../../fixtures/ids.ts';
import type { Population } from '../../fixtures/index.ts';
import { LyricsOf } from '../../fixtures/lyrics.ts';
import { Podcasts } from '../../fixtures/podcasts.ts';
import { Titles } from '../../fixtures/titles.ts';
import type { Album, Artist, Episode, Podcast } from '../contracts/generated/catalogue.ts';
import { type BaseLayer, partitionOverheadBytes, rowBytes } from '../engines/cassandra/index.ts';
import type { ColumnValue, Row, TableDefinition } from '../ports/wide-column-store.ts';
import { episodeRow, podcastEpisodeRow, podcastRow } from '../services/catalogue/podcasts.ts';
import { albumRow, albumTrackRow, artistAlbumRow, artistRow } from '../services/catalogue/releases.ts';
import * as tables from '../services/catalogue/tables.ts';
import { detailsRow } from '../services/catalogue/track-details.ts';
import { libraryEntries, libraryItems } from '../services/playlist/tables.ts';
import { labelOf, numberBelow, playsOfRank } from './catalogue-rows.ts';

type Partition = readonly ColumnValue[];

interface TableRows {
  readonly definition: TableDefinition;
  /** 0: the population has no such partition. */
  count(partition: Partition): number;
  row(partition: Partition, index: number): Row;
}

/** estimate: those who listen to a podcast are a tenth of those who play the track of the same rank. */
const PODCAST_SHARE = 0.1;
/** Language of all lyrics: words that mean nothing, in the letters of English. */
const LYRICS_LANGUAGE = 'en';

export class MediaRows implements BaseLayer {
  readonly podcasts: Podcasts;
  readonly albums: Albums;
  readonly #population: Population;
  readonly #titles: Titles;
  readonly #features: AudioFeaturesOf;
  readonly #lyrics: LyricsOf;
  readonly #contents: ContentIds;
  readonly #tables: ReadonlyMap<string, TableRows>;

  constructor(population: Population) {
    const { seed, tracks } = population;
    this.#population = population;
    this.#titles = new Titles(seed);
    this.podcasts = new Podcasts(seed, tracks, this.#titles);
    this.albums = new Albums(population);
    this.#features = new AudioFeaturesOf(seed);
    this.#lyrics = new LyricsOf(seed, this.#titles);
    this.#contents = new ContentIds(seed);
    const all = [
      ...this.#trackTables(),
      ...this.#releaseTables(),
      ...this.#podcastTables(),
      ...this.#libraryTables(),
    ];
    this.#tables = new Map(all.map((table) => [table.definition.name, table]));
  }

  has(table: string): boolean {
    return this.#tables.has(table);
  }

  partition(table: string, partition: Partition): { rows: number; bytes: number } | null {
    const rows = this.#tables.get(table)?.count(partition) ?? 0;
    if (rows === 0) return null;
    const { definition } = this.#tables.get(table)!;
    const bytes = rows * rowBytes(definition, this.row(table, partition, 0));
    return { rows, bytes: bytes + partitionOverheadBytes(definition, partition) };
  }

  row(table: string, partition: Partition, index: number): Row {
    return this.#tables.get(table)!.row(partition, index);
  }

  artist(number: number): Artist {
    const { firstTrack, tracks } = this.#population.artist(number);
    let plays = 0;
    for (let track = firstTrack; track < firstTrack + tracks; track++) plays += this.#playsOf(track);
    return {
      artistId: artistId(number),
      name: this.#titles.artist(number),
      labelId: labelOf(number),
      popularity: plays,
      artworkId: this.#contents.of('artist', number),
    };
  }

  album(facts: AlbumFacts): Album {
    const trackIds = Array.from({ length: facts.tracks }, (_, i) => trackId(facts.firstTrack + i));
    let plays = 0;
    for (let i = 0; i < facts.tracks; i++) plays += this.#playsOf(facts.firstTrack + i);
    return {
      albumId: albumId(facts.id),
      title: this.#titles.album(facts.id),
      artistId: artistId(facts.artistId),
      artistName: this.#titles.artist(facts.artistId),
      releaseYear: facts.releaseYear,
      popularity: plays,
      artworkId: this.#contents.of('album', facts.id),
      trackIds,
    };
  }

  podcast(number: number): Podcast {
    const { title, publisher, description, language, rank } = this.podcasts.podcast(number);
    return {
      podcastId: podcastId(number),
      title,
      publisher,
      description,
      language,
      popularity: Math.round(playsOfRank(rank) * PODCAST_SHARE),
      artworkId: this.#contents.of('podcast', number),
    };
  }

  episode(podcast: number, number: number): Episode {
    const { title, text, durationMs } = this.podcasts.episode(podcast, number);
    return {
      episodeId: episodeId(podcast, number),
      podcastId: podcastId(podcast),
      podcastTitle: this.#titles.podcast(podcast),
      number,
      title,
      text,
      durationMs,
      popularity: Math.round((playsOfRank(this.podcasts.podcast(podcast).rank) * PODCAST_SHARE) / number),
      publishedAtNs: 0,
    };
  }

  #playsOf(track: number): number {
    return playsOfRank(this.#population.models.catalogue.rankOf(track));
  }

  #trackOf([id]: Partition): number | null {
    return numberBelow(this.#population.tracks, id as string, trackId);
  }

  #trackTables(): TableRows[] {
    const one = (partition: Partition) => Number(this.#trackOf(partition) !== null);
    const lyrics = (partition: Partition) => {
      const track = this.#trackOf(partition);
      return track === null ? null : this.#lyrics.track(track);
    };
    return [
      { definition: tables.trackDetails, count: one, row: (partition) => this.#detailsRow(partition) },
      {
        definition: tables.lyricsByTrack,
        count: (partition) => Number(lyrics(partition) !== null),
        row: (partition) => ({
          track_id: partition[0]!,
          language: LYRICS_LANGUAGE,
          text: lyrics(partition)!,
        }),
      },
      {
        definition: tables.audioVersions,
        count: (partition) => Number(this.#audioOf(partition) !== null),
        row: (partition) => ({
          audio_id: partition[0]!,
          version: 1,
          content_id: this.#audioOf(partition)!,
        }),
      },
    ];
  }

  #detailsRow(partition: Partition): Row {
    const number = this.#trackOf(partition)!;
    const { albumId: album } = this.#population.track(number);
    return detailsRow(partition[0] as string, {
      albumId: albumId(album),
      number: number - this.albums.album(album)!.firstTrack + 1,
      features: this.#features.track(number),
      artworkId: this.#contents.of('album', album),
    });
  }

  /** What stands for the hash of the audio of a track or an episode. */
  #audioOf(partition: Partition): string | null {
    const track = this.#trackOf(partition);
    if (track !== null) return this.#contents.of('track audio', track);
    const episode = this.podcasts.find(partition[0] as string);
    // Numbers of episodes stay below this.
    return episode === null ? null : this.#contents.of('episode audio', episode[0] * 2 ** 13 + episode[1]);
  }

  #releaseTables(): TableRows[] {
    const artistOf = ([id]: Partition) => numberBelow(this.#population.artists, id as string, artistId);
    const albumOf = ([id]: Partition) => {
      const number = numberBelow(Number.MAX_SAFE_INTEGER, id as string, albumId);
      return number === null ? null : this.albums.album(number);
    };
    return [
      {
        definition: tables.artists,
        count: (partition) => {
          const artist = artistOf(partition);
          return artist === null ? 0 : this.albums.of(artist).length;
        },
        row: (partition, index) => {
          const artist = artistOf(partition)!;
          // In the order of their ids, as texts.
          const ids = this.albums.of(artist).sort((a, b) => (albumId(a) < albumId(b) ? -1 : 1));
          const album = this.album(this.albums.album(ids[index]!)!);
          return { ...artistRow(this.artist(artist)), ...artistAlbumRow(album) };
        },
      },
      {
        definition: tables.albums,
        count: (partition) => albumOf(partition)?.tracks ?? 0,
        row: (partition, index) => {
          const album = this.album(albumOf(partition)!);
          return { ...albumRow(album), ...albumTrackRow(album, index) };
        },
      },
    ];
  }

  #podcastTables(): TableRows[] {
    const podcastOf = ([id]: Partition) => numberBelow(this.podcasts.count, id as string, podcastId);
    return [
      {
        definition: tables.podcasts,
        count: (partition) => {
          const podcast = podcastOf(partition);
          return podcast === null ? 0 : this.podcasts.episodesOf(podcast);
        },
        row: (partition, index) => {
          const podcast = podcastOf(partition)!;
          const number = this.podcasts.episodesOf(podcast) - index;
          return {
            ...podcastRow(this.podcast(podcast), labelOf(podcast)),
            ...podcastEpisodeRow(this.episode(podcast, number)),
          };
        },
      },
      {
        definition: tables.episodesById,
        count: ([id]) => Number(this.podcasts.find(id as string) !== null),
        row: ([id]) => episodeRow(this.episode(...this.podcasts.find(id as string)!)),
      },
    ];
  }

  /** Playlists that a listener follows, then his own: he saved the former later. */
  #libraryOf(listener: ColumnValue | undefined): string[] {
    const number = numberBelow(this.#population.listeners, String(listener), listenerId);
    if (number === null) return [];
    return [...this.#population.follows(number), ...this.#population.playlistsOf(number)].map(playlistId);
  }

  #libraryTables(): TableRows[] {
    const ofPlaylists = ([listener, kind]: Partition) =>
      kind === 'playlist' ? this.#libraryOf(listener) : [];
    return [
      {
        definition: libraryEntries,
        // All before the run: in the first period.
        count: (partition) => (partition[2] === 0 ? ofPlaylists(partition).length : 0),
        row: (partition, index) => {
          const items = ofPlaylists(partition);
          const [listener_id, kind, period] = partition as [string, string, number];
          return { listener_id, kind, period, saved: items.length - index, item_id: items[index]! };
        },
      },
      {
        definition: libraryItems,
        count: (partition) => ofPlaylists(partition).length,
        row: (partition, index) => {
          const items = ofPlaylists(partition);
          const item_id = items.toSorted()[index]!;
          const [listener_id, kind] = partition as [string, string];
          return { listener_id, kind, item_id, saved: items.length - items.indexOf(item_id) };
        },
      },
    ];
  }
}
