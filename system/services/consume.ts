/**
 * The loop of every consumer of the log: poll, handle, commit. A batch is committed after it was handled, so that a crash
 * repeats it and loses nothing: handling has to be idempotent. What fails for a passing reason is tried again with
 * growing pauses, for as long as it takes, and the lag shows it. Where records carry encoded messages, one that cannot be
 * read, or that its handler calls invalid, is set aside as a dead letter, and the others go on.
 */
import { type Clock, MILLISECOND, type Random } from '../ports/clock.ts';
import type { Context } from '../ports/context.ts';
import { type ErrorKind, PortError } from '../ports/errors.ts';
import type { Intake } from '../ports/event-codec.ts';
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
const isInvalid = (error: unknown): error is PortError =>
  error instanceof PortError && error.kind === 'invalid';

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
  /**
   * Called again with the same records after a passing failure. Where the consumer has an intake, records carry messages,
   * and after `invalid` it is called with one half of them and then the other, until the one to blame is found.
   */
  readonly handle: (context: Context, records: readonly LogRecord[]) => Promise<void>;
  /** Called when a poll has brought nothing. */
  readonly whenIdle?: (context: Context) => Promise<void>;
}

/** Runs until the context is cancelled; rejects only on an error that trying again cannot mend. */
export async function consume(context: Context, options: ConsumeOptions): Promise<void> {
  const { clock, background, consumer, maxPollRecords, intervalNs, handle, whenIdle } = options;
  const { intake } = consumer;
  try {
    while (context.cancelled === null) {
      const beganNs = clock.now();
      const records = await untilDone(context, options, () => gather(context, options));
      if (records.length === 0) {
        if (whenIdle !== undefined) await untilDone(context, options, () => whenIdle(context));
        continue;
      }
      if (intake === undefined) await untilDone(context, options, () => handle(context, records));
      else await takeIn(context, options, intake, records);
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

async function takeIn(
  context: Context,
  options: ConsumeOptions,
  intake: Intake,
  polled: readonly LogRecord[],
): Promise<void> {
  const records = await untilDone(context, options, async () => intake.read(context, polled));
  if (records.length > 0) await handleValid(context, options, intake, records);
}

/** Two further calls of the handler for each halving: a batch of a thousand finds its one bad record in ten. */
async function handleValid(
  context: Context,
  options: ConsumeOptions,
  intake: Intake,
  records: readonly LogRecord[],
): Promise<void> {
  try {
    await untilDone(context, options, () => options.handle(context, records));
  } catch (error) {
    if (context.cancelled !== null || !isInvalid(error)) throw error;
    const middle = records.length >> 1;
    if (middle === 0) {
      await untilDone(context, options, () => intake.setAside(context, records[0]!, error));
      return;
    }
    await handleValid(context, options, intake, records.slice(0, middle));
    await handleValid(context, options, intake, records.slice(middle));
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
