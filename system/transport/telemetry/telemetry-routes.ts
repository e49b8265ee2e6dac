/**
 * What a process shows of itself, without a token and to this machine alone: metrics for Prometheus, the newest traces,
 * burn rates of objectives, and the share of requests that are traced, which can be changed while it runs.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type KeptTrace,
  placed,
  type RecentTraces,
  type Telemetry,
  waterfall,
} from '../../observability/index.ts';
import { PortError } from '../../ports/errors.ts';
import type { EventLog } from './event-log.ts';
import type { Prometheus } from './prometheus.ts';

export interface TelemetryView {
  readonly telemetry: Telemetry;
  readonly prometheus: Prometheus;
  readonly traces: RecentTraces;
  readonly log: EventLog;
  /** What the span clock's zero is on the wall clock, in ms since 1970. */
  readonly epochMs: number;
}

const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;
/** The name by which it was asked: a page of another site that has its own name point here is not let in. */
const LOOPBACK_NAME = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;

const sharing = {
  type: 'object',
  required: ['share'],
  additionalProperties: false,
  properties: { share: { type: 'number', minimum: 0, maximum: 1 } },
} as const;

const choosing = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 1_000 },
    correlationId: { type: 'string', minLength: 1, maxLength: 64 },
    notable: { type: 'boolean' },
    format: { type: 'string', enum: ['json', 'text'] },
  },
} as const;

interface Choice {
  readonly limit?: number;
  readonly correlationId?: string;
  readonly notable?: boolean;
  readonly format?: 'json' | 'text';
}

const DEFAULT_LIMIT = 50;

export function addTelemetryRoutes(server: FastifyInstance, view: TelemetryView): void {
  const { telemetry, prometheus, log } = view;
  const hidden = { hide: true };
  const onRequest = onlyFromHere;
  server.get('/metrics', { schema: hidden, onRequest }, async (_request, reply) => {
    reply.header('content-type', prometheus.contentType);
    return prometheus.text();
  });
  server.get('/admin/sampling', { schema: hidden, onRequest }, async () => ({
    share: telemetry.tracer.share,
  }));
  server.put('/admin/sampling', { schema: { ...hidden, body: sharing }, onRequest }, async (request) => {
    const { share } = request.body as { share: number };
    log.sampling(telemetry.tracer.share, share);
    telemetry.tracer.share = share;
    return { share };
  });
  server.get('/admin/slo', { schema: hidden, onRequest }, async () => ({ slos: telemetry.slos.status() }));
  server.get(
    '/admin/traces',
    { schema: { ...hidden, querystring: choosing }, onRequest },
    async (request, reply) => {
      const choice = request.query as Choice;
      const traces = chosen(view.traces, choice);
      if (choice.format === 'text') {
        reply.header('content-type', 'text/plain; charset=utf-8');
        if (traces.length === 0) return noneText(telemetry.tracer.share);
        return traces.map((trace) => textOf(trace, view.epochMs)).join('\n');
      }
      return { share: telemetry.tracer.share, traces: traces.map((trace) => jsonOf(trace, view.epochMs)) };
    },
  );
}

export function onlyFromHere(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  const from = request.socket.remoteAddress ?? '';
  if (LOOPBACK_ADDRESS.test(from) && LOOPBACK_NAME.test(request.headers.host ?? '')) done();
  else done(new PortError('permission-denied', 'admin', true, 'it is shown to this machine only'));
}

function noneText(share: number): string {
  const traced = Number((100 * share).toPrecision(3));
  return `No trace of that kind is kept. Traced are ${traced} % of requests; PUT /admin/sampling changes that.\n`;
}

function chosen(
  traces: RecentTraces,
  { limit = DEFAULT_LIMIT, correlationId, notable }: Choice,
): KeptTrace[] {
  return traces
    .list()
    .filter((trace) => correlationId === undefined || trace.correlationId === correlationId)
    .filter((trace) => notable === undefined || trace.notable === notable)
    .slice(0, limit);
}

function jsonOf(trace: KeptTrace, epochMs: number) {
  const spans = placed(trace.spans);
  const startNs = Math.min(...spans.map((span) => span.startNs));
  const endNs = Math.max(...spans.map((span) => span.startNs + span.durationNs));
  return {
    traceId: trace.traceId,
    correlationId: trace.correlationId,
    startedAt: timeOf(startNs, epochMs),
    durationMs: milliseconds(endNs - startNs),
    notable: trace.notable,
    droppedSpans: trace.dropped,
    spans: spans.map((span) => ({
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      depth: span.depth,
      kind: span.client === undefined ? 'server' : 'client',
      operation: span.operation,
      instance: span.instance,
      startMs: milliseconds(span.startNs - startNs),
      durationMs: milliseconds(span.durationNs),
      error: span.error,
      attempt: span.attempt,
      ...(span.status === undefined ? {} : { status: span.status }),
      ...(span.client === undefined ? {} : { attributes: span.client.attributes }),
      sampled: span.sampled,
    })),
  };
}

function textOf(trace: KeptTrace, epochMs: number): string {
  const startNs = Math.min(...trace.spans.map((span) => span.startNs));
  const part = trace.spans.some(({ sampled }) => sampled) ? '' : ' (not sampled: only what went wrong)';
  const title = `${timeOf(startNs, epochMs)} ${trace.correlationId ?? trace.traceId}${part}`;
  return `${[title, ...waterfall(trace).map((line) => `  ${line}`)].join('\n')}\n`;
}

const milliseconds = (ns: number) => Number((ns / 1e6).toFixed(3));
const timeOf = (ns: number, epochMs: number) => new Date(epochMs + ns / 1e6).toISOString();
