/**
 * Which plays are in the history already. An app that got no answer sends a play again under the same number, and the time
 * at which the server hears of it is another one then: only the number says that it is the same play.
 *
 * A listener's plays are in one partition of the log, which one consumer has at a time. So it is enough to read before
 * writing, without a lightweight transaction:
 *
 *   read number ──known──▶ leave it out
 *        └─────not known──▶ write the play ──▶ write its number     (each at QUORUM)
 *
 * Whoever crashes between the two writes has not committed either: the next one writes the same row again. During a
 * rebalance two consumers may handle the same records; both take the same one for the first, because whatever was
 * before their records was written, with its number, before it was committed.
 */
import type { Play } from '../../contracts/generated/events.ts';
import { SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { WideColumnStore } from '../../ports/wide-column-store.ts';
import { MONTH_NS } from './months.ts';
import { knownPlays } from './tables.ts';

/** A number is looked for in the month of its record and in the one before: known for one month at least, two at most. */
const MONTHS_LOOKED_AT = 2;
/** After that nobody asks. */
const TTL_SECONDS = (MONTHS_LOOKED_AT * MONTH_NS) / SECOND;

export interface KnownPlays {
  isKnown(context: Context, record: LogRecord): Promise<boolean>;
  /** Once the play is written. Doing it twice changes nothing. */
  remember(context: Context, record: LogRecord): Promise<void>;
}

/** By when the broker appended it: the same for whoever reads the record, however often. */
const monthOf = ({ timestampNs }: LogRecord) => Math.floor(timestampNs / MONTH_NS);

export function createKnownPlays(store: WideColumnStore): KnownPlays {
  return {
    async isKnown(context, record) {
      const { listenerId, playId } = record.value as Play;
      const months = Array.from({ length: MONTHS_LOOKED_AT }, (_, back) => monthOf(record) - back);
      const found = await Promise.all(
        months.map((month) =>
          store.select(context, {
            table: knownPlays.name,
            partition: [listenerId, month],
            clusteringPrefix: [playId],
            consistency: 'QUORUM',
          }),
        ),
      );
      return found.some((rows) => rows.length > 0);
    },

    async remember(context, record) {
      const { listenerId, playId } = record.value as Play;
      const row = {
        listener_id: listenerId,
        month: monthOf(record),
        play_id: playId,
        log_offset: record.offset,
      };
      const ttlSeconds = TTL_SECONDS;
      await store.upsert(context, { table: knownPlays.name, row, ttlSeconds, consistency: 'QUORUM' });
    },
  };
}

/** Of the records with the same listener and number the first one, in order. */
export function firstsOf(records: readonly LogRecord[]): readonly LogRecord[] {
  const seen = new Set<string>();
  return records.filter(({ value }) => {
    const { listenerId, playId } = value as Play;
    const { size } = seen;
    return seen.add(`${playId} ${listenerId}`).size > size;
  });
}
