/**
 * Plays: acknowledged once the log has them, written to the history later by consumers of the log. The player never
 * waits for the database, and a slow database shows as lag.
 *
 *   recordPlay ──▶ log `plays` (by listener) ──▶ history consumer ──▶ database ──▶ getHistory
 */
import { type Play, sizeOfPlay } from '../../contracts/generated/events.ts';
import type { ListeningApi } from '../../contracts/generated/listening.ts';
import { PLAYS } from '../../contracts/topics.ts';
import type { Clock } from '../../ports/clock.ts';
import { PortError } from '../../ports/errors.ts';
import type { EventProducer } from '../../ports/event-log.ts';
import type { WideColumnStore } from '../../ports/wide-column-store.ts';
import { createHistory } from './history.ts';
import type { ListeningKnobs } from './knobs.ts';
import { isId } from './segment.ts';

export interface ListeningDependencies {
  readonly events: EventProducer;
  readonly store: WideColumnStore;
  readonly clock: Clock;
  readonly knobs: ListeningKnobs;
}

const RECORDED = Object.freeze({});

export function createListeningService(dependencies: ListeningDependencies): ListeningApi {
  const { events, clock, knobs } = dependencies;
  const history = createHistory(dependencies);

  return {
    async recordPlay(context, { playId, listenerId, trackId, listenedMs, skipped }) {
      if (!isId(listenerId) || !isId(trackId))
        throw new PortError('invalid', 'listening.recordPlay', true, 'an id is missing or malformed');
      const play: Play = { playId, listenerId, trackId, playedAtNs: clock.now(), listenedMs, skipped };
      await events.send(context, { topic: PLAYS, key: listenerId, value: play, bytes: sizeOfPlay(play) });
      return RECORDED;
    },

    async getHistory(context, { listenerId, limit }) {
      const most = limit === 0 ? knobs.historyLimit : Math.min(limit, knobs.historyLimit);
      return { plays: await history.read(context, listenerId, most) };
    },
  };
}
