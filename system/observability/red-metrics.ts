/**
 * Rate, errors and duration of every operation that instances serve, and what they shed. Counted where calls are served
 * (`CallObserver`), so that virtual time and the live system give the same metrics.
 */
import type { ErrorKind } from '../ports/errors.ts';
import { DurationHistogram } from './duration-histogram.ts';
import { family, type Labels, type MetricFamily, type Sample } from './metric-family.ts';

class OperationCounts {
  readonly labels: Labels;
  begun = 0;
  shed = 0;
  readonly durations = new DurationHistogram();
  readonly errors = new Map<ErrorKind, number>();

  constructor(operation: string) {
    const dot = operation.indexOf('.');
    const service = dot < 0 ? operation : operation.slice(0, dot);
    this.labels = { service, operation: operation.slice(dot + 1) };
  }
}

/** Contracts have some dozens of methods; beyond this, names come from somewhere that they should not. */
const MOST_OPERATIONS = 500;
const OTHER = 'other.other';

export class RedMetrics {
  readonly #operations = new Map<string, OperationCounts>();

  begin(operation: string): void {
    this.#of(operation).begun++;
  }

  /** `kind` null: it went well. */
  end(operation: string, durationNs: number, kind: ErrorKind | null): void {
    const counts = this.#of(operation);
    counts.durations.record(durationNs);
    if (kind !== null) counts.errors.set(kind, (counts.errors.get(kind) ?? 0) + 1);
  }

  shed(operation: string): void {
    this.#of(operation).shed++;
  }

  families(): MetricFamily[] {
    const all = [...this.#operations.values()];
    const each = (value: (counts: OperationCounts) => number): Sample[] =>
      all.map((counts) => ({ labels: counts.labels, value: value(counts) }));
    return [
      family('counter', 'service_requests_total', 'Calls that instances of a service have begun to serve.', [
        ...each(({ begun }) => begun),
      ]),
      family(
        'counter',
        'service_errors_total',
        'Served calls that failed, by kind of error.',
        all.flatMap(({ labels, errors }) =>
          [...errors].map(([kind, value]) => ({ labels: { ...labels, kind }, value })),
        ),
      ),
      family(
        'histogram',
        'service_request_duration_seconds',
        'From the arrival at an instance to the answer, the wait for a core included.',
        all.flatMap(({ labels, durations }) => durations.samples(labels)),
      ),
      family(
        'gauge',
        'service_requests_in_flight',
        'Calls that are being served at present.',
        each(({ begun, durations }) => begun - durations.count),
      ),
      family(
        'counter',
        'service_shed_total',
        'Calls that were refused because the queue for a core was full.',
        each(({ shed }) => shed),
      ),
    ];
  }

  #of(operation: string): OperationCounts {
    const known = this.#operations.get(operation);
    if (known !== undefined) return known;
    if (this.#operations.size >= MOST_OPERATIONS && operation !== OTHER) return this.#of(OTHER);
    const made = new OperationCounts(operation);
    this.#operations.set(operation, made);
    return made;
  }
}
