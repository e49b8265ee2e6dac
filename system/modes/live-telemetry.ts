/**
 * What a live process shows of itself, composed: what is observed of the system (`system/observability`) with the log,
 * the metrics page, the buffer of traces and, where one is named, the collector that spans go to.
 */
import {
  clockFamilies,
  family,
  HttpMetrics,
  type MetricFamily,
  RecentTraces,
  type TelemetryOptions,
} from '../observability/index.ts';
import type { Trace } from '../ports/context.ts';
import type { Unparsed } from '../transport/http/index.ts';
import {
  addTelemetryRoutes,
  createPrometheus,
  EventLog,
  type EventLogOptions,
  epochMsOf,
  type LogMode,
  type ObservedServer,
  type OtlpExporter,
  observeHttp,
  processNumber,
  type TelemetryView,
} from '../transport/telemetry/index.ts';
import type { AuthorizationEvent } from '../transport/tokens/index.ts';
import type { EmbeddedSystem } from './embedded.ts';

export { EventLog, type LogMode };

export interface LiveTelemetryOptions {
  /** Share of requests that are traced, 0 to 1. */
  readonly sampling: number;
  readonly log: LogMode;
  /** Takes lines of the log. */
  readonly write: (text: string) => void;
  /** Where spans go, by OTLP over HTTP; null: nowhere. */
  readonly otlp: string | null;
  readonly version: string;
}

export interface LiveTelemetry {
  /** How the system is to be observed. */
  readonly observed: TelemetryOptions;
  readonly log: EventLog;
  /** Begins, once the system is there. */
  attach(system: EmbeddedSystem): Promise<TelemetryView>;
  /** Hooks and routes for the HTTP server; after `attach`. */
  readonly extend: (server: ObservedServer) => void;
  readonly onDefect: (error: unknown, correlationId: string, trace: Trace | null) => void;
  readonly onUnparsed: (refusal: Unparsed) => void;
  readonly onAuthorization: (event: AuthorizationEvent) => void;
  /** Sends what is left to the collector. */
  close(): Promise<void>;
}

/** `service`: 'gateway' where requests come in by HTTP, or the one that is served alone. */
export function createLiveTelemetry(service: string, options: LiveTelemetryOptions): LiveTelemetry {
  const { sampling, version } = options;
  const http = service === 'gateway' ? new HttpMetrics() : null;
  const log = new EventLog({ mode: options.log, write: options.write, service, version });
  let view: TelemetryView | null = null;
  let exporter: OtlpExporter | null = null;
  return {
    observed: { sampling, process: processNumber(), outermost: http === null ? 'calls' : 'http' },
    log,
    async attach(system) {
      const telemetry = system.telemetry!;
      const epochMs = epochMsOf(telemetry.now());
      const traces = new RecentTraces();
      telemetry.onSpan((span) => traces.record(span));
      if (options.otlp !== null) {
        exporter = await connect(options.otlp, { version, epochMs, log });
        telemetry.onSpan((span) => exporter!.record(span));
      }
      const prometheus = createPrometheus(() => [
        ...telemetry.families(),
        ...clockFamilies(system),
        ...(http?.families() ?? []),
        ...exportFamilies(exporter),
      ]);
      view = { telemetry, prometheus, traces, log, epochMs };
      return view;
    },
    extend(server) {
      observeHttp(server, { telemetry: view!.telemetry, http: http!, log });
      addTelemetryRoutes(server, view!);
    },
    onDefect(error, correlationId, trace) {
      const traceId = trace === null ? null : (view?.telemetry.tracer.traceIdOf(trace) ?? null);
      log.defect(error, { correlationId, traceId });
    },
    onUnparsed(refusal) {
      http?.refuse(refusal.status);
      log.unparsed(refusal);
    },
    onAuthorization: (event) => log.authorization(event),
    close: async () => exporter?.close(),
  };
}

/** For what is no part of the system and tells something all the same: by the lines of its log. */
export function logNotes(options: EventLogOptions): (action: string, text: string) => void {
  const log = new EventLog(options);
  return (action, text) => log.note(action, text);
}

interface Connection {
  readonly version: string;
  readonly epochMs: number;
  readonly log: EventLog;
}

/** The SDK is loaded by whoever asks for it alone. */
async function connect(url: string, { version, epochMs, log }: Connection): Promise<OtlpExporter> {
  const { createOtlpExporter } = await import('../transport/telemetry/otlp-exporter.ts');
  const onFailure = (error: unknown, spans: number) => log.exportFailed(error, spans);
  return createOtlpExporter({ url, epochMs, version, onFailure });
}

function exportFamilies(exporter: OtlpExporter | null): MetricFamily[] {
  if (exporter === null) return [];
  const sample = (value: number) => [{ labels: {}, value }];
  return [
    family(
      'counter',
      'otlp_spans_exported_total',
      'Spans that the collector took.',
      sample(exporter.exported),
    ),
    family(
      'counter',
      'otlp_spans_dropped_total',
      'Spans that it did not take, or that found the queue full.',
      [...sample(exporter.dropped)],
    ),
  ];
}
