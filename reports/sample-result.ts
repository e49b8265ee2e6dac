/** Test helper: a whole result with three scenarios as the real ones are shaped, deterministic and quick to make. */
import { digestOf } from './digest.ts';
import type {
  ArmResult,
  ArmRole,
  CaseResult,
  EvidenceResult,
  ObjectiveResult,
  Outcome,
  RunResult,
  ScenarioResult,
  Setting,
} from './result.ts';
import { type SampleFigures, sampleRun } from './sample-run.ts';
import { CASES, PHASES, type SampleArm, type SampleCase, SCENARIOS } from './sample-scenarios.ts';

export interface SampleOptions {
  readonly seeds?: readonly number[];
  /** Names of scenarios; all three when left out, or none. */
  readonly scenarios?: readonly string[];
}

const made = new Map<string, string>();

/** A result of its own, which the caller may change. As a file has it, since reading one costs far less than making it. */
export function sampleResult({ seeds = [1, 2, 3], scenarios = [] }: SampleOptions = {}): RunResult {
  const key = JSON.stringify([seeds, scenarios]);
  const json = made.get(key) ?? JSON.stringify(make(seeds, scenarios));
  made.set(key, json);
  const result = JSON.parse(json) as RunResult;
  // In a run they are those of its arms: who changes one changes both.
  result.verdicts = result.scenarios.flatMap(({ cases }) =>
    cases.flatMap(({ arms }) => arms.map(({ verdict }) => verdict)),
  );
  return result;
}

function make(seeds: readonly number[], names: readonly string[]): RunResult {
  const scenarios = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name)).map(
    (scenario): ScenarioResult => {
      const cases = CASES.filter((c) => c.scenario === scenario.name).map((c) => sampleCase(c, seeds));
      const confirmed = cases.every(({ arms }) => arms.every(({ verdict }) => verdict.confirmed));
      const command = `npx rehearse run ${scenario.name} --seed ${seeds[0]} --repeat ${seeds.length} --listeners 1000000`;
      return { ...scenario, listeners: 1_000_000, phases: PHASES, cases, confirmed, command };
    },
  );
  const arms = scenarios.flatMap(({ cases }) => cases.flatMap((c) => c.arms));
  const runs = arms.flatMap((arm) => arm.runs);
  const total = (of: (run: (typeof runs)[number]) => number) => runs.reduce((sum, run) => sum + of(run), 0);
  const result: RunResult = {
    version: 1,
    mode: 'simulated',
    digest: '',
    command: `npx rehearse run ${scenarios.map(({ name }) => name).join(' ')} --seed ${seeds[0]} --repeat ${seeds.length} --listeners 1000000`,
    confirmed: scenarios.every(({ confirmed }) => confirmed),
    partial: false,
    seeds: [...seeds],
    scale: { listeners: 1_000_000, factor: 1 },
    totals: {
      plays: total(({ plays }) => plays),
      requests: total(({ conservation }) => conservation.arrivals),
      events: total(({ events }) => events),
      virtualSeconds: runs.length * PHASES.at(-1)!.endS,
      arms: arms.length,
    },
    scenarios,
    verdicts: arms.map(({ verdict }) => verdict),
    environment: {
      product: '@rehearsal/rehearse 0.1.0',
      commit: '8a32a58f00d1',
      node: 'v24.21.0',
      platform: 'linux-x64',
      cores: 2,
      workers: 2,
      drain: 'public',
      startedAt: '2026-01-16T09:00:00.000Z',
      wallSeconds: 41.7,
      cpuSeconds: 79.2,
      peakMemoryBytes: 612_000_000,
    },
  };
  result.digest = digestOf(result);
  return result;
}

const CONFIGURATION: Record<string, Setting> = {
  'cassandra.nodes': 12,
  'cassandra.replicationFactor': 3,
  'playlist.schema': 'wide',
  'playlist.cache': 'off',
  'playlist.cacheTtlMs': 30_000,
  'playlist.stampedeProtection': 'none',
  'playlist.readConsistency': 'QUORUM',
  'redis.maxMemoryBytes': 1_073_741_824,
  'indexer.consumers': 4,
  'indexer.mode': 'single',
  'catalogue.eventKey': 'track',
};
const UNITS: Record<string, string> = { 'playlist.cacheTtlMs': 'ms', 'redis.maxMemoryBytes': 'bytes' };

function sampleCase(plan: SampleCase, seeds: readonly number[]): CaseResult {
  const base = { ...CONFIGURATION, ...plan.set };
  return {
    name: plan.name,
    title: plan.title,
    headline: { operation: plan.hot, series: plan.series },
    arms: plan.arms.map((arm) => sampleArm(plan, arm, base, seeds)),
  };
}

