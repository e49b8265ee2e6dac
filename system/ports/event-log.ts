import type { Context } from './context.ts';
import type { Intake } from './event-codec.ts';

/** What travels beside a record: short texts by name. */
export type RecordHeaders = Readonly<Record<string, string>>;

/** A partitioned, replayable log with consumer groups, as Kafka is one. */
export interface LogRecord<V = unknown> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Null: spread over partitions (sticky). */
  readonly key: string | null;
  readonly value: V;
  readonly bytes: number;
  /** When the broker appended it. */
  readonly timestampNs: number;
  readonly headers?: RecordHeaders | undefined;
}

export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionMs?: number;
}

export interface ProduceRequest {
  readonly topic: string;
  readonly key: string | null;
  readonly value: unknown;
  /** Headers included. */
  readonly bytes: number;
  readonly headers?: RecordHeaders | undefined;
}

/** Errors: `timeout` (delivery not confirmed, outcome unknown), `unavailable` (no leader), `overloaded` (buffer full). */
export interface EventProducer {
  send(
    context: Context,
    record: ProduceRequest,
  ): Promise<{ readonly partition: number; readonly offset: number }>;
}

export interface ConsumerOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Most records that one poll returns; Kafka's default is 500. */
  readonly maxPollRecords: number;
  /** Where a group without committed offsets starts. */
  readonly startFrom: 'earliest' | 'latest';
}

export interface AssignedPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface EventConsumer {
  /** For records that carry encoded messages. Absent: values are in records as they are, and one that cannot be handled stops its consumer. */
  readonly intake?: Intake | undefined;
  /** Waits for at least one record or `maxWaitMs`; an empty array means nothing came. A rebalance may change the partitions between polls. */
  poll(context: Context, maxWaitMs: number): Promise<readonly LogRecord[]>;
  /** Commits everything returned by polls so far. Rejects with `conflict` when the group has moved on (fenced). */
  commit(context: Context): Promise<void>;
  /** Partitions that are this consumer's since its last poll. */
  assigned(): readonly AssignedPartition[];
  close(context: Context): Promise<void>;
}

export interface EventLog {
  createProducer(clientId: string): EventProducer;
  createConsumer(clientId: string, options: ConsumerOptions): EventConsumer;
}
