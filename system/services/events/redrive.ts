/**
 * Sends dead letters again, when what was wrong with them has been mended: each goes back to its topic as it was, for the
 * group that could not handle it. At least once: a redrive that breaks off begins again after its last commit. It ends
 * before the first letter that came after it began: were nothing mended after all, it would send those for ever.
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
  /** Ends also when this says that nothing is left, where somebody can know. */
  readonly isDone?: () => boolean;
  /** Ends also when nothing has come for so long: longer than a consumer group takes to form. Default 10 s. */
  readonly idleMs?: number;
}

export interface RedriveReport {
  readonly sent: number;
  /** Not selected, dead letters too often, or without the headers that say where to. */
  readonly left: number;
}

const POLL_WAIT_MS = 500;

/** The group whose offsets say which letters of the topic have been redriven. */
export const redriveGroup = (topic: string) => `redrive-${topic}`;

export async function redrive(context: Context, options: RedriveOptions): Promise<RedriveReport> {
  const { log, clock, clientId, topic, isDone = () => false, idleMs = 10_000 } = options;
  const beganNs = clock.now();
  const producer = log.createProducer(clientId);
  // One record a poll: a commit covers what was polled, and must not cover a letter that is left for the next time.
  const consumer = log.createConsumer(clientId, {
    group: redriveGroup(topic),
    topics: [deadLetterTopic(topic)],
    maxPollRecords: 1,
    startFrom: 'earliest',
  });
  let sent = 0;
  let left = 0;
  try {
    for (let lastNs = beganNs; !isDone() && clock.now() - lastNs < idleMs * MILLISECOND; ) {
      const record = (await consumer.poll(context, POLL_WAIT_MS))[0];
      if (record === undefined) continue;
      if (record.timestampNs >= beganNs) break;
      if (await sendAgain(context, producer, record, options)) sent++;
      else left++;
      await consumer.commit(context);
      lastNs = clock.now();
    }
  } finally {
    await consumer.close(context);
  }
  return { sent, left };
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
