import type { PendingCall } from '../../runtime/kernel/index.ts';
import type { Partition, StoredRecord } from './partition.ts';
import type { Batch } from './produce.ts';

export type Sent = { readonly partition: number; readonly offset: number };

/** Records of one partition on their way, with the calls that wait for them. */
export class ProducerBatch implements Batch {
  readonly partition: Partition;
  readonly records: StoredRecord[];
  readonly calls: PendingCall<Sent>[];
  readonly sentNs: number[];
  readonly createdNs: number;
  bytes: number;
  baseOffset = -1;
  accepted = false;
  attempts = 0;

  /** A batch begins with a record, and most have no other: arrays of one are small, those that grow from none are not. */
  constructor(partition: Partition, record: StoredRecord, call: PendingCall<Sent>, nowNs: number) {
    this.partition = partition;
    this.records = [record];
    this.calls = [call];
    this.sentNs = [nowNs];
    this.createdNs = nowNs;
    this.bytes = record.bytes;
  }

  add(record: StoredRecord, call: PendingCall<Sent>, nowNs: number): void {
    this.records.push(record);
    this.calls.push(call);
    this.sentNs.push(nowNs);
    this.bytes += record.bytes;
  }
}
