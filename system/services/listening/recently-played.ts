/**
 * What a listener played lately, for the start page: a list in the cache, newest first. Plays that come again, or in
 * another order, change nothing. A cache may lose it, and then it begins anew with the next play: whoever reads a list
 * that does not say that it is whole adds what the history knows, once.
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
  /** Newest first. `readHistory` is asked where the list may not be all there is. */
  read(
    context: Context,
    listenerId: string,
    limit: number,
    readHistory: (limit: number) => Promise<readonly Play[]>,
  ): Promise<readonly Play[]>;
}

/** Lists of one command. estimate: some 0.3 ms of the cache's one thread. */
const LISTS_A_COMMAND = 50;
const CONCURRENCY = 16;
/** estimate: two ids of up to 36 characters, three numbers. */
const PLAY_BYTES = 80;

/** Stands behind the oldest play: the list is whole. A list that is full pushes it out, and needs it no more. */
const WHOLE: Play = Object.freeze({
  playId: -1,
  listenerId: '',
  trackId: '',
  playedAtNs: -1,
  listenedMs: 0,
  skipped: false,
});

/** Short: there is one for each of a hundred million listeners, and a byte of it is 100 MB of the cache. */
const keyOf = (listenerId: string) => `r:${listenerId}`;

export function createRecentlyPlayed(cache: Cache, knobs: ListeningKnobs): RecentlyPlayed {
  const keep = knobs.recentLimit;
  const ttlMs = knobs.recentTtlS * 1_000;
  const put = (context: Context, lists: readonly BoundedPush[]) =>
    cache.evaluate(context, { name: 'push-bounded', lists, by: 'playedAtNs', id: 'playId', keep, ttlMs });

  return {
    push(context, records) {
      return forEachBounded(commandsOf(records), CONCURRENCY, (lists) => put(context, lists));
    },

    async read(context, listenerId, limit, readHistory) {
      const key = keyOf(listenerId);
      const listed = (await cache.range(context, key, keep)) as readonly Play[];
      if (listed.length >= keep || listed.at(-1)?.playId === WHOLE.playId) return shown(listed, limit);
      const older = await readHistory(keep);
      await put(context, [{ key, values: [...older, WHOLE], bytes: PLAY_BYTES }]);
      return shown([...listed, ...older].sort(newestFirst), limit);
    },
  };
}

const newestFirst = (a: Play, b: Play) => b.playedAtNs - a.playedAtNs || b.playId - a.playId;

/** What an app recorded twice stands there twice, and is what and when it was first. */
function shown(listed: readonly Play[], limit: number): Play[] {
  const ids = new Set([WHOLE.playId]);
  const plays: Play[] = [];
  for (let i = listed.length - 1; i >= 0; i--) {
    const play = listed[i]!;
    if (ids.has(play.playId)) continue;
    ids.add(play.playId);
    plays.push(play);
  }
  return plays.reverse().slice(0, limit);
}

function commandsOf(records: readonly LogRecord[]): BoundedPush[][] {
  const byListener = new Map<string, Play[]>();
  const commands: BoundedPush[][] = [];
  let lists: BoundedPush[] = [];
  for (const { value } of records) {
    const play = value as Play;
    const known = byListener.get(play.listenerId);
    if (known !== undefined) {
      known.push(play);
      continue;
    }
    const values = [play];
    byListener.set(play.listenerId, values);
    if (lists.length === 0) commands.push(lists);
    lists.push({ key: keyOf(play.listenerId), values, bytes: PLAY_BYTES });
    if (lists.length === LISTS_A_COMMAND) lists = [];
  }
  return commands;
}
