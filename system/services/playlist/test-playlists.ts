/** Instances of the playlist service on real engines, and a playlist with followers that was there before. */
import type { Track } from '../../contracts/generated/catalogue.ts';
import { PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import type { BaseLayer } from '../../engines/cassandra/index.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { KnobValues } from '../../ports/knobs.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import type { CallContext, RequestTrace } from '../../runtime/kernel/index.ts';
import { createTestBench, topic } from '../test-bench.ts';
import { knobsOf } from '../test-support.ts';
import { playlistKnobs } from './knobs.ts';
import { idOfEdit } from './ordered-id.ts';
import { createPlaylistService } from './playlist-service.ts';
import { bucketOf, furtherPlaylistTables, playlistTables } from './tables.ts';

export const FOLLOWERS = 400;
const BASE_EDITS = 3;

const followerIds = Array.from({ length: FOLLOWERS }, (_, i) => `l${i}`).sort();

/** The playlist 'hot': three tracks, 400 followers. */
function hotPlaylist(buckets: number): BaseLayer {
  const followersOf = (table: string, bucket: unknown) =>
    table === 'playlist_followers'
      ? followerIds
      : followerIds.filter((id) => bucketOf(id, buckets) === bucket);
  const rowsOf = (table: string, [playlist, bucket]: readonly unknown[]): Row[] => {
    if (playlist !== 'hot') return [];
    const about = { playlist_id: 'hot', name: 'Hot Hits', owner_id: 'l0' };
    const versioned: Row = table === 'playlist_positions' ? { order_version: 0, length: BASE_EDITS } : {};
    const placeOf: Record<string, (i: number) => Row> = {
      playlist_tracks: () => ({}),
      playlist_metadata: () => ({}),
      playlist_positions: (position) => ({ position }),
      playlist_order: (i) => ({ order_id: idOfEdit(BASE_EDITS - i) }),
    };
    const place = placeOf[table];
    if (place !== undefined) {
      return Array.from({ length: BASE_EDITS }, (_, i) => ({
        ...about,
        ...versioned,
        ...place(i),
        edit: BASE_EDITS - i,
        track_id: `old${BASE_EDITS - i}`,
        added_by: 'l0',
      }));
    }
    return followersOf(table, bucket).map((user_id) => ({
      ...about,
      ...(bucket === undefined ? {} : { bucket: bucket as number }),
      user_id,
      followed_at_ns: 0,
      display_name: `Listener ${user_id}`,
      image_url: '',
    }));
  };
  return {
    partition(table, partition) {
      const rows = rowsOf(table, partition).length;
      return rows === 0 ? null : { rows, bytes: rows * 100 };
    },
    row: (table, partition, index) => rowsOf(table, partition)[index]!,
  };
}

export function setUp(set: Partial<KnobValues<typeof playlistKnobs>> = {}, seed = 1) {
  const bench = createTestBench(seed);
  const knobs = knobsOf(playlistKnobs, { buckets: 8, ...set });
  const cassandra = bench.cassandra({
    tables: [...playlistTables, ...furtherPlaylistTables],
    knobs: { nodes: 6, garbageCollection: false },
    baseLayer: hotPlaylist(knobs.buckets),
  });
  const redis = bench.redis();
  const kafka = bench.kafka([topic(PLAYLIST_UPDATES, 4)]);
  let rebuilds = 0;

  const instance = (number: number) => {
    const machine = bench.machine(`playlist-${number}`);
    const context = () => bench.context(machine.life);
    const service = createPlaylistService({
      store: cassandra.connect(machine),
      cache: redis.connect(machine),
      events: kafka.connect(machine).createProducer(`playlist-${number}`),
      catalogue: { getTrack, getTracks },
      clock: bench.simulation,
      random: bench.simulation.random('xfetch'),
      background: (work) => void work(context()),
      knobs,
      instance: number,
      waitHop: bench.environment.hop('playlist.wait'),
      onRebuild: () => {
        rebuilds++;
      },
    });
    const get = (listenerId = 'l1', minimumSnapshot = 0, playlistId = 'hot', from = context()) =>
      service.getPlaylist(from, { playlistId, listenerId, followersLimit: 0, minimumSnapshot });
    const add = (trackId: string, playlistId = 'hot', listenerId = 'l9') =>
      service.addTrack(context(), { playlistId, listenerId, trackId });
    return { machine, service, context, get, add };
  };
  const first = instance(0);
  return {
    ...first,
    bench,
    cassandra,
    redis,
    kafka,
    instance,
    rebuilds: () => rebuilds,
  };
}

/** Every track exists but those called 'none…'; 'hang…' is never answered. */
async function getTrack(context: Context, { trackId }: { trackId: string }): Promise<{ track: Track }> {
  if (trackId.startsWith('none')) throw new PortError('not-found', 'catalogue.getTrack', true);
  if (trackId.startsWith('hang')) {
    await new Promise((_, reject) => {
      const cancel = context.child() as CallContext;
      const look = cancel.cancel.bind(cancel);
      cancel.cancel = (reason) => {
        look(reason);
        reject(reason);
      };
    });
  }
  return { track: trackOf(trackId) };
}

async function getTracks(_context: Context, { trackIds }: { trackIds: readonly string[] }) {
  return { tracks: trackIds.map((id) => ({ track: trackOf(id), artwork: [] })), missingIds: [] };
}

function trackOf(trackId: string): Track {
  return {
    trackId,
    title: `Title ${trackId}`,
    artistId: 'a1',
    artistName: 'An Artist',
    labelId: 'label',
    durationMs: 200_000,
    popularity: 1,
    publishedAtNs: 0,
  };
}

export const bookedNs = (context: CallContext): number =>
  (context.trace as RequestTrace).partsNs.reduce((sum, part) => sum + part, 0);
