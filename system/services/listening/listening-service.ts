/**
 * Plays: acknowledged once the log has them, and worked on later by consumers of the log. The player never waits for a
 * database, and a slow one shows as lag.
 *
 *   recordPlay ──▶ log `plays` (by listener) ──▶ history consumer ──▶ database ──▶ getHistory
 *                                            ├─▶ recently played ──▶ cache ──▶ getRecentlyPlayed
 *                                            ├─▶ session state ──▶ cache ──▶ getSession
 *                                            └─▶ top charts ──▶ database ──▶ getTopCharts
 */
import { type Play, sizeOfPlay } from '../../contracts/generated/events.ts';
import type { ListeningApi, Session } from '../../contracts/generated/listening.ts';
import { PLAYS, SKIPS } from '../../contracts/topics.ts';
import type { Cache } from '../../ports/cache.ts';
import { type Clock, MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { EventProducer } from '../../ports/event-log.ts';
import type { WideColumnStore } from '../../ports/wide-column-store.ts';
import { createCharts } from './charts.ts';
import { createHistory } from './history.ts';
import type { ListeningKnobs } from './knobs.ts';
import { createRecentlyPlayed } from './recently-played.ts';
import { isId } from './segment.ts';
import { isSkip } from './skips.ts';
import { SESSION_PREFIX, sessionState, topCharts } from './streams/jobs.ts';

export interface ListeningDependencies {
  readonly events: EventProducer;
  readonly store: WideColumnStore;
  /** What the streams of plays are kept in. Absent: there are no streams. */
  readonly cache?: Cache;
  readonly clock: Clock;
  readonly knobs: ListeningKnobs;
}

const RECORDED = Object.freeze({});
const recorded = () => RECORDED;

const invalid = (method: string, detail: string) =>
  new PortError('invalid', `listening.${method}`, true, detail);

export function createListeningService(dependencies: ListeningDependencies): ListeningApi {
  const { events, store, cache, clock, knobs } = dependencies;
  const history = createHistory(dependencies);
  const recentlyPlayed = cache === undefined ? null : createRecentlyPlayed(cache, knobs);
  const charts = createCharts(store, clock, knobs.chartCacheMs);

  const publish = (context: Context, topic: string, play: Play) =>
    events.send(context, { topic, key: play.listenerId, value: play, bytes: sizeOfPlay(play) });

  /** The cache of the streams, for a method that is nothing without them. */
  function streams(method: string): Cache {
    if (cache !== undefined) return cache;
    throw new PortError('unavailable', `listening.${method}`, true, 'streams are off (listening.streams)');
  }

  return {
    recordPlay(context, { playId, listenerId, trackId, listenedMs, skipped, playedAtNs: given }) {
      if (!isId(listenerId) || !isId(trackId))
        return Promise.reject(invalid('recordPlay', 'an id is missing or malformed'));
      // An app's clock may be ahead: nothing was played later than now.
      const playedAtNs = given === 0 ? clock.now() : Math.min(given, clock.now());
      const play: Play = { playId, listenerId, trackId, playedAtNs, listenedMs, skipped };
      if (knobs.skipEvents === 'off' || !isSkip(play)) return publish(context, PLAYS, play).then(recorded);
      if (knobs.skipEvents === 'instead') return publish(context, SKIPS, play).then(recorded);
      return Promise.all([publish(context, PLAYS, play), publish(context, SKIPS, play)]).then(recorded);
    },

    getHistory(context, { listenerId, limit, cursor }) {
      const most = limit === 0 ? knobs.historyLimit : Math.min(limit, knobs.historyLimit);
      return history.read(context, listenerId, most, cursor);
    },

    async getRecentlyPlayed(context, { listenerId, limit }) {
      const most = limit === 0 ? knobs.recentLimit : Math.min(limit, knobs.recentLimit);
      const readHistory = async (wanted: number) => (await history.read(context, listenerId, wanted)).plays;
      if (recentlyPlayed === null) return { plays: await readHistory(most) };
      return { plays: await recentlyPlayed.read(context, listenerId, most, readHistory) };
    },

    async getSession(context, { listenerId }) {
      const session = (await streams('getSession').get(context, SESSION_PREFIX + listenerId)) as
        | Session
        | undefined;
      if (session === undefined) return { open: false };
      const silentNs = clock.now() - session.endedAtNs;
      return { session, open: silentNs <= sessionState.window.gapMs * MILLISECOND };
    },

    async getTopCharts(context, { atNs, limit }) {
      streams('getTopCharts');
      const chart = await charts.read(context, atNs);
      const most = limit === 0 ? topCharts.top.limit : limit;
      return most >= chart.entries.length ? chart : { ...chart, entries: chart.entries.slice(0, most) };
    },
  };
}
