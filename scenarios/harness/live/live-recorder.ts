/**
 * Books what happened to the requests of a live run: counts, errors and latencies by operation and phase, and the same
 * step by step for the charts. Times are seconds since the run began and may come a little out of order; a step is
 * closed when nothing older can come any more, so that memory does not grow with the length of the run.
 */
import type { OperationResult, PhaseResult, PhaseWindow, TimeSeries } from '../../../reports/result.ts';
import { Histogram } from '../../../system/runtime/kernel/index.ts';
import type { Failure } from '../../load/outcome.ts';
import { round } from '../recorder.ts';

/** Points of a chart; a longer run gets longer steps. */
const LONGEST_SERIES = 3_600;
/** Outputs of generators flush several times a second: what is older than so many seconds is complete. */
const OUT_OF_ORDER_S = 5;
const EXAMPLES = 3;

class Cell {
  arrivals = 0;
  completed = 0;
  failed = 0;
  good = 0;
  readonly latency = new Histogram();
  readonly errors = new Map<string, { kind: string; definite: boolean; count: number }>();
}

/** One step of one operation. */
class Step {
  arrivals = 0;
  finished = 0;
  failed = 0;
  readonly latencies: number[] = [];
}

interface Series {
  readonly p50: TimeSeries;
  readonly p99: TimeSeries;
  readonly rate: TimeSeries;
  readonly errors: TimeSeries;
}

export interface LiveRecorderOptions {
  readonly operations: readonly string[];
  readonly phases: readonly PhaseWindow[];
  /** By operation, the latency within which a completed request counts as goodput. */
  readonly goodWithinMs: readonly number[];
}

export class LiveRecorder {
  /** Journeys that were due and never began, because the generator could not keep up. */
  dropped = 0;
  /** Seconds into the run of the newest that was booked. */
  latestS = 0;
  /** How late the requests of the measured phases began. */
  readonly lateness = new Histogram();
  /** What was wrong with answers, by kind of complaint: the first few. */
  readonly examples = new Map<string, string[]>();
  /** Of the charts: seconds a step, and how many. */
  readonly stepS: number;
  readonly steps: number;
  readonly #options: LiveRecorderOptions;
  readonly #cells: Cell[];
  readonly #open = new Map<number, Step[]>();
  readonly #series: Series[];
  #closed = 0;

