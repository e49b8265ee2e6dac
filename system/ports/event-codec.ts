import type { Context } from './context.ts';
import { PortError } from './errors.ts';
import type { LogRecord } from './event-log.ts';
import type { AvroSchema } from './schema-registry.ts';

/** From messages to what the log carries, and back. Every message names the schema that it was written with. */

/** What the messages of a topic look like, as this version of the system knows them. */
export interface EventContract {
  readonly topic: string;
  /** Where the registry keeps the schema's versions. */
  readonly subject: string;
  readonly schema: AvroSchema;
  /** Bytes of a message's Avro body. Throws `invalid`, which names the field, where it does not fit the schema. */
  readonly sizeOf: (message: unknown) => number;
}

/** What the log carries for a message: bytes; in virtual time, an object that stands for them. */
export interface EncodedEvent {
  readonly payload: unknown;
  /** As many as the bytes are, or would be. */
  readonly bytes: number;
}

/** What is wrong with a message that cannot be read. */
export type MalformedReason =
  | 'bad-magic' // not written in this format at all
  | 'unknown-schema' // the registry has no schema of that id
  | 'incompatible-schema' // its schema cannot be read as the reader's
  | 'truncated'
  | 'trailing-bytes'
  | 'wrong-type' // bytes that mean nothing in their schema
  | 'too-large';

export class MalformedEvent extends PortError {
  readonly reason: MalformedReason;
  /** The id that the message names; null where it names none. */
  readonly schemaId: number | null;
  readonly detail: string;

  constructor(reason: MalformedReason, schemaId: number | null, detail: string) {
    super('invalid', 'events.decode', true, `${reason}: ${detail}`);
    this.name = 'MalformedEvent';
    this.reason = reason;
    this.schemaId = schemaId;
    this.detail = detail;
  }
}

/**
 * Both calls answer at once when they know the schema, and with a promise when they have to ask the registry, whose
 * passing errors (`unavailable` …) they hand on. They never throw at the caller: errors come as rejections.
 */
export interface EventCodec {
  /** `invalid`: no schema for the topic, or the value does not fit it (names the field); `conflict`: the registry refuses the schema. */
  encode(context: Context, topic: string, value: unknown): EncodedEvent | Promise<EncodedEvent>;
  /**
   * The message as the topic's schema of this version reads it, frozen: fields that the writer did not know have their
   * defaults, those that the reader does not know are gone. Rejects with `MalformedEvent`.
   */
  decode(context: Context, topic: string, payload: unknown): unknown;
  /** The id of the schema that a payload names; null: it names none. */
  schemaIdOf(payload: unknown): number | null;
}

/**
 * How messages are laid out once their schemas are known: Avro behind Confluent's header (a zero, the schema's id in four
 * bytes), or objects that stand for it. Nothing here waits.
 */
export interface EventFormat {
  /** Throws `invalid`, naming the field, where the message does not fit the contract's schema. */
  write(contract: EventContract, schemaId: number, message: unknown): EncodedEvent;
  /** The id that a payload names. Throws MalformedEvent. */
  schemaIdOf(payload: unknown): number;
  /**
   * Reads payloads that were written with `writer` as the contract's schema: throws MalformedEvent, once for the schema
   * or each time for a payload.
   */
  createReader(contract: EventContract, writer: AvroSchema): (payload: unknown) => unknown;
}

/** What a consumer does with records before it handles them, and with those that it cannot handle. */
export interface Intake {
  /** The records that can be read, with their messages as values, in order. The others are set aside. */
  read(context: Context, records: readonly LogRecord[]): readonly LogRecord[] | Promise<readonly LogRecord[]>;
  /** Puts a record where somebody can look at it, instead of handling it: resolves when it is safe there. */
  setAside(context: Context, record: LogRecord, reason: PortError): Promise<void>;
}
