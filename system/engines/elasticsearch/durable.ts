/**
 * What of the cluster outlives the process: indices, aliases, and documents as they were last written. Documents are
 * searchable when time begins, as after a node has read its transaction log.
 */
import type { IndexDocument } from '../../ports/search-index.ts';
import type { Durable } from '../engine.ts';
import type { AdminChange, Cluster, Index } from './cluster.ts';
import { hashId } from './routing.ts';

/** Null: deleted. */
export type DocumentChange = readonly [index: string, id: string, document: IndexDocument | null];
export type ClusterChange = DocumentChange | AdminChange;

export class DurableDocuments implements Durable {
  readonly #cluster: Cluster;
  /** Indices that are there without anybody's making them. */
  readonly #initial: readonly Index[];
  /** Ids that were written, in this process or an earlier one. The others were there before the run. */
  readonly #written = new Map<Index, Set<string>>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#initial = [...cluster.indices.values()];
  }

  onChange(listener: (change: unknown) => void): void {
    this.#cluster.onWrite = (name, id, document) => {
      const index = this.#cluster.indices.get(name);
      // Deleted while the write was on its way: so is what it wrote.
      if (index === undefined) return;
      this.#remember(index, id);
      listener([name, id, document] satisfies DocumentChange);
    };
    this.#cluster.onAdmin = listener;
  }

  restore(change: unknown): void {
    if (isDocument(change)) this.#restoreDocument(change);
    else this.#restoreAdmin(change as AdminChange);
  }

  restored(): void {
    for (const { data } of this.#cluster.shards) {
      data.beginRefresh();
      data.finishRefresh();
    }
  }

  *changes(): Generator<ClusterChange> {
    const { indices, aliases } = this.#cluster;
    for (const { deleted, definition } of this.#initial) if (deleted) yield { deleted: definition.name };
    for (const index of indices.values())
      if (!this.#initial.includes(index)) yield { created: index.definition };
    for (const [index, ids] of this.#written) {
      if (index.deleted) continue;
      for (const id of ids) yield [index.definition.name, id, index.shardFor(hashId(id)).data.read(id)];
    }
    for (const [alias, index] of aliases) yield { alias, index: index.definition.name };
    for (const { blocked, definition } of indices.values())
      if (blocked) yield { index: definition.name, blocked };
  }

  #restoreDocument([name, id, document]: DocumentChange): void {
    const index = this.#index(name);
    const { data } = index.shardFor(hashId(id));
    if (document === null) data.remove(id);
    else data.put(id, document);
    this.#remember(index, id);
  }

  #restoreAdmin(change: AdminChange): void {
    const cluster = this.#cluster;
    if ('created' in change) {
      if (!cluster.indices.has(change.created.name)) cluster.createIndex(change.created);
    } else if ('deleted' in change) {
      const index = cluster.indices.get(change.deleted);
      if (index !== undefined) cluster.deleteIndex(index);
    } else if ('alias' in change) cluster.pointAlias(change.alias, this.#index(change.index));
    else cluster.block(this.#index(change.index), change.blocked);
  }

  #remember(index: Index, id: string): void {
    const ids = this.#written.get(index);
    if (ids === undefined) this.#written.set(index, new Set([id]));
    else ids.add(id);
  }

  #index(name: string): Index {
    const index = this.#cluster.indices.get(name);
    if (index === undefined) throw new RangeError(`There is no index '${name}'.`);
    return index;
  }
}

function isDocument(change: unknown): change is DocumentChange {
  return Array.isArray(change);
}
