/** One run: an arm at a seed, from the empty system to its figures. Called in a worker thread; knows no wall clock. */
import { figures as published } from '../../fixtures/index.ts';
import type {
  ArmRun,
  InvariantResult,
  NodeLoad,
  PhaseWindow,
  Setting,
  TimeSeries,
} from '../../reports/result.ts';
import { type RunTelemetry, recordTelemetry } from '../../system/modes/run-telemetry.ts';
import { createSimulatedSystem, type Gauge, type SimulatedSystem } from '../../system/modes/simulated.ts';
import { type Drain, drive } from '../../system/runtime/drive.ts';
import { SECOND } from '../../system/runtime/kernel/index.ts';
import { NEW_TRACK_WAIT } from '../load/objectives.ts';
import { phaseWindows } from './arrivals.ts';
import { Checks } from './checks.ts';
import { configurationOf, scaleFactor } from './configuration.ts';
import { scheduleFaults } from './faults.ts';
import { figuresOf } from './figures.ts';
import { operationsOf } from './journeys.ts';
import { judgeEvidence, judgeObjectives, sentenceOf } from './judge.ts';
import { LoadGenerator } from './load.ts';
import { NodeSampler } from './node-sampler.ts';
import { type PlayTrace, playTrace } from './play-trace.ts';
import { Recorder, round } from './recorder.ts';
import { type Arm, type Case, type InvariantName, REFERENCE_LISTENERS, type Scenario } from './scenario.ts';
import { StampedeMeter } from './stampede-meter.ts';
import { trendOf } from './trend.ts';
import { tryNames } from './try-names.ts';

export interface ArmRequest {
  readonly case: string;
  readonly arm: string;
  readonly seed: number;
  readonly listeners: number;
  readonly settings: Readonly<Record<string, Setting>>;
  readonly drain: Drain;
  readonly plays: unknown;
  /** Whether metrics and traces are recorded; they change nothing of the run. */
  readonly telemetry?: boolean;
  readonly shouldStop: () => boolean;
}

export interface Ended {
  readonly run: ArmRun;
  readonly sentence: string;
  readonly requests: number;
  /** Names of series that the run has and does not show: nothing happened there, or other nodes were busier. */
  readonly unshown: readonly string[];
  readonly telemetry: RunTelemetry | null;
}

/** After the last arrival, answers and consumers get this much virtual time before the stores are looked into. */
const SETTLE_S = 20;
/** Seconds with answers that a trend test needs. */
const TREND_VALUES = 20;
/** Lengths to which traces of plays are rounded up, so that scenarios of similar length share them. */
const TRACE_STEP_S = 240;

export async function runArm(scenario: Scenario, request: ArmRequest): Promise<Ended> {
  const testCase = scenario.cases.find(({ name }) => name === request.case)!;
  const arm = testCase.arms.find(({ name }) => name === request.arm)!;
  const phases = phaseWindows(scenario.phases);
  const factor = scaleFactor(request.listeners);
  const hotPlaylists = scenario.load.hotPlaylists?.count ?? 0;
  const configuration = configurationOf(testCase, arm, request.listeners, request.settings);
  const system = await createSimulatedSystem({
    seed: request.seed,
    listeners: request.listeners,
    configuration,
    hotPlaylists: scenario.load.hotPlaylists ?? { count: 0, followers: 0 },
    plays: request.plays,
    ...(request.telemetry === true ? { telemetry: {} } : {}),
  });
  const operations = operationsOf(scenario.load);
  const goodWithinMs = goodWithinMsOf(operations, testCase);
  tryNames(scenario, testCase, arm, { operations, nodes: system.nodes, phases });
  const telemetry = system.telemetry === null ? null : recordTelemetry(system.telemetry, system.simulation);
  const traffic = scenario.load.traffic
    .map((one, i) => ({ ...one, stream: i + 1 }))
    .filter(({ fault }) => arm.fault !== false || fault !== true);
  const recorder = new Recorder({ operations, goodWithinMs, phases, hops: system.hops });
  const checks = new Checks(system);
  const load = new LoadGenerator({
    system,
    recorder,
    checks,
    phases,
    traffic,
    plays: scenario.load.plays ? playsOf(system, factor, phases) : null,
    factor,
    hotPlaylists,
  });
  const sampler = new Sampler(system, recorder, checks, phases);
  const cached = configuration['playlist.cache'] !== 'off' && hotPlaylists > 0;
  const stampedes = new StampedeMeter(system, phases, hotPlaylists);
  const untilNs = phases.at(-1)!.endS * SECOND;
  const { drain, shouldStop } = request;
  const faults = arm.fault === false ? [] : (scenario.faults ?? []);
  const disturbed = scheduleFaults(faults, system, phases);
  load.begin();
  sampler.begin();
  let partial = (await drive(system.simulation, { untilNs, drain, shouldStop })) === 'stopped';
  if (!partial) {
    const end = await drive(system.simulation, { untilNs: untilNs + SETTLE_S * SECOND, drain, shouldStop });
    partial = end === 'stopped';
  }
  const totals = recorder.totals();
  const violates = arm.violates ?? [];
  // Whatever a scenario asks for: a run that loses requests proves nothing.
  const invariants = [...new Set<InvariantName>([...scenario.invariants, 'conservation'])];
  const run: Omit<ArmRun, 'objectives' | 'evidence'> = {
    seed: request.seed,
    partial,
    activeListeners: load.active.count,
    plays: load.plays,
    events: system.simulation.events,
    phases: recorder.results(),
    invariants: partial
      ? []
      : [
          ...checks.results(invariants, violates, totals, system.unansweredByClients()),
          ...steadyBeforeTrigger(recorder.series, phases),
        ],
    series: [...recorder.series, ...sampler.series],
    nodes: sampler.nodes,
    figures: [...(cached ? stampedes.figures() : []), ...disturbed()],
    // By subtraction; the invariant holds it against what the kernel counts.
    conservation: { ...totals, inFlight: totals.arrivals - totals.completed - totals.failed },
  };
  return {
    run: { ...run, ...judge(run, testCase, arm, phases) },
    sentence: say(run, arm, phases),
    requests: totals.arrivals,
    unshown: sampler.unshown,
    telemetry: telemetry?.() ?? null,
  };
}

