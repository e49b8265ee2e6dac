/** Runs scenarios: every arm of every case at every seed, in worker threads, into one `RunResult`. */
import { digestOf } from '../../reports/digest.ts';
import type {
  ArmResult,
  ArmRun,
  CaseResult,
  RunResult,
  ScenarioResult,
  Setting,
  Verdict,
} from '../../reports/result.ts';
import { RESULT_VERSION } from '../../reports/result.ts';
import type { RunTelemetry } from '../../system/modes/run-telemetry.ts';
import type { Drain } from '../../system/runtime/drive.ts';
import { phaseWindows } from './arrivals.ts';
import {
  configurationOf,
  differenceFrom,
  nextSizes,
  STEP_LISTENERS,
  scaleFactor,
  settingsAsSet,
  unitsOf,
} from './configuration.ts';
import { faultWindows, missingMachines } from './faults.ts';
import { checkHeadlineSeries } from './headline-series.ts';
import { hostEnvironment } from './host-environment.ts';
import { confirmsAll, speakerOf, verdictOf } from './judge.ts';
import { leftOutOf, withoutRun } from './not-run.ts';
import { runTasks } from './pool.ts';
import type { Arm, Case, Scenario } from './scenario.ts';
import type { Finished as FinishedRun, Task } from './worker.ts';

/** What is kept of a run until all are there. */
type Finished = Omit<FinishedRun, 'telemetry'>;

export interface RunRequest {
  readonly scenarios: readonly { readonly scenario: Scenario; readonly module: string }[];
  readonly seeds: readonly number[];
  readonly listeners: number;
  /** Names of the arms to run; null: all. A part confirms nothing. */
  readonly arms: readonly string[] | null;
  readonly settings: Readonly<Record<string, Setting>>;
  /** A measured profile of plays, as `fixtures` reads it from `--plays`; null: the population's own. */
  readonly plays: unknown;
  readonly workers: number;
  readonly drain: Drain;
  /** The command line that replays this run. */
  readonly command: string;
  readonly commandFor: (scenario: string) => string;
  readonly onProgress: (progress: Progress) => void;
  /** An arm is finished at every seed. */
  readonly onVerdict?: (verdict: Verdict) => void;
  /** Given the metrics and traces of each run as it ends; left out: none are recorded. */
  readonly onTelemetry?: (task: Task, telemetry: RunTelemetry) => void;
  /** Given what was finished, marked partial, before a mistake ends the run and is thrown; not called where that is nothing. */
  readonly onKept?: (result: RunResult) => void;
  readonly signal: AbortSignal;
  /** For how long nothing may happen in a run, in ms; default: two minutes. */
  readonly stuckMs?: number;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly running: string;
  readonly playsSoFar: number;
}

/** What the harness cannot do, in a sentence for the person at the command line. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
  readonly exitCode: 2 | 3 | 4;

  constructor(message: string, exitCode: 2 | 3 | 4) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Planned {
  readonly task: Task;
  readonly scenario: Scenario;
  readonly testCase: Case;
  readonly arm: Arm;
}

export async function runScenarios(request: RunRequest): Promise<RunResult> {
  const started: Started = { at: new Date(), cpu: process.cpuUsage() };
  const planned = plan(request);
  const finished = new Map<number, Finished>();
  let playsSoFar = 0;
  let running = '';
  const report = () =>
    request.onProgress({ done: finished.size, total: planned.length, running, playsSoFar });
  const tasks = runTasks(
    planned.map(({ task }) => task),
    {
      workers: request.workers,
      drain: request.drain,
      plays: request.plays,
      signal: request.signal,
      ...(request.stuckMs === undefined ? {} : { stuckMs: request.stuckMs }),
      onStarted(task) {
        running = `${task.scenario} ${task.case === task.scenario ? '' : `${task.case} `}${task.arm}, seed ${task.seed}`;
        report();
      },
      onFinished({ telemetry, ...result }) {
        if (telemetry !== null) request.onTelemetry?.(planned[result.id]!.task, telemetry);
        finished.set(result.id, result);
        playsSoFar += result.run.plays;
        report();
        const verdict = request.onVerdict && verdictAfter(request, planned, finished, planned[result.id]!);
        if (verdict) request.onVerdict?.(verdict);
        checkSeries(planned, finished, planned[result.id]!);
      },
    },
  );
  try {
    await tasks;
  } catch (error) {
    if (finished.size > 0) request.onKept?.(complete(assemble(request, planned, finished, error), started));
    throw error;
  }
  return complete(assemble(request, planned, finished), started);
}

interface Started {
  readonly at: Date;
  readonly cpu: NodeJS.CpuUsage;
}

function complete(result: RunResult, { at, cpu: before }: Started): RunResult {
  const cpu = process.cpuUsage(before);
  result.environment.startedAt = at.toISOString();
  result.environment.wallSeconds = (Date.now() - at.getTime()) / 1000;
  result.environment.cpuSeconds = (cpu.user + cpu.system) / 1e6;
  result.digest = digestOf(result);
  return result;
}

/** When the first run of an arm is there: later ones have the same series. */
function checkSeries(
  planned: readonly Planned[],
  finished: ReadonlyMap<number, Finished>,
  { scenario, testCase, arm }: Planned,
): void {
  const runsOf = (wanted: Arm) =>
    planned
      .filter((one) => one.testCase === testCase && one.arm === wanted)
      .flatMap(({ task }) => finished.get(task.id) ?? []);
  if (runsOf(arm).length > 1) return;
  const one = testCase.arms.flatMap((other) => runsOf(other).slice(0, 1));
  checkHeadlineSeries(scenario, testCase, one);
}

