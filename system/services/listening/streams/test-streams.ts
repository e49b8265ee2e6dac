/** A log of plays, the two jobs with times of seconds instead of minutes, and workers that crash and come back. */
import { expect } from 'vitest';
import type { Play } from '../../../contracts/generated/events.ts';
import type { Session } from '../../../contracts/generated/listening.ts';
import {
  PLAYS,
  SESSIONS,
  SESSIONS_LATE,
  TOP_CHARTS_LATE,
  TOP_CHARTS_PARTS,
} from '../../../contracts/topics.ts';
import type { Cache } from '../../../ports/cache.ts';
import { MILLISECOND, SECOND } from '../../../ports/clock.ts';
import type { EventLog } from '../../../ports/event-log.ts';
import type { WideColumnStore } from '../../../ports/wide-column-store.ts';
import type { Machine } from '../../../runtime/kernel/index.ts';
import { createTestBench, topic } from '../../test-bench.ts';
import type { EventTime, StreamJob } from './description.ts';
import { SESSION_PREFIX, sessionState, topCharts } from './jobs.ts';
import { createStreamWorker, type StreamSettings, type StreamWorker } from './stream-worker.ts';
import type { TopEntries } from './table-sink.ts';
import { streamTables, streamTops } from './tables.ts';
import { nameOf, type Results, referenceOf } from './test-reference.ts';
import { topOf } from './top.ts';

export const PARTITIONS = 4;
const time: EventTime = { outOfOrderMs: 3_000, latenessMs: 12_000, idleMs: 20_000 };
export const sessions: StreamJob = { ...sessionState, window: { kind: 'session', gapMs: 15_000 }, time };
export const charts: StreamJob = {
  ...topCharts,
  window: { kind: 'tumbling', sizeMs: 30_000 },
  time,
  top: { by: 'plays', limit: 10 },
  sinks: [{ kind: 'table', table: streamTops.name, everyMs: 2_000 }],
};

export interface StreamBenchOptions {
  readonly seed?: number;
  readonly settings?: Partial<StreamSettings>;
}

export type StreamBench = ReturnType<typeof createStreamBench>;

export function createStreamBench({ seed = 1, settings = {} }: StreamBenchOptions = {}) {
  const bench = createTestBench(seed);
  const cassandra = bench.cassandra({
    tables: [...streamTables],
    knobs: { nodes: 3, garbageCollection: false },
  });
  const topics = [PLAYS, SESSIONS, SESSIONS_LATE, TOP_CHARTS_LATE].map((name) => topic(name, PARTITIONS));
  const kafka = bench.kafka([...topics, topic(TOP_CHARTS_PARTS, 1)], {
    sessionTimeoutMs: 4_000,
    heartbeatIntervalMs: 1_000,
    rebalanceMs: 500,
  });
  const redis = bench.redis();
  /** Called before each operation of a worker with its number. */
  const hooks = { onOperation: (_machine: Machine, _operation: number) => {} };
  let operations = 0;
  const plays: Play[] = [];
  /** Of each listener: apps number them on their own. */
  const playsOf = new Map<string, number>();

  /** A worker that begins again whenever its machine comes back. */
  function start(job: StreamJob, name: string, around = (log: EventLog) => log) {
    const machine = bench.machine(name);
    let worker: StreamWorker;
    const operate = () => hooks.onOperation(machine, operations++);
    const begin = () => {
      worker = createStreamWorker(job, {
        events: around(watchedLog(kafka.connect(machine), operate)),
        internal: watchedLog(kafka.connect(machine), operate),
        store: watchedStore(cassandra.connect(machine), operate),
        cache: watchedCache(redis.connect(machine), operate),
        clock: bench.simulation,
        random: bench.simulation.random(name),
        background: (work) => void work(bench.context(machine.life)).catch(() => {}),
        settings: {
          sourcePartitions: PARTITIONS,
          intervalMs: 500,
          batch: 1_000,
          concurrency: 2,
          slots: 8,
          pieceLength: 200,
          ...settings,
        },
        clientId: name,
      });
      void worker.run(bench.context(machine.life));
    };
    machine.onRestart(begin);
    bench.simulation.schedule(0, bench.simulation.registerEntry(begin));
    return { machine, worker: () => worker };
  }

  /** Puts a play into the log now. */
  function append(play: Partial<Play> & { listenerId: string }): Play {
    const playId = (playsOf.get(play.listenerId) ?? 0) + 1;
    playsOf.set(play.listenerId, playId);
    const made: Play = {
      playId,
      trackId: 't1',
      playedAtNs: bench.simulation.nowNs,
      listenedMs: 60_000,
      skipped: false,
      ...play,
    };
    plays.push(made);
    kafka.append(PLAYS, made.listenerId, made, 80);
    return made;
  }

  /** For `seconds` from now, plays of listeners who pause now and then, stamped up to `lateS` before they come. */
  function feed(seconds: number, options: { perSecond: number; listeners: number; lateS: number }): void {
    const random = bench.simulation.random('feed');
    const entry = bench.simulation.registerEntry((i) => {
      const draw = (what: number) => random.uniform(i, what);
      // Some listeners play in the first half of each minute only: their sessions end.
      const half = Math.floor(bench.simulation.nowNs / (30 * SECOND)) % 2;
      const listener = Math.floor(draw(0) * options.listeners * (half === 0 ? 1 : 0.4));
      append({
        listenerId: `l${listener}`,
        trackId: `t${Math.floor(draw(1) ** 2 * 40)}`,
        playedAtNs: Math.max(0, bench.simulation.nowNs - Math.floor(draw(2) * options.lateS * SECOND)),
        listenedMs: Math.floor(draw(3) * 120_000),
        skipped: draw(4) < 0.2,
      });
    });
    const count = seconds * options.perSecond;
    for (let i = 0; i < count; i++)
      bench.simulation.schedule(random.uniform(i, 5) * seconds * SECOND, entry, i);
  }

  /** What the topic of sessions says in the end: of each the highest version. */
  function toldSessions(): Results {
    const newest = new Map<string, Session>();
    for (const { records } of kafka.inspect(SESSIONS)) {
      for (const { value } of records) {
        const session = value as Session;
        const name = nameOf(session.listenerId, session.startedAtNs);
        if (session.version >= (newest.get(name)?.version ?? 0)) newest.set(name, session);
      }
    }
    const results: Results = new Map();
    for (const [name, session] of newest)
      if (!session.retracted) results.set(name, [session.tracks, session.skips, session.listenedMs]);
    return results;
  }

  /** What the log of plays says, partition by partition, if each play counts once. */
  function expected(job: StreamJob) {
    const results: Results = new Map();
    let late = 0;
    for (const { records } of kafka.inspect(PLAYS)) {
      const reference = referenceOf(job, records);
      late += reference.late.length;
      for (const [name, values] of reference.results) {
        const known = results.get(name);
        results.set(name, known === undefined ? values : values.map((value, i) => value + known[i]!));
      }
    }
    return { results, late };
  }

  return {
    bench,
    cassandra,
    kafka,
    redis,
    hooks,
    plays,
    start,
    append,
    feed,
    toldSessions,
    expected,
    /** The session that is kept of a listener. */
    keptSession: (listenerId: string) =>
      redis.inspectKeys().find(({ key }) => key === SESSION_PREFIX + listenerId)?.value as
        | Session
        | undefined,
    /** The chart of a window, and what it has to be. */
    chart(fromS: number, wanted = expected(charts).results) {
      const [row] = cassandra.inspect(streamTops.name, [charts.name, fromS * SECOND]);
      const panes = [...wanted]
        .filter(([name]) => name.endsWith(` from ${fromS * SECOND}`))
        .map(([name, values]) => ({ key: name.split(' ')[0]!, startNs: 0, endNs: 0, values }));
      return {
        complete: row?.complete,
        version: row?.version as number | undefined,
        entries: JSON.parse((row?.entries as string | undefined) ?? '[]') as TopEntries,
        expected: topOf(panes, 0, 10).map(({ key, values }) => [key, values[0]!]),
      };
    },
  };
}

