/**
 * Makes an index anew, with other settings, while it is written and searched:
 *
 *   1  create the new index, which nobody uses
 *   2  copy the old one's documents, shard by shard, in the order in which they changed; what changes meanwhile comes again
 *   3  block writes to the old index: those under way end, indexers wait with theirs (the log keeps them)
 *   4  copy what has changed since; take away what was deleted; refresh
 *   5  move the alias: from this moment readers and writers are on the new index
 *   6  delete the old one, when the last search on it is long over
 *
 * Searches go on all the time and find whatever they would have found before; indexing pauses from 3 to 5, which is the
 * lag of a moment. The block is never lifted after the alias has moved: a write on its way to the old index would be
 * acknowledged and lost. If this process dies, the next one clears away what it left: `reindex-worker.ts`.
 */
import { type Clock, MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { type ErrorKind, PortError } from '../../ports/errors.ts';
import type {
  IndexDefinition,
  IndexOperation,
  SearchIndex,
  SearchIndexAdmin,
} from '../../ports/search-index.ts';
import type { ReindexKnobs } from './knobs.ts';

export interface ReindexerDependencies {
  readonly index: SearchIndex;
  readonly admin: SearchIndexAdmin;
  readonly clock: Clock;
  readonly knobs: ReindexKnobs;
}

export interface Reindexing {
  /** Documents written to the new index, those that changed meanwhile more than once. */
  readonly copied: number;
  /** Documents that were deleted while they were copied. */
  readonly removed: number;
  /** How long indexing paused. */
  readonly pausedNs: number;
}

export interface ReindexOptions {
  /** Told of documents as they are written to the new index. */
  readonly onCopied?: (documents: number) => void;
  /** Told when everybody is on the new index; the old one is kept for a while. */
  readonly onMoved?: (reindexing: Reindexing) => void;
}

export interface Reindexer {
  /**
   * Moves `alias` to an index of this definition. Rejects with `conflict` if there is such an index. One at a time.
   */
  run(
    context: Context,
    alias: string,
    definition: IndexDefinition,
    options?: ReindexOptions,
  ): Promise<Reindexing>;
}

/** What passes by itself. A refused write is one: the index may be busy. */
const PASSING: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['timeout', 'unavailable', 'reset', 'overloaded']);
/** estimate: a queue of some hundred requests drains meanwhile. */
const PAUSE_NS = 200 * MILLISECOND;

/** Everything here may be done twice: what has failed for a passing reason is tried again. */
export async function untilDone<T>(clock: Clock, context: Context, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof PortError && PASSING.has(error.kind);
      if (context.cancelled !== null || !passing) throw error;
      await clock.sleep(context, PAUSE_NS);
    }
  }
}

/** Deletes an index that may be gone: the answer of an earlier try may have been lost. */
export async function deleteOnce(admin: SearchIndexAdmin, context: Context, name: string): Promise<void> {
  try {
    await admin.deleteIndex(context, name);
  } catch (error) {
    if (!(error instanceof PortError && error.kind === 'not-found')) throw error;
  }
}

