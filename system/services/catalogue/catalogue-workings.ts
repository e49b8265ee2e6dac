/** What the parts of the service share: reading rows, and telling the log what was published. */
import { type CatalogueUpdate, sizeOfCatalogueUpdate } from '../../contracts/generated/events.ts';
import { CATALOGUE_UPDATES } from '../../contracts/topics.ts';
import { type Clock, MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { EventProducer } from '../../ports/event-log.ts';
import type { Row, TableDefinition, WideColumnStore } from '../../ports/wide-column-store.ts';
import type { CatalogueKnobs } from './knobs.ts';
import { createLocalCache, type LocalCache } from './local-cache.ts';

export interface CatalogueDependencies {
  readonly store: WideColumnStore;
  readonly events: EventProducer;
  readonly clock: Clock;
  readonly knobs: CatalogueKnobs;
}

export interface CatalogueWorkings extends CatalogueDependencies {
  /** The rows of a partition; `limit` undefined: all. */
  rowsOf(context: Context, table: TableDefinition, id: string, limit?: number): Promise<readonly Row[]>;
  write(context: Context, table: TableDefinition, row: Row, alsoRows?: readonly Row[]): Promise<void>;
  tell(context: Context, key: string, update: CatalogueUpdate): Promise<void>;
  /** What this process remembers of one kind of things. */
  memory<T>(capacity: number): LocalCache<T>;
}

export function createCatalogueWorkings(dependencies: CatalogueDependencies): CatalogueWorkings {
  const { store, events, clock, knobs } = dependencies;
  return {
    ...dependencies,

    rowsOf(context, table, id, limit) {
      const statement = { table: table.name, partition: [id], consistency: knobs.readConsistency };
      return store.select(context, limit === undefined ? statement : { ...statement, limit });
    },

    async write(context, table, row, alsoRows) {
      const statement = { table: table.name, row, consistency: 'QUORUM' as const };
      await store.upsert(context, alsoRows === undefined ? statement : { ...statement, alsoRows });
    },

    async tell(context, key, update) {
      const bytes = sizeOfCatalogueUpdate(update);
      await events.send(context, { topic: CATALOGUE_UPDATES, key, value: update, bytes });
    },

    memory: (capacity) => createLocalCache(clock, capacity, knobs.localCacheTtlMs * MILLISECOND),
  };
}

export function notFound(operation: string, what: string): PortError {
  return new PortError('not-found', operation, true, what);
}

/** What is published needs the thing itself, and its id. */
export function given<T extends object>(thing: T | undefined, id: keyof T, operation: string): T {
  if (thing !== undefined && thing[id] !== '') return thing;
  throw new PortError('invalid', operation, true, `${String(id)} is missing`);
}
