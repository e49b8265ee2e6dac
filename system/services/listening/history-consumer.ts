/** Writes the plays of the log to the history: a consumer of the group `listening-history`. */
import { PLAYS } from '../../contracts/topics.ts';
import { type Clock, MILLISECOND, type Random } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { WideColumnStore } from '../../ports/wide-column-store.ts';
import { type Background, consume } from '../consume.ts';
import { createHistory } from './history.ts';
import type { ListeningKnobs } from './knobs.ts';

export const HISTORY_GROUP = 'listening-history';

export interface HistoryConsumerDependencies {
  readonly events: EventLog;
  readonly store: WideColumnStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly background: Background;
  readonly knobs: ListeningKnobs;
  readonly clientId: string;
}

export interface HistoryConsumer {
  /** Runs until the context is cancelled. */
  run(context: Context): Promise<void>;
}

export function createHistoryConsumer(dependencies: HistoryConsumerDependencies): HistoryConsumer {
  const { events, clock, random, background, knobs, clientId } = dependencies;
  const history = createHistory(dependencies);
  return {
    run(context) {
      const consumer = events.createConsumer(clientId, {
        group: HISTORY_GROUP,
        topics: [PLAYS],
        maxPollRecords: knobs.historyBatch,
        startFrom: 'earliest',
      });
      return consume(context, {
        clock,
        random,
        background,
        consumer,
        maxPollRecords: knobs.historyBatch,
        intervalNs: knobs.historyIntervalMs * MILLISECOND,
        handle: history.write,
      });
    },
  };
}
