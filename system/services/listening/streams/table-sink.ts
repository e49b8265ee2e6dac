/**
 * The top of each shared window as one row. It is written so far apart as the job says, and at once when the window is
 * over; by a compare-and-set on the step that it is from, so that an older one never takes its place.
 */
import { MILLISECOND } from '../../../ports/clock.ts';
import type { Context } from '../../../ports/context.ts';
import type { Row } from '../../../ports/wide-column-store.ts';
import type { Sink } from './description.ts';
import type { PartitionState } from './partition-state.ts';
import type { SinkDependencies, SinkWriter } from './sinks.ts';
import { topOf } from './top.ts';
import type { SharedWindow } from './windows.ts';

/** Key and value of each place, the first one first. */
export type TopEntries = readonly (readonly [key: string, value: number])[];

export function createTableWriter(
  { stage, store, clock }: SinkDependencies,
  { table, everyMs }: Extract<Sink, { kind: 'table' }>,
): SinkWriter {
  const { name: job, top } = stage.job;
  const { by, limit } = top!;
  const place = stage.folding.names.indexOf(by);
  /** Beginnings of windows that have changed since they were written; null: nobody knows what was written. */
  let changed: Set<number> | null = null;
  let writtenNs = Number.NEGATIVE_INFINITY;
  /** Step that a row is from, as far as it is known. */
  const versions = new Map<number, number | null>();

  async function put(context: Context, row: Row & { version: number }): Promise<void> {
    const fromNs = row.from_ns as number;
    let present = versions.get(fromNs);
    for (;;) {
      if (present !== undefined && present !== null && present >= row.version) return;
      const condition =
        present === undefined || present === null
          ? { ifNotExists: true }
          : { ifEquals: { version: present } };
      const outcome = await store.upsert(context, { table, row, consistency: 'QUORUM', ...condition });
      present = outcome.applied ? row.version : ((outcome.current?.version as number | undefined) ?? null);
      versions.set(fromNs, present);
      if (outcome.applied) return;
    }
  }

  function rowOf(window: SharedWindow, { position }: PartitionState) {
    const entries: TopEntries = topOf(window.panes.values(), place, limit).map(
      ({ key, values }) => [key, values[place]!] as const,
    );
    return {
      job,
      from_ns: window.startNs,
      until_ns: window.endNs,
      version: position.sequence,
      complete: window.endNs <= position.watermarkNs,
      entries: JSON.stringify(entries),
    };
  }

  return {
    async write(context, state, step) {
      const { watermarkNs } = state.position;
      const all = new Map<number, SharedWindow>();
      for (const window of state.windows.shared) all.set(window.startNs, window);
      changed ??= new Set(all.keys());
      for (const { startNs } of step?.changes.windows ?? []) changed.add(startNs);
      if (changed.size === 0) return;
      const over = [...changed].some((startNs) => (all.get(startNs)?.endNs ?? 0) <= watermarkNs);
      if (!over && clock.now() - writtenNs < everyMs * MILLISECOND) return;
      // All rows are made before the first is written: the state is that of one step.
      const rows = [...changed].flatMap((startNs) => {
        const window = all.get(startNs);
        return window === undefined ? [] : [rowOf(window, state)];
      });
      for (const row of rows) {
        await put(context, row);
        if (row.complete) versions.delete(row.from_ns);
      }
      changed.clear();
      writtenNs = clock.now();
    },
  };
}
