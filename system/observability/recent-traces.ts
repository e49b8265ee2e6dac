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
  /** Spans beyond the bound. */
  dropped: number;
}

export interface TraceBounds {
  readonly ordinary: number;
  readonly notable: number;
  readonly spansPerTrace: number;
}

/** estimate: a span is about 300 bytes and a trace has four, so a MiB for all. */
const BOUNDS: TraceBounds = { ordinary: 200, notable: 400, spansPerTrace: 64 };

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
      this.#ordinary.get(traceId) ?? { traceId, correlationId, notable: false, spans: [], dropped: 0 };
    if (trace.spans.length < this.#bounds.spansPerTrace) trace.spans.push(span);
    else trace.dropped++;
    if (span.notable && !trace.notable) {
      trace.notable = true;
      this.#ordinary.delete(traceId);
    }
    if (trace.notable) put(this.#notable, trace, this.#bounds.notable);
    else put(this.#ordinary, trace, this.#bounds.ordinary);
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
