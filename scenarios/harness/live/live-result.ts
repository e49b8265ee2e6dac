/** Composes the `RunResult` of a live run, so that reports and comparisons work on it as on any other. */
import { digestOf } from '../../../reports/digest.ts';
import {
  type ArmRun,
  type FaultWindow,
  type InvariantResult,
  type OperationResult,
  type PhaseResult,
  RESULT_VERSION,
  type RunResult,
  type ScenarioResult,
  type Setting,
  type Verdict,
} from '../../../reports/result.ts';
import { operationsOf, publishes } from '../../load/profiles.ts';
import { figuresOf } from '../figures.ts';
import { hostEnvironment } from '../host-environment.ts';
import { format, judgeObjectives, verdictOf } from '../judge.ts';
import { round } from '../recorder.ts';
import { ANSWERED, BEGUN, CONSERVATION, unfitness } from './fitness.ts';
import { type Generated, type LiveLoad, phasesOf } from './live-load.ts';
import type { LiveRecorder } from './live-recorder.ts';
import { type Seen, scenarioOf } from './live-scenario.ts';
import { waitFigures, waitInvariant, waitSeries } from './waits.ts';

/** One run, as its generator left it. */
export interface Finished extends Generated {
  readonly load: LiveLoad;
  readonly recorder: LiveRecorder;
  /** Interrupted. */
  readonly partial: boolean;
  /** What was made to fail in the target meanwhile. */
  readonly faults: readonly FaultWindow[];
}

export interface Series {
  /** At least one; the same load but for the repetition. */
  readonly runs: readonly Finished[];
  /** How many were asked for. */
  readonly asked: number;
  /** Who sent the load: 'k6 v1.8.1'. */
  readonly engine: string;
  readonly startedAt: Date;
  readonly wallSeconds: number;
  readonly command: string;
}

const MEASURED = 'steady';

export function resultOf(series: Series): RunResult {
  const { runs: finished, engine, command } = series;
  const { load } = finished[0]!;
  const runs = finished.map((one) => runOf(one, engine));
  const scenario = scenarioOf(load, engine, seenIn(runs[0]!.phases, finished[0]!));
  const testCase = scenario.cases[0]!;
  const arm = testCase.arms[0]!;
  const silent = testCase.objectives.length === 0;
  const done = runs.map((run) => ({
    run,
    // Asked of the one that speaks: an interrupted run may have nothing to say.
    get sentence() {
      if (silent) return 'Nothing was answered in the measured phase.';
      return `${arm.says(figuresOf(run, phasesOf(load)))}.`;
    },
  }));
  const verdict = weighed(verdictOf(scenario, testCase, arm, done), series, runs);
  const told: ScenarioResult = {
    name: scenario.name,
    title: scenario.title,
    hypothesis: scenario.hypothesis,
    listeners: load.listeners,
    phases: phasesOf(load),
    ...faultsOf(finished),
    cases: [
      {
        name: testCase.name,
        title: testCase.title,
        headline: { operation: testCase.headline.operation, series: [...testCase.headline.series] },
        arms: [
          {
            name: arm.name,
            role: arm.role,
            title: arm.title,
            configuration: configurationOf(load, engine),
            units: unitsOf(load),
            difference: load.running === null ? [] : [...load.running.changed],
            verdict,
            runs,
          },
        ],
      },
    ],
    notes: scenario.notes,
    confirmed: verdict.confirmed,
    command,
  };
  return compose(series, told, runs, verdict);
}

/** Of all runs; where there are several, with the number of each. */
function faultsOf(runs: readonly Finished[]): Pick<ScenarioResult, 'faults'> {
  const faults = runs.flatMap(({ faults }, run) =>
    runs.length === 1 ? faults : faults.map((one) => ({ ...one, what: `in run ${run + 1} ${one.what}` })),
  );
  return faults.length === 0 ? {} : { faults };
}

