/** Test helper: one run of a sample arm with plausible figures, a pure function of its profile and the seed. */
import { bucketMiddleMs, bucketOf, quantileMs } from './percentiles.ts';
import type {
  ArmRun,
  Breakdown,
  EvidenceResult,
  HistogramData,
  InvariantResult,
  NodeLoad,
  ObjectiveResult,
  OperationResult,
  PhaseWindow,
  TimeSeries,
} from './result.ts';

export interface Profile {
  /** Null: the arm has no such requests. */
  readonly hotMs: number | null;
  /** Share of hot requests in slow spells, and how slow they are then. */
  readonly slowShare?: number;
  readonly slowMs?: number;
  readonly errorShare?: number;
  readonly usualMs: number;
  readonly usualErrorShare?: number;
  /** Records a second by which the lag grows during the trigger. */
  readonly lagPerSecond?: number;
  readonly readsPerExpiry?: number;
  readonly nodes: number;
  /** Utilisation of the three busiest nodes and of the others. */
  readonly hotLoad?: number;
  readonly load: number;
  /** Mean share of the latency by hop; the rest is 'waiting elsewhere'. */
  readonly hops: Readonly<Record<string, number>>;
  readonly violated?: string;
}

export interface RunPlan {
  readonly profile: Profile;
  readonly seed: number;
  readonly phases: readonly PhaseWindow[];
  readonly hot: string;
  readonly objectives: (run: SampleFigures) => ObjectiveResult[];
  readonly evidence: (run: SampleFigures) => EvidenceResult[];
  readonly invariants: readonly string[];
}

export interface SampleFigures {
  readonly hotErrors: number;
  readonly usualErrors: number;
  readonly usualP99: number;
  readonly maxLag: number;
  readonly readsPerExpiry: number;
  readonly skew: number;
  readonly meanLoad: number;
}

