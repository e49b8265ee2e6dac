/**
 * Spans to an OpenTelemetry collector, by the SDK's batch processor and OTLP over HTTP. Spans are made by our tracer (the
 * SDK's would ask the host's clock and carry its context in AsyncLocalStorage, which virtual time has no use for); what
 * is the SDK's here is everything after that: batches, retries, the protocol. Loaded only when somebody asks for it.
 */
import { type HrTime, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { attributesOf, isError, SCOPE, type Span, serviceOf } from '../../observability/index.ts';

export interface OtlpOptions {
  /** 'http://127.0.0.1:4318'; without a path, the protocol's own is taken. */
  readonly url: string;
  /** What the span clock's zero is on the wall clock, in ms since 1970. */
  readonly epochMs: number;
  readonly version: string;
  readonly onFailure: (error: unknown, spans: number) => void;
}

export interface OtlpExporter {
  record(span: Span): void;
  readonly exported: number;
  /** Could not be delivered, or found the queue full. */
  readonly dropped: number;
  /** Sends what is left, and gives up after two seconds. */
  close(): Promise<void>;
}

/** Spans that may wait for the collector: at 300 bytes a span, a MiB. */
const QUEUE = 4_096;
const BATCH = 512;
const DELAY_MS = 1_000;
const TIMEOUT_MS = 5_000;
const GRACE_MS = 2_000;
const PATH = '/v1/traces';

export function createOtlpExporter(options: OtlpOptions): OtlpExporter {
  const counts = { queued: 0, exported: 0, dropped: 0 };
  const exporter = new OTLPTraceExporter({ url: tracesUrl(options.url), timeoutMillis: TIMEOUT_MS });
  const processor = new BatchSpanProcessor({
    exporter: counting(exporter, counts, options.onFailure),
    maxQueueSize: QUEUE,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: DELAY_MS,
    exportTimeoutMillis: 2 * TIMEOUT_MS,
  });
  const resources = new Map<string, Resource>();
  const resourceOf = (service: string) => {
    const known = resources.get(service);
    if (known !== undefined) return known;
    const made = resourceFromAttributes({
      'service.name': service,
      'service.namespace': SCOPE,
      'service.version': options.version,
    });
    resources.set(service, made);
    return made;
  };
  return {
    record(span) {
      if (counts.queued >= QUEUE) {
        counts.dropped++;
        return;
      }
      counts.queued++;
      processor.onEnd(readable(span, resourceOf(serviceOf(span)), options.epochMs));
    },
    get exported() {
      return counts.exported;
    },
    get dropped() {
      return counts.dropped;
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const grace = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, GRACE_MS);
      });
      // What a collector does not take by now is lost, and was counted.
      await Promise.race([processor.shutdown().catch(() => {}), grace]);
      clearTimeout(timer);
    },
  };
}

/** Where OTLP over HTTP takes traces. Throws a TypeError for what is no address of the web. */
export function tracesUrl(text: string): string {
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(`${text} is not HTTP`);
  if (url.pathname === '/') url.pathname = PATH;
  return url.href;
}

function counting(
  exporter: SpanExporter,
  counts: { queued: number; exported: number; dropped: number },
  onFailure: (error: unknown, spans: number) => void,
): SpanExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        counts.queued -= spans.length;
        if (result.error === undefined && result.code === 0) counts.exported += spans.length;
        else {
          counts.dropped += spans.length;
          onFailure(result.error, spans.length);
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

function readable(span: Span, resource: Resource, epochMs: number): ReadableSpan {
  const context: SpanContext = {
    traceId: span.traceId,
    spanId: span.spanId,
    traceFlags: TraceFlags.SAMPLED,
  };
  return {
    name: span.operation,
    kind: span.client === undefined ? SpanKind.SERVER : SpanKind.CLIENT,
    spanContext: () => context,
    ...(span.parentSpanId === null ? {} : { parentSpanContext: { ...context, spanId: span.parentSpanId } }),
    startTime: timeOf(epochMs, span.startNs),
    endTime: timeOf(epochMs, span.startNs + span.durationNs),
    duration: timeOf(0, span.durationNs),
    status: isError(span) ? { code: SpanStatusCode.ERROR } : { code: SpanStatusCode.UNSET },
    attributes: attributesOf(span),
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: SCOPE },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds: a double cannot hold both since 1970. */
function timeOf(epochMs: number, ns: number): HrTime {
  const epochSeconds = Math.floor(epochMs / 1_000);
  const restNs = Math.round((epochMs - epochSeconds * 1_000) * 1e6 + ns);
  const seconds = Math.floor(restNs / 1e9);
  return [epochSeconds + seconds, restNs - seconds * 1e9];
}
