/**
 * What a consumer group does with records that carry encoded messages: it reads them, and sets aside what cannot be read
 * or handled, on the topic's dead-letter topic.
 *
 *   records ──▶ read ──▶ messages ──▶ handle        at least once: a dead letter is in the log before the group commits
 *                │ malformed            │ invalid   past its record, and there twice if the group had to begin again
 *                └──────▶ <topic>.dead-letter ◀─────┘
 */

import { deadLetterTopic } from '../../contracts/topics.ts';
import type { Context } from '../../ports/context.ts';
import type { PortError } from '../../ports/errors.ts';
import { type EventCodec, type Intake, MalformedEvent } from '../../ports/event-codec.ts';
import type { EventProducer, LogRecord, RecordHeaders } from '../../ports/event-log.ts';
import { forEachBounded } from '../consume.ts';
import * as header from './headers.ts';

export interface IntakeDependencies {
  readonly codec: EventCodec;
  readonly group: string;
  /** Called for the first dead letter: most consumers never have one. */
  readonly createProducer: () => EventProducer;
  readonly counts: DeadLetterCounts;
}

/** Dead letters of a batch on their way: sent in order, so that those of one key stay in it. estimate: some batches' worth. */
const AT_ONCE = 100;
/** A message's error is somebody else's text: it must not fill the log. */
const LONGEST_ERROR = 500;

export function createIntake(dependencies: IntakeDependencies): Intake {
  const { codec, group, createProducer, counts } = dependencies;
  let producer: EventProducer | null = null;
  /** What `read` was given last: records as the log has them. */
  let raw: readonly LogRecord[] = [];
  /** Those of them that are set aside already: a batch may be read again. */
  const aside = new Set<LogRecord>();

  /** Sent again for another group, which could not handle it then. */
  const isForOthers = ({ headers }: LogRecord) =>
    headers !== undefined && (headers[header.REDRIVEN_FOR] ?? group) !== group;

  async function readOn(
    context: Context,
    readable: LogRecord[],
    from: number,
    pending: unknown,
  ): Promise<readonly LogRecord[]> {
    const records = raw;
    const malformed: [LogRecord, MalformedEvent][] = [];
    for (let i = from; i < records.length; i++) {
      const record = records[i]!;
      if (isForOthers(record)) continue;
      try {
        const message = i === from ? pending : codec.decode(context, record.topic, record.value);
        readable.push(withMessage(record, await message));
      } catch (error) {
        if (!(error instanceof MalformedEvent)) throw error;
        malformed.push([record, error]);
      }
    }
    await forEachBounded(malformed, AT_ONCE, ([record, error]) => setAside(context, record, error));
    return readable;
  }

  async function setAside(context: Context, record: LogRecord, error: PortError): Promise<void> {
    const original = raw.find((one) => isSame(one, record)) ?? record;
    if (aside.has(original)) return;
    const headers = headersOf(original, error);
    const bytes = original.bytes - header.sizeOfHeaders(original.headers) + header.sizeOfHeaders(headers);
    const { topic, key, value } = original;
    producer ??= createProducer();
    await producer.send(context, { topic: deadLetterTopic(topic), key, value, bytes, headers });
    aside.add(original);
    counts.add(topic, headers[header.REASON]!);
  }

  function headersOf(
    { topic, partition, offset, value, headers }: LogRecord,
    error: PortError,
  ): RecordHeaders {
    const schemaId = codec.schemaIdOf(value);
    return {
      [header.REASON]: error instanceof MalformedEvent ? error.reason : REJECTED,
      [header.ERROR]: error.message.slice(0, LONGEST_ERROR),
      [header.TOPIC]: topic,
      [header.PARTITION]: String(partition),
      [header.OFFSET]: String(offset),
      [header.GROUP]: group,
      ...(schemaId === null ? {} : { [header.SCHEMA_ID]: String(schemaId) }),
      [header.TIMES]: String(Number(headers?.[header.TIMES] ?? 0) + 1),
    };
  }

  return {
    read(context, records) {
      if (records !== raw) {
        raw = records;
        aside.clear();
      }
      const readable: LogRecord[] = [];
      for (let i = 0; i < records.length; i++) {
        const record = records[i]!;
        if (isForOthers(record)) continue;
        const message = codec.decode(context, record.topic, record.value);
        if (message instanceof Promise) return readOn(context, readable, i, message);
        readable.push(withMessage(record, message));
      }
      return readable;
    },
    setAside,
  };
}

/** The reason of a dead letter that could be read, and not be handled. */
export const REJECTED = 'rejected';

function withMessage(record: LogRecord, value: unknown): LogRecord {
  const { topic, partition, offset, key, bytes, timestampNs, headers } = record;
  return { topic, partition, offset, key, value, bytes, timestampNs, headers };
}

const isSame = (one: LogRecord, other: LogRecord) =>
  one.topic === other.topic && one.partition === other.partition && one.offset === other.offset;

/** How many dead letters there were since the start, by topic and reason. */
export class DeadLetterCounts {
  readonly #byReason = new Map<string, Map<string, number>>();

  add(topic: string, reason: string): void {
    const reasons = this.#byReason.get(topic) ?? new Map<string, number>();
    this.#byReason.set(topic, reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
  }

  /** Of one topic, for all reasons or one. */
  of(topic: string, reason?: string): number {
    const reasons = this.#byReason.get(topic);
    if (reason !== undefined) return reasons?.get(reason) ?? 0;
    let sum = 0;
    for (const count of reasons?.values() ?? []) sum += count;
    return sum;
  }
}
