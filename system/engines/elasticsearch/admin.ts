/** Indices and aliases as operators change them, and an index read document by document. */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { IndexDefinition, ScanPage, ScanRequest, SearchIndexAdmin } from '../../ports/search-index.ts';
import type { AdminPath, AdminWork } from './admin-path.ts';
import type { Cluster, Index } from './cluster.ts';
import { CLUSTER_STATE_NS, CREATE_INDEX_NS, LOOK_UP_NS, SCAN_DOCUMENT_NS, SHARD_QUERY_NS } from './cost.ts';
import { hashId } from './routing.ts';

export class Admin implements SearchIndexAdmin {
  readonly #cluster: Cluster;
  readonly #path: AdminPath;
  readonly #machine: number;

  constructor(cluster: Cluster, path: AdminPath, machine: number) {
    this.#cluster = cluster;
    this.#path = path;
    this.#machine = machine;
  }

  createIndex(context: Context, definition: IndexDefinition): Promise<void> {
    const cluster = this.#cluster;
    const { name } = definition;
    return this.#request(context, 'createIndex', () => ({
      node: null,
      costNs: CREATE_INDEX_NS,
      run: (finish) => {
        if (cluster.find(name) === undefined) finish(cluster.createIndex(definition));
        else finish(taken('createIndex', name));
      },
    }));
  }

  deleteIndex(context: Context, name: string): Promise<void> {
    const cluster = this.#cluster;
    return this.#change(context, 'deleteIndex', name, (index) => {
      // By its own name: an alias may stand for another one by now.
      if (index.definition.name !== name) return taken('deleteIndex', name);
      cluster.deleteIndex(index);
      return undefined;
    });
  }

  pointAlias(context: Context, alias: string, name: string): Promise<void> {
    const cluster = this.#cluster;
    return this.#change(context, 'pointAlias', name, (index) => {
      if (cluster.indices.has(alias)) return taken('pointAlias', alias);
      cluster.pointAlias(alias, index);
      return undefined;
    });
  }

  blockWrites(context: Context, name: string): Promise<void> {
    return this.#request(context, 'blockWrites', () => {
      const index = this.#index('blockWrites', name);
      return {
        node: null,
        costNs: CLUSTER_STATE_NS,
        run: (finish) => {
          this.#cluster.block(index, true);
          if (index.writing === 0) finish(undefined);
          else index.idle.push(() => finish(undefined));
        },
      };
    });
  }

  allowWrites(context: Context, name: string): Promise<void> {
    return this.#change(context, 'allowWrites', name, (index) => {
      this.#cluster.block(index, false);
      return undefined;
    });
  }

  list(context: Context): Promise<readonly string[]> {
    const cluster = this.#cluster;
    return this.#request(context, 'list', () => ({
      node: null,
      costNs: 0,
      run: (finish) => finish([...cluster.indices.keys()]),
    }));
  }

  resolve(
    context: Context,
    name: string,
  ): Promise<{ readonly index: string; readonly shards: number } | undefined> {
    const cluster = this.#cluster;
    return this.#request(context, 'resolve', () => ({
      node: null,
      costNs: 0,
      run: (finish) => {
        const found = cluster.find(name)?.definition;
        finish(found === undefined ? undefined : { index: found.name, shards: found.shards });
      },
    }));
  }

  scan(context: Context, { index: name, shard: number, after, size }: ScanRequest): Promise<ScanPage> {
    return this.#request(context, 'scan', () => {
      const shard = this.#index('scan', name).shards[number];
      if (shard === undefined)
        throw new PortError('invalid', 'elasticsearch.scan', true, `'${name}' has no shard ${number}`);
      const copy = shard.pick();
      if (copy === null) throw new PortError('unavailable', 'elasticsearch.scan', true, `shard ${number}`);
      // What it costs is known before what it finds: a full page, or what there is.
      const expected = shard.data.changedSince(after, size).documents.length;
      return {
        node: copy.node,
        costNs: SHARD_QUERY_NS + expected * SCAN_DOCUMENT_NS,
        run: (finish) => finish(shard.data.changedSince(after, size)),
      };
    });
  }

  count(context: Context, name: string): Promise<number> {
    const cluster = this.#cluster;
    return this.#request(context, 'count', () => {
      const index = this.#index('count', name);
      return {
        node: cluster.coordinator(),
        costNs: index.shards.length * SHARD_QUERY_NS,
        run: (finish) => finish(index.data.reduce((sum, data) => sum + data.searchable, 0)),
      };
    });
  }

  missing(context: Context, name: string, ids: readonly string[]): Promise<readonly string[]> {
    const cluster = this.#cluster;
    return this.#request(context, 'missing', () => {
      const index = this.#index('missing', name);
      return {
        node: cluster.coordinator(),
        costNs: ids.length * LOOK_UP_NS,
        run: (finish) => finish(ids.filter((id) => !index.shardFor(hashId(id)).data.has(id))),
      };
    });
  }

  #request<T>(context: Context, name: string, plan: () => AdminWork): Promise<T> {
    return this.#path.request(context, name, this.#machine, plan);
  }

  /** A change of the cluster state that concerns an index. */
  #change(
    context: Context,
    name: string,
    of: string,
    apply: (index: Index) => PortError | undefined,
  ): Promise<void> {
    return this.#request(context, name, () => {
      const index = this.#index(name, of);
      return {
        node: null,
        costNs: CLUSTER_STATE_NS,
        run: (finish) => {
          // It may be gone since the request was read.
          finish(index.deleted ? gone(name, of) : apply(index));
        },
      };
    });
  }

  #index(operation: string, name: string): Index {
    const index = this.#cluster.find(name);
    if (index !== undefined) return index;
    throw gone(operation, name);
  }
}

function gone(operation: string, name: string): PortError {
  return new PortError('not-found', `elasticsearch.${operation}`, true, `there is no index '${name}'`);
}

function taken(operation: string, name: string): PortError {
  const detail = `'${name}' is the name of something else`;
  return new PortError('conflict', `elasticsearch.${operation}`, true, detail);
}