/** In [0, 1), by seed and place: splitmix32 over a mixed key. */
export function noise(seed: number, ...key: number[]): number {
  let h = seed | 0;
  for (const part of key) h = Math.imul(h ^ part, 0x9e3779b1) + 0x7f4a7c15;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

/** Log-normal latencies by inversion over a grid of quantiles: `median` ms, p99 about five times as much. */
function latencies(count: number, medianMs: number, slowShare: number, slowMs: number): HistogramData {
  const counts = new Map<number, number>();
  const data: HistogramData = { count: 0, sumMs: 0, maxMs: 0, buckets: [] };
  for (let i = 0; i < count; i++) {
    const q = (i + 0.5) / count;
    const slow = q > 1 - slowShare;
    // Logistic instead of normal: closed form, near enough.
    const z = Math.log(q / (1 - q)) / 1.6;
    const ms = slow ? slowMs * (0.9 + 0.1 * q) : Math.min(medianMs * Math.exp(0.55 * z), slowMs);
    const bucket = bucketOf(ms);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    data.count++;
    data.sumMs += ms;
    data.maxMs = Math.max(data.maxMs, ms);
  }
  data.buckets = [...counts].sort((a, b) => a[0] - b[0]);
  return data;
}

function breakdownOf(latency: HistogramData, hops: Readonly<Record<string, number>>): Breakdown[] {
  return [50, 95, 99, 99.9].map((percentile) => {
    const totalMs = bucketMiddleMs(bucketOf(quantileMs(latency, percentile / 100)));
    // Queues grow with the percentile, service and network do not.
    const stretched = Object.entries(hops).map(([hop, share]) => {
      return [hop, hop.includes('queue') ? share * (1 + percentile / 25) : share] as const;
    });
    const sum = stretched.reduce((total, [, share]) => total + share, 0.05);
    const parts = stretched.map(([hop, share]) => ({ hop, ms: (totalMs * share) / sum }));
    parts.push({ hop: 'waiting elsewhere', ms: totalMs - parts.reduce((total, { ms }) => total + ms, 0) });
    return { percentile, totalMs, requests: Math.ceil(latency.count * (1 - percentile / 100)) + 1, parts };
  });
}

interface OperationPlan {
  readonly name: string;
  readonly rate: number;
  readonly medianMs: number;
  readonly slowShare: number;
  readonly slowMs: number;
  readonly errorShare: number;
}

function operationResult(plan: OperationPlan, seconds: number, profile: Profile): OperationResult {
  const arrivals = Math.round(plan.rate * seconds);
  const failed = Math.round(arrivals * plan.errorShare);
  const latency = latencies(Math.min(arrivals, 1_500), plan.medianMs, plan.slowShare, plan.slowMs);
  return {
    operation: plan.name,
    conservation: { arrivals, completed: arrivals - failed, failed, inFlight: 0 },
    errors: failed > 0 ? [{ kind: 'deadline-exceeded', definite: false, count: failed }] : [],
    latency,
    // Only the usual reads have a latency objective.
    goodputPerSecond: plan.name.endsWith('(usual)') ? (arrivals - failed) / seconds : null,
    breakdown: breakdownOf(latency, profile.hops),
  };
}

export function sampleRun(plan: RunPlan): ArmRun {
  const { profile, seed, phases, hot } = plan;
  const wobble = 0.95 + 0.1 * noise(seed, 1);
  const errorShare = (profile.errorShare ?? 0) * wobble;
  const usual = `${hot} (usual)`;
  const slowMs = profile.slowMs ?? profile.usualMs * 8;
  const operations = (phase: PhaseWindow): OperationPlan[] => {
    const trigger = phase.name === 'trigger';
    const usualErrors = trigger ? (profile.usualErrorShare ?? 0) * wobble : 0;
    const list: OperationPlan[] = [
      {
        name: usual,
        rate: 20,
        medianMs: (trigger ? profile.usualMs : 8) * wobble,
        slowShare: trigger ? (profile.slowShare ?? 0) : 0,
        slowMs,
        errorShare: usualErrors,
      },
    ];
    if (profile.hotMs === null || !trigger) return list;
    const { slowShare = 0 } = profile;
    return [
      { name: hot, rate: 900, medianMs: profile.hotMs * wobble, slowShare, slowMs, errorShare },
      ...list,
    ];
  };
  const results = phases.map((phase) => ({
    name: phase.name,
    operations: operations(phase).map((o) => operationResult(o, phase.endS - phase.startS, profile)),
  }));
  const series = seriesOf(plan, wobble);
  const nodes = nodesOf(plan, wobble);
  const usualResult = results
    .find(({ name }) => name === 'trigger')!
    .operations.find((o) => o.operation === usual)!;
  const figures: SampleFigures = {
    hotErrors: 100 * errorShare,
    usualErrors: (100 * usualResult.conservation.failed) / usualResult.conservation.arrivals,
    usualP99: quantileMs(usualResult.latency, 0.99),
    maxLag: Math.max(0, ...(series.find(({ group }) => group === 'lag')?.values ?? []).map((v) => v ?? 0)),
    readsPerExpiry: (profile.readsPerExpiry ?? 0) * wobble,
    skew: (profile.hotLoad ?? profile.load) / profile.load,
    meanLoad: 100 * profile.load,
  };
  const counts = results.flatMap((phase) => phase.operations.map(({ conservation }) => conservation));
  const arrivals = counts.reduce((sum, c) => sum + c.arrivals, 0);
  const failed = counts.reduce((sum, c) => sum + c.failed, 0);
  return {
    seed,
    partial: false,
    activeListeners: 40_000 + Math.floor(noise(seed, 2) * 3_000),
    plays: 110_000 + Math.floor(noise(seed, 3) * 2_000),
    events: 2_400_000 + Math.floor(noise(seed, 4) * 90_000),
    phases: results,
    objectives: plan.objectives(figures),
    evidence: plan.evidence(figures),
    invariants: plan.invariants.map((name) => invariantOf(name, profile, seed)),
    series,
    nodes,
    figures: [{ name: 'database reads per expiry', value: figures.readsPerExpiry, unit: 'reads/s' }],
    conservation: { arrivals, completed: arrivals - failed, failed, inFlight: 0 },
  };
}

function invariantOf(name: string, { violated }: Profile, seed: number): InvariantResult {
  const broken = violated === name;
  const violations = broken ? 9 + Math.floor(noise(seed, 5) * 6) : 0;
  const examples = broken
    ? ['at 61.204 s the editor of playlist 17 did not find track 90412, just added']
    : [];
  return { name, checked: 612, violations, expectedToBreak: broken, examples };
}

function seriesOf({ profile, seed, phases, hot }: RunPlan, wobble: number): TimeSeries[] {
  const endS = phases.at(-1)!.endS;
  const trigger = phases.find(({ name }) => name === 'trigger')!;
  const make = (
    name: string,
    unit: string,
    group: string,
    at: (s: number, inTrigger: boolean) => number | null,
  ) => ({
    name,
    unit,
    group,
    stepS: 1,
    startS: 0,
    values: Array.from({ length: endS }, (_, s) => {
      const value = at(s, s >= trigger.startS && s < trigger.endS);
      return value === null ? null : Number(value.toPrecision(4));
    }),
  });
  const jitter = (s: number, salt: number) => 0.85 + 0.3 * noise(seed, s, salt);
  // Spells of about ten seconds: compaction comes and goes.
  const spell = (s: number) => noise(seed, Math.floor(s / 11), 6) < 2.2 * (profile.slowShare ?? 0);
  const slowMs = profile.slowMs ?? 0;
  const hotMs = profile.hotMs;
  let lag = 0;
  const list = [
    make(`${hot} p50`, 'ms', 'latency', (s, on) =>
      on && hotMs !== null ? (spell(s) ? Math.min(slowMs, hotMs * 6) : hotMs) * jitter(s, 7) : null,
    ),
    make(`${hot} p99`, 'ms', 'latency', (s, on) =>
      on && hotMs !== null ? (spell(s) ? slowMs : hotMs * 3.5 * jitter(s, 8) * wobble) : null,
    ),
    make(`${hot} errors`, '%', 'errors', (s, on) =>
      on && hotMs !== null
        ? spell(s)
          ? 100 * Math.min(1, 2.1 * (profile.errorShare ?? 0)) * jitter(s, 9)
          : 0
        : null,
    ),
    make(`${hot} rate`, 'requests/s', 'rate', (s, on) =>
      hotMs === null ? 0 : on ? Math.round(900 * jitter(s, 10)) : 0,
    ),
    make(`${hot} (usual) p99`, 'ms', 'latency', (s, on) =>
      on && spell(s) ? slowMs : (on ? profile.usualMs : 8) * 3 * jitter(s, 11),
    ),
    make(
      'cassandra mean utilisation',
      '%',
      'load',
      (s, on) => 100 * (on ? profile.load : 0.1) * jitter(s, 12),
    ),
    make('cassandra-3 utilisation', '%', 'load', (s, on) =>
      Math.min(100, 100 * (on ? (profile.hotLoad ?? profile.load) : 0.12) * jitter(s, 13)),
    ),
  ];
  if (profile.lagPerSecond === undefined) return list;
  const grow = profile.lagPerSecond;
  list.push(
    make('search-indexer lag on catalogue_updates', 'records', 'lag', (s, on) => {
      lag = Math.max(10, lag + (on ? grow * jitter(s, 14) : -grow * 0.9 - 150));
      return Math.round(lag);
    }),
    make('age of the newest searchable track', 's', 'lag', () => null),
  );
  const age = list.at(-1)!;
  age.values = list.at(-2)!.values.map((records) => Number(((records ?? 0) / 420 + 0.8).toPrecision(3)));
  return list;
}

function nodesOf({ profile, seed, phases }: RunPlan, wobble: number): NodeLoad[] {
  const one = (engine: string, index: number, count: number, phase: PhaseWindow): NodeLoad => {
    const trigger = phase.name === 'trigger';
    // Three neighbours on the ring hold the partition.
    const hot =
      engine === 'cassandra' && profile.hotLoad !== undefined && index >= 2 && index <= 4 && trigger;
    const base = trigger ? profile.load : 0.1;
    const mean = engine === 'cassandra' ? base : base * 0.4;
    const utilisation = Math.min(
      0.995,
      (hot ? profile.hotLoad! : mean) * wobble * (0.92 + 0.16 * noise(seed, index, count)),
    );
    return {
      node: `${engine}-${index + 1}`,
      engine,
      phase: phase.name,
      requestsPerSecond: 1_400 * utilisation,
      utilisation,
      resource: hot ? 'read stage' : 'cpu',
      largestBytes: engine === 'cassandra' ? (hot ? 117_000_000 : 2_400_000) : null,
      hot,
    };
  };
  return phases
    .filter(({ measured }) => measured)
    .flatMap((phase) => [
      ...Array.from({ length: profile.nodes }, (_, i) => one('cassandra', i, profile.nodes, phase)),
      ...Array.from({ length: 3 }, (_, i) => one('kafka', i, 3, phase)),
      one('redis', 0, 1, phase),
    ]);
}
