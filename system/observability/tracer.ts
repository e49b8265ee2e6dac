/**
 * Spans of requests. Whether a request is sampled is decided once, where it comes in; a sampled one carries a `SpanTrace`
 * from there on, and each served call makes a child of it, as does each call of an engine. Of a request that was not
 * sampled, served calls that fail or take too long leave a span of their own, so that what went wrong is never unseen
 * (bounded by a budget a second).
 *
 *   accept ─▶ SpanTrace (root) ─▶ begin ─▶ SpanTrace (child) ─▶ … ─▶ end ─▶ sink(span)
 *         │                       └▶ follow ─▶ sink(span), when the engine has answered
 *         └─▶ UnsampledTrace   ─▶ begin: the same trace         ─▶ end ─▶ sink(span), if it is notable
 */
import type { Context, Hop, Trace } from '../ports/context.ts';
import { isFault } from '../ports/errors.ts';
import { untraced } from '../runtime/kernel/index.ts';
import { kindOf } from './error-kinds.ts';
import { HTTP } from './slo.ts';
import { type EngineCall, ownerOf, type Span } from './span.ts';
import { formatTraceparent, parseTraceparent, placeOfRequest, SpanIds, traceIdOf } from './trace-context.ts';

export interface TracerOptions {
  /** The clock that requests from outside begin and end by, in ns. */
  readonly now: () => number;
  /** The clock of the calls between services, which may be behind it; default: the same. */
  readonly callsNow?: () => number;
  /** Share of requests that are sampled, 0 to 1. */
  readonly share: number;
  /** Told apart from other processes by this number of 32 bits. */
  readonly process: number;
  /** Duration beyond which a call of this operation is notable; Infinity: never. */
  readonly slowNs: (operation: string) => number;
  readonly sink: (span: Span) => void;
  /** Requests without a correlation id are known by their number, and accepted at their first call (virtual time). */
  readonly numbered?: boolean;
}

/** What came in from outside. */
export interface Accepted {
  readonly correlationId?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** Unsampled requests a second that leave spans: enough to see what fails, too few to be a load when everything does. */
const NOTABLE_PER_SECOND = 50;

class SpanTrace implements Trace {
  readonly correlationId: string;
  readonly traceId: string;
  /** Null: nothing that is sampled is above. */
  readonly spanId: string | null;
  readonly parentSpanId: string | null;
  readonly startNs: number;
  readonly attempt: number;
  /** What is served, and who serves it; 'http' at the door. */
  readonly operation: string;
  readonly instance: string;
  readonly #below: Trace;

  constructor(below: Trace, made: Omit<SpanTrace, 'add' | 'traceparent'>) {
    this.#below = below;
    this.correlationId = made.correlationId;
    this.traceId = made.traceId;
    this.spanId = made.spanId;
    this.parentSpanId = made.parentSpanId;
    this.startNs = made.startNs;
    this.attempt = made.attempt;
    this.operation = made.operation;
    this.instance = made.instance;
  }

  add(hop: Hop, ns: number): void {
    this.#below.add(hop, ns);
  }

  get traceparent(): string | undefined {
    const { traceId, spanId } = this;
    return spanId === null ? undefined : formatTraceparent({ traceId, spanId, sampled: true });
  }
}

class UnsampledTrace implements Trace {
  readonly correlationId: string;
  /** Where another process has named it. */
  readonly foreignId: string | null;
  /** As it came in, for the processes behind. */
  readonly traceparent: string | undefined;
  readonly startNs: number;
  readonly #below: Trace;

  constructor(
    below: Trace,
    correlationId: string,
    foreignId: string | null,
    traceparent: string | undefined,
    startNs: number,
  ) {
    this.#below = below;
    this.correlationId = correlationId;
    this.foreignId = foreignId;
    this.traceparent = traceparent;
    this.startNs = startNs;
  }

  add(hop: Hop, ns: number): void {
    this.#below.add(hop, ns);
  }
}

/** The end of a piece of work that came in from outside. */
export interface RootEnd {
  readonly operation: string;
  readonly instance: string;
  readonly durationNs: number;
  readonly error: Error | null;
  readonly status?: number;
  /** What a promise is held against, where that is not the whole duration. */
  readonly promisedNs?: number;
}

export class Tracer {
  share: number;
  /** Notable spans of unsampled requests that were over the budget. */
  dropped = 0;
  readonly #options: TracerOptions;
  readonly #ids: SpanIds;
  readonly #callsNow: () => number;
  #second = 0;
  /** Traces of unsampled requests that have left spans in this second. */
  readonly #admitted = new Set<string>();

  constructor(options: TracerOptions) {
    this.#options = options;
    this.share = options.share;
    this.#callsNow = options.callsNow ?? options.now;
    this.#ids = new SpanIds(options.process);
  }

  /**
   * The trace of a request that comes in from outside, with a span of its own that `finish` ends. A caller that samples
   * it (the flag in `traceparent`) has decided; otherwise its place does.
   */
  accept({ correlationId, traceparent }: Accepted): Trace {
    if (correlationId === undefined) return untraced;
    return this.#accept(untraced, correlationId, traceparent, this.#ids.next(), HTTP, HTTP);
  }

  /** As `accept` for a call from another process: its span is over there, and calls served here are children of it. */
  proceed({ correlationId, traceparent }: Accepted): Trace {
    if (correlationId === undefined) return untraced;
    return this.#accept(untraced, correlationId, traceparent, null, HTTP, HTTP);
  }