/** Sessions and charts are those that follow from the log, if each play counts once. */
export function expectExact(streams: StreamBench, message = ''): void {
  const sorted = (results: Results) => Object.fromEntries([...results].sort(([a], [b]) => (a < b ? -1 : 1)));
  expect(sorted(streams.toldSessions()), message).toEqual(sorted(streams.expected(sessions).results));
  const lastS = Math.max(...streams.plays.map(({ playedAtNs }) => playedAtNs)) / SECOND;
  const wanted = streams.expected(charts).results;
  for (let fromS = 0; fromS <= lastS; fromS += 30) {
    const { entries, expected, complete } = streams.chart(fromS, wanted);
    expect(entries, `${message} chart from ${fromS}`).toEqual(expected);
    if (expected.length > 0) expect(complete, `${message} chart from ${fromS}`).toBe(true);
  }
}

/**
 * Crashes the machine of a worker around one of its operations, now and then: up to 4 ms after it began, so before it
 * arrives, while it is worked on, or after its answer. The machine is back within six seconds.
 */
export function crashAtRandomMoments(
  { bench, hooks }: StreamBench,
  { everyOperations, seconds }: { everyOperations: number; seconds: number },
): () => number {
  const { simulation } = bench;
  const random = simulation.random('crashes');
  let crashes = 0;
  let next = everyOperations / 2;
  hooks.onOperation = (machine, operation) => {
    if (operation < next || simulation.nowNs > seconds * SECOND) return;
    crashes++;
    next = operation + 1 + random.uniform(crashes, 1) * 2 * everyOperations;
    const crashNs = random.uniform(crashes, 2) * 4 * MILLISECOND;
    simulation.after(crashNs, () => machine.crash());
    simulation.after(crashNs + random.uniform(crashes, 3) * 6 * SECOND, () => machine.restart());
  };
  return () => crashes;
}

function watchedStore(store: WideColumnStore, operate: () => void): WideColumnStore {
  return {
    select(context, statement) {
      operate();
      return store.select(context, statement);
    },
    upsert(context, statement) {
      operate();
      return store.upsert(context, statement);
    },
    delete(context, statement) {
      operate();
      return store.delete(context, statement);
    },
  };
}

function watchedCache(cache: Cache, operate: () => void): Cache {
  return {
    get: (context, key) => cache.get(context, key),
    set: (context, key, value, options) => cache.set(context, key, value, options),
    delete: (context, key) => cache.delete(context, key),
    increment: (context, key, by, ttlMs) => cache.increment(context, key, by, ttlMs),
    pushFront: (context, key, value, keep, bytes) => cache.pushFront(context, key, value, keep, bytes),
    range: (context, key, count) => cache.range(context, key, count),
    evaluate(context, script) {
      operate();
      return cache.evaluate(context, script);
    },
  };
}

function watchedLog(log: EventLog, operate: () => void): EventLog {
  return {
    createConsumer: (clientId, options) => log.createConsumer(clientId, options),
    createProducer(clientId) {
      const producer = log.createProducer(clientId);
      return {
        send(context, record) {
          operate();
          return producer.send(context, record);
        },
      };
    },
  };
}
