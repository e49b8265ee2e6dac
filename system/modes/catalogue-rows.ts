/**
 * Rows that nobody wrote in the run: tracks, playlists and followers of the population, as Cassandra's base layer, with
 * the sizes that they have on disk. Ids carry their number, so that everything follows from the id.
 */
import type { Population } from '../../fixtures/index.ts';
import type { Track } from '../contracts/generated/catalogue.ts';
import { type BaseLayer, partitionOverheadBytes, rowBytes } from '../engines/cassandra/index.ts';
import type { ColumnValue, Row, TableDefinition } from '../ports/wide-column-store.ts';
import { KeyedRandom } from '../runtime/kernel/index.ts';
import { tracksById } from '../services/catalogue/tables.ts';
import {
  playlistFollowers,
  playlistFollowersBucketed,
  playlistMetadata,
  playlistTracks,
} from '../services/playlist/tables.ts';

export interface HotPlaylists {
  readonly count: number;
  /** Followers of each, as stored before the run. */
  readonly followers: number;
}

/** Labels that deliver tracks. estimate: a few large ones and many small; enough that a key per label spreads well. */
const LABELS = 500;
const HOT_PREFIX = 'hot-';
const DIGITS = 9;

/** Words of titles: with 600 of them, a query of a title's words finds that title among some that share one. */
const SYLLABLES = ['la', 'mo', 'ri', 'ta', 'ne', 'vo', 'si', 'ka', 'du', 'el', 'an', 'or'];
const VOCABULARY = Array.from({ length: 600 }, (_, i) => {
  const n = SYLLABLES.length;
  return `${SYLLABLES[i % n]}${SYLLABLES[Math.floor(i / n) % n]}${SYLLABLES[(i * 7 + Math.floor(i / (n * n))) % n]}`;
});

export const listenerId = (listener: number) => `u${String(listener).padStart(DIGITS, '0')}`;
export const trackId = (track: number) => `t${track}`;
export const playlistId = (playlist: number) => `p${playlist}`;
export const hotPlaylistId = (index: number) => `${HOT_PREFIX}${index + 1}`;

const numberOf = (id: ColumnValue | undefined) => Number(String(id).slice(1));

export class CatalogueRows implements BaseLayer {
  readonly #population: Population;
  readonly #hot: HotPlaylists;
  readonly #buckets: number;
  readonly #titles: KeyedRandom;

  constructor(population: Population, hot: HotPlaylists, buckets: number) {
    this.#population = population;
    this.#hot = hot;
    this.#buckets = buckets;
    this.#titles = new KeyedRandom(population.seed, 'titles');
  }

  track(number: number): Track {
    const { artistId, durationMs, rank } = this.#population.track(number);
    return {
      trackId: trackId(number),
      title: this.title(number),
      artistId: `a${artistId}`,
      artistName: this.#words(artistId, 1, 2),
      labelId: `label-${artistId % LABELS}`,
      durationMs,
      // Plays so far fall with the rank as the plays of the run do.
      popularity: Math.round(1e9 / rank),
      publishedAtNs: 0,
    };
  }

  title(track: number): string {
    return this.#words(track, 0, 3);
  }

  /** What a label delivers: a new track, of the hot label or of any. */
  release(request: number, hotLabel: boolean): Track {
    const label = hotLabel ? 'label-hot' : `label-${this.#titles.integer(LABELS, request, 9)}`;
    return {
      trackId: `r${request}`,
      title: this.#words(request, 2, 3),
      artistId: `a-${label}`,
      artistName: this.#words(request % LABELS, 3, 2),
      labelId: label,
      durationMs: 200_000,
      popularity: 0,
      publishedAtNs: 0,
    };
  }

  partition(table: string, partition: readonly ColumnValue[]): { rows: number; bytes: number } | null {
    const definition = DEFINITIONS.get(table);
    if (definition === undefined) return null;
    const rows = this.#rowCount(table, partition);
    if (rows === 0) return null;
    const bytes = rows * rowBytes(definition, this.row(table, partition, 0));
    return { rows, bytes: bytes + partitionOverheadBytes(definition, partition) };
  }