/** The verdict of the arm that this run belongs to, if it was the last one missing. */
function verdictAfter(
  request: RunRequest,
  planned: readonly Planned[],
  finished: ReadonlyMap<number, Finished>,
  { scenario, testCase, arm }: Planned,
): Verdict | null {
  const done = planned
    .filter((other) => other.testCase === testCase && other.arm === arm)
    .map(({ task }) => finished.get(task.id));
  if (!done.every((result) => result !== undefined)) return null;
  return verdictOn(request, scenario, testCase, arm, done);
}

function plan(request: RunRequest): Planned[] {
  const planned: Planned[] = [];
  const known = new Set<string>();
  for (const { scenario, module } of request.scenarios) {
    refuseSize(scenario, request.listeners);
    for (const testCase of scenario.cases) {
      for (const arm of testCase.arms) known.add(arm.name);
      const arms = testCase.arms.filter(({ name }) => request.arms?.includes(name) ?? true);
      // What cannot be is told before anything runs; of the broken arm too, with which the others are compared.
      for (const arm of arms.length === 0 ? [] : new Set([...arms, brokenOf(testCase)])) {
        const configuration = configurationOf(testCase, arm, request.listeners, request.settings);
        if (arms.includes(arm)) refuseMissing(scenario, arm, configuration);
      }
      for (const arm of arms) {
        for (const seed of request.seeds) {
          const { listeners, settings } = request;
          const names = { scenario: scenario.name, case: testCase.name, arm: arm.name };
          const telemetry = request.onTelemetry !== undefined;
          const id = planned.length;
          const task: Task = { id, module, ...names, seed, listeners, settings, telemetry };
          planned.push({ task, scenario, testCase, arm });
        }
      }
    }
  }
  const unknown = request.arms?.find((arm) => !known.has(arm));
  if (unknown !== undefined) {
    throw new HarnessError(`There is no arm '${unknown}'. The arms are: ${[...known].join(', ')}.`, 2);
  }
  return planned;
}

/** A fault of a machine that an arm does not have would be none. */
function refuseMissing(scenario: Scenario, arm: Arm, configuration: Readonly<Record<string, Setting>>): void {
  if (arm.fault === false) return;
  for (const [i, fault] of (scenario.faults ?? []).entries()) {
    const missing = missingMachines(fault, configuration);
    if (missing === null) continue;
    throw new HarnessError(
      `${scenario.name}, arm ${arm.name}, fault ${i + 1} (${fault.kind}): ${missing}`,
      2,
    );
  }
}

/** A size between two steps would have the load and the servers of another, and not say so. */
function refuseSize({ name, minimumListeners }: Scenario, listeners: number): void {
  const [given, minimum, step] = [listeners, minimumListeners, STEP_LISTENERS].map((n) =>
    n.toLocaleString('en-US'),
  );
  if (listeners < minimumListeners) {
    const smallest = nextSizes(minimumListeners).at(-1) ?? minimumListeners;
    throw new HarnessError(
      `${name} cannot run with ${given} listeners: it states a minimum of ${minimum}. Use --listeners ${smallest} or more.`,
      2,
    );
  }
  const sizes = nextSizes(listeners).filter((size) => size >= minimumListeners);
  if (sizes.length === 0) return;
  const where = listeners < STEP_LISTENERS ? 'are fewer than the smallest' : 'lie between two of them';
  throw new HarnessError(
    `Demand and servers scale in steps of ${step} listeners, and ${given} ${where}: use --listeners ${sizes.join(' or ')}.`,
    2,
  );
}

