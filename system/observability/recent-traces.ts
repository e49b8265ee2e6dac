/**
 * The newest traces of a live process, in bounded memory. Traces in which something failed or took too long have a place
 * of their own, so that a flood of good ones does not push them out.
 */
import type { Span } from './span.ts';

export interface KeptTrace {
  readonly traceId: string;
  readonly correlationId: string | null;
  /** Something in it failed or took longer than its objective says. */
  notable: boolean;
  readonly spans: Span[];
  /** How many of them are calls of engines. */
  calls: number;
  /** Spans beyond the bounds. */
  dropped: number;
}

export interface TraceBounds {
  readonly ordinary: number;
  readonly notable: number;
  readonly spansPerTrace: number;
  /** Calls of engines, beside those: who called them ends later, and must find its place. */
  readonly callsPerTrace: number;
}

/** estimate: a span is about 300 bytes and a trace has ten, so two MiB for all. */
const BOUNDS: TraceBounds = { ordinary: 200, notable: 400, spansPerTrace: 64, callsPerTrace: 64 };

export class RecentTraces {
  readonly #bounds: TraceBounds;
  readonly #ordinary = new Map<string, KeptTrace>();
  readonly #notable = new Map<string, KeptTrace>();

  constructor(bounds: TraceBounds = BOUNDS) {
    this.#bounds = bounds;
  }

  record(span: Span): void {
    const { traceId, correlationId } = span;
    const trace = this.#notable.get(traceId) ??
      this.#ordinary.get(traceId) ?? {
        traceId,
        correlationId,
        notable: false,
        spans: [],
        calls: 0,
        dropped: 0,
      };
    this.#add(trace, span);
    if (span.notable && !trace.notable) {
      trace.notable = true;
      this.#ordinary.delete(traceId);
    }
    if (trace.notable) put(this.#notable, trace, this.#bounds.notable);
    else put(this.#ordinary, trace, this.#bounds.ordinary);
  }

  #add(trace: KeptTrace, span: Span): void {
    const { spansPerTrace, callsPerTrace } = this.#bounds;
    const isCall = span.client !== undefined;
    const room = isCall ? callsPerTrace - trace.calls : spansPerTrace - (trace.spans.length - trace.calls);
    if (room <= 0) {
      trace.dropped++;
      return;
    }
    if (isCall) trace.calls++;
    trace.spans.push(span);
  }

  get size(): number {
    return this.#ordinary.size + this.#notable.size;
  }

  /** Newest first. */
  list(limit = Number.POSITIVE_INFINITY): KeptTrace[] {
    return [...this.#ordinary.values(), ...this.#notable.values()]
      .sort((a, b) => startOf(b) - startOf(a))
      .slice(0, limit);
  }

  byCorrelationId(correlationId: string): KeptTrace[] {
    return this.list().filter((trace) => trace.correlationId === correlationId);
  }
}

/** A map keeps the order in which keys came: the first is the oldest. */
function put(traces: Map<string, KeptTrace>, trace: KeptTrace, most: number): void {
  if (!traces.has(trace.traceId) && traces.size >= most) traces.delete(traces.keys().next().value!);
  traces.set(trace.traceId, trace);
}

function startOf({ spans }: KeptTrace): number {
  let startNs = Number.POSITIVE_INFINITY;
  for (const span of spans) startNs = Math.min(startNs, span.startNs);
  return startNs;
}
