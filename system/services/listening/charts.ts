/**
 * Top charts as they are read. All listeners ask for the same row: each instance reads it once in a while, for all who
 * ask meanwhile.
 */
import type { ChartEntry, GetTopChartsResponse } from '../../contracts/generated/listening.ts';
import { createSingleFlight } from '../../policies/single-flight.ts';
import { type Clock, MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { WideColumnStore } from '../../ports/wide-column-store.ts';
import { topCharts } from './streams/jobs.ts';
import type { TopEntries } from './streams/table-sink.ts';
import { streamTops } from './streams/tables.ts';

export interface Charts {
  /** Of the window that `atNs` lies in; 0: the newest. Without entries where there is none. */
  read(context: Context, atNs: number): Promise<GetTopChartsResponse>;
}

const SIZE_NS = topCharts.window.sizeMs * MILLISECOND;
/** Windows that an instance remembers: the present one, the one before, and some that somebody looks up. */
const REMEMBERED = 16;

interface Remembered {
  readonly chart: GetTopChartsResponse;
  readonly readNs: number;
}

export function createCharts(store: WideColumnStore, clock: Clock, cacheMs: number): Charts {
  const flights = createSingleFlight<GetTopChartsResponse>({ clock, operation: 'listening.getTopCharts' });
  const remembered = new Map<number, Remembered>();

  async function load(context: Context, fromNs: number): Promise<GetTopChartsResponse> {
    const [row] = await store.select(context, {
      table: streamTops.name,
      partition: [topCharts.name, fromNs],
      consistency: 'QUORUM',
    });
    const entries = row === undefined ? [] : (JSON.parse(row.entries as string) as TopEntries);
    const chart: GetTopChartsResponse = {
      fromNs,
      untilNs: fromNs + SIZE_NS,
      complete: row?.complete === true,
      entries: entries.map(([trackId, plays]): ChartEntry => Object.freeze({ trackId, plays })),
    };
    remembered.delete(fromNs);
    remembered.set(fromNs, { chart, readNs: clock.now() });
    if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
    return chart;
  }

  function chartFrom(context: Context, fromNs: number): Promise<GetTopChartsResponse> {
    const known = remembered.get(fromNs);
    if (known !== undefined && clock.now() - known.readNs < cacheMs * MILLISECOND)
      return Promise.resolve(known.chart);
    return flights.run(context, String(fromNs), (shared) => load(shared, fromNs));
  }

  return {
    async read(context, atNs) {
      const nowFromNs = startOf(clock.now());
      if (atNs !== 0) return chartFrom(context, startOf(atNs));
      const present = await chartFrom(context, nowFromNs);
      if (present.entries.length > 0 || nowFromNs === 0) return present;
      const before = await chartFrom(context, nowFromNs - SIZE_NS);
      return before.entries.length > 0 ? before : present;
    },
  };
}

const startOf = (ns: number) => Math.floor(ns / SIZE_NS) * SIZE_NS;
