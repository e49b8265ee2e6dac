/** Requests as they reach the process, by operation and status: what clients see, the HTTP server's own refusals included. */
import { DurationHistogram } from './duration-histogram.ts';
import { family, type MetricFamily } from './metric-family.ts';

interface OperationCounts {
  readonly durations: DurationHistogram;
  /** By status code. */
  readonly answers: Map<number, number>;
}

/** The client has gone before there was an answer (of a streamed one, its headers): the status that nginx logs for it. */
export const CLIENT_CLOSED = 499;

/** Routes are known when the server starts; what matches none of them is one operation. */
const MOST_OPERATIONS = 500;
const OTHER = 'other';
const UNPARSED = 'unparsed';
/** Codes of HTTP have three digits, and servers use some dozens. */
const isStatus = (status: number) => status >= 100 && status <= 599;

export class HttpMetrics {
  inFlight = 0;
  shed = 0;
  readonly #operations = new Map<string, OperationCounts>();

  begin(): void {
    this.inFlight++;
  }

  end(operation: string, status: number, durationNs: number): void {
    this.inFlight--;
    const counts = this.#of(operation);
    counts.durations.record(durationNs);
    this.#count(counts, status);
  }

  /** Was answered without having become a request: nobody knows when it began. */
  refuse(status: number): void {
    this.#count(this.#of(UNPARSED), status);
  }

  families(): MetricFamily[] {
    const all = [...this.#operations];
    return [
      family(
        'counter',
        'http_requests_total',
        `Answers, by operation and status (${CLIENT_CLOSED}: the client went away before).`,
        all.flatMap(([operation, { answers }]) =>
          [...answers].map(([status, value]) => ({ labels: { operation, status: String(status) }, value })),
        ),
      ),
      family(
        'histogram',
        'http_request_duration_seconds',
        'From the headers of a request to the end of its answer.',
        all
          .filter(([, { durations }]) => durations.count > 0)
          .flatMap(([operation, { durations }]) => durations.samples({ operation })),
      ),
      family('gauge', 'http_requests_in_flight', 'Requests without an answer at present.', [
        { labels: {}, value: this.inFlight },
      ]),
      family(
        'counter',
        'http_shed_total',
        'Requests refused at the door, because the process cannot keep up.',
        [{ labels: {}, value: this.shed }],
      ),
    ];
  }

  #count({ answers }: OperationCounts, status: number): void {
    const code = isStatus(status) ? status : 500;
    answers.set(code, (answers.get(code) ?? 0) + 1);
  }

  #of(operation: string): OperationCounts {
    const known = this.#operations.get(operation);
    if (known !== undefined) return known;
    if (this.#operations.size >= MOST_OPERATIONS && operation !== OTHER) return this.#of(OTHER);
    const made = { durations: new DurationHistogram(), answers: new Map<number, number>() };
    this.#operations.set(operation, made);
    return made;
  }
}