function sampleArm(
  plan: SampleCase,
  arm: SampleArm,
  base: Record<string, Setting>,
  seeds: readonly number[],
): ArmResult {
  const configuration = { ...base, ...arm.set };
  const units = Object.fromEntries(Object.keys(configuration).map((knob) => [knob, UNITS[knob] ?? '']));
  const reference = arm.role === 'broken' ? CONFIGURATION : base;
  const runs = seeds.map((seed) =>
    sampleRun({
      profile: arm.profile,
      seed,
      phases: PHASES,
      hot: plan.hot,
      objectives: (figures) => objectivesOf(plan, figures),
      evidence: (figures) => evidenceOf(plan, arm.role, figures),
      invariants: ['read-your-writes', 'no acknowledged write lost', 'conservation'],
    }),
  );
  const expected: Outcome = arm.role === 'broken' || arm.role === 'decoy' ? 'misses' : 'meets';
  const misses = runs.map(
    ({ objectives, invariants }) =>
      objectives.some(({ met }) => !met) || invariants.some(({ violations }) => violations > 0),
  );
  const observed: Outcome = misses.every(Boolean)
    ? 'misses'
    : misses.some(Boolean)
      ? 'inconclusive'
      : 'meets';
  const holds = runs.every(({ evidence }) => evidence.every((e) => e.holds));
  return {
    name: arm.name,
    role: arm.role,
    title: arm.title,
    configuration,
    units,
    difference: Object.keys(configuration)
      .filter((knob) => configuration[knob] !== reference[knob])
      .map((knob) => ({ knob, from: reference[knob]!, to: configuration[knob]!, unit: units[knob]! })),
    verdict: {
      scenario: plan.scenario,
      case: plan.name,
      arm: arm.name,
      role: arm.role,
      expected,
      observed,
      confirmed: expected === observed && holds,
      sentence: arm.sentence,
      ...(seeds.length > 1 ? { sentenceSeed: seeds[Math.floor((seeds.length - 1) / 2)]! } : {}),
    },
    runs,
  };
}

function objectivesOf(plan: SampleCase, figures: SampleFigures): ObjectiveResult[] {
  const objective = (name: string, measured: number, target: number, unit: string): ObjectiveResult => ({
    name,
    phase: 'trigger',
    measured,
    comparison: '<=',
    target,
    unit,
    met: measured <= target,
    margin: Math.abs(measured - target) / target,
  });
  const usual = [
    objective(`${plan.hot} (usual) p99`, figures.usualP99, 100, 'ms'),
    objective(`${plan.hot} (usual) errors`, figures.usualErrors, 1, '%'),
  ];
  if (plan.judgedBy === 'lag')
    return [objective('age of the newest searchable track', figures.maxLag / 420 + 0.8, 6, 's'), usual[1]!];
  if (plan.judgedBy === 'expiry')
    return [objective('database reads per expiry', figures.readsPerExpiry, 3, 'reads/s'), usual[1]!];
  return usual;
}

function evidenceOf(plan: SampleCase, role: ArmRole, figures: SampleFigures): EvidenceResult[] {
  if (role !== 'broken') return [];
  const evidence = (
    name: string,
    sentence: string,
    measured: number,
    comparison: '<=' | '>=',
    target: number,
    unit: string,
  ): EvidenceResult => ({
    name,
    sentence,
    measured,
    comparison,
    target,
    unit,
    holds: comparison === '<=' ? measured <= target : measured >= target,
  });
  if (plan.judgedBy === 'lag')
    return [
      evidence(
        'a lag that grows',
        'Records wait in the log: what arrives exceeds what is indexed',
        figures.maxLag,
        '>=',
        1_500,
        'records',
      ),
    ];
  if (plan.judgedBy === 'expiry')
    return [
      evidence(
        'a stampede ten times the need',
        'One expiry costs at least thirty rebuilds',
        figures.readsPerExpiry,
        '>=',
        30,
        'reads/s',
      ),
    ];
  return [
    evidence(
      'timeouts that come and go',
      'Part of the hot reads fail over the whole trigger',
      figures.hotErrors,
      '>=',
      15,
      '%',
    ),
    evidence('an idle cluster', 'The machines are mostly idle on average', figures.meanLoad, '<=', 50, '%'),
    evidence(
      'skew over replicas',
      'The three busiest nodes carry a multiple of the mean',
      figures.skew,
      '>=',
      2,
      '× the mean',
    ),
  ];
}
