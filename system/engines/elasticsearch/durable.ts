/**
 * What of the indices outlives the process: documents as they were last written. They are searchable when time begins, as
 * after a node has read its transaction log.
 */
import type { IndexDocument } from '../../ports/search-index.ts';
import type { Durable } from '../engine.ts';
import type { Cluster } from './cluster.ts';
import { hashId } from './routing.ts';
import type { ShardIndex } from './shard-index.ts';

/** Null: deleted. */
export type DocumentChange = readonly [index: string, id: string, document: IndexDocument | null];

export class DurableDocuments implements Durable {
  readonly #cluster: Cluster;
  /** By index: ids that were written, in this process or an earlier one. The others were there before the run. */
  readonly #written = new Map<string, Set<string>>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  onChange(listener: (change: unknown) => void): void {
    this.#cluster.onWrite = (index, id, document) => {
      this.#remember(index, id);
      listener([index, id, document] satisfies DocumentChange);
    };
  }

  restore(change: unknown): void {
    const [index, id, document] = change as DocumentChange;
    const data = this.#shard(index, id);
    if (document === null) data.remove(id);
    else data.put(id, document);
    this.#remember(index, id);
  }

  restored(): void {
    for (const { data } of this.#cluster.shards) {
      data.beginRefresh();
      data.finishRefresh();
    }
  }

  *changes(): Generator<DocumentChange> {
    for (const [index, ids] of this.#written) {
      for (const id of ids) yield [index, id, this.#shard(index, id).read(id)];
    }
  }

  #remember(index: string, id: string): void {
    const ids = this.#written.get(index);
    if (ids === undefined) this.#written.set(index, new Set([id]));
    else ids.add(id);
  }

  #shard(name: string, id: string): ShardIndex {
    const index = this.#cluster.indices.get(name);
    if (index === undefined) throw new RangeError(`There is no index '${name}'.`);
    return index.shardFor(hashId(id)).data;
  }
}
