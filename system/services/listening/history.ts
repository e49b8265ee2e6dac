/**
 * How the history lies in the database, written and read. Two ways, and the knob `historyWrites` chooses:
 *
 *   per-play   (listener, month) → a row a play            one write a play; a listener's history is one read
 *   segments   (shard, period)   → a row a batch and shard one write for dozens of plays; reading one listener's history
 *                                                          reads what all listeners of the shard played meanwhile
 */
import type { Play } from '../../contracts/generated/events.ts';
import type { HistoryCursor } from '../../contracts/generated/listening.ts';
import { type Clock, SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { Row, WideColumnStore } from '../../ports/wide-column-store.ts';
import { forEachBounded } from '../consume.ts';
import { hashOf } from '../hash.ts';
import type { ListeningKnobs } from './knobs.ts';
import { createKnownPlays, firstsOf } from './known-plays.ts';
import { MONTH_NS } from './months.ts';
import { readSegment, writeLines } from './segment.ts';
import { listeningHistory, listeningSegments } from './tables.ts';

export interface History {
  /** Doing it twice with the same records changes nothing. */
  write(context: Context, records: readonly LogRecord[]): Promise<void>;
  /** Newest first, each play once; from behind the cursor on, where there is one. */
  read(context: Context, listenerId: string, limit: number, cursor?: HistoryCursor): Promise<HistoryPage>;
}

export interface HistoryPage {
  readonly plays: readonly Play[];
  /** Absent: there is nothing older, as far back as the history is read. */
  readonly next?: HistoryCursor;
}

export interface HistoryDependencies {
  readonly store: WideColumnStore;
  readonly clock: Clock;
  readonly knobs: ListeningKnobs;
}

export function createHistory(dependencies: HistoryDependencies): History {
  return dependencies.knobs.historyWrites === 'per-play' ? perPlay(dependencies) : segments(dependencies);
}

function perPlay(dependencies: HistoryDependencies): History {
  const { store, knobs } = dependencies;
  const monthOf = (ns: number) => Math.floor(ns / MONTH_NS);

  function put(context: Context, { value }: LogRecord) {
    const play = value as Play;
    const row: Row = {
      listener_id: play.listenerId,
      month: monthOf(play.playedAtNs),
      played_at_ns: play.playedAtNs,
      play_id: play.playId,
      track_id: play.trackId,
      listened_ms: play.listenedMs,
      skipped: play.skipped,
    };
    return store.upsert(context, { table: listeningHistory.name, row, consistency: 'QUORUM' });
  }

  const known = createKnownPlays(store);
  async function putNew(context: Context, record: LogRecord): Promise<void> {
    if (await known.isKnown(context, record)) return;
    await put(context, record);
    await known.remember(context, record);
  }

  return {
    write(context, records) {
      const { historyConcurrency: lanes } = knobs;
      if (knobs.historyRepeats === 'written')
        return forEachBounded(records, lanes, (record) => put(context, record));
      return forEachBounded(firstsOf(records), lanes, (record) => putNew(context, record));
    },

    read: createReader(dependencies, monthOf, async (context, listenerId, month, most) => {
      const rows = await store.select(context, {
        table: listeningHistory.name,
        partition: [listenerId, month],
        limit: most,
        consistency: 'QUORUM',
      });
      return { plays: rows.map(playOf), complete: rows.length < most };
    }),
  };
}

/** Plays of one shard and period that stood in one partition of the log. */
interface Segment {
  readonly partition: number;
  readonly shard: number;
  readonly period: number;
  readonly firstOffset: number;
  readonly plays: Play[];
}

function segments(dependencies: HistoryDependencies): History {
  const { store, knobs } = dependencies;
  const periodNs = knobs.historyPeriodS * SECOND;
  const periodOf = (ns: number) => Math.floor(ns / periodNs);
  const shardOf = (listenerId: string) => hashOf(listenerId) % knobs.historyShards;

  return {
    write(context, records) {
      return forEachBounded([...split(records)], knobs.historyConcurrency, (segment) => {
        const row: Row = {
          shard: segment.shard,
          period: segment.period,
          log_partition: segment.partition,
          first_offset: segment.firstOffset,
          plays: writeLines(segment.plays),
        };
        return store.upsert(context, { table: listeningSegments.name, row, consistency: 'QUORUM' });
      });
    },

    read: createReader(dependencies, periodOf, async (context, listenerId, period) => {
      const rows = await store.select(context, {
        table: listeningSegments.name,
        partition: [shardOf(listenerId), period],
        consistency: 'QUORUM',
      });
      const plays = rows.flatMap((row) => readSegment(row.plays as string, listenerId));
      return { plays: plays.sort(compare), complete: true };
    }),
  };

  function split(records: readonly LogRecord[]): Iterable<Segment> {
    const found = new Map<number, Segment>();
    for (const { value, partition, offset } of records) {
      const play = value as Play;
      const shard = shardOf(play.listenerId);
      const period = periodOf(play.playedAtNs);
      const key = (period * knobs.historyShards + shard) * 1024 + partition;
      const segment = found.get(key);
      if (segment !== undefined) segment.plays.push(play);
      else found.set(key, { partition, shard, period, firstOffset: offset, plays: [play] });
    }
    return found.values();
  }
}

/** Newest first, as the table's rows lie: of plays with the same time the smaller id comes first. */
function compare(a: Pick<Play, 'playedAtNs' | 'playId'>, b: Pick<Play, 'playedAtNs' | 'playId'>): number {
  return b.playedAtNs - a.playedAtNs || a.playId - b.playId;
}

/** Plays of one bucket in order: all, or the first `most` at least. */
type ReadBucket = (
  context: Context,
  listenerId: string,
  bucket: number,
  most: number,
) => Promise<{ plays: Play[]; complete: boolean }>;

/**
 * Goes back from bucket to bucket until a page is full. A bucket is read from its newest play on, because that is how
 * it can be asked: the deeper a page lies in its bucket, the more is read. Plays that a consumer wrote twice during a
 * rebalance, or that an app recorded twice, count once a page.
 */
function createReader(
  { clock, knobs }: HistoryDependencies,
  bucketOf: (ns: number) => number,
  readBucket: ReadBucket,
): History['read'] {
  return async (context, listenerId, limit, cursor) => {
    const page: Play[] = [];
    const ids = new Set<number>();
    const newest = bucketOf(clock.now());
    const oldest = Math.max(0, newest - knobs.historyPeriods + 1);
    let bucket = cursor === undefined ? newest : Math.min(newest, bucketOf(cursor.playedAtNs));
    let depth = cursor?.depth ?? 0;
    for (; bucket >= oldest && page.length < limit; bucket--) {
      let most = depth + limit - page.length;
      depth = 0;
      for (let complete = false; !complete && page.length < limit; most *= 2) {
        const read = await readBucket(context, listenerId, bucket, most);
        complete = read.complete;
        for (let i = 0; i < read.plays.length && page.length < limit; i++) {
          const play = read.plays[i]!;
          if (ids.has(play.playId) || (cursor !== undefined && compare(play, cursor) <= 0)) continue;
          ids.add(play.playId);
          page.push(play);
          depth = i + 1;
        }
      }
      if (page.length < limit) depth = 0;
    }
    if (page.length < limit) return { plays: page };
    const { playedAtNs, playId } = page.at(-1)!;
    return { plays: page, next: { playedAtNs, playId, depth } };
  };
}

function playOf(row: Row): Play {
  return {
    playId: row.play_id as number,
    listenerId: row.listener_id as string,
    trackId: row.track_id as string,
    playedAtNs: row.played_at_ns as number,
    listenedMs: row.listened_ms as number,
    skipped: row.skipped as boolean,
  };
}
