/**
 * Rows that nobody wrote in the run: tracks, playlists and followers of the population, as Cassandra's base layer, with
 * the sizes that they have on disk. Ids carry their number, so that everything follows from the id.
 */
import {
  artistId,
  HOT_PREFIX,
  hotPlaylistId,
  listenerId,
  numberOfId,
  playlistId,
  trackId,
} from '../../fixtures/ids.ts';
import type { Population } from '../../fixtures/index.ts';
import { Titles } from '../../fixtures/titles.ts';
import type { Track } from '../contracts/generated/catalogue.ts';
import { type BaseLayer, partitionOverheadBytes, rowBytes } from '../engines/cassandra/index.ts';
import type { ColumnValue, Row, TableDefinition } from '../ports/wide-column-store.ts';
import { trackRow, tracksById } from '../services/catalogue/tables.ts';
import { idOfEdit } from '../services/playlist/ordered-id.ts';
import {
  playlistFollowers,
  playlistFollowersBucketed,
  playlistMetadata,
  playlistOrder,
  playlistPositions,
  playlistTracks,
} from '../services/playlist/tables.ts';

export interface HotPlaylists {
  readonly count: number;
  /** Followers of each, as stored before the run. */
  readonly followers: number;
}

/** Labels that deliver tracks. estimate: a few large ones and many small; enough that a key per label spreads well. */
const LABELS = 500;

export const labelOf = (artist: number) => `label-${artist % LABELS}`;

/** Plays so far fall with the rank as the plays of the run do. */
export const playsOfRank = (rank: number) => Math.round(1e9 / rank);

/** Images are fetched with signed addresses: 256 bits in hexadecimal; 83 bytes of each follower's row. */
const SIGNATURE = '9f86d081884c7d65'.repeat(4);

/** What the rows of one playlist have in common. */
interface PlaylistFacts {
  /** The playlist of the population whose tracks it has. */
  readonly number: number;
  readonly name: string;
  readonly owner: string;
  readonly tracks: number;
  readonly followers: number;
  /** Distance between two followers' numbers: they are spread over all listeners. */
  readonly stride: number;
}

/** Playlists whose facts are kept: the popular ones come again and again. */
const FACTS_KEPT = 4_096;

export class CatalogueRows implements BaseLayer {
  readonly #facts = new Map<string, PlaylistFacts>();
  readonly #population: Population;
  readonly #hot: HotPlaylists;
  readonly #buckets: number;
  readonly #titles: Titles;

  constructor(population: Population, hot: HotPlaylists, buckets: number) {
    this.#population = population;
    this.#hot = hot;
    this.#buckets = buckets;
    this.#titles = new Titles(population.seed);
  }

  track(number: number): Track {
    const { artistId: artist, durationMs, rank } = this.#population.track(number);
    return {
      trackId: trackId(number),
      title: this.title(number),
      artistId: artistId(artist),
      artistName: this.#titles.artist(artist),
      labelId: labelOf(artist),
      durationMs,
      popularity: playsOfRank(rank),
      publishedAtNs: 0,
    };
  }

  playlistName(number: number): string {
    return this.#titles.playlist(number);
  }

  title(track: number): string {
    return this.#titles.track(track);
  }

