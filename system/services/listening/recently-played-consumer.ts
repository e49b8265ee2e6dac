/** Keeps what was recently played from the plays of the log: a consumer of the group `recently-played`. */
import { PLAYS } from '../../contracts/topics.ts';
import type { Cache } from '../../ports/cache.ts';
import { MILLISECOND } from '../../ports/clock.ts';
import { consume } from '../consume.ts';
import type { HistoryConsumer, HistoryConsumerDependencies } from './history-consumer.ts';
import { createRecentlyPlayed } from './recently-played.ts';

export const RECENTLY_PLAYED_GROUP = 'recently-played';

export type RecentlyPlayedConsumerDependencies = Omit<HistoryConsumerDependencies, 'store'> & {
  readonly cache: Cache;
};

export function createRecentlyPlayedConsumer(
  dependencies: RecentlyPlayedConsumerDependencies,
): HistoryConsumer {
  const { events, cache, clock, random, background, knobs, clientId } = dependencies;
  const recentlyPlayed = createRecentlyPlayed(cache, knobs);
  return {
    run(context) {
      const maxPollRecords = knobs.streamBatch;
      const consumer = events.createConsumer(clientId, {
        group: RECENTLY_PLAYED_GROUP,
        topics: [PLAYS],
        maxPollRecords,
        startFrom: 'earliest',
      });
      return consume(context, {
        clock,
        random,
        background,
        consumer,
        maxPollRecords,
        intervalNs: knobs.recentIntervalMs * MILLISECOND,
        handle: recentlyPlayed.push,
      });
    },
  };
}
