/**
 * A process that runs the stages of a job: each a consumer group of its own, with a task for every partition that is
 * assigned to it. Batches are polled; their partitions are handled side by side.
 */
import type { Cache } from '../../../ports/cache.ts';
import { type Clock, MILLISECOND, type Random } from '../../../ports/clock.ts';
import type { Context } from '../../../ports/context.ts';
import type { EventConsumer, EventLog, EventProducer, LogRecord } from '../../../ports/event-log.ts';
import type { WideColumnStore } from '../../../ports/wide-column-store.ts';
import { type Background, consume } from '../../consume.ts';
import type { StreamJob } from './description.ts';
import type { Position } from './partition-state.ts';
import { settleAll } from './settle-all.ts';
import type { KeyCheck } from './sinks.ts';
import { type Stage, stagesOf } from './stage.ts';
import { StreamTask } from './stream-task.ts';

export interface StreamWorkerDependencies {
  readonly events: EventLog;
  /** For topics that belong to jobs. */
  readonly internal: EventLog;
  readonly store: WideColumnStore;
  readonly cache: Cache;
  /** Which keys its tables may show; absent: all. */
  readonly keys?: KeyCheck | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly background: Background;
  readonly settings: StreamSettings;
  /** Different in every process. */
  readonly clientId: string;
}

export interface StreamSettings {
  /** Of the job's topic. */
  readonly sourcePartitions: number;
  /** Batches begin this far apart unless they are full. */
  readonly intervalMs: number;
  /** Records of a full batch. */
  readonly batch: number;
  /** Partitions that are handled at once. */
  readonly concurrency: number;
  /** Steps that are kept of a partition; a snapshot is written after half as many. */
  readonly slots: number;
  /** Length of the pieces of a snapshot. */
  readonly pieceLength: number;
}

export interface StreamWorker {
  /** Runs until the context is cancelled. */
  run(context: Context): Promise<void>;
  /** How far its partitions are, by stage and partition, for metrics. */
  positions(): readonly StreamPosition[];
}

export interface StreamPosition {
  readonly stage: string;
  readonly partition: number;
  readonly position: Position;
  /** Windows of keys that are open, or that late records may still change. */
  readonly windows: number;
}

export const groupOf = (stage: Pick<Stage, 'name'>) => `stream-${stage.name}`;

/** Throws `invalid` for a job that makes no sense. */
export function createStreamWorker(job: StreamJob, dependencies: StreamWorkerDependencies): StreamWorker {
  const stages = stagesOf(job, dependencies.settings.sourcePartitions).map(
    (stage) => new StageRunner(stage, dependencies),
  );
  return {
    async run(context) {
      await Promise.all(stages.map((stage) => stage.run(context)));
    },
    positions: () => stages.flatMap((stage) => stage.positions()),
  };
}

class StageRunner {
  readonly #stage: Stage;
  readonly #dependencies: StreamWorkerDependencies;
  readonly #producer: EventProducer;
  readonly #tasks = new Map<number, StreamTask>();

  constructor(stage: Stage, dependencies: StreamWorkerDependencies) {
    this.#stage = stage;
    this.#dependencies = dependencies;
    this.#producer = dependencies.internal.createProducer(dependencies.clientId);
  }

  run(context: Context): Promise<void> {
    const { events, internal, clock, random, background, settings, clientId } = this.#dependencies;
    const { intervalMs, batch } = settings;
    const log = this.#stage.kind === 'merge' ? internal : events;
    const consumer = log.createConsumer(clientId, {
      group: groupOf(this.#stage),
      topics: [this.#stage.topic],
      maxPollRecords: batch,
      startFrom: 'earliest',
    });
    return consume(context, {
      clock,
      random,
      background,
      consumer,
      maxPollRecords: batch,
      intervalNs: intervalMs * MILLISECOND,
      handle: (limited, records) => this.#handle(limited, consumer, records),
      whenIdle: (limited) => this.#handle(limited, consumer, []),
    });
  }

  positions(): StreamPosition[] {
    const { name } = this.#stage;
    return [...this.#tasks].flatMap(([partition, { position, windows }]) =>
      position === null ? [] : [{ stage: name, partition, position, windows }],
    );
  }

  /**
   * What was polled is committed, also of a partition that is promised to somebody else by now: so it is taken in, and
   * where they were faster the step is refused. An assigned one that had no records rests, unless the batch was full:
   * then its records may only have found no place in it.
   */
  #handle(context: Context, consumer: EventConsumer, records: readonly LogRecord[]): Promise<void> {
    const { settings } = this.#dependencies;
    const assigned = consumer.assigned().map(({ partition }) => partition);
    const byPartition = new Map<number, LogRecord[]>();
    for (const record of records) {
      const others = byPartition.get(record.partition);
      if (others === undefined) byPartition.set(record.partition, [record]);
      else others.push(record);
    }
    for (const partition of this.#tasks.keys())
      if (!assigned.includes(partition) && !byPartition.has(partition)) this.#tasks.delete(partition);
    const full = records.length >= settings.batch;
    const work = async (partition: number) => {
      const task = this.#task(partition);
      const own = byPartition.get(partition);
      if (own !== undefined) await task.process(context, own);
      if (!full && assigned.includes(partition)) await task.rest(context);
    };
    return settleAll([...new Set([...assigned, ...byPartition.keys()])], work, settings.concurrency);
  }

  #task(partition: number): StreamTask {
    const known = this.#tasks.get(partition);
    if (known !== undefined) return known;
    const { store, cache, keys, clock, settings, clientId } = this.#dependencies;
    const { slots, pieceLength } = settings;
    const task = new StreamTask({
      stage: this.#stage,
      partition,
      producer: this.#producer,
      store,
      cache,
      keys,
      clock,
      writer: `${clientId}@${clock.now()}`,
      slots,
      pieceLength,
    });
    this.#tasks.set(partition, task);
    return task;
  }
}
