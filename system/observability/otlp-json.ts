/**
 * Spans as OTLP in JSON (opentelemetry-proto, ExportTraceServiceRequest): a line each trace is what the collector's file
 * receiver and most viewers read. For runs in virtual time; the live system exports by the SDK.
 */
import { type Span, serviceOf } from './span.ts';

/** opentelemetry-proto, Span.SpanKind and Status.StatusCode. */
const KIND_SERVER = 2;
const KIND_CLIENT = 3;
const STATUS_ERROR = 2;

export const SCOPE = 'rehearsal';

/** What a span says beside its times: the same in every exporter. */
export function attributesOf(span: Span): Record<string, string | number | boolean> {
  return {
    ...(span.correlationId === null ? {} : { 'rehearsal.correlation_id': span.correlationId }),
    'rehearsal.instance': span.instance,
    'rehearsal.attempt': span.attempt,
    'rehearsal.sampled': span.sampled,
    ...(span.error === null ? {} : { 'error.type': span.error }),
    ...span.client?.attributes,
    ...(span.status === undefined ? {} : { 'http.response.status_code': span.status }),
  };
}

/**
 * Client errors are answers: a server's span is in error when the server failed. To a client every failure is one
 * (OpenTelemetry, HTTP and database spans).
 */
export const isError = ({ error, notable, client }: Span): boolean =>
  error !== null && (notable || client !== undefined);

/** One line of JSON for the spans of a trace. `epochNs`: what the clock's zero is called in the output. */
export function otlpJson(spans: readonly Span[], epochNs = 0): string {
  const services = new Map<string, Span[]>();
  for (const span of spans) {
    const service = serviceOf(span);
    services.set(service, [...(services.get(service) ?? []), span]);
  }
  return JSON.stringify({
    resourceSpans: [...services].map(([service, own]) => ({
      resource: { attributes: keyValues({ 'service.name': service, 'service.namespace': SCOPE }) },
      scopeSpans: [{ scope: { name: SCOPE }, spans: own.map((span) => jsonOf(span, epochNs)) }],
    })),
  });
}

function jsonOf(span: Span, epochNs: number) {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
    name: span.operation,
    kind: span.client === undefined ? KIND_SERVER : KIND_CLIENT,
    startTimeUnixNano: nanoseconds(epochNs, span.startNs),
    endTimeUnixNano: nanoseconds(epochNs, span.startNs + span.durationNs),
    attributes: keyValues(attributesOf(span)),
    status: isError(span) ? { code: STATUS_ERROR } : {},
  };
}

/** 64-bit integers are decimal text in OTLP's JSON. */
const nanoseconds = (epochNs: number, ns: number) => String(BigInt(epochNs) + BigInt(Math.round(ns)));

function keyValues(attributes: Readonly<Record<string, string | number | boolean>>) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: string | number | boolean) {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'boolean' ? { boolValue: value } : { intValue: String(value) };
}
