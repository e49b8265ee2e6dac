/**
 * What of the log outlives the process: records where they stood, and committed offsets. Groups are made when their first
 * consumer comes; until then the offsets of earlier processes wait here.
 */
import type { LogRecord } from '../../ports/event-log.ts';
import type { Simulation } from '../../runtime/kernel/index.ts';
import type { Durable } from '../engine.ts';
import type { Cluster } from './cluster.ts';
import type { CommittedOffset, Group } from './group.ts';
import type { Partition, StoredRecord } from './partition.ts';
import type { ProducePath } from './produce.ts';
import type { ProducerBatch } from './producer-batch.ts';

export type LogChange =
  /** Its offset is where the partition ended: what stood there before was lost with a leader. */
  | readonly ['record', LogRecord]
  | readonly ['offsets', group: string, offsets: readonly CommittedOffset[]]
  /** Records before this offset have been deleted. */
  | readonly ['start', topic: string, partition: number, offset: number];

interface Dependencies {
  readonly simulation: Simulation;
  readonly cluster: Cluster;
  readonly path: ProducePath<ProducerBatch>;
  readonly groups: ReadonlyMap<string, Group>;
}

export class DurableLog implements Durable {
  readonly #parts: Dependencies;
  /** By group, then by topic and partition: of groups that nobody has joined yet. */
  readonly #waiting = new Map<string, Map<string, CommittedOffset>>();
  #listener: ((change: LogChange) => void) | null = null;

  constructor(parts: Dependencies) {
    this.#parts = parts;
  }

  onChange(listener: (change: unknown) => void): void {
    this.#listener = listener;
    // A copy: a record that is sent again gets another offset.
    this.#parts.path.onAppend = (record) => listener(['record', { ...record }] satisfies LogChange);
  }

  readonly committed = (group: string, offsets: readonly CommittedOffset[]): void => {
    this.#listener?.(['offsets', group, offsets]);
  };

  /** A group's first consumer has come: it goes on where it was. */
  adopt(group: Group): void {
    const offsets = this.#waiting.get(group.name);
    if (offsets === undefined) return;
    this.#waiting.delete(group.name);
    for (const claim of group.claims) {
      const { topic, number } = claim.partition;
      claim.committed = offsets.get(`${topic}-${number}`)?.offset ?? claim.committed;
    }
  }

  restore(change: unknown): void {
    const known = change as LogChange;
    switch (known[0]) {
      case 'record':
        this.#partition(known[1].topic, known[1].partition).restore({ ...known[1] } as StoredRecord);
        break;
      case 'offsets':
        this.#remember(known[1], known[2]);
        break;
      case 'start':
        this.#partition(known[1], known[2]).beginAt(known[3]);
    }
  }

  restored(): void {}

  *changes(): Generator<LogChange> {
    const { simulation, cluster, groups } = this.#parts;
    for (const partition of cluster.partitions) {
      partition.retain(simulation.nowNs, cluster.knobs.retentionBytes);
      const { topic, number, startOffset } = partition;
      if (startOffset > 0) yield ['start', topic, number, startOffset];
      for (const record of partition.records()) yield ['record', record];
    }
    for (const { name, claims } of groups.values()) {
      const offsets = claims
        .filter(({ committed }) => committed >= 0)
        .map(({ partition: { topic, number }, committed }) => ({
          topic,
          partition: number,
          offset: committed,
        }));
      if (offsets.length > 0) yield ['offsets', name, offsets];
    }
    for (const [name, offsets] of this.#waiting) yield ['offsets', name, [...offsets.values()]];
  }

  #remember(group: string, offsets: readonly CommittedOffset[]): void {
    let known = this.#waiting.get(group);
    if (known === undefined) {
      known = new Map();
      this.#waiting.set(group, known);
    }
    for (const one of offsets) known.set(`${one.topic}-${one.partition}`, one);
  }

  #partition(topic: string, number: number): Partition {
    const found = this.#parts.cluster.topic(topic)?.partitions[number];
    if (found === undefined) throw new RangeError(`There is no partition ${number} of a topic '${topic}'.`);
    return found;
  }
}
