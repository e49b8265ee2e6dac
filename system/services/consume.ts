/**
 * The loop of every consumer of the log: poll, handle, commit. A batch is committed after it was handled, so that a crash
 * repeats it and loses nothing: handling has to be idempotent. What fails for a passing reason is tried again with
 * growing pauses, for as long as it takes, and the lag shows it.
 */
import { type Clock, MILLISECOND, type Random } from '../ports/clock.ts';
import type { Context } from '../ports/context.ts';
import { type ErrorKind, PortError } from '../ports/errors.ts';
import type { EventConsumer, LogRecord } from '../ports/event-log.ts';

/** Work that outlives the request or loop that began it; the composition root gives it a context of its own. */
export type Background = (work: (context: Context) => Promise<void>) => void;

const PASSING: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'deadline-exceeded',
  'timeout',
  'unavailable',
  'reset',
  'overloaded',
  'rate-limited',
  'circuit-open',
]);

const isPassing = (error: unknown) => error instanceof PortError && PASSING.has(error.kind);

/** One poll waits this long for a record. estimate: long enough to cost nothing when idle, short against a rebalance. */
const POLL_WAIT_MS = 500;
/** First pause after a failure, doubled up to the longest. estimate: a queue of some hundred requests drains meanwhile. */
const FIRST_PAUSE_NS = 50 * MILLISECOND;
const LONGEST_PAUSE_NS = 2_000 * MILLISECOND;

export interface ConsumeOptions {
  readonly clock: Clock;
  /** Spreads the pauses of consumers that were refused together. */
  readonly random: Random;
  readonly background: Background;
  readonly consumer: EventConsumer;
  /** A batch is full with this many records. */
  readonly maxPollRecords: number;
  /** Larger batches cost less per record: one that is not full is followed by a pause, so that they begin this far apart. */
  readonly intervalNs: number;
  /** Called again with the same records after a passing failure. */
  readonly handle: (context: Context, records: readonly LogRecord[]) => Promise<void>;
  /** Called when a poll has brought nothing. */
  readonly whenIdle?: (context: Context) => Promise<void>;
}

/** Runs until the context is cancelled; rejects only on an error that trying again cannot mend. */
export async function consume(context: Context, options: ConsumeOptions): Promise<void> {
  const { clock, background, consumer, maxPollRecords, intervalNs, handle, whenIdle } = options;
  try {
    while (context.cancelled === null) {
      const beganNs = clock.now();
      const records = await untilDone(context, options, () => gather(context, options));
      if (records.length === 0) {
        if (whenIdle !== undefined) await untilDone(context, options, () => whenIdle(context));
        continue;
      }
      await untilDone(context, options, () => handle(context, records));
      await commit(context, consumer);
      const leftNs = beganNs + intervalNs - clock.now();
      if (leftNs > 0 && records.length < maxPollRecords) await clock.sleep(context, leftNs);
    }
  } catch (error) {
    if (context.cancelled === null) throw error;
  } finally {
    background((detached) => consumer.close(detached));
  }
}

/** One poll; or, where batches are collected, polls until nothing is left: a poll brings what one broker has. */
async function gather(context: Context, options: ConsumeOptions): Promise<readonly LogRecord[]> {
  const { consumer, maxPollRecords, intervalNs } = options;
  const first = await consumer.poll(context, POLL_WAIT_MS);
  if (intervalNs === 0 || first.length === 0) return first;
  const records = [...first];
  while (records.length < maxPollRecords) {
    const more = await pollAgain(context, consumer);
    if (more.length === 0) break;
    for (const record of more) records.push(record);
  }
  return records;
}

/** Records that were polled have to be handled before they are committed: a failure must not throw them away. */
async function pollAgain(context: Context, consumer: EventConsumer): Promise<readonly LogRecord[]> {
  try {
    return await consumer.poll(context, 0);
  } catch (error) {
    if (context.cancelled !== null || !isPassing(error)) throw error;
    return [];
  }
}

async function untilDone<T>(
  context: Context,
  { clock, random }: ConsumeOptions,
  work: () => Promise<T>,
): Promise<T> {
  let longestNs = FIRST_PAUSE_NS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (context.cancelled !== null || !(error instanceof PortError) || !PASSING.has(error.kind))
        throw error;
      const share = 0.5 + random.uniform(context.request, clock.now(), attempt) / 2;
      await clock.sleep(context, Math.floor(share * longestNs));
      longestNs = Math.min(2 * longestNs, LONGEST_PAUSE_NS);
    }
  }
}

/** A commit that fails costs a repetition after the next rebalance, no record. */
async function commit(context: Context, consumer: EventConsumer): Promise<void> {
  try {
    await consumer.commit(context);
  } catch (error) {
    if (context.cancelled !== null || !(error instanceof PortError)) throw error;
  }
}

/** Does `work` for every item, at most `limit` at a time; the first failure is the answer, and nothing new is begun. */
export async function forEachBounded<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < items.length && !failed) {
      try {
        await work(items[next++]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