  constructor(options: LiveRecorderOptions) {
    this.#options = options;
    const { operations, phases } = options;
    this.#cells = Array.from({ length: operations.length * phases.length }, () => new Cell());
    const endS = phases.at(-1)!.endS;
    this.stepS = Math.ceil(endS / LONGEST_SERIES);
    this.steps = Math.ceil(endS / this.stepS);
    const series = (name: string, unit: string, group: string): TimeSeries => {
      return { name, unit, group, stepS: this.stepS, startS: 0, values: [] };
    };
    this.#series = operations.map((operation) => ({
      p50: series(`${operation} p50`, 'ms', 'latency'),
      p99: series(`${operation} p99`, 'ms', 'latency'),
      rate: series(`${operation} rate`, 'requests/s', 'rate'),
      errors: series(`${operation} errors`, '%', 'errors'),
    }));
  }

  arrive(operation: string, phase: string, atS: number): void {
    const cell = this.#cell(operation, phase);
    if (cell === undefined) return;
    cell.arrivals++;
    this.#step(operation, atS).arrivals++;
  }

  /** A right answer came, `latencyMs` after the intended start. */
  answer(operation: string, phase: string, atS: number, latencyMs: number): void {
    const cell = this.#cell(operation, phase);
    if (cell === undefined) return;
    cell.completed++;
    cell.latency.record(latencyMs);
    if (latencyMs <= this.#options.goodWithinMs[this.#index(operation)]!) cell.good++;
    const step = this.#step(operation, atS);
    step.finished++;
    step.latencies.push(latencyMs);
  }

  fail(operation: string, phase: string, atS: number, { kind, definite, why }: Failure): void {
    const cell = this.#cell(operation, phase);
    if (cell === undefined) return;
    cell.failed++;
    const key = `${kind} ${definite}`;
    const entry = cell.errors.get(key);
    if (entry === undefined) cell.errors.set(key, { kind, definite, count: 1 });
    else entry.count++;
    const examples = this.examples.get(kind) ?? [];
    if (examples.length < EXAMPLES) this.examples.set(kind, [...examples, `${operation}: ${why}`]);
    const step = this.#step(operation, atS);
    step.finished++;
    step.failed++;
  }

  /** A request that failed because somebody waited in vain: its latency counts all the same. */
  waited(operation: string, phase: string, atS: number, latencyMs: number): void {
    this.#cell(operation, phase)?.latency.record(latencyMs);
    this.#step(operation, atS).latencies.push(latencyMs);
  }

  late(phase: string, lateMs: number): void {
    if (this.#options.phases.find(({ name }) => name === phase)?.measured === true)
      this.lateness.record(Math.max(0, lateMs));
  }

  totals(): { arrivals: number; completed: number; failed: number } {
    const sum = { arrivals: 0, completed: 0, failed: 0 };
    for (const { arrivals, completed, failed } of this.#cells) {
      sum.arrivals += arrivals;
      sum.completed += completed;
      sum.failed += failed;
    }
    return sum;
  }

  results(): PhaseResult[] {
    const { phases, operations } = this.#options;
    return phases.map((phase) => ({
      name: phase.name,
      operations: operations
        .map((operation) => this.#result(operation, phase))
        .filter(({ conservation }) => conservation.arrivals > 0),
    }));
  }

  /** Closes all steps. Call it once nothing comes any more. */
  series(): TimeSeries[] {
    this.#closeBefore(this.steps);
    return this.#series.flatMap(({ p50, p99, rate, errors }) => [p50, p99, rate, errors]);
  }

  #result(operation: string, phase: PhaseWindow): OperationResult {
    const { arrivals, completed, failed, good, latency, errors } = this.#cell(operation, phase.name)!;
    return {
      operation,
      conservation: { arrivals, completed, failed, inFlight: arrivals - completed - failed },
      errors: [...errors.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1)),
      latency: latency.snapshot(),
      goodputPerSecond: good / (phase.endS - phase.startS),
      breakdown: [],
    };
  }

  #index(operation: string): number {
    return this.#options.operations.indexOf(operation);
  }

  /** Undefined for what is not of this run. */
  #cell(operation: string, phase: string): Cell | undefined {
    const at = this.#options.phases.findIndex(({ name }) => name === phase);
    const index = this.#index(operation);
    return at < 0 || index < 0 ? undefined : this.#cells[index * this.#options.phases.length + at];
  }

  /** Answers after the end belong to the last step. */
  #step(operation: string, atS: number): Step {
    const number = Math.min(this.steps - 1, Math.max(this.#closed, Math.floor(atS / this.stepS)));
    this.latestS = Math.max(this.latestS, atS);
    this.#closeBefore(number - Math.ceil(OUT_OF_ORDER_S / this.stepS));
    let steps = this.#open.get(number);
    if (steps === undefined) {
      steps = this.#options.operations.map(() => new Step());
      this.#open.set(number, steps);
    }
    return steps[this.#index(operation)]!;
  }

  #closeBefore(number: number): void {
    for (; this.#closed < number; this.#closed++) {
      const steps = this.#open.get(this.#closed);
      this.#open.delete(this.#closed);
      for (const [index, series] of this.#series.entries())
        this.#append(series, steps?.[index] ?? new Step());
    }
  }

  #append({ p50, p99, rate, errors }: Series, step: Step): void {
    const latencies = Float64Array.from(step.latencies).sort();
    const quantile = (q: number) =>
      latencies.length === 0 ? null : round(latencies[Math.ceil(q * latencies.length) - 1]!);
    p50.values.push(quantile(0.5));
    p99.values.push(quantile(0.99));
    rate.values.push(round(step.arrivals / this.stepS));
    errors.values.push(step.finished === 0 ? null : round((100 * step.failed) / step.finished));
  }
}
