/**
 * Sends dead letters again, when what was wrong with them has been mended: each goes back to its topic as it was, for the
 * group that could not handle it. At least once: a redrive that breaks off begins again after its last commit.
 */
import { deadLetterTopic } from '../../contracts/topics.ts';
import { type Clock, MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { EventLog, EventProducer, LogRecord } from '../../ports/event-log.ts';
import * as header from './headers.ts';
import type { EventsKnobs } from './knobs.ts';

export interface RedriveOptions {
  /** What carries the encoded messages: nothing is decoded. */
  readonly log: EventLog;
  readonly clock: Clock;
  readonly clientId: string;
  /** The topic that they came from. */
  readonly topic: string;
  readonly knobs: Pick<EventsKnobs, 'redriveTimes'>;
  /** Which of them; others stay where they are, and are passed over for good by redrives of this topic. Default: all. */
  readonly select?: (record: LogRecord) => boolean;
  /** Ends when nothing has come for so long: longer than a consumer group takes to form. Default 10 s. */
  readonly idleMs?: number;
}

export interface RedriveReport {
  readonly sent: number;
  /** Not selected, dead letters too often, or without the headers that say where to. */
  readonly left: number;
}

const BATCH = 100;
const POLL_WAIT_MS = 500;

export async function redrive(context: Context, options: RedriveOptions): Promise<RedriveReport> {
  const { log, clock, clientId, topic, idleMs = 10_000 } = options;
  const producer = log.createProducer(clientId);
  const consumer = log.createConsumer(clientId, {
    group: `redrive-${topic}`,
    topics: [deadLetterTopic(topic)],
    maxPollRecords: BATCH,
    startFrom: 'earliest',
  });
  let sent = 0;
  let left = 0;
  try {
    let sinceNs = clock.now();
    while (clock.now() - sinceNs < idleMs * MILLISECOND) {
      const records = await consumer.poll(context, POLL_WAIT_MS);
      if (records.length === 0) continue;
      // One after the other: they keep their order.
      for (const record of records) if (await sendAgain(context, producer, record, options)) sent++;
      left += records.length;
      await consumer.commit(context);
      sinceNs = clock.now();
    }
  } finally {
    await consumer.close(context);
  }
  return { sent, left: left - sent };
}

async function sendAgain(
  context: Context,
  producer: EventProducer,
  record: LogRecord,
  { select = () => true, knobs }: RedriveOptions,
): Promise<boolean> {
  const { key, value, headers } = record;
  const topic = headers?.[header.TOPIC];
  const group = headers?.[header.GROUP];
  const times = Number(headers?.[header.TIMES]);
  if (topic === undefined || group === undefined || !(times < knobs.redriveTimes) || !select(record))
    return false;
  const again = { [header.REDRIVEN_FOR]: group, [header.TIMES]: String(times) };
  const bytes = record.bytes - header.sizeOfHeaders(headers) + header.sizeOfHeaders(again);
  await producer.send(context, { topic, key, value, bytes, headers: again });
  return true;
}