  /** As `CallObserver.begin`. */
  begin(operation: string, instance: string, caller: Context): Trace {
    const { trace } = caller;
    const own = trace.origin ?? trace;
    if (own instanceof SpanTrace) return this.#child(own, trace, caller.attempt, operation, instance);
    if (!this.#options.numbered || own === untraced || own instanceof UnsampledTrace) return trace;
    return this.#accept(trace, `r${caller.request}`, undefined, this.#ids.next(), operation, instance);
  }

  /** As `CallObserver.end`, with what `begin` gave. */
  end(operation: string, instance: string, trace: Trace, durationNs: number, error: Error | null): void {
    this.#report(trace, this.#callsNow() - durationNs, { operation, instance, durationNs, error });
  }

  /**
   * A call of an engine that begins now: leaves a span when `answer` is there, which is given back as it is. An answer
   * that never comes (the process has crashed) leaves none. `describe` says what the call is about, from what it was
   * asked and from its answer, and is called for sampled requests alone: others pay for two comparisons.
   */
  follow<About, Answer>(
    caller: Context,
    answer: Promise<Answer>,
    describe: (about: About, answer?: Answer) => EngineCall,
    about: About,
  ): Promise<Answer> {
    const { trace } = caller;
    const parent = trace.origin ?? trace;
    if (parent instanceof SpanTrace) this.#await(parent, caller.attempt, answer, describe, about);
    return answer;
  }

  /** The answer to a request that `accept` took in. */
  finish(trace: Trace, end: RootEnd): void {
    const startNs =
      trace instanceof SpanTrace || trace instanceof UnsampledTrace ? trace.startNs : this.#options.now();
    this.#report(trace, Math.min(startNs, this.#options.now() - end.durationNs), end);
  }

  /** The trace under which a request is to be looked for. */
  traceIdOf(trace: Trace): string | null {
    const own = trace.origin ?? trace;
    if (own instanceof SpanTrace) return own.traceId;
    if (own instanceof UnsampledTrace && own.foreignId !== null) return own.foreignId;
    return own.correlationId === undefined ? null : traceIdOf(own.correlationId);
  }

  /** `ownSpanId` null: the request has no span here. */
  #accept(
    below: Trace,
    correlationId: string,
    traceparent: string | undefined,
    ownSpanId: string | null,
    operation: string,
    instance: string,
  ): Trace {
    const remote = traceparent === undefined ? null : parseTraceparent(traceparent);
    const startNs = this.#options.now();
    // The place follows from the correlation id alone: it is the same in processes that the header did not reach.
    if (remote?.sampled !== true && placeOfRequest(correlationId) >= this.share) {
      const known = remote === null ? undefined : traceparent;
      return new UnsampledTrace(below, correlationId, remote?.traceId ?? null, known, startNs);
    }
    const traceId = remote?.traceId ?? traceIdOf(correlationId);
    const above = remote?.sampled === true ? remote.spanId : null;
    const spanId = ownSpanId ?? above;
    const parentSpanId = ownSpanId === null ? null : above;
    return new SpanTrace(below, {
      correlationId,
      traceId,
      spanId,
      parentSpanId,
      startNs,
      attempt: 0,
      operation,
      instance,
    });
  }

  /** `below`: where its time is booked, which is apart from the parent's in one of several attempts. */
  #child(parent: SpanTrace, below: Trace, attempt: number, operation: string, instance: string): Trace {
    return new SpanTrace(below, {
      correlationId: parent.correlationId,
      traceId: parent.traceId,
      spanId: this.#ids.next(),
      parentSpanId: parent.spanId,
      startNs: this.#options.now(),
      attempt,
      operation,
      instance,
    });
  }

  #await<About, Answer>(
    { traceId, spanId: parentSpanId, correlationId, operation, instance }: SpanTrace,
    attempt: number,
    answer: Promise<Answer>,
    describe: (about: About, answer?: Answer) => EngineCall,
    about: About,
  ): void {
    const spanId = this.#ids.next();
    const startNs = this.#callsNow();
    const end = ({ name, attributes }: EngineCall, error: string | null, notable: boolean) =>
      this.#options.sink({
        traceId,
        spanId,
        parentSpanId,
        correlationId,
        operation: name,
        instance,
        startNs,
        durationNs: this.#callsNow() - startNs,
        error,
        notable,
        attempt,
        client: { service: ownerOf(operation), attributes },
        sampled: true,
      });
    answer.then(
      (value) => end(describe(about, value), null, false),
      (thrown: Error) => {
        const kind = kindOf(thrown);
        end(describe(about), kind, isFault(kind));
      },
    );
  }

  #report(trace: Trace, startNs: number, end: RootEnd): void {
    const { operation, durationNs, error, instance, status, promisedNs = durationNs } = end;
    const kind = error === null ? null : kindOf(error);
    const notable = (kind !== null && isFault(kind)) || promisedNs > this.#options.slowNs(operation);
    const sampled = trace instanceof SpanTrace;
    if (!sampled && !notable) return;
    const traceId = this.traceIdOf(trace);
    if (traceId === null || (!sampled && !this.#admits(traceId))) return;
    this.#options.sink({
      traceId,
      spanId: (sampled ? trace.spanId : null) ?? this.#ids.next(),
      parentSpanId: sampled ? trace.parentSpanId : null,
      correlationId: trace.correlationId ?? null,
      operation,
      instance,
      startNs,
      durationNs,
      error: kind,
      notable,
      attempt: sampled ? trace.attempt : 0,
      ...(status === undefined ? {} : { status }),
      sampled,
    });
  }

  #admits(traceId: string): boolean {
    const second = Math.floor(this.#options.now() / 1e9);
    if (second !== this.#second) {
      this.#second = second;
      this.#admitted.clear();
    }
    if (this.#admitted.has(traceId)) return true;
    if (this.#admitted.size >= NOTABLE_PER_SECOND) {
      this.dropped++;
      return false;
    }
    this.#admitted.add(traceId);
    return true;
  }
}