export function createReindexer({ index, admin, clock, knobs }: ReindexerDependencies): Reindexer {
  const persist = <T>(context: Context, work: () => Promise<T>) => untilDone(clock, context, work);

  async function write(context: Context, to: string, operations: readonly IndexOperation[]): Promise<void> {
    let left = operations;
    await persist(context, async () => {
      if (left.length === 0) return;
      const outcomes = await index.bulk(context, to, left);
      left = left.filter((_, i) => outcomes[i] !== null);
      if (left.length > 0) throw new PortError('overloaded', 'search.reindex', true);
    });
  }

  /** Copies what has become searchable since the last call; returns how many documents that were. */
  function copier(
    context: Context,
    from: string,
    shards: number,
    to: string,
    onCopied: (documents: number) => void,
  ): () => Promise<number> {
    const cursors = new Array<number>(shards).fill(0);
    return async () => {
      let copied = 0;
      for (let shard = 0; shard < shards; shard++) {
        for (;;) {
          const request = { index: from, shard, after: cursors[shard]!, size: knobs.batch };
          const { documents, next } = await persist(context, () => admin.scan(context, request));
          const operations = documents.map((one) => ({ action: 'index' as const, ...one }));
          await write(context, to, operations);
          cursors[shard] = next;
          copied += documents.length;
          onCopied(documents.length);
          if (documents.length < knobs.batch) break;
        }
      }
      return copied;
    };
  }

  const refresh = (context: Context, name: string) => persist(context, () => index.refresh(context, name));

  /** The new index may have documents that the old one has lost meanwhile, and none besides. */
  async function removeDeleted(context: Context, from: string, to: IndexDefinition): Promise<number> {
    const count = (name: string) => persist(context, () => admin.count(context, name));
    let surplus = (await count(to.name)) - (await count(from));
    const removed = surplus;
    for (let shard = 0; shard < to.shards && surplus > 0; shard++) {
      for (let after = 0; surplus > 0; ) {
        const request = { index: to.name, shard, after, size: knobs.batch };
        const { documents, next } = await persist(context, () => admin.scan(context, request));
        const ids = documents.map(({ id }) => id);
        const missing = await persist(context, () => admin.missing(context, from, ids));
        await write(
          context,
          to.name,
          missing.map((id) => ({ action: 'delete', id })),
        );
        surplus -= missing.length;
        after = next;
        if (documents.length < knobs.batch) break;
      }
    }
    if (removed > 0) await refresh(context, to.name);
    return removed;
  }

  /** From the block to the move of the alias. */
  async function takeOver(
    context: Context,
    alias: string,
    from: string,
    to: IndexDefinition,
    copy: () => Promise<number>,
  ): Promise<{ copied: number; removed: number }> {
    try {
      await persist(context, () => admin.blockWrites(context, from));
      await refresh(context, from);
      const copied = await copy();
      await refresh(context, to.name);
      const removed = await removeDeleted(context, from, to);
      await persist(context, () => admin.pointAlias(context, alias, to.name));
      return { copied, removed };
    } catch (error) {
      // Unless the alias has moved after all.
      const now = await persist(context, () => admin.resolve(context, alias));
      if (now?.index !== to.name) await persist(context, () => admin.allowWrites(context, from));
      throw error;
    }
  }

  return {
    async run(context, alias, definition, { onCopied = () => {}, onMoved } = {}) {
      const { name } = definition;
      const old = await persist(context, () => admin.resolve(context, alias));
      if (old === undefined) throw new PortError('not-found', 'search.reindex', true, `alias ${alias}`);
      if (old.index === name) return { copied: 0, removed: 0, pausedNs: 0 };
      await create(context, definition);
      const copy = copier(context, old.index, old.shards, name, onCopied);
      let copied = await copy();
      // Until little is left: the next pass has what changed during this one.
      for (let more = copied; more > knobs.batch; copied += more) more = await copy();
      const beganNs = clock.now();
      const last = await takeOver(context, alias, old.index, definition, copy);
      const pausedNs = clock.now() - beganNs;
      const reindexing = { copied: copied + last.copied, removed: last.removed, pausedNs };
      onMoved?.(reindexing);
      await clock.sleep(context, knobs.keepMs * MILLISECOND);
      await persist(context, () => deleteOnce(admin, context, old.index));
      return reindexing;
    },
  };

  /** An answer that was lost leaves the index behind: then it is ours. */
  async function create(context: Context, definition: IndexDefinition): Promise<void> {
    let mayExist = false;
    await persist(context, async () => {
      try {
        await admin.createIndex(context, definition);
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        if (error.kind === 'conflict' && mayExist) return;
        if (!error.definite) mayExist = true;
        throw error;
      }
    });
  }
}
