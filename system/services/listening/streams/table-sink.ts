/**
 * The top of each shared window as one row. It is written so far apart as the job says, and at once when the window is
 * over; by a compare-and-set on the step that it is from, so that an older one never takes its place. Keys that are none
 * are left out, and others move up; as long as nobody can say which those are, what was written last stays.
 */
import { MILLISECOND } from '../../../ports/clock.ts';
import type { Context } from '../../../ports/context.ts';
import type { Row } from '../../../ports/wide-column-store.ts';
import type { Sink } from './description.ts';
import type { PartitionState } from './partition-state.ts';
import type { SinkDependencies, SinkWriter } from './sinks.ts';
import { topOf } from './top.ts';
import type { Pane, SharedWindow } from './windows.ts';

/** Key and value of each place, the first one first. */
export type TopEntries = readonly (readonly [key: string, value: number])[];

/** Each finds out about as many keys as a row shows. estimate: whoever makes up more of them in one writing gets a shorter row. */
const ROUNDS = 10;

export function createTableWriter(
  { stage, store, clock, keys }: SinkDependencies,
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

  /** The top of each window, of keys that are some; null: nobody can say now. */
  async function topsOf(context: Context, windows: readonly SharedWindow[]): Promise<Pane[][] | null> {
    for (let round = 1; ; round++) {
      const tops = windows.map(({ panes }) => topOf(panes.values(), place, limit, keys?.isOut));
      if (keys === undefined) return tops;
      const wanted = [...new Set(tops.flatMap((top) => top.map(({ key }) => key)))];
      if (!(await keys.learn(context, wanted))) return null;
      if (!wanted.some(keys.isOut)) return tops;
      if (round === ROUNDS) return tops.map((top) => top.filter(({ key }) => !keys.isOut(key)));
    }
  }

  function rowOf(window: SharedWindow, top: readonly Pane[], { position }: PartitionState) {
    const entries: TopEntries = top.map(({ key, values }) => [key, values[place]!] as const);
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
      const windows = [...changed].flatMap((startNs) => all.get(startNs) ?? []);
      const tops = await topsOf(context, windows);
      if (tops === null) return;
      const rows = windows.map((window, i) => rowOf(window, tops[i]!, state));
      for (const row of rows) {
        await put(context, row);
        if (row.complete) versions.delete(row.from_ns);
      }
      changed.clear();
      writtenNs = clock.now();
    },
  };
}
