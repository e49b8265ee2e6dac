/**
 * Compares two results run by run: the same scenario, case, arm and seed saw the same arrivals, so what differs comes
 * from the code or the configuration. Where they did not (`load-changes.ts`), nothing is called a regression. Below five
 * pairs nothing is called significant; `regression.ts` says what is worse all the same.
 */
import {
  errorPercentOf,
  focusPhase,
  isInterrupted,
  nameOf,
  operationIn,
  reasonsText,
  slowPercentile,
} from './figures.ts';
import { loadChanges } from './load-changes.ts';
import { median, percentileName } from './numbers.ts';
import { quantileMs } from './percentiles.ts';
import { type Judgement, judgeChange, PAIRS_FOR_SIGNIFICANCE } from './regression.ts';
import { ReportError } from './report-error.ts';
import type { ArmResult, ArmRun, RunResult, ScenarioResult } from './result.ts';
import { type Interval, pairedTest } from './significance.ts';

export interface MetricChange {
  /** 'playlist.get hot p99', or an objective's name. */
  readonly metric: string;
  readonly unit: string;
  readonly lowerIsBetter: boolean;
  /** Medians over the pairs. */
  readonly before: number;
  readonly after: number;
  /** Median over pairs of after − before. */
  readonly difference: number;
  /** Median over pairs of (after − before) / before; null where a before is zero. */
  readonly relative: number | null;
  readonly pairs: number;
  readonly worsePairs: number;
  readonly betterPairs: number;
  /** Two-sided, of the paired t-test; null below five pairs. */
  readonly pValue: number | null;
  /** Holds the mean difference with a probability of 95 %; null below five pairs. */
  readonly interval: Interval | null;
  readonly significant: boolean;
}

export interface ArmComparison {
  readonly scenario: string;
  readonly case: string;
  readonly arm: string;
  readonly role: ArmResult['role'];
  readonly pairs: number;
  readonly confirmedBefore: boolean;
  readonly confirmedAfter: boolean;
  readonly changes: readonly MetricChange[];
  /** Why this arm is a regression; empty when it is none. */
  readonly regressions: readonly string[];
  /** What is worse, and rests on too few pairs to be called a regression or chance. */
  readonly undecided: readonly string[];
  /** How the load differs that the two were sent; where it does, nothing is a regression, and nothing passes. */
  readonly loadChanges: readonly string[];
  /** One of the two was stopped before its end: that it is not confirmed says nothing. */
  readonly interrupted: boolean;
}

export interface Comparison {
  readonly identical: boolean;
  readonly regressed: boolean;
  /** No arm regressed, but of some there are too few pairs to tell. */
  readonly undecided: boolean;
  /** An arm was sent another load, or interrupted. */
  readonly incomparable: boolean;
  /** Seeds that an arm has in both results: the fewest of any arm. */
  readonly pairs: number;
  readonly arms: readonly ArmComparison[];
  /** Figures that were tested and differ in some pair: of so many, chance alone calls one in twenty significant. */
  readonly tested: number;
  /** What stands in only one of the two, or makes them hard to compare. */
  readonly remarks: readonly string[];
}

/** Whether nothing became worse, as far as can be told. */
export const passes = ({ regressed, undecided, incomparable }: Comparison): boolean =>
  !regressed && !undecided && !incomparable;

/** `a` is the earlier result, `b` the later. Throws ReportError when they share no arm and seed. */
export function compareResults(a: RunResult, b: RunResult): Comparison {
  const before = armsOf(a);
  const after = armsOf(b);
  const arms: ArmComparison[] = [];
  for (const [key, earlier] of before) {
    const later = after.get(key);
    if (later === undefined) continue;
    const comparison = compareArm(earlier, later);
    if (comparison.pairs > 0) arms.push(comparison);
  }
  if (arms.length === 0) {
    throw new ReportError(
      'The two results have no scenario, case, arm and seed in common: there is nothing to compare.',
    );
  }
  const regressed = arms.some(({ regressions }) => regressions.length > 0);
  return {
    identical: a.digest === b.digest && a.digest !== '',
    regressed,
    undecided: !regressed && arms.some(({ undecided }) => undecided.length > 0),
    incomparable: arms.some((arm) => arm.loadChanges.length > 0 || arm.interrupted),
    pairs: Math.min(...arms.map(({ pairs }) => pairs)),
    arms,
    tested: arms
      .flatMap(({ changes }) => changes)
      .filter(({ pValue, worsePairs, betterPairs }) => pValue !== null && worsePairs + betterPairs > 0)
      .length,
    remarks: remarksOn(a, b, before, after, arms),
  };
}

