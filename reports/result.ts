/**
 * RunResult: the only contract between running and reporting. Whatever is drawn, compared or judged later reads this
 * and nothing else. Plain JSON; `reports/result.schema.json` describes the same, and a test holds the two together.
 * Times are seconds of virtual (or real) run time in names ending in `S`, milliseconds in names ending in `Ms`.
 */
export const RESULT_VERSION = 1;

export type Mode = 'simulated' | 'embedded' | 'real';
/** `live`: a system that was loaded as it ran; scenarios have the other four. */
export type ArmRole = 'healthy' | 'broken' | 'fixed' | 'decoy' | 'live';
/** What an arm is expected to do and was seen to do with its objectives. */
export type Outcome = 'meets' | 'misses' | 'inconclusive';
export type Setting = number | string | boolean;

export interface RunResult {
  version: typeof RESULT_VERSION;
  mode: Mode;
  /** SHA-256 over everything except `environment`, `digest`, `command`, `interrupted` and `leftOut`. */
  digest: string;
  /** The command that replays this run. */
  command: string;
  /** False when anything was refuted, inconclusive, or only a part was run. */
  confirmed: boolean;
  /** Interrupted, or `--arm` ran a part. A partial result confirms nothing. */
  partial: boolean;
  /** Only where that is why it is partial; not in the digest. */
  interrupted?: Interrupted;
  /** Arms that `--arm` left out, where that is why it is partial; not in the digest. */
  leftOut?: NotRun[];
  seeds: number[];
  scale: Scale;
  totals: Totals;
  scenarios: ScenarioResult[];
  /** One line an arm, all scenarios: what CI and people read first. */
  verdicts: Verdict[];
  /** What differs between two machines and is left out of the digest. */
  environment: Environment;
}

/**
 * What was asked for and has no run: not begun when it was stopped, or ended because it did not answer in time. An arm
 * that has none at any seed stands nowhere else.
 */
export interface Interrupted {
  notRun: NotRun[];
  /** The error that ended it; left out: somebody stopped it. */
  error?: string;
}

export interface NotRun {
  scenario: string;
  case: string;
  arm: string;
  role: ArmRole;
  seeds: number[];
}

export interface Environment {
  product: string;
  commit: string | null;
  node: string;
  platform: string;
  cores: number;
  workers: number;
  /** How promises were drained: 'public', 'tick', 'checkpoint'. */
  drain: string;
  startedAt: string;
  wallSeconds: number;
  cpuSeconds: number;
  peakMemoryBytes: number;
}

export interface Scale {
  /** Listeners that could come (addressable in every arm). */
  listeners: number;
  /** Demand and servers relative to the scenario's own size (1,000,000 listeners). */
  factor: number;
  /** What the user set of servers that scale ('cassandra.coresPerNode=2'): it is as written. Left out where there is none, or no scale. */
  asSet?: string[];
}

export interface Totals {
  /** Plays that listeners started, over all arms and seeds. */
  plays: number;
  requests: number;
  /** Model events that the kernel processed. */
  events: number;
  /** Seconds of virtual time, over all arms and seeds. */
  virtualSeconds: number;
  arms: number;
}

export interface Verdict {
  scenario: string;
  case: string;
  arm: string;
  role: ArmRole;
  expected: Outcome;
  observed: Outcome;
  confirmed: boolean;
  /** One sentence with numbers; of an arm that is not confirmed, also the first of the reasons. */
  sentence: string;
  /** Why the arm is not confirmed, one text a reason; left out: it is, or the result was written by an older version. */
  reasons?: string[];
  /** Knobs of this arm that --set put something else in place of: what ran is not the arm, and is not judged. */
  overridden?: string[];
  /** With several seeds: the one that the sentence speaks of, whose figure is the median. */
  sentenceSeed?: number;
}

export interface ScenarioResult {
  name: string;
  title: string;
  hypothesis: string;
  listeners: number;
  phases: PhaseWindow[];
  /** What was made to fail, in arms that have the fault; left out: nothing. It is what was stated, so the digest has none of it. */
  faults?: FaultWindow[];
  cases: CaseResult[];
  notes: Notes;
  confirmed: boolean;
  /** Replays this scenario alone. */
  command: string;
}

export interface PhaseWindow {
  name: string;
  startS: number;
  endS: number;
  /** False for the warm-up: its figures are left out. */
  measured: boolean;
}

export interface FaultWindow {
  startS: number;
  endS: number;
  /** 'kafka-1 crashes, and is back after 20 s' */
  what: string;
}