/** Whether the warm-up was long enough, by a trend test: latencies that still rise or fall in the steady phase make every figure doubtful. */
function steadyBeforeTrigger(
  series: readonly TimeSeries[],
  phases: readonly PhaseWindow[],
): InvariantResult[] {
  const steady = phases.find(({ name }) => name === 'steady');
  if (steady === undefined) return [];
  const result: InvariantResult = {
    name: 'steady before the trigger',
    checked: 0,
    violations: 0,
    expectedToBreak: false,
    examples: [],
  };
  for (const { name, values } of series) {
    if (!name.endsWith(' p50')) continue;
    const seen = values.slice(steady.startS, steady.endS).filter((value) => value !== null);
    if (seen.length < TREND_VALUES) continue;
    const { found, change, z } = trendOf(seen);
    result.checked++;
    if (!found) continue;
    result.violations++;
    result.examples.push(`${name} changes by ${Math.round(change * 100)} % (z ${z.toFixed(1)})`);
  }
  return result.checked === 0 ? [] : [result];
}

/** As many listeners are active as the demand's factor asks for, so that plays per core stay the same at every size. */
function playsOf(system: SimulatedSystem, factor: number, phases: readonly PhaseWindow[]): PlayTrace {
  const activeListeners = Math.round(published.ACTIVE_SHARE * REFERENCE_LISTENERS * factor);
  const profile = system.population.playProfile === null ? '' : 'measured';
  // Runs of about the same length share a trace: what lies beyond the end is not played.
  const seconds = Math.ceil(phases.at(-1)!.endS / TRACE_STEP_S) * TRACE_STEP_S;
  return playTrace({ population: system.population, activeListeners, seconds, profile });
}

function judge(
  run: Omit<ArmRun, 'objectives' | 'evidence'>,
  testCase: Case,
  arm: Arm,
  phases: readonly PhaseWindow[],
): Pick<ArmRun, 'objectives' | 'evidence'> {
  if (run.partial) return { objectives: [], evidence: [] };
  const figures = figuresOf(run, phases);
  return { objectives: judgeObjectives(testCase, figures), evidence: judgeEvidence(testCase, arm, figures) };
}

function say(run: Omit<ArmRun, 'objectives' | 'evidence'>, arm: Arm, phases: readonly PhaseWindow[]): string {
  if (run.partial) return 'Interrupted before its end.';
  return sentenceOf(arm, figuresOf(run, phases));
}

/** Latency within which an answer is good, for each operation: what its objective asks. */
function goodWithinMsOf(operations: readonly string[], { objectives }: Case): number[] {
  return operations.map((operation) => {
    const objective = objectives.find(({ name, unit }) => unit === 'ms' && name.startsWith(`${operation} p`));
    return objective?.target ?? Number.POSITIVE_INFINITY;
  });
}

/** Reads gauges and loads once a second of virtual time. */
class Sampler {
  readonly #system: SimulatedSystem;
  readonly #recorder: Recorder;
  readonly #nodes: NodeSampler;
  readonly #search: readonly Gauge[];
  readonly #series = new Map<string, TimeSeries>();
  readonly #endS: number;
  #second = 0;

  constructor(system: SimulatedSystem, recorder: Recorder, checks: Checks, phases: readonly PhaseWindow[]) {
    this.#system = system;
    this.#recorder = recorder;
    this.#endS = phases.at(-1)!.endS;
    this.#nodes = new NodeSampler(system, phases);
    this.#search = [
      { name: 'age of the newest searchable track', unit: 's', group: 'lag', read: () => checks.searchAge() },
      { name: NEW_TRACK_WAIT, unit: 's', group: 'lag', read: () => checks.searchWait() },
    ];
  }

  begin(): void {
    const { simulation } = this.#system;
    const tick = simulation.register(() => {
      this.#recorder.tick();
      this.#nodes.tick();
      for (const gauge of this.#system.gauges) this.#read(gauge);
      for (const gauge of this.#search) this.#read(gauge);
      if (++this.#second < this.#endS) simulation.schedule(SECOND, tick);
    });
    simulation.schedule(SECOND, tick);
  }

  /** Gauges come up while the system starts (a consumer group's lag): what they missed is null. */
  #read({ name, unit, group, read }: Gauge): void {
    let series = this.#series.get(name);
    if (series === undefined) {
      series = { name, unit, group, stepS: 1, startS: 0, values: new Array(this.#second).fill(null) };
      this.#series.set(name, series);
    }
    const value = read();
    series.values.push(value === null ? null : round(value));
  }

  /** Gauges that never had anything to show are left out. */
  get series(): TimeSeries[] {
    const shown = [...this.#series.values()].filter(({ values }) =>
      values.some((value) => value !== null && value !== 0),
    );
    return [...shown, ...this.#nodes.series];
  }

  get unshown(): string[] {
    const shown = new Set(this.series.map(({ name }) => name));
    return [...this.#series.keys(), ...this.#nodes.names].filter((name) => !shown.has(name));
  }

  get nodes(): NodeLoad[] {
    return this.#nodes.loads;
  }
}
