/**
 * How the history lies in the database, written and read. Two ways, and the knob `historyWrites` chooses:
 *
 *   per-play   (listener, month) → a row a play            one write a play; a listener's history is one read
 *   segments   (shard, period)   → a row a batch and shard one write for dozens of plays; reading one listener's history
 *                                                          reads what all listeners of the shard played meanwhile
 */
import type { Play } from '../../contracts/generated/events.ts';
import { type Clock, SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { Row, WideColumnStore } from '../../ports/wide-column-store.ts';
import { forEachBounded } from '../consume.ts';
import { hashOf } from '../hash.ts';
import type { ListeningKnobs } from './knobs.ts';
import { readSegment, writeLine } from './segment.ts';
import { listeningHistory, listeningSegments } from './tables.ts';

export interface History {
  /** Doing it twice with the same records changes nothing. */
  write(context: Context, records: readonly LogRecord[]): Promise<void>;
  /** Newest first, each play once. */
  read(context: Context, listenerId: string, limit: number): Promise<Play[]>;
}

export interface HistoryDependencies {
  readonly store: WideColumnStore;
  readonly clock: Clock;
  readonly knobs: ListeningKnobs;
}

export function createHistory(dependencies: HistoryDependencies): History {
  return dependencies.knobs.historyWrites === 'per-play' ? perPlay(dependencies) : segments(dependencies);
}

/** Thirty days: the part of the key that keeps a listener's partition from growing for ever. */
const MONTH_NS = 30 * 86_400 * SECOND;

function perPlay({ store, clock, knobs }: HistoryDependencies): History {
  const monthOf = (ns: number) => Math.floor(ns / MONTH_NS);
  return {
    write(context, records) {
      return forEachBounded(records, knobs.historyConcurrency, ({ value }) => {
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
      });
    },

    async read(context, listenerId, limit) {
      const plays: Play[] = [];
      const newest = monthOf(clock.now());
      const oldest = Math.max(0, newest - knobs.historyPeriods + 1);
      for (let month = newest; month >= oldest && plays.length < limit; month--) {
        const rows = await store.select(context, {
          table: listeningHistory.name,
          partition: [listenerId, month],
          limit: limit - plays.length,
          consistency: 'QUORUM',
        });
        for (const row of rows) plays.push(playOf(row));
      }
      return newestOnce(plays, limit);
    },
  };
}

/** Plays of one shard and period that stood in one partition of the log. */
interface Segment {
  readonly partition: number;
  readonly shard: number;
  readonly period: number;
  readonly firstOffset: number;
  text: string;
}

function segments({ store, clock, knobs }: HistoryDependencies): History {
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
          plays: segment.text,
        };
        return store.upsert(context, { table: listeningSegments.name, row, consistency: 'QUORUM' });
      });
    },

    async read(context, listenerId, limit) {
      const plays: Play[] = [];
      const newest = periodOf(clock.now());
      const oldest = Math.max(0, newest - knobs.historyPeriods + 1);
      for (let period = newest; period >= oldest && plays.length < limit; period--) {
        const rows = await store.select(context, {
          table: listeningSegments.name,
          partition: [shardOf(listenerId), period],
          consistency: 'QUORUM',
        });
        for (const row of rows) plays.push(...readSegment(row.plays as string, listenerId));
      }
      return newestOnce(plays, limit);
    },
  };

  function split(records: readonly LogRecord[]): Iterable<Segment> {
    const found = new Map<number, Segment>();
    for (const { value, partition, offset } of records) {
      const play = value as Play;
      const shard = shardOf(play.listenerId);
      const period = periodOf(play.playedAtNs);
      const key = (period * knobs.historyShards + shard) * 1024 + partition;
      const segment = found.get(key);
      if (segment !== undefined) segment.text += writeLine(play);
      else found.set(key, { partition, shard, period, firstOffset: offset, text: writeLine(play) });
    }
    return found.values();
  }
}

/** A batch that two consumers wrote during a rebalance stands there twice: a play counts once. */
function newestOnce(plays: Play[], limit: number): Play[] {
  const byId = new Map(plays.map((play) => [play.playId, play]));
  return [...byId.values()]
    .sort((a, b) => b.playedAtNs - a.playedAtNs || b.playId - a.playId)
    .slice(0, limit);
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
