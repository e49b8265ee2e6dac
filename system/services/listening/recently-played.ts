/**
 * What a listener played lately, for the start page: a list in the cache, newest first. Plays that come again, or in
 * another order, change nothing.
 */
import type { Play } from '../../contracts/generated/events.ts';
import type { BoundedPush, Cache } from '../../ports/cache.ts';
import type { Context } from '../../ports/context.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import { forEachBounded } from '../consume.ts';
import type { ListeningKnobs } from './knobs.ts';

export interface RecentlyPlayed {
  /** Doing it twice with the same records changes nothing. */
  push(context: Context, records: readonly LogRecord[]): Promise<void>;
  /** Newest first. */
  read(context: Context, listenerId: string, limit: number): Promise<readonly Play[]>;
}

/** Lists of one command. estimate: some 0.3 ms of the cache's one thread. */
const LISTS_A_COMMAND = 50;
const CONCURRENCY = 16;
/** estimate: two ids of up to 36 characters, three numbers. */
const PLAY_BYTES = 80;

const keyOf = (listenerId: string) => `recent:${listenerId}`;

export function createRecentlyPlayed(cache: Cache, knobs: ListeningKnobs): RecentlyPlayed {
  const keep = knobs.recentLimit;
  const ttlMs = knobs.recentTtlS * 1_000;
  return {
    push(context, records) {
      return forEachBounded(commandsOf(records), CONCURRENCY, (lists) =>
        cache.evaluate(context, {
          name: 'push-bounded',
          lists,
          by: 'playedAtNs',
          id: 'playId',
          keep,
          ttlMs,
        }),
      );
    },

    async read(context, listenerId, limit) {
      const plays = (await cache.range(context, keyOf(listenerId), keep)) as readonly Play[];
      // What an app recorded twice stands there twice.
      const byId = new Map(plays.map((play) => [play.playId, play]));
      return [...byId.values()].slice(0, limit);
    },
  };
}

function commandsOf(records: readonly LogRecord[]): BoundedPush[][] {
  const byListener = new Map<string, { key: string; values: Play[]; bytes: number }>();
  const commands: BoundedPush[][] = [];
  let lists: BoundedPush[] = [];
  for (const { value } of records) {
    const play = value as Play;
    const list = byListener.get(play.listenerId);
    if (list !== undefined) {
      list.values.push(play);
      continue;
    }
    const made = { key: keyOf(play.listenerId), values: [play], bytes: PLAY_BYTES };
    byListener.set(play.listenerId, made);
    if (lists.length === 0) commands.push(lists);
    lists.push(made);
    if (lists.length === LISTS_A_COMMAND) lists = [];
  }
  return commands;
}