  row(table: string, partition: readonly ColumnValue[], index: number): Row {
    const id = partition[0] as string;
    if (table === tracksById.name) return rowOfTrack(this.track(numberOf(id)));
    const about = { playlist_id: id, name: this.#playlistName(id), owner_id: this.#ownerOf(id) };
    if (table === playlistFollowers.name) return { ...about, ...this.#follower(id, index) };
    if (table === playlistFollowersBucketed.name) {
      const bucket = partition[1] as number;
      return { playlist_id: id, bucket, ...this.#follower(id, index * this.#buckets + bucket) };
    }
    return { ...about, ...this.#trackOn(id, index) };
  }

  #rowCount(table: string, partition: readonly ColumnValue[]): number {
    const id = partition[0] as string;
    if (table === tracksById.name) {
      const track = numberOf(id);
      return id.startsWith('t') && track < this.#population.tracks ? 1 : 0;
    }
    if (table === playlistMetadata.name || table === playlistTracks.name) return this.#trackCount(id);
    const followers = this.#followerCount(id);
    if (table === playlistFollowers.name) return followers;
    const bucket = partition[1] as number;
    return Math.max(0, Math.ceil((followers - bucket) / this.#buckets));
  }

  #isHot(id: string): boolean {
    return id.startsWith(HOT_PREFIX);
  }

  /** A hot playlist has the tracks of a popular one. */
  #populationPlaylist(id: string): number {
    if (this.#isHot(id)) return this.#population.playlistByRank(Number(id.slice(HOT_PREFIX.length)));
    return numberOf(id);
  }

  #trackCount(id: string): number {
    return this.#population.models.playlists.trackCount(this.#populationPlaylist(id));
  }

  #followerCount(id: string): number {
    if (this.#isHot(id)) return this.#hot.followers;
    // The owner follows too, so that the wide table has a row that carries the metadata.
    return 1 + this.#population.playlist(numberOf(id)).followers;
  }

  #playlistName(id: string): string {
    return this.#words(this.#populationPlaylist(id), 4, 2);
  }

  #ownerOf(id: string): string {
    return listenerId(this.#population.playlist(this.#populationPlaylist(id)).ownerId);
  }

  /** Followers in the order of their ids, spread over all listeners. */
  #follower(id: string, index: number): Row {
    const stride = Math.max(1, Math.floor(this.#population.listeners / this.#followerCount(id)));
    const listener = index * stride;
    return {
      user_id: listenerId(listener),
      followed_at_ns: 0,
      display_name: this.#words(listener, 5, 2),
      image_url: `https://images.rehearsal.example/profile/${listenerId(listener)}/320.jpg`,
    };
  }

  #trackOn(id: string, index: number): Row {
    const { playlists } = this.#population.models;
    const playlist = this.#populationPlaylist(id);
    return {
      // Newest first; every edit of the run has a larger number than these.
      edit: this.#trackCount(id) - index,
      track_id: trackId(playlists.trackAt(playlist, index)),
      added_by: this.#ownerOf(id),
    };
  }

  #words(entity: number, purpose: number, count: number): string {
    let text = '';
    for (let i = 0; i < count; i++) {
      const word = VOCABULARY[this.#titles.integer(VOCABULARY.length, entity, purpose, i)]!;
      text = i === 0 ? word : `${text} ${word}`;
    }
    return text;
  }
}

const DEFINITIONS: ReadonlyMap<string, TableDefinition> = new Map(
  [tracksById, playlistMetadata, playlistTracks, playlistFollowers, playlistFollowersBucketed].map(
    (table) => [table.name, table],
  ),
);

function rowOfTrack(track: Track): Row {
  return {
    track_id: track.trackId,
    title: track.title,
    artist_id: track.artistId,
    artist_name: track.artistName,
    label_id: track.labelId,
    duration_ms: track.durationMs,
    popularity: track.popularity,
    published_at_ns: track.publishedAtNs,
  };
}