export interface Notes {
  see: string;
  why: string;
  fix: string;
  costs: string;
  questions: string[];
  triage: string[];
  /** What the model does not show, and where the record is disputed. */
  caveats: string[];
  /** Capacity arithmetic in words and numbers. */
  arithmetic: string[];
  sources: string[];
}

export interface CaseResult {
  name: string;
  title: string;
  /** What is shown first of this case: an operation, names of `TimeSeries`, and the percentile of the slow (99 if left out). */
  headline: { operation: string; series: string[]; percentile?: number };
  arms: ArmResult[];
}

export interface ArmResult {
  name: string;
  role: ArmRole;
  title: string;
  /** Full configuration, by knob name ('cassandra.nodes'). */
  configuration: Record<string, Setting>;
  units: Record<string, string>;
  /** Knobs that differ from the broken arm of the case (from the defaults, in the broken arm). */
  difference: { knob: string; from: Setting; to: Setting; unit: string }[];
  verdict: Verdict;
  /** One per seed, in the order of `seeds`. */
  runs: ArmRun[];
}

export interface ArmRun {
  seed: number;
  partial: boolean;
  /** Listeners that began a play in the measured phases (live: that logged in); what else listeners do is not counted. */
  activeListeners: number;
  plays: number;
  events: number;
  phases: PhaseResult[];
  objectives: ObjectiveResult[];
  evidence: EvidenceResult[];
  invariants: InvariantResult[];
  series: TimeSeries[];
  nodes: NodeLoad[];
  /** Single numbers that the run collected beside phases and series: 'database reads per expiry'. */
  figures: Figure[];
  conservation: Conservation;
}

export interface Figure {
  name: string;
  value: number;
  unit: string;
}

/** arrivals = completed + failed + inFlight, always. */
export interface Conservation {
  arrivals: number;
  completed: number;
  failed: number;
  inFlight: number;
}

export interface PhaseResult {
  name: string;
  operations: OperationResult[];
}

export interface OperationResult {
  /** 'playlist.get', 'gateway.play' …; the hot key's own reads are an operation of their own ('playlist.get hot'). */
  operation: string;
  conservation: Conservation;
  errors: { kind: string; definite: boolean; count: number }[];
  /** From the intended start of the request; one that timed out counts at its deadline. */
  latency: HistogramData;
  /** Completed within the operation's latency objective, per second; null where it has none. */
  goodputPerSecond: number | null;
  breakdown: Breakdown[];
}

/** Log-linear, 128 buckets an octave: [bucket index, count] pairs; unit milliseconds. See `reports/percentiles.ts`. */
export interface HistogramData {
  count: number;
  sumMs: number;
  maxMs: number;
  buckets: [number, number][];
}

/** Mean critical-path time per hop over the requests in the percentile's bucket: the parts add up to `totalMs`. */
export interface Breakdown {
  percentile: number;
  totalMs: number;
  requests: number;
  parts: { hop: string; ms: number }[];
}

export interface ObjectiveResult {
  name: string;
  phase: string;
  measured: number;
  comparison: '<=' | '>=';
  target: number;
  unit: string;
  met: boolean;
  /** |measured − target| / target: how clearly it was met or missed. */
  margin: number;
}

/** A figure that shows the stated reason: without it a missed objective confirms nothing. */
export interface EvidenceResult {
  name: string;
  sentence: string;
  measured: number;
  comparison: '<=' | '>=';
  target: number;
  unit: string;
  holds: boolean;
}

export interface InvariantResult {
  name: string;
  /** How many cases were looked at: zero means that nothing was checked, which is a failure. */
  checked: number;
  violations: number;
  /** The arm breaks it on purpose: violations must be found. */
  expectedToBreak: boolean;
  examples: string[];
}

export interface TimeSeries {
  /** 'playlist.get hot p99', 'search-indexer lag', 'cassandra-3 disk utilisation' … */
  name: string;
  unit: string;
  /** What belongs together in one chart: 'latency', 'errors', 'rate', 'lag', 'load', 'cache'. */
  group: string;
  stepS: number;
  startS: number;
  /** One value a step; null where there was nothing to measure. */
  values: (number | null)[];
}

export interface NodeLoad {
  /** 'cassandra-3' */
  node: string;
  engine: string;
  phase: string;
  /** Requests that this node served per second. */
  requestsPerSecond: number;
  /** Busiest resource of the node: mean share of its capacity in use, 0 to 1. */
  utilisation: number;
  resource: string;
  /** Bytes of its largest partition, log or index, where that means something. */
  largestBytes: number | null;
  hot: boolean;
}
