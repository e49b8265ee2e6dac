/**
 * What outlives the process: documents as they were last written, indices made and deleted since the start, where aliases
 * point. Documents are searchable when time begins, as after a node has read its transaction log.
 */
import type { IndexDocument } from '../../ports/search-index.ts';
import type { Durable } from '../engine.ts';
import type { AdminChange, Cluster } from './cluster.ts';
import { hashId } from './routing.ts';
import type { ShardIndex } from './shard-index.ts';

/** Null: deleted. */
export type DocumentChange = readonly [index: string, id: string, document: IndexDocument | null];

export class DurableDocuments implements Durable {
  readonly #cluster: Cluster;
  /** By index: ids that were written, in this process or an earlier one. The others were there before the run. */
  readonly #written = new Map<string, Set<string>>();

  /** Indices that the cluster starts with. */
  readonly #original: readonly string[];

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#original = [...cluster.indices.keys()];
  }

  onChange(listener: (change: unknown) => void): void {
    this.#cluster.onWrite = (index, id, document) => {
      this.#remember(index, id);
      listener([index, id, document] satisfies DocumentChange);
    };
    this.#cluster.onAdmin = (change) => {
      if ('deleted' in change) this.#written.delete(change.deleted);
      listener(change);
    };
  }

  restore(change: unknown): void {
    if (!Array.isArray(change)) {
      const { onAdmin } = this.#cluster;
      // What is put back is no news.
      this.#cluster.onAdmin = null;
      this.#restoreIndex(change as AdminChange);
      this.#cluster.onAdmin = onAdmin;
      return;
    }
    const [index, id, document] = change as unknown as DocumentChange;
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

  *changes(): Generator<DocumentChange | AdminChange> {
    const { indices, aliases } = this.#cluster;
    for (const { definition } of indices.values())
      if (!this.#original.includes(definition.name)) yield { created: definition };
    for (const [index, ids] of this.#written) {
      for (const id of ids) yield [index, id, this.#shard(index, id).read(id)];
    }
    for (const name of this.#original) if (!indices.has(name)) yield { deleted: name };
    for (const [alias, { definition }] of aliases) yield { alias, index: definition.name };
    for (const { definition, blocked } of indices.values())
      if (blocked) yield { index: definition.name, blocked };
  }

  /** What is so already stays as it is. */
  #restoreIndex(change: AdminChange): void {
    const cluster = this.#cluster;
    if ('created' in change) {
      if (!cluster.indices.has(change.created.name)) cluster.createIndex(change.created);
      return;
    }
    const index = cluster.indices.get('deleted' in change ? change.deleted : change.index);
    if (index === undefined) return;
    if ('deleted' in change) {
      cluster.deleteIndex(index);
      this.#written.delete(change.deleted);
    } else if ('alias' in change) cluster.pointAlias(change.alias, index);
    else cluster.block(index, change.blocked);
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
