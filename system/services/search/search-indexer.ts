/**
 * Keeps the index up to date: a consumer of the group `search-indexer` on both topics. At least once: offsets are
 * committed after everything polled is indexed, and indexing a document twice is indexing it once.
 *
 *   log `catalogue_updates`, `playlist_updates` ──▶ one request a document (single) or a batch (bulk) ──▶ index
 */
import { CATALOGUE_UPDATES, PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { EventLog, LogRecord } from '../../ports/event-log.ts';
import type { IndexOperation, SearchIndex } from '../../ports/search-index.ts';
import { type Background, consume } from '../consume.ts';
import { CATALOGUE_INDEX, newerOf, operationsOf } from './catalogue-index.ts';
import type { IndexerKnobs } from './knobs.ts';

export const INDEXER_GROUP = 'search-indexer';

export interface SearchIndexerDependencies {
  readonly events: EventLog;
  readonly index: SearchIndex;
  readonly clock: Clock;
  readonly random: Random;
  readonly background: Background;
  readonly knobs: IndexerKnobs;
  readonly clientId: string;
}

export interface SearchIndexer {
  /** Runs until the context is cancelled. */
  run(context: Context): Promise<void>;
}

export function createSearchIndexer(dependencies: SearchIndexerDependencies): SearchIndexer {
  const { events, index, clock, random, background, knobs, clientId } = dependencies;

  async function indexSingly(context: Context, left: IndexOperation[]): Promise<void> {
    for (let next = left[0]; next !== undefined; next = left[0]) {
      const { id, document } = next;
      if (document !== undefined) await index.index(context, CATALOGUE_INDEX, id, document);
      else await refuseNone(context, [next]);
      left.shift();
    }
  }

  /** A deletion is a bulk of one. */
  async function refuseNone(context: Context, operations: readonly IndexOperation[]): Promise<void> {
    const [outcome] = await index.bulk(context, CATALOGUE_INDEX, operations);
    if (outcome !== null) throw new PortError('overloaded', 'search.bulk', true, outcome!.reason);
  }

  async function indexInBulk(context: Context, left: IndexOperation[]): Promise<void> {
    if (left.length === 0) return;
    const outcomes = await index.bulk(context, CATALOGUE_INDEX, left);
    const failed = left.filter((_, i) => outcomes[i] !== null);
    const reason = outcomes.find((outcome) => outcome !== null)?.reason ?? '';
    left.length = 0;
    left.push(...failed);
    if (failed.length > 0) throw new PortError('overloaded', 'search.bulk', true, reason);
  }

  /** What is left to index of the records last polled: a passing failure is tried again with the rest alone. */
  function createHandler() {
    const indexAll = knobs.mode === 'single' ? indexSingly : indexInBulk;
    let polled: readonly LogRecord[] = [];
    let left: IndexOperation[] = [];
    return (context: Context, records: readonly LogRecord[]): Promise<void> => {
      if (records !== polled) {
        polled = records;
        left = newestById(records);
      }
      return indexAll(context, left);
    };
  }

  return {
    run(context) {
      const { maxPollRecords } = knobs;
      const consumer = events.createConsumer(clientId, {
        group: INDEXER_GROUP,
        topics: [CATALOGUE_UPDATES, PLAYLIST_UPDATES],
        maxPollRecords,
        startFrom: 'earliest',
      });
      const handle = createHandler();
      return consume(context, { clock, random, background, consumer, maxPollRecords, intervalNs: 0, handle });
    },
  };
}

/**
 * The last word on each document: were an older one refused and tried again after a newer one had been indexed, it would
 * overwrite it.
 */
function newestById(records: readonly LogRecord[]): IndexOperation[] {
  const newest = new Map<string, IndexOperation>();
  for (const record of records)
    for (const operation of operationsOf(record))
      newest.set(operation.id, newerOf(newest.get(operation.id), operation));
  return [...newest.values()];
}