  /** What a label delivers: a new track, of the hot label or of any. */
  release(request: number, hotLabel: boolean): Track {
    const label = hotLabel ? 'label-hot' : `label-${this.#titles.releaseLabel(LABELS, request)}`;
    return {
      trackId: `r${request}`,
      title: this.#titles.release(request),
      artistId: `a-${label}`,
      artistName: this.#titles.releaseArtist(request % LABELS),
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
    if (table === tracksById.name) return trackRow(this.track(numberOfId(id)));
    const facts = this.#knownFacts(id)!;
    if (table === playlistFollowers.name) return follower(facts, id, -1, index);
    if (table === playlistFollowersBucketed.name) {
      const bucket = partition[1] as number;
      return follower(facts, id, bucket, index * this.#buckets + bucket);
    }
    const row: Row = {
      playlist_id: id,
      name: facts.name,
      owner_id: facts.owner,
      // Newest first; every edit of the run has a larger number than these.
      edit: facts.tracks - index,
      track_id: trackId(this.#population.models.playlists.trackAt(facts.number, index)),
      added_by: facts.owner,
    };
    const place = placeOf(table, facts.tracks, index);
    return place === null ? row : { ...row, ...place };
  }

  /** Ids carry their number: a follower's place follows from it, without a search through hundreds of thousands of rows. */
  find(
    table: string,
    partition: readonly ColumnValue[],
    clustering: readonly ColumnValue[],
  ): number | undefined {
    const bucketed = table === playlistFollowersBucketed.name;
    if (!bucketed && table !== playlistFollowers.name) return undefined;
    const facts = this.#knownFacts(partition[0] as string);
    if (facts === null) return -1;
    const user = clustering[0] as string;
    const listener = numberBelow(this.#population.listeners, user, listenerId);
    if (listener === null) return -1;
    const follower = listener / facts.stride;
    const index = bucketed ? (follower - (partition[1] as number)) / this.#buckets : follower;
    return Number.isInteger(index) && index >= 0 && index < this.#rowCount(table, partition) ? index : -1;
  }

  #rowCount(table: string, partition: readonly ColumnValue[]): number {
    const id = partition[0] as string;
    if (table === tracksById.name) {
      return numberBelow(this.#population.tracks, id, trackId) === null ? 0 : 1;
    }
    const facts = this.#knownFacts(id);
    // An id that the population does not have: somebody made it up, or made the playlist in this run.
    if (facts === null) return 0;
    if (TRACK_TABLES.has(table)) return facts.tracks;
    const { followers } = facts;
    if (table === playlistFollowers.name) return followers;
    const bucket = partition[1] as number;
    return Math.max(0, Math.ceil((followers - bucket) / this.#buckets));
  }

  /** The playlist of the population that has this id, or whose tracks this hot one has; null: there is none. */
  #numberOf(id: string): number | null {
    const population = this.#population;
    if (id.startsWith(HOT_PREFIX)) {
      const rank = Number(id.slice(HOT_PREFIX.length));
      const known = Number.isInteger(rank) && rank >= 1 && rank <= this.#hot.count;
      return known && id === hotPlaylistId(rank - 1) ? population.playlistByRank(rank) : null;
    }
    return numberBelow(population.playlists, id, playlistId);
  }

  #knownFacts(id: string): PlaylistFacts | null {
    const known = this.#facts.get(id);
    if (known !== undefined) return known;
    const number = this.#numberOf(id);
    if (number === null) return null;
    const hot = id.startsWith(HOT_PREFIX);
    const population = this.#population;
    const { ownerId, trackCount, followers } = population.playlist(number);
    // The owner follows too, so that the wide table has a row that carries the metadata.
    const count = hot ? this.#hot.followers : followers + 1;
    const facts: PlaylistFacts = {
      number,
      name: this.#titles.playlist(number),
      owner: listenerId(ownerId),
      tracks: trackCount,
      followers: count,
      stride: Math.max(1, Math.floor(population.listeners / count)),
    };
    if (this.#facts.size >= FACTS_KEPT) this.#facts.delete(this.#facts.keys().next().value!);
    this.#facts.set(id, facts);
    return facts;
  }
}

/** The number below `count` that is written so as an id; null for every other text. */
export function numberBelow(count: number, id: string, format: (number: number) => string): number | null {
  const number = numberOfId(id);
  return Number.isInteger(number) && number >= 0 && number < count && format(number) === id ? number : null;
}

/** What the tables of tracks that are not sorted by edit have besides. */
function placeOf(table: string, tracks: number, index: number): Row | null {
  if (table === playlistPositions.name) return { order_version: 0, length: tracks, position: index };
  return table === playlistOrder.name ? { order_id: idOfEdit(tracks - index) } : null;
}

/** Followers in the order of their ids. `bucket` −1: the wide table, whose rows carry the playlist's static columns. */
function follower(facts: PlaylistFacts, playlist: string, bucket: number, index: number): Row {
  const user = listenerId(index * facts.stride);
  const display_name = `listener ${user}`;
  const image_url = `https://images.rehearsal.example/profile/${user}/320.jpg?signature=${SIGNATURE}`;
  if (bucket >= 0)
    return { playlist_id: playlist, bucket, user_id: user, followed_at_ns: 0, display_name, image_url };
  return {
    playlist_id: playlist,
    name: facts.name,
    owner_id: facts.owner,
    user_id: user,
    followed_at_ns: 0,
    display_name,
    image_url,
  };
}

const DEFINITIONS: ReadonlyMap<string, TableDefinition> = new Map(
  [
    tracksById,
    playlistMetadata,
    playlistTracks,
    playlistPositions,
    playlistOrder,
    playlistFollowers,
    playlistFollowersBucketed,
  ].map((table) => [table.name, table]),
);

const TRACK_TABLES: ReadonlySet<string> = new Set(
  [playlistMetadata, playlistTracks, playlistPositions, playlistOrder].map(({ name }) => name),
);
