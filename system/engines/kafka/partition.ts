/**
 * One partition: the leader's log, which replica has how much of it, and who reads it. Records are kept as the objects
 * that consumers get; readers see them up to the high watermark, the offset that every in-sync replica has. It stands still
 * while there are fewer of those than min.insync.replicas (KIP-966; brokers since 3.7), whatever the producers' acks are.
 */
import type { LogRecord } from '../../ports/event-log.ts';

/** A record before and after it got its offset. */
export type StoredRecord = { -readonly [K in keyof LogRecord]: LogRecord[K] };

/** Something that waits for records of a partition: one consumer group's claim on it. */
export interface Reader {
  /** There is more to read, or the partition has a leader again. */
  wake(): void;
}

/** Deleted records stay in the array until so many have gathered: one copy then, amortised to nothing. */
const COMPACT_AT = 4096;

export class Partition {
  /** Among all partitions of the cluster. */
  readonly index: number;
  readonly topic: string;
  readonly number: number;
  /** Brokers that hold a copy; the first one is the preferred leader. */
  readonly replicas: readonly number[];
  /** By position in `replicas`. */
  readonly inSync: boolean[];
  /** By position in `replicas`: where the copy of that broker ends. */
  readonly replicaEnd: number[];
  readonly readers: Reader[] = [];
  /** Broker that leads, or -1. */
  leader: number;
  /** Changes with the leader: what was under way at an earlier one is not stored by its word. */
  epoch = 0;
  /** Fetches hang at a leader that stands still: readers get nothing before. */
  fetchableFromNs = 0;
  startOffset = 0;
  endOffset = 0;
  highWatermark = 0;
  /** Retained bytes. */
  bytes = 0;
  readonly retentionNs: number;
  /** In-sync replicas without which nothing new becomes visible. */
  readonly #minInSync: number;
  /** What all in-sync replicas have, and readers may not see before there are enough of them. */
  #heldBack = 0;
  #records: (StoredRecord | null)[] = [];
  #head = 0;

  constructor(
    index: number,
    topic: string,
    number: number,
    replicas: readonly number[],
    retentionNs: number,
    minInSyncReplicas: number,
  ) {
    this.index = index;
    this.topic = topic;
    this.number = number;
    this.replicas = replicas;
    this.inSync = replicas.map(() => true);
    this.replicaEnd = replicas.map(() => 0);
    this.leader = replicas[0]!;
    this.retentionNs = retentionNs;
    // A topic with fewer copies than the minimum needs all of them.
    this.#minInSync = Math.min(minInSyncReplicas, replicas.length);
  }

  append(record: StoredRecord, nowNs: number): void {
    record.offset = this.endOffset++;
    record.timestampNs = nowNs;
    this.bytes += record.bytes;
    this.#records.push(record);
  }

  /** Puts a record back where it was; what stood there and behind it had been lost with a leader. */
  restore(record: StoredRecord): void {
    if (record.offset > this.endOffset)
      throw new RangeError(
        `${this.topic}-${this.number} ends at ${this.endOffset}, and the next record is number ${record.offset}.`,
      );
    if (record.offset < this.startOffset) return;
    this.truncate(record.offset);
    this.append(record, record.timestampNs);
    this.settleReplicas();
  }

  /** The log begins here: what was before has been deleted. */
  beginAt(offset: number): void {
    if (offset <= this.startOffset) return;
    this.#records = this.#records.slice(this.#head + offset - this.startOffset);
    this.#head = 0;
    this.bytes = this.#records.reduce((sum, record) => sum + record!.bytes, 0);
    this.startOffset = offset;
    this.endOffset = offset + this.#records.length;
    this.highWatermark = Math.max(offset, Math.min(this.highWatermark, this.endOffset));
    this.settleReplicas();
  }

  /** The record at an offset, if it is in the log. */
  at(offset: number): StoredRecord | undefined {
    if (offset < this.startOffset || offset >= this.endOffset) return undefined;
    return this.#records[this.#head + offset - this.startOffset]!;
  }

  /** Puts up to `limit` visible records from `offset` behind those in `into`; returns the offset after the last. */
  read(offset: number, limit: number, into: LogRecord[]): number {
    const end = Math.min(this.highWatermark, offset + limit);
    const base = this.#head - this.startOffset;
    for (let next = offset; next < end; next++) into.push(this.#records[base + next]!);
    return end;
  }

  /** Mean bytes of a retained record: what a fetch is charged by. */
  get meanBytes(): number {
    const count = this.endOffset - this.startOffset;
    return count === 0 ? 0 : this.bytes / count;
  }

  get inSyncCount(): number {
    let count = 0;
    for (const inSync of this.inSync) if (inSync) count++;
    return count;
  }

  /** Fewer in-sync replicas than the minimum: writes with acks=all are refused, readers see nothing new. */
  get underMinInSync(): boolean {
    return this.inSyncCount < this.#minInSync;
  }

  /** A replica has everything and counts as in sync again: what waited for the minimum becomes visible. */
  join(position: number): void {
    this.inSync[position] = true;
    this.replicaEnd[position] = this.endOffset;
    this.raise(this.#heldBack);
  }

  /** Records up to `offset` are on every in-sync replica: readers may see them, if these are enough. */
  raise(offset: number): void {
    if (offset <= this.highWatermark) return;
    if (this.underMinInSync) {
      this.#heldBack = Math.max(this.#heldBack, offset);
      return;
    }
    this.highWatermark = offset;
    for (const reader of this.readers) reader.wake();
  }

  /** A new leader's log ends at `offset`: what the old one had beyond is gone. */
  truncate(offset: number): void {
    this.#heldBack = Math.min(this.#heldBack, offset);
    while (this.endOffset > offset) {
      this.bytes -= this.#records.pop()!.bytes;
      this.endOffset--;
    }
    // As where a log is put back that was longer once: readers see nothing beyond its end.
    this.highWatermark = Math.min(this.highWatermark, this.endOffset);
  }

  /** All in-sync replicas have everything: after an election, or a preload outside time. */
  settleReplicas(): void {
    for (let i = 0; i < this.replicas.length; i++) if (this.inSync[i]) this.replicaEnd[i] = this.endOffset;
    this.raise(this.endOffset);
  }

  /** Deletes visible records older than the retention, and the oldest ones above `bytesLimit` (negative: no limit). */
  retain(nowNs: number, bytesLimit: number): void {
    const oldestNs = nowNs - this.retentionNs;
    while (this.startOffset < this.highWatermark) {
      const record = this.#records[this.#head]!;
      if (record.timestampNs > oldestNs && (bytesLimit < 0 || this.bytes <= bytesLimit)) break;
      this.bytes -= record.bytes;
      this.#records[this.#head++] = null;
      this.startOffset++;
    }
    if (this.#head < COMPACT_AT || this.#head * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#head);
    this.#head = 0;
  }

  /** Retained records, in order. */
  records(): LogRecord[] {
    return this.#records.slice(this.#head) as LogRecord[];
  }
}