function assemble(
  request: RunRequest,
  planned: readonly Planned[],
  finished: ReadonlyMap<number, Finished>,
  /** What ended it before its end; undefined: nothing did. */
  error?: unknown,
): RunResult {
  const interrupted =
    error !== undefined ||
    finished.size < planned.length ||
    [...finished.values()].some(({ run }) => run.partial);
  const scenarios: ScenarioResult[] = [];
  for (const { scenario } of request.scenarios) {
    const cases: CaseResult[] = [];
    for (const testCase of scenario.cases) {
      const arms: ArmResult[] = [];
      for (const arm of testCase.arms) {
        const done = planned
          .filter((p) => p.scenario === scenario && p.testCase === testCase && p.arm === arm)
          .map(({ task }) => finished.get(task.id))
          .filter((result) => result !== undefined);
        if (done.length > 0) arms.push(armResult(request, scenario, testCase, arm, done));
      }
      if (arms.length === 0) continue;
      const headline = { ...testCase.headline, series: [...testCase.headline.series] };
      cases.push({ name: testCase.name, title: testCase.title, headline, arms });
    }
    if (cases.length === 0) continue;
    const whole = !interrupted && request.arms === null;
    scenarios.push({
      name: scenario.name,
      title: scenario.title,
      hypothesis: scenario.hypothesis,
      listeners: request.listeners,
      phases: phaseWindows(scenario.phases),
      ...faultsOf(scenario),
      cases,
      notes: scenario.notes,
      confirmed: whole && cases.every(({ arms }) => confirmsAll(arms)),
      command: request.commandFor(scenario.name),
    });
  }
  const partial = interrupted || request.arms !== null;
  return {
    version: RESULT_VERSION,
    mode: 'simulated',
    digest: '',
    command: request.command,
    confirmed: !partial && scenarios.length > 0 && scenarios.every(({ confirmed }) => confirmed),
    partial,
    ...leftOutOf(request),
    ...(interrupted ? { interrupted: { notRun: withoutRun(planned, finished), ...errorOf(error) } } : {}),
    seeds: [...request.seeds],
    scale: scaleOf(request),
    totals: totalsOf(scenarios, finished),
    scenarios,
    verdicts: scenarios.flatMap(({ cases }) =>
      cases.flatMap(({ arms }) => arms.map(({ verdict }) => verdict)),
    ),
    environment: hostEnvironment(request.workers, request.drain),
  };
}

/** A part that an error left has to say so itself: who reads a report has not seen the terminal. */
const errorOf = (error: unknown): { error?: string } =>
  error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) };

function faultsOf({ faults = [], phases }: Scenario): Pick<ScenarioResult, 'faults'> {
  return faults.length === 0 ? {} : { faults: faultWindows(faults, phaseWindows(phases)) };
}

function scaleOf({ listeners, settings }: RunRequest): RunResult['scale'] {
  const asSet = settingsAsSet(settings, listeners);
  return { listeners, factor: scaleFactor(listeners), ...(asSet.length > 0 ? { asSet } : {}) };
}

function armResult(
  request: RunRequest,
  scenario: Scenario,
  testCase: Case,
  arm: Arm,
  done: readonly Finished[],
): ArmResult {
  const runs: ArmRun[] = done.map(({ run }) => run);
  const configuration = configurationOf(testCase, arm, request.listeners, request.settings);
  const broken = brokenOf(testCase);
  const reference =
    arm === broken ? null : configurationOf(testCase, broken, request.listeners, request.settings);
  return {
    name: arm.name,
    role: arm.role,
    title: arm.title,
    configuration,
    units: unitsOf(configuration),
    difference: differenceFrom(reference, configuration, request.listeners),
    verdict: verdictOn(request, scenario, testCase, arm, done),
    runs,
  };
}

const brokenOf = ({ arms }: Case): Arm => arms.find(({ role }) => role === 'broken')!;

/** A setting of the user's goes over every arm: one that differs in just that knob is then not what it says. */
function verdictOn(
  { settings }: RunRequest,
  scenario: Scenario,
  testCase: Case,
  arm: Arm,
  done: readonly Finished[],
): Verdict {
  const verdict = verdictOf(scenario, testCase, arm, done);
  const overridden = Object.keys(arm.set ?? {}).filter((name) => name in settings);
  if (overridden.length === 0) return verdict;
  const why = `--set ${overridden.join(', ')} overrides what this arm changes`;
  const sentence = `${speakerOf(done).sentence} Not judged: ${why}.`;
  return { ...verdict, observed: 'inconclusive', confirmed: false, sentence, reasons: [why], overridden };
}

function totalsOf(scenarios: readonly ScenarioResult[], finished: ReadonlyMap<number, Finished>) {
  const totals = { plays: 0, requests: 0, events: 0, virtualSeconds: 0, arms: 0 };
  for (const { run, requests } of finished.values()) {
    totals.plays += run.plays;
    totals.requests += requests;
    totals.events += run.events;
  }
  for (const { cases, phases } of scenarios) {
    for (const { arms } of cases) {
      totals.arms += arms.length;
      for (const arm of arms) totals.virtualSeconds += arm.runs.length * phases.at(-1)!.endS;
    }
  }
  return totals;
}