function compose(
  series: Series,
  scenario: ScenarioResult,
  runs: readonly ArmRun[],
  verdict: Verdict,
): RunResult {
  const { asked, startedAt, wallSeconds, command } = series;
  const { load } = series.runs[0]!;
  const sum = (of: (run: ArmRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  const result: RunResult = {
    version: RESULT_VERSION,
    mode: 'embedded',
    digest: '',
    command,
    confirmed: verdict.confirmed,
    partial: isPartial(series),
    // Load runs whole unless it is stopped.
    ...(isPartial(series) ? { interrupted: { notRun: [] } } : {}),
    seeds: Array.from({ length: asked }, (_, repetition) => load.seed + repetition),
    scale: { listeners: load.listeners, factor: 1 },
    totals: {
      plays: sum(({ plays }) => plays),
      requests: sum(({ conservation }) => conservation.arrivals),
      events: 0,
      virtualSeconds: series.runs.reduce((total, run) => total + sentS(run), 0),
      arms: 1,
    },
    scenarios: [scenario],
    verdicts: [verdict],
    environment: { ...hostEnvironment(1, 'none'), startedAt: startedAt.toISOString(), wallSeconds },
  };
  result.digest = digestOf(result);
  return result;
}

/** Seconds of load that were sent: of a run that was stopped, until the newest that was booked. */
function sentS({ load, recorder, partial, stopped }: Finished): number {
  const { endS } = phasesOf(load).at(-1)!;
  return partial || stopped !== undefined ? round(Math.min(endS, recorder.latestS)) : endS;
}

const isPartial = ({ runs, asked }: Series) => runs.length < asked || runs.some(({ partial }) => partial);

function runOf(finished: Finished, engine: string): ArmRun {
  const { load, recorder, partial, waits } = finished;
  const isLookedFor = waits !== null && waits.all.length > 0;
  const phases = recorder.results();
  const seen = seenIn(phases, finished);
  const totals = recorder.totals();
  const run: ArmRun = {
    seed: load.seed + load.repetition,
    partial,
    activeListeners: load.loggedIn,
    plays: completed(phases, 'play'),
    events: 0,
    phases,
    objectives: [],
    evidence: [],
    invariants: partial ? [] : invariantsOf(finished, phases, seen),
    series: [
      ...recorder.series(),
      ...(isLookedFor ? [waitSeries(waits, recorder.stepS, recorder.steps)] : []),
    ],
    nodes: [],
    figures: [
      { name: 'start lateness p50', value: round(recorder.lateness.quantile(0.5)), unit: 'ms' },
      { name: 'start lateness p99', value: round(recorder.lateness.quantile(0.99)), unit: 'ms' },
      { name: 'dropped journeys', value: recorder.dropped, unit: 'journeys' },
      ...(isLookedFor ? waitFigures(waits) : []),
    ],
    conservation: { ...totals, inFlight: totals.arrivals - totals.completed - totals.failed },
  };
  if (!partial) {
    const [testCase] = scenarioOf(load, engine, seen).cases;
    run.objectives = judgeObjectives(testCase!, figuresOf(run, phasesOf(load)));
  }
  return run;
}

const all = (phases: readonly PhaseResult[]) => phases.flatMap(({ operations }) => operations);

const completed = (phases: readonly PhaseResult[], operation: string) =>
  all(phases)
    .filter((one) => one.operation === operation)
    .reduce((sum, { conservation }) => sum + conservation.completed, 0);

function seenIn(phases: readonly PhaseResult[], { waits }: Pick<Finished, 'waits'>): Seen {
  const measured = phases.find(({ name }) => name === MEASURED)?.operations ?? [];
  const names = (wanted: (one: OperationResult) => boolean) =>
    measured.filter(wanted).map(({ operation }) => operation);
  return {
    finished: names(({ conservation }) => conservation.completed + conservation.failed > 0),
    timed: names(({ latency }) => latency.count > 0),
    waits: waits !== null && waits.all.length > 0,
  };
}

function invariantsOf(
  { load, recorder, waits }: Finished,
  phases: readonly PhaseResult[],
  { finished }: Seen,
): InvariantResult[] {
  const { arrivals, completed: done, failed } = recorder.totals();
  const failures = (kind: string) =>
    all(phases)
      .flatMap(({ errors }) => errors)
      .filter((error) => error.kind === kind)
      .reduce((sum, { count }) => sum + count, 0);
  const stale = failures('stale');
  const wrong = failures('wrong-answer');
  const operations = operationsOf(load.profile);
  const silent = operations.filter((operation) => !finished.includes(operation));
  const invariants = [
    invariant(BEGUN, arrivals + recorder.dropped, recorder.dropped, [
      `${format(recorder.dropped)} were dropped, because the generator could not keep up`,
    ]),
    invariant(CONSERVATION, arrivals, arrivals - done - failed, [
      'requests were neither answered nor given up when the run ended',
    ]),
    invariant('answers are as agreed', done + wrong + stale, wrong, recorder.examples.get('wrong-answer')),
    invariant(
      ANSWERED,
      operations.length,
      silent.length,
      silent.map(
        (operation) =>
          `no answer of ${operation} in the measured phase${recorder.dropped > 0 ? '' : ': --rate or --duration is too small, or nothing succeeded'}`,
      ),
    ),
  ];
  if (waits !== null && publishes(load.profile)) invariants.push(waitInvariant(waits));
  const readBack = operations.find((operation) => operation.endsWith('read-back'));
  if (readBack !== undefined) {
    const checked = completed(phases, readBack) + stale;
    invariants.push(invariant('read-your-writes', checked, stale, recorder.examples.get('stale')));
  }
  return invariants;
}

function invariant(
  name: string,
  checked: number,
  violations: number,
  examples: readonly string[] = [],
): InvariantResult {
  return { name, checked, violations, expectedToBreak: false, examples: violations > 0 ? [...examples] : [] };
}

/** Whether the generator was fit to judge: what it says itself, and how late it was. */
function weighed(verdict: Verdict, series: Series, told: readonly ArmRun[]): Verdict {
  const { runs, asked } = series;
  const doubts: string[] = [];
  if (runs.length < asked) doubts.push(`only ${runs.length} of ${asked} runs were made`);
  if (verdict.confirmed) doubts.push(...new Set(runs.flatMap(({ objections }) => objections)));
  const unfit = runs.flatMap(({ recorder, stopped = null }, i) =>
    unfitness(told[i]!, verdict.observed, {
      name: series.engine,
      lateMs: recorder.lateness.quantile(0.99),
      dropped: recorder.dropped,
      stopped,
    }),
  );
  doubts.push(...new Set(unfit));
  if (doubts.length === 0) return verdict;
  return {
    ...verdict,
    observed: 'inconclusive',
    confirmed: false,
    sentence: `${verdict.sentence} Inconclusive: ${doubts.join('; ')}.`,
    reasons: [...(verdict.reasons ?? []), ...doubts],
  };
}

const UNITS: Record<string, string> = {
  'load.rate': 'journeys/s',
  'load.duration': 's',
  'load.warmUp': 's',
  'load.loggedIn': 'listeners',
  'load.engine': '',
  'load.target': '',
};

function configurationOf(load: LiveLoad, engine: string): Record<string, Setting> {
  return {
    'load.engine': engine,
    'load.target': load.baseUrl,
    'load.rate': load.perSecond,
    'load.warmUp': load.warmUpS,
    'load.duration': load.seconds,
    'load.loggedIn': load.loggedIn,
    ...targetOf(load),
  };
}

/** What was loaded, as the target says it: where that differs between two results, they compare two systems. */
function targetOf({ running }: LiveLoad): Record<string, Setting> {
  if (running === null) return {};
  const { as, costs, changed } = running;
  return {
    'target.scenario': as?.scenario ?? 'none',
    ...(as === null ? {} : { 'target.case': as.case, 'target.arm': as.arm }),
    'target.costs': costs,
    ...Object.fromEntries(changed.map(({ knob, to }) => [knob, to])),
  };
}

const unitsOf = ({ running }: LiveLoad): Record<string, string> => ({
  ...UNITS,
  ...Object.fromEntries((running?.changed ?? []).map(({ knob, unit }) => [knob, unit])),
});