interface Placed {
  readonly mode: RunResult['mode'];
  readonly listeners: number;
  readonly scenario: ScenarioResult;
  readonly caseName: string;
  readonly operation: string;
  /** Of the slow requests of the headline. */
  readonly percentile: number;
  readonly arm: ArmResult;
}

function armsOf(result: RunResult): Map<string, Placed> {
  const arms = new Map<string, Placed>();
  for (const scenario of result.scenarios) {
    for (const testCase of scenario.cases) {
      const { name: caseName, headline } = testCase;
      const percentile = slowPercentile(testCase);
      for (const arm of testCase.arms) {
        arms.set(nameOf(scenario.name, caseName, arm.name), {
          mode: result.mode,
          listeners: result.scale.listeners,
          scenario,
          caseName,
          operation: headline.operation,
          percentile,
          arm,
        });
      }
    }
  }
  return arms;
}

function compareArm(earlier: Placed, later: Placed): ArmComparison {
  const pairs = earlier.arm.runs.flatMap((run) => {
    const other = later.arm.runs.find(({ seed }) => seed === run.seed);
    return other === undefined || run.partial || other.partial ? [] : [[run, other] as const];
  });
  const metrics = pairs.map(([run, other]) => [metricsOf(earlier, run), metricsOf(later, other)] as const);
  const changes = [...(metrics[0]?.[0].values() ?? [])]
    .map((metric) => {
      const values = metrics
        .map(([x, y]) => [x.get(metric.name)?.value, y.get(metric.name)?.value])
        .filter((pair): pair is [number, number] => pair[0] !== undefined && pair[1] !== undefined);
      return changeOf(metric, values);
    })
    .filter((change) => change.pairs > 0);
  const changedLoad = loadChanges(earlier, later, pairs);
  const comparable = changedLoad.length === 0;
  const { scenario, caseName, arm } = later;
  const [confirmedBefore, confirmedAfter] = [earlier.arm.verdict.confirmed, arm.verdict.confirmed];
  const regressions: string[] = [];
  const interrupted = [earlier, later].some(({ arm }) => isInterrupted(arm));
  if (confirmedBefore && !confirmedAfter && !interrupted)
    regressions.push(`no longer confirmed: ${reasonsText(arm)}`);
  const told = (decision: Judgement['decision']) =>
    changes
      .filter(({ judgement }) => judgement.decision === decision)
      .map(({ metric, judgement }) => `${metric} is ${judgement.why}`);
  regressions.push(...told('regression'));
  return {
    scenario: scenario.name,
    case: caseName,
    arm: arm.name,
    role: arm.role,
    pairs: pairs.length,
    confirmedBefore,
    confirmedAfter,
    changes: changes.map(({ judgement: _, ...change }) => change),
    regressions: comparable ? regressions : [],
    undecided: comparable ? told('cannot tell') : [],
    loadChanges: changedLoad,
    interrupted,
  };
}

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly lowerIsBetter: boolean;
  readonly value: number;
}

function metricsOf({ scenario, operation, percentile }: Placed, run: ArmRun): Map<string, Metric> {
  const metrics: Metric[] = [];
  const add = (name: string, unit: string, lowerIsBetter: boolean, value: number | null) => {
    if (value !== null && Number.isFinite(value)) metrics.push({ name, unit, lowerIsBetter, value });
  };
  const result = operationIn(run, operation, focusPhase(scenario));
  if (result !== undefined) {
    const { latency } = result;
    const quantile = (q: number) => (latency.count === 0 ? null : quantileMs(latency, q));
    // p99 also where the headline's is higher: the highest ones stop at the deadline and show a slow service last.
    for (const one of new Set([50, 99, percentile]))
      add(`${operation} ${percentileName(one)}`, 'ms', true, quantile(one / 100));
    add(`${operation} goodput`, 'requests/s', false, result.goodputPerSecond);
    add(`${operation} errors`, '%', true, errorPercentOf(result));
  }
  for (const objective of run.objectives) {
    add(objective.name, objective.unit, objective.comparison === '<=', objective.measured);
  }
  return new Map(metrics.map((metric) => [metric.name, metric]));
}

type Change = MetricChange & { readonly judgement: Judgement };

