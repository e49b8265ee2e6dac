/**
 * What a run in virtual time leaves of its telemetry: the metrics at its end, and traces from all over it. Both are
 * texts, because they are made in a worker and written by somebody else.
 */
import {
  DEFAULT_SAMPLING,
  exposition,
  family,
  otlpJson,
  type Telemetry,
  ThinnedTraces,
} from '../observability/index.ts';

export { DEFAULT_SAMPLING };

export interface RunTelemetry {
  /** The Prometheus text format; every value has the time of the run's end, virtual milliseconds since its start. */
  readonly metrics: string;
  /** A line of OTLP in JSON for each trace; virtual time begins where Unix time does. */
  readonly traces: string;
}

/** Of each kind, sampled and notable. estimate: at most ten spans a trace and half a kilobyte a span, so 10 MB. */
const MOST_TRACES = 2_000;

/** Collects from now on; the function that it returns is called once, at the end. */
export function recordTelemetry(telemetry: Telemetry, clock: { now(): number }): () => RunTelemetry {
  const sampled = new ThinnedTraces(MOST_TRACES, telemetry.tracer.share);
  const notable = new ThinnedTraces(MOST_TRACES);
  telemetry.onSpan((span) => (span.sampled ? sampled : notable).record(span));
  return () => {
    const kept = family('gauge', 'trace_kept_ratio', 'Share of the traces that the run kept.', [
      { labels: { traces: 'sampled' }, value: sampled.share },
      { labels: { traces: 'notable' }, value: notable.share },
    ]);
    return {
      metrics: exposition([...telemetry.families(), kept], clock.now() / 1e6),
      traces: [...sampled.list(), ...notable.list()].map((spans) => `${otlpJson(spans)}\n`).join(''),
    };
  };
}
