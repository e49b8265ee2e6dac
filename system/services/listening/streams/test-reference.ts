/** What the operators are held to: the same answers, computed in the plainest way from the records of the log. */
import { MILLISECOND } from '../../../ports/clock.ts';
import type { LogRecord } from '../../../ports/event-log.ts';
import type { Event } from './aggregates.ts';
import { Folding, holdsAny } from './aggregates.ts';
import type { StreamJob } from './description.ts';
import type { Step } from './partition-state.ts';

/** Values by key and start of the window. */
export type Results = Map<string, readonly number[]>;

export const nameOf = (key: string, startNs: number) => `${key} from ${startNs}`;

/** What somebody knows who was told every step, in order. */
export function applyStep(results: Results, { changes }: Pick<Step, 'changes'>): void {
  for (const { key, startNs } of changes.removed) results.delete(nameOf(key, startNs));
  for (const { key, startNs, values } of changes.panes) results.set(nameOf(key, startNs), values.slice());
}

interface Kept {
  readonly key: string;
  startNs: number;
  endNs: number;
  events: Event[];
}

/** Records of one partition, in its order. Nothing is ever forgotten; what is too late is left out by looking at times. */
export function referenceOf(job: StreamJob, records: readonly Pick<LogRecord, 'value'>[]) {
  const ns = (ms: number) => ms * MILLISECOND;
  const { window, time, source } = job;
  const byKey = new Map<string, Kept[]>();
  const late: Event[] = [];
  const seen = new Map<unknown, number>();
  let latestNs = -1;
  for (const { value } of records) {
    const event = value as Event;
    const timeNs = event[source.eventTime] as number;
    const watermarkNs = latestNs < 0 ? -1 : Math.max(-1, latestNs - ns(time.outOfOrderMs));
    const isOver = (endNs: number) => endNs + ns(time.latenessMs) <= watermarkNs;
    const { distinct, partitionedBy } = source;
    const id = distinct === undefined ? undefined : `${event[partitionedBy]} ${event[distinct.field]}`;
    const repeated = id !== undefined && seen.has(id);
    if (id !== undefined) seen.set(id, timeNs);
    if (!repeated && (job.where === undefined || holdsAny(job.where, event))) {
      const key = event[job.key] as string;
      const windows = byKey.get(key) ?? [];
      byKey.set(key, windows);
      const taken =
        window.kind === 'session'
          ? joinSession(windows, key, timeNs, event, ns(window.gapMs), isOver)
          : joinAligned(windows, key, timeNs, event, window, isOver);
      if (!taken) late.push(event);
    }
    latestNs = Math.max(latestNs, timeNs);
  }
  const folding = new Folding(job.aggregates);
  const results: Results = new Map();
  for (const { key, startNs, events } of [...byKey.values()].flat()) {
    const values = folding.start(events[0]!);
    for (const event of events.slice(1)) folding.add(values, 0, event);
    results.set(nameOf(key, startNs), values);
  }
  return { results, late };
}

function joinAligned(
  windows: Kept[],
  key: string,
  timeNs: number,
  event: Event,
  window: Extract<StreamJob['window'], { sizeMs: number }>,
  isOver: (endNs: number) => boolean,
): boolean {
  const sizeNs = window.sizeMs * MILLISECOND;
  const everyNs = window.kind === 'hopping' ? window.everyMs * MILLISECOND : sizeNs;
  let taken = false;
  // The first windows that hold anything begin before time does.
  for (let startNs = -Math.ceil(sizeNs / everyNs) * everyNs; startNs <= timeNs; startNs += everyNs) {
    if (timeNs >= startNs + sizeNs || isOver(startNs + sizeNs)) continue;
    taken = true;
    const known = windows.find((kept) => kept.startNs === startNs);
    if (known !== undefined) known.events.push(event);
    else windows.push({ key, startNs, endNs: startNs + sizeNs, events: [event] });
  }
  return taken;
}

function joinSession(
  windows: Kept[],
  key: string,
  timeNs: number,
  event: Event,
  gapNs: number,
  isOver: (endNs: number) => boolean,
): boolean {
  const joined = windows.filter(
    (kept) => !isOver(kept.endNs) && timeNs < kept.endNs && timeNs >= kept.startNs - gapNs,
  );
  if (joined.length === 0) {
    if (isOver(timeNs + gapNs + 1)) return false;
    windows.push({ key, startNs: timeNs, endNs: timeNs + gapNs + 1, events: [event] });
    return true;
  }
  for (const kept of joined) windows.splice(windows.indexOf(kept), 1);
  windows.push({
    key,
    startNs: Math.min(timeNs, ...joined.map(({ startNs }) => startNs)),
    endNs: Math.max(timeNs + gapNs + 1, ...joined.map(({ endNs }) => endNs)),
    events: [...joined.flatMap(({ events }) => events), event],
  });
  return true;
}
