/** Making the search index anew, as an operator of a live system does it and sees it. */
import type { Gauge } from '../engines/engine.ts';
import { MILLISECOND } from '../ports/clock.ts';
import { PortError } from '../ports/errors.ts';
import { versionOf } from '../services/search/catalogue-index.ts';
import type { ReindexWorker } from '../services/search/reindex-worker.ts';
import type { ReindexDesk, ReindexState } from '../transport/telemetry/index.ts';

export type { ReindexState };

export interface ReindexDeskOptions {
  /** Undefined: it is not up. */
  readonly worker: () => ReindexWorker | undefined;
  readonly enter: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createReindexDesk({ worker, enter }: ReindexDeskOptions): ReindexDesk {
  return {
    state() {
      const { underWay, last } = worker()?.state() ?? { underWay: null, last: null };
      if (last === null) return { underWay, last };
      const { pausedNs, ...rest } = last;
      return { underWay, last: { ...rest, pausedMs: pausedNs / MILLISECOND } };
    },

    start(shards) {
      return enter(async () => {
        const present = worker();
        if (present === undefined) throw new PortError('unavailable', 'search.reindex', true);
        return present.start({ shards });
      });
    },
  };
}

/** What is made at present; nothing where nothing is. */
export function reindexGauges(worker: () => ReindexWorker | undefined): Gauge[] {
  const underWay = () => worker()?.state().underWay ?? null;
  const gauge = (name: string, read: () => number | null): Gauge => ({
    name,
    unit: '1',
    group: 'reindex',
    read,
  });
  return [
    gauge('reindex version being made', () => {
      const found = underWay();
      return found === null ? null : versionOf(found.index);
    }),
    gauge('reindex documents copied', () => underWay()?.copied ?? null),
  ];
}
