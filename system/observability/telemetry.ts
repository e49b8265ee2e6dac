/**
 * Everything that is observed of one system: metrics, traces and objectives, fed by the calls between its services. Pure:
 * it has no clock but the one it is given, and does nothing by itself; adapters read it (`system/transport/telemetry`),
 * and a run in virtual time reads it when it ends.
 *
 *   Remote ──CallObserver──▶ telemetry ─┬─ red       rate, errors, duration by operation
 *                                       ├─ tracer ─▶ sinks (buffer, exporter)
 *                                       └─ slos      burn rates
 */
import type { Clock } from '../ports/clock.ts';
import type { Context, Trace } from '../ports/context.ts';
import { isFault } from '../ports/errors.ts';
import type { CallObserver } from '../runtime/kernel/index.ts';
import { kindOf } from './error-kinds.ts';
import { family, type MetricFamily } from './metric-family.ts';
import {
  counterFamilies,
  gaugeFamilies,
  nodeFamilies,
  type ObservedCounter,
  type ObservedGauge,
  type ObservedNode,
} from './node-metrics.ts';
import { AUDIO_OBJECTIVES, OBJECTIVES, type Objective } from './objectives.ts';
import { RedMetrics } from './red-metrics.ts';
import { type Outcome, Slos } from './slo.ts';
import type { Span } from './span.ts';
import { type ObservedStream, streamFamilies } from './stream-metrics.ts';
import { Tracer } from './tracer.ts';
import { UpstreamFailures } from './upstream-failures.ts';

export interface TelemetryOptions {
  /** Share of requests that are traced, 0 to 1; default 0.01. */
  readonly sampling?: number;
  /** 32 bits that tell this process from others; default 0. */
  readonly process?: number;
  readonly objectives?: readonly Objective[];
  /**
   * Who counts requests of the public API against its objectives: the calls that serve them, or whoever accepts
   * requests from outside (and calls `slos.record`). Default: 'calls'.
   */
  readonly outermost?: 'calls' | 'http';
  /** As TracerOptions. */
  readonly numbered?: boolean;
}

export interface TelemetryEnvironment {
  readonly clock: Clock;
  /** What requests from outside begin and end by, where that is ahead of the clock; default: the clock. */
  readonly now?: () => number;
}

/** What a system shows beside its calls. */
export interface Watched {
  /** Whose saturation is shown. */
  readonly nodes: readonly ObservedNode[];
  /** They grow while a system starts. */
  readonly gauges: () => readonly ObservedGauge[];
  readonly counters: readonly ObservedCounter[];
  /** Null: no stream job runs. */
  readonly streams: (() => readonly ObservedStream[]) | null;
}

/** One request of a hundred: enough to see where time goes, too few to cost any. */
export const DEFAULT_SAMPLING = 0.01;

export class Telemetry implements CallObserver {
  /** Of services in other processes. */
  readonly upstreams = new UpstreamFailures();
  readonly red = new RedMetrics();
  readonly slos: Slos;
  readonly tracer: Tracer;
  /** What requests from outside begin and end by, in ns. */
  readonly now: () => number;
  readonly #countsCalls: boolean;
  readonly #sinks: ((span: Span) => void)[] = [];
  #served = 0;
  #calls = 0;
  #watched: Watched = { nodes: [], gauges: () => [], counters: [], streams: null };
  readonly #clock: TelemetryEnvironment['clock'];

  constructor(options: TelemetryOptions, { clock, now = () => clock.now() }: TelemetryEnvironment) {
    this.#countsCalls = (options.outermost ?? 'calls') === 'calls';
    this.now = now;
    this.#clock = clock;
    const promised = this.#countsCalls ? OBJECTIVES : [...OBJECTIVES, ...AUDIO_OBJECTIVES];
    this.slos = new Slos(clock, options.objectives ?? promised);
    this.tracer = new Tracer({
      now,
      callsNow: () => clock.now(),
      share: options.sampling ?? DEFAULT_SAMPLING,
      process: options.process ?? 0,
      slowNs: (operation) => this.slos.slowNs(operation),
      sink: (span) => this.#emit(span),
      ...(options.numbered === undefined ? {} : { numbered: options.numbered }),
    });
  }

  /** What is read whenever somebody asks. */
  watch(watched: Watched): void {
    this.#watched = watched;
  }

  /** Told of every span from now on. */
  onSpan(sink: (span: Span) => void): void {
    this.#sinks.push(sink);
  }

  begin(operation: string, instance: string, caller: Context): Trace {
    this.red.begin(operation);
    return this.tracer.begin(operation, instance, caller);
  }

  end(operation: string, instance: string, trace: Trace, durationNs: number, error: Error | null): void {
    const kind = error === null ? null : kindOf(error);
    this.red.end(operation, durationNs, kind);
    // Whoever gave up did not want an answer: that is neither kept nor broken.
    if (this.#countsCalls && kind !== 'cancelled') {
      const outcome: Outcome = kind === null ? 'success' : isFault(kind) ? 'fault' : 'refused';
      this.slos.recordCall(operation, durationNs, outcome);
    }
    this.tracer.end(operation, instance, trace, durationNs, error);
  }

  shed(operation: string, _instance: string): void {
    this.red.shed(operation);
    if (this.#countsCalls) this.slos.recordCall(operation, 0, 'fault');
  }

  families(): MetricFamily[] {
    const { nodes, gauges, counters, streams } = this.#watched;
    return [
      ...this.red.families(),
      this.upstreams.family(),
      ...nodeFamilies(nodes),
      ...gaugeFamilies(gauges()),
      ...counterFamilies(counters),
      ...(streams === null ? [] : streamFamilies(streams(), this.#clock.now())),
      ...this.slos.families(),
      family('gauge', 'trace_sampling_ratio', 'Share of requests that are traced.', [
        { labels: {}, value: this.tracer.share },
      ]),
      family(
        'counter',
        'trace_spans_total',
        'Spans of traced requests, and of failures in others; kind client: calls of engines and of other processes.',
        [
          { labels: { kind: 'server' }, value: this.#served },
          { labels: { kind: 'client' }, value: this.#calls },
        ],
      ),
      family(
        'counter',
        'trace_spans_dropped_total',
        'Failures in requests that were not traced, beyond those that are kept a second.',
        [{ labels: {}, value: this.tracer.dropped }],
      ),
    ];
  }

  #emit(span: Span): void {
    if (span.client === undefined) this.#served++;
    else this.#calls++;
    for (const sink of this.#sinks) sink(span);
  }
}
