/**
 * Books what happened to every request of a run: counts, errors, latencies and where the time went, by operation and
 * phase, and the same second by second for the charts. A request belongs to the phase of its intended start.
 */

import type {
  Breakdown,
  OperationResult,
  PhaseResult,
  PhaseWindow,
  TimeSeries,
} from '../../reports/result.ts';
import { PortError } from '../../system/ports/errors.ts';
import { Histogram } from '../../system/runtime/kernel/index.ts';
import type { HopSheet } from './hop-times.ts';

const BREAKDOWN_PERCENTILES = [50, 95, 99, 99.9];

/** Sums over the requests of one latency bucket: how many, their latency, and their time on each hop. */
interface BucketParts {
  requests: number;
  totalNs: number;
  readonly partsNs: Float64Array;
}

class Cell {
  arrivals = 0;
  completed = 0;
  failed = 0;
  good = 0;
  readonly latency = new Histogram();
  readonly errors = new Map<string, { kind: string; definite: boolean; count: number }>();
  readonly parts = new Map<number, BucketParts>();
}

/** The present second of one operation. */
class Second {
  arrivals = 0;
  failed = 0;
  finished = 0;
  latencies: number[] = [];
}

export class Recorder {
  readonly operations: readonly string[];
  readonly #phases: readonly PhaseWindow[];
  readonly #hops: readonly string[];
  readonly #goodWithinMs: readonly number[];
  readonly #cells: Cell[];
  readonly #seconds: Second[];
  readonly #series: { rate: TimeSeries; errors: TimeSeries; p50: TimeSeries; p99: TimeSeries }[];

