/**
 * Writes what listeners added to playlists to their history: a consumer of the group `listening-edits`. The row's key is
 * the edit's own number, so that an event which is delivered again writes the same row.
 */
import type { PlaylistUpdate } from '../../contracts/generated/events.ts';
import { PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import { MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { consume, forEachBounded } from '../consume.ts';
import type { HistoryConsumer, HistoryConsumerDependencies } from './history-consumer.ts';
import { listeningEdits } from './tables.ts';

export const EDITS_GROUP = 'listening-edits';

/** A playlist that was made private, made public or deleted: nothing was added. */
const addsTrack = ({ value }: LogRecord) => (value as PlaylistUpdate).track?.trackId !== undefined;

export function createEditConsumer(dependencies: HistoryConsumerDependencies): HistoryConsumer {
  const { events, store, clock, random, background, knobs, clientId } = dependencies;

  const write = (context: Context, { listenerId, snapshot, playlistId, track }: PlaylistUpdate) => {
    const row: Row = {
      listener_id: listenerId,
      edit: snapshot,
      playlist_id: playlistId,
      track_id: track?.trackId ?? null,
    };
    return store.upsert(context, { table: listeningEdits.name, row, consistency: 'QUORUM' });
  };

  return {
    run(context) {
      const maxPollRecords = knobs.historyBatch;
      const consumer = events.createConsumer(clientId, {
        group: EDITS_GROUP,
        topics: [PLAYLIST_UPDATES],
        maxPollRecords,
        startFrom: 'earliest',
      });
      return consume(context, {
        clock,
        random,
        background,
        consumer,
        maxPollRecords,
        intervalNs: knobs.historyIntervalMs * MILLISECOND,
        handle: (limited, records) =>
          forEachBounded(records.filter(addsTrack), knobs.historyConcurrency, ({ value }) =>
            write(limited, value as PlaylistUpdate),
          ),
      });
    },
  };
}
