/** What the charts draw, as small as it can be: one seed's series in few points, all seeds' percentiles in one curve. */
import { focusPhase, mergedLatency } from '../figures.ts';
import { bucketMiddleMs } from '../percentiles.ts';
import type { CaseResult, HistogramData, RunResult, ScenarioResult, TimeSeries } from '../result.ts';
import { drawnSeed, runAt } from '../seeds.ts';
import { armStyles } from './arm-style.ts';

export interface ChartLine {
  readonly arm: number;
  readonly start: number;
  readonly step: number;
  readonly values: readonly (number | null)[];
}

export interface ChartSeries {
  readonly name: string;
  readonly unit: string;
  readonly group: string;
  /** Seconds that one point stands for, and whether it is their highest or their mean; empty: as recorded. */
  readonly note: string;
  readonly target: number | null;
  readonly lines: readonly ChartLine[];
}

export interface ChartCase {
  readonly id: string;
  readonly phases: ScenarioResult['phases'];
  /** When something was made to fail. */
  readonly faults: readonly { readonly startS: number; readonly endS: number }[];
  readonly focus: string;
  /** The phase that is shaded: the focus, where other phases are measured to be compared with it. */
  readonly shaded: string | null;
  readonly arms: readonly {
    readonly name: string;
    readonly tone: string;
    readonly dash: readonly number[];
    readonly width: number;
  }[];
  readonly series: readonly ChartSeries[];
  readonly spectra: readonly Spectrum[];
}

export interface Spectrum {
  readonly operation: string;
  /** Per arm with such requests: [log10(1 / (1 − quantile)), milliseconds] pairs. */
  readonly lines: readonly {
    readonly arm: number;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

/** About six letters a point: 100,000 points keep the page well below a megabyte beside the 0.2 MB of Chart.js. */
const POINTS_BUDGET = 100_000;
const FEWEST_POINTS = 40;
/** A chart is some 600 pixels wide: more points than this are not seen. */
const MOST_POINTS = 300;

/** Points that each series may have so that the whole page stays within the budget. */
export function pointsPerSeries(result: RunResult): number {
  let lines = 0;
  for (const { cases } of result.scenarios)
    for (const testCase of cases)
      for (const { runs } of testCase.arms) lines += runs[0] === undefined ? 0 : runs[0].series.length;
  return Math.max(FEWEST_POINTS, Math.min(MOST_POINTS, Math.floor(POINTS_BUDGET / Math.max(1, lines))));
}

export function chartCase(
  scenario: ScenarioResult,
  testCase: CaseResult,
  id: string,
  points: number,
): ChartCase {
  const styles = armStyles(testCase);
  const operations = testCase.arms.flatMap(({ runs }) =>
    runs.flatMap(({ phases }) => phases.flatMap((phase) => phase.operations.map((o) => o.operation))),
  );
  const focus = focusPhase(scenario);
  return {
    id,
    phases: scenario.phases,
    faults: (scenario.faults ?? []).map(({ startS, endS }) => ({ startS, endS })),
    focus,
    shaded: scenario.phases.filter(({ measured }) => measured).length > 1 ? focus : null,
    arms: testCase.arms.map((arm) => ({ name: arm.name, ...styles.get(arm)! })),
    series: seriesOf(testCase, points),
    spectra: [...new Set([testCase.headline.operation, ...operations])]
      .map((operation) => spectrum(testCase, operation, focus))
      .filter(({ lines }) => lines.length > 0),
  };
}

const GROUP_ORDER = ['latency', 'errors', 'lag', 'rate', 'load', 'cache'];

function seriesOf(testCase: CaseResult, points: number): ChartSeries[] {
  const { seed } = drawnSeed(testCase);
  const runs = testCase.arms.map((arm) => runAt(arm, seed));
  const names = new Map<string, TimeSeries>();
  for (const run of runs)
    for (const series of run?.series ?? []) if (!names.has(series.name)) names.set(series.name, series);
  const targets = new Map(
    runs.flatMap((run) => (run?.objectives ?? []).map((o) => [o.name, o.target] as const)),
  );
  return [...names.values()]
    .sort((a, b) => groupRank(a) - groupRank(b))
    .map(({ name, unit, group, values, stepS }): ChartSeries => {
      const factor = Math.ceil(values.length / points);
      const highest = ['latency', 'errors', 'lag'].includes(group);
      const lines = runs.flatMap((run, index): ChartLine[] => {
        const series = run?.series.find((s) => s.name === name);
        if (series === undefined || series.values.every((value) => value === null)) return [];
        const reduced = reduce(series.values, factor, highest);
        return [{ arm: index, start: series.startS, step: series.stepS * factor, values: reduced }];
      });
      const note =
        factor === 1 ? '' : `each point is the ${highest ? 'highest' : 'mean'} of ${factor * stepS} s`;
      return { name, unit, group, note, target: targets.get(name) ?? null, lines };
    })
    .filter(({ lines }) => lines.some(({ values }) => values.some((value) => value !== null && value !== 0)));
}

function groupRank({ group }: TimeSeries): number {
  const rank = GROUP_ORDER.indexOf(group);
  return rank < 0 ? GROUP_ORDER.length : rank;
}

/** `factor` neighbours become one point. */
export function reduce(
  values: readonly (number | null)[],
  factor: number,
  highest: boolean,
): (number | null)[] {
  const reduced: (number | null)[] = [];
  for (let i = 0; i < values.length; i += factor) {
    const some = values.slice(i, i + factor).filter((value) => value !== null);
    if (some.length === 0) reduced.push(null);
    else {
      const value = highest ? Math.max(...some) : some.reduce((sum, v) => sum + v, 0) / some.length;
      reduced.push(Number(value.toPrecision(3)));
    }
  }
  return reduced;
}

function spectrum(testCase: CaseResult, operation: string, phase: string): Spectrum {
  const lines = testCase.arms.flatMap((arm, index) => {
    const latency = mergedLatency(arm, operation, phase);
    return latency === undefined ? [] : [{ arm: index, points: percentileCurve(latency) }];
  });
  return { operation, lines };
}

/** Steps of the curve: 12 a decade of (1 − quantile) are smooth to the eye. */
const STEPS_PER_DECADE = 12;

/** Whether at least two requests are above the percentile: it would be of a single one otherwise. */
export const isDrawn = ({ count }: HistogramData, percentile: number): boolean =>
  // 100 − 99.9 is a little less than 0.1 in binary.
  count * (100 - percentile) >= 200 - 1e-6;

/** Ends where a quantile would rest on fewer than two requests. */
export function percentileCurve(latency: HistogramData): [number, number][] {
  const last = Math.floor(Math.log10(Math.max(1, latency.count / 2)) * STEPS_PER_DECADE);
  const points: [number, number][] = [];
  let bucket = 0;
  let seen = latency.buckets[0]?.[1] ?? 0;
  for (let step = 0; step <= last; step++) {
    const x = step / STEPS_PER_DECADE;
    const wanted = Math.max(1, Math.ceil((1 - 10 ** -x) * latency.count));
    while (seen < wanted && bucket < latency.buckets.length - 1) seen += latency.buckets[++bucket]![1];
    const ms = Math.min(bucketMiddleMs(latency.buckets[bucket]![0]), latency.maxMs);
    points.push([Number(x.toFixed(3)), Number(ms.toPrecision(3))]);
  }
  return points;
}