  /** `goodWithinMs`: by operation, the latency within which a completed request counts as goodput; Infinity: it has no objective. */
  constructor(options: {
    operations: readonly string[];
    phases: readonly PhaseWindow[];
    hops: readonly string[];
    goodWithinMs: readonly number[];
  }) {
    this.operations = options.operations;
    this.#phases = options.phases;
    this.#hops = options.hops;
    this.#goodWithinMs = options.goodWithinMs;
    this.#cells = Array.from({ length: options.operations.length * options.phases.length }, () => new Cell());
    this.#seconds = options.operations.map(() => new Second());
    const series = (name: string, unit: string, group: string): TimeSeries => {
      return { name, unit, group, stepS: 1, startS: 0, values: [] };
    };
    this.#series = options.operations.map((operation) => ({
      rate: series(`${operation} rate`, 'requests/s', 'rate'),
      errors: series(`${operation} errors`, '%', 'errors'),
      p50: series(`${operation} p50`, 'ms', 'latency'),
      p99: series(`${operation} p99`, 'ms', 'latency'),
    }));
  }

  arrive(operation: number, phase: number): void {
    this.#cell(operation, phase).arrivals++;
    this.#seconds[operation]!.arrivals++;
  }

  /** The answer came `latencyNs` after the intended start. `error` null: success. */
  finish(operation: number, phase: number, latencyNs: number, error: Error | null, times: HopSheet): void {
    const cell = this.#cell(operation, phase);
    const second = this.#seconds[operation]!;
    second.finished++;
    const latencyMs = latencyNs / 1e6;
    if (error === null) {
      cell.completed++;
      if (latencyMs <= this.#goodWithinMs[operation]!) cell.good++;
    } else {
      cell.failed++;
      second.failed++;
      const kind = countError(cell, error);
      // Who was refused at once says nothing about how long the work takes; who waited in vain does.
      if (kind !== 'deadline-exceeded' && kind !== 'timeout') return;
    }
    second.latencies.push(latencyMs);
    this.#book(cell, cell.latency.record(latencyMs), latencyNs, times);
  }

  /** Closes the present second of every operation: called once a second of virtual time. */
  tick(): void {
    for (let operation = 0; operation < this.#seconds.length; operation++) {
      const second = this.#seconds[operation]!;
      const series = this.#series[operation]!;
      const latencies = new Float64Array(second.latencies).sort();
      const quantile = (q: number) =>
        latencies.length === 0 ? null : round(latencies[Math.ceil(q * latencies.length) - 1]!);
      series.rate.values.push(second.arrivals);
      series.errors.values.push(
        second.finished === 0 ? null : round((100 * second.failed) / second.finished),
      );
      series.p50.values.push(quantile(0.5));
      series.p99.values.push(quantile(0.99));
      this.#seconds[operation] = new Second();
    }
  }

  get series(): TimeSeries[] {
    return this.#series.flatMap(({ p50, p99, rate, errors }) => [p50, p99, rate, errors]);
  }

  totals(): { arrivals: number; completed: number; failed: number } {
    const sum = { arrivals: 0, completed: 0, failed: 0 };
    for (const cell of this.#cells) {
      sum.arrivals += cell.arrivals;
      sum.completed += cell.completed;
      sum.failed += cell.failed;
    }
    return sum;
  }

  results(): PhaseResult[] {
    const results = this.#phases.map((phase, phaseIndex) => ({
      name: phase.name,
      operations: this.operations.map((operation, index) =>
        this.#result(operation, this.#cell(index, phaseIndex), phase, this.#goodWithinMs[index]!),
      ),
    }));
    this.#readBack(results);
    return results.map(({ name, operations }) => ({
      name,
      operations: operations.filter(({ conservation }) => conservation.arrivals > 0),
    }));
  }

  /** V8 has mixed up numbers here (see `Histogram.snapshot`): what leaves is compared with what was booked. */
  #readBack(results: readonly PhaseResult[]): void {
    results.forEach(({ name, operations }, phase) => {
      operations.forEach(({ operation, latency }, index) => {
        const booked = this.#cell(index, phase).latency;
        if (latency.sumMs === booked.sumMs && latency.maxMs === booked.maxMs) return;
        throw new Error(
          `The latencies of ${operation} (${name}) changed while they were read: this JavaScript engine computes wrongly. Run again, or with another version of Node.`,
        );
      });
    });
  }

  #result(operation: string, cell: Cell, phase: PhaseWindow, goodWithinMs: number): OperationResult {
    const { arrivals, completed, failed } = cell;
    return {
      operation,
      conservation: { arrivals, completed, failed, inFlight: arrivals - completed - failed },
      errors: [...cell.errors.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1)),
      latency: cell.latency.snapshot(),
      goodputPerSecond: Number.isFinite(goodWithinMs) ? cell.good / (phase.endS - phase.startS) : null,
      breakdown: cell.latency.count === 0 ? [] : BREAKDOWN_PERCENTILES.map((p) => this.#breakdown(cell, p)),
    };
  }

  #breakdown(cell: Cell, percentile: number): Breakdown {
    const bucket = cell.latency.bucketAt(percentile / 100);
    const { requests, totalNs, partsNs } = cell.parts.get(bucket)!;
    const parts: { hop: string; ms: number }[] = [];
    for (let hop = 0; hop < partsNs.length; hop++) {
      const ms = partsNs[hop]! / requests / 1e6;
      if (Math.abs(ms) > 1e-9) parts.push({ hop: this.#hops[hop] ?? 'waiting elsewhere', ms });
    }
    return { percentile, totalMs: totalNs / requests / 1e6, requests, parts };
  }

  #book(cell: Cell, bucket: number, latencyNs: number, { partsNs, booked }: HopSheet): void {
    let sums = cell.parts.get(bucket);
    if (sums === undefined) {
      sums = { requests: 0, totalNs: 0, partsNs: new Float64Array(this.#hops.length + 1) };
      cell.parts.set(bucket, sums);
    }
    sums.requests++;
    sums.totalNs += latencyNs;
    const to = sums.partsNs;
    let otherNs = latencyNs;
    for (let i = 0; i < booked.length; i++) {
      const hop = booked[i]!;
      const ns = partsNs[hop]!;
      to[hop]! += ns;
      otherNs -= ns;
    }
    // What no hop has booked: lock waits, back-off, and whatever a deadline cut off in the middle.
    to[partsNs.length]! += otherNs;
  }

  #cell(operation: number, phase: number): Cell {
    return this.#cells[operation * this.#phases.length + phase]!;
  }
}

function countError(cell: Cell, error: Error): string {
  const kind = error instanceof PortError ? error.kind : 'internal';
  const definite = error instanceof PortError && error.definite;
  const key = `${kind} ${definite}`;
  const entry = cell.errors.get(key);
  if (entry === undefined) cell.errors.set(key, { kind, definite, count: 1 });
  else entry.count++;
  return kind;
}

/** Series are for charts: four significant digits are plenty and keep the file small. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}