function changeOf({ name, unit, lowerIsBetter }: Metric, values: readonly [number, number][]): Change {
  const differences = values.map(([x, y]) => y - x);
  const ratios = values.map(([x, y]) => (x === 0 ? (y === 0 ? 0 : Number.POSITIVE_INFINITY) : (y - x) / x));
  const up = differences.filter((difference) => difference > 0).length;
  const down = differences.filter((difference) => difference < 0).length;
  const enough = values.length >= PAIRS_FOR_SIGNIFICANCE;
  const test = enough ? pairedTest(differences) : null;
  const significant = test?.significant ?? false;
  const relative = median(ratios);
  return {
    metric: name,
    unit,
    lowerIsBetter,
    before: median(values.map(([x]) => x)),
    after: median(values.map(([, y]) => y)),
    difference: median(differences),
    relative: Number.isFinite(relative) ? relative : null,
    pairs: values.length,
    worsePairs: lowerIsBetter ? up : down,
    betterPairs: lowerIsBetter ? down : up,
    pValue: test?.pValue ?? null,
    interval: test?.interval ?? null,
    significant,
    judgement: judgeChange({ unit, lowerIsBetter, values, significant }),
  };
}

function remarksOn(
  a: RunResult,
  b: RunResult,
  before: ReadonlyMap<string, Placed>,
  after: ReadonlyMap<string, Placed>,
  arms: readonly ArmComparison[],
): string[] {
  const remarks: string[] = [];
  if (a.mode !== b.mode) remarks.push(`The modes differ: ${a.mode} and ${b.mode}.`);
  if (a.scale.listeners !== b.scale.listeners) {
    const [x, y] = [a, b].map(({ scale }) => scale.listeners.toLocaleString('en-US'));
    remarks.push(`The sizes differ: ${x} and ${y} listeners. Differences may come from that alone.`);
  }
  remarks.push(...loadThatDiffers(arms), ...settingsThatDiffer(before, after));
  const missing = [...before.keys()].filter((key) => !after.has(key));
  const added = [...after.keys()].filter((key) => !before.has(key));
  if (missing.length > 0) remarks.push(`Only in the earlier result: ${missing.join(', ')}.`);
  if (added.length > 0) remarks.push(`Only in the later result: ${added.join(', ')}.`);
  const seeds = a.seeds.filter((seed) => !b.seeds.includes(seed));
  const newSeeds = b.seeds.filter((seed) => !a.seeds.includes(seed));
  if (seeds.length + newSeeds.length > 0)
    remarks.push(`Seeds without a partner are left out: ${[...seeds, ...newSeeds].join(', ')}.`);
  return remarks;
}

/** Above this many, the rest is only counted: two versions of the product can differ in dozens of knobs. */
const CHANGES_SHOWN = 8;

/** Changes, each with the arms that have it if not all of `shared` do. */
function listed(armsOfChange: ReadonlyMap<string, readonly string[]>, shared: number): string {
  const changes = [...armsOfChange].map(([change, arms]) =>
    arms.length === shared ? change : `${change} (${arms.length === 1 ? arms[0] : `${arms.length} arms`})`,
  );
  const more = changes.length - CHANGES_SHOWN;
  return `${changes.slice(0, CHANGES_SHOWN).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

function loadThatDiffers(arms: readonly ArmComparison[]): string[] {
  const armsOfChange = new Map<string, string[]>();
  for (const arm of arms)
    for (const change of arm.loadChanges)
      armsOfChange.set(change, [
        ...(armsOfChange.get(change) ?? []),
        nameOf(arm.scenario, arm.case, arm.arm),
      ]);
  return armsOfChange.size === 0 ? [] : [`The load differs: ${listed(armsOfChange, arms.length)}.`];
}

/** A sentence of the knobs that have another value in the later result, with the arms where that is so if not in all. */
function settingsThatDiffer(
  before: ReadonlyMap<string, Placed>,
  after: ReadonlyMap<string, Placed>,
): string[] {
  const armsOfChange = new Map<string, string[]>();
  let shared = 0;
  for (const [name, { arm }] of before) {
    const later = after.get(name)?.arm;
    if (later === undefined) continue;
    shared++;
    for (const knob of new Set([...Object.keys(arm.configuration), ...Object.keys(later.configuration)])) {
      const [x, y] = [arm.configuration[knob], later.configuration[knob]];
      if (x === y) continue;
      const change = `${knob} ${x ?? 'not there'} → ${y ?? 'not there'}`;
      armsOfChange.set(change, [...(armsOfChange.get(change) ?? []), name]);
    }
  }
  return armsOfChange.size === 0 ? [] : [`Settings that differ: ${listed(armsOfChange, shared)}.`];
}
