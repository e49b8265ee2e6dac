/**
 * Where results go. A worker that crashed after a step was written down tells everybody again, and one that believes to
 * be the owner of a partition may tell late: every result carries the number of its step, and where there is a higher
 * one, that stays.
 */
import type { Cache, VersionedSet } from '../../../ports/cache.ts';
import { type Clock, MILLISECOND } from '../../../ports/clock.ts';
import type { Context } from '../../../ports/context.ts';
import type { EventProducer } from '../../../ports/event-log.ts';
import type { WideColumnStore } from '../../../ports/wide-column-store.ts';
import { forEachBounded } from '../../consume.ts';
import type { Naming, Sink } from './description.ts';
import type { PartialWindows, PartitionState, Step } from './partition-state.ts';
import type { Stage } from './stage.ts';
import { createTableWriter } from './table-sink.ts';
import type { Pane } from './windows.ts';

export interface SinkDependencies {
  readonly stage: Stage;
  readonly partition: number;
  readonly producer: EventProducer;
  readonly store: WideColumnStore;
  readonly cache: Cache;
  readonly clock: Clock;
  /** For a table: which keys may be shown; absent: all. */
  readonly keys?: KeyCheck | undefined;
}

/** Says of keys whether they are any: records are counted whatever their key is. */
export interface KeyCheck {
  /** Whether it is known that it is none. */
  isOut(key: string): boolean;
  /** Finds out about those of which nothing is known; false: nobody can say at the moment. */
  learn(context: Context, keys: readonly string[]): Promise<boolean>;
}

/** Of one partition. */
export interface SinkWriter {
  /**
   * Tells of the last step of a state; null: nothing has happened, but what waited for its time may go. Doing it again
   * changes nothing.
   */
  write(context: Context, state: PartitionState, step: Step | null): Promise<void>;
}

/** Keys of one command to the cache. estimate: some 0.2 ms of its one thread. */
const KEYS_A_COMMAND = 50;
/** Commands and records that are under way at once. */
const CONCURRENCY = 16;
/** estimate: three numbers beside the windows. */
const PARTIAL_BYTES = 40;

export function createSinks(dependencies: SinkDependencies): SinkWriter[] {
  const { stage } = dependencies;
  const { sinks, late, merge } = stage.job;
  const writers: SinkWriter[] = [];
  if (stage.kind === 'partial') writers.push(partialWriter(dependencies, merge!.topic));
  else for (const sink of sinks) writers.push(writerOf(dependencies, sink));
  if (late !== undefined) writers.push(lateWriter(dependencies, late.topic));
  return writers;
}

function writerOf(dependencies: SinkDependencies, sink: Sink): SinkWriter {
  switch (sink.kind) {
    case 'topic':
      return topicWriter(dependencies, sink);
    case 'cache':
      return cacheWriter(dependencies, sink);
    case 'table':
      return createTableWriter(dependencies, sink);
  }
}

function topicWriter(
  { stage, producer }: SinkDependencies,
  { topic, as, bytes }: Extract<Sink, { kind: 'topic' }>,
): SinkWriter {
  const resultOf = resultsOf(stage, as);
  return {
    write(context, _state, step) {
      if (step === null) return DONE;
      const { sequence, watermarkNs } = step.position;
      const results: { key: string; value: object }[] = [];
      for (const { key, startNs, told } of step.changes.removed) {
        const values = stage.folding.names.map(() => 0);
        const gone = { key, startNs, endNs: startNs, values };
        if (told) results.push({ key, value: resultOf(gone, sequence, true) });
      }
      for (const pane of step.changes.panes)
        if (pane.endNs <= watermarkNs) results.push({ key: pane.key, value: resultOf(pane, sequence) });
      return forEachBounded(results, CONCURRENCY, ({ key, value }) =>
        producer.send(context, { topic, key, value, bytes }),
      );
    },
  };
}

function cacheWriter(
  { stage, cache }: SinkDependencies,
  { prefix, ttlMs, as, bytes }: Extract<Sink, { kind: 'cache' }>,
): SinkWriter {
  const resultOf = resultsOf(stage, as);
  /** A cache may have lost what the last owner put there. */
  let begun = false;
  return {
    async write(context, { windows, position }, step) {
      if (begun && step === null) return;
      const panes = begun ? step!.changes.panes : windows.panes;
      const commands: VersionedSet[][] = [];
      let entries: VersionedSet[] = [];
      for (const pane of panes) {
        if (!windows.isNewest(pane)) continue;
        if (entries.length === 0) commands.push(entries);
        pane.cacheKey ??= prefix + pane.key;
        entries.push({ key: pane.cacheKey, value: resultOf(pane, position.sequence), bytes });
        if (entries.length === KEYS_A_COMMAND) entries = [];
      }
      await forEachBounded(commands, CONCURRENCY, (command) =>
        cache.evaluate(context, { name: 'set-newer', entries: command, ttlMs }),
      );
      begun = true;
    },
  };
}

function partialWriter({ partition, producer }: SinkDependencies, topic: string): SinkWriter {
  return {
    async write(context, _state, step) {
      if (step === null) return;
      const { sequence, watermarkNs } = step.position;
      const value: PartialWindows = { partition, sequence, watermarkNs, windows: step.windows };
      const bytes = step.windows.length + PARTIAL_BYTES;
      await producer.send(context, { topic, key: String(partition), value, bytes });
    },
  };
}

function lateWriter({ stage, producer }: SinkDependencies, topic: string): SinkWriter {
  return {
    write(context, _state, step) {
      return forEachBounded(step?.late ?? [], CONCURRENCY, (value) => {
        const key = String(value[stage.job.source.partitionedBy]);
        return producer.send(context, { topic, key, value, bytes: JSON.stringify(value).length });
      });
    },
  };
}

const DONE = Promise.resolve();

type Result = Readonly<Record<string, unknown>> & { readonly version: number };

/** What others see of a pane. */
function resultsOf({ job, folding }: Stage, { key, from, until }: Naming) {
  const { names } = folding;
  const { window } = job;
  const afterLastNs = window.kind === 'session' ? window.gapMs * MILLISECOND + 1 : 0;
  // A copy has all its fields at once, and as one that is read from a text has room for just these within itself: one
  // object, where fields added one by one take three.
  const fields = [key, from, until, ...names, 'version', 'retracted'].map((name) => [name, null]);
  const all = JSON.parse(JSON.stringify(Object.fromEntries(fields))) as Record<string, null>;
  return (pane: Pane, version: number, retracted = false): Result => {
    const { values } = pane;
    const whole = values.every((value, i) => folding.isSome(i, value));
    const result: Record<string, unknown> = whole ? { ...all } : {};
    result[key] = pane.key;
    result[from] = pane.startNs;
    result[until] = retracted ? pane.endNs : pane.endNs - afterLastNs;
    for (let i = 0; i < names.length; i++)
      if (whole || folding.isSome(i, values[i]!)) result[names[i]!] = values[i];
    result.version = version;
    result.retracted = retracted;
    return result as Result;
  };
}
