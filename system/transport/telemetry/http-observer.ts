/**
 * Sees every request that reaches the HTTP server, from its headers to the end of its answer: metrics, objectives, the
 * root span, and a log line where it is due. One listener a request; what is counted here is counted nowhere else.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import { CLIENT_CLOSED, HTTP, type HttpMetrics, type Telemetry } from '../../observability/index.ts';
import { PortError } from '../../ports/errors.ts';
import { problemOf } from '../http/problem.ts';
// The fields `trace` and `failure` of a request are declared there.
import type {} from '../http/server.ts';
import { CutShort } from '../http/unparsed.ts';
import type { EventLog } from './event-log.ts';

export interface HttpObserverOptions {
  readonly telemetry: Telemetry;
  readonly http: HttpMetrics;
  readonly log: EventLog;
}

/** What answers from within the process and is asked again and again: counted, but neither traced nor logged. */
const OWN = /^\/(metrics|healthz|readyz|openapi\.json|admin(\/|$))/;

export type ObservedServer = FastifyInstance;

declare module 'fastify' {
  interface FastifyRequest {
    /** When the headers of a streamed answer went out, in ms; 0: they have not. */
    headersAtMs: number;
  }
}

export function observeHttp(server: ObservedServer, options: HttpObserverOptions): void {
  const { telemetry, http } = options;
  server.decorateRequest('headersAtMs', 0);
  server.addHook('onRoute', (route) => {
    if (route.config?.streamed === true) route.onSend = [route.onSend ?? [], noteHeaders].flat();
  });
  server.addHook('onRequest', (request, reply, done) => {
    const startMs = performance.now();
    const traceparent = request.headers.traceparent;
    request.trace = telemetry.tracer.accept({
      correlationId: request.id,
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    });
    http.begin();
    reply.raw.once('close', () => ended(request, reply, startMs, options));
    done();
  });
}

const noteHeaders: onSendHookHandler = (request, _reply, _payload, done) => {
  request.headersAtMs = performance.now();
  done();
};

function ended(
  request: FastifyRequest,
  reply: FastifyReply,
  startMs: number,
  { telemetry, http, log }: HttpObserverOptions,
): void {
  const { url: route = null, schema, config } = request.routeOptions;
  const url = route ?? 'unknown';
  const method = (schema as { operationId?: string } | undefined)?.operationId;
  const operation = method ?? url;
  const streamed = config.streamed === true;
  const status = statusOf(request, reply, streamed);
  const durationNs = (performance.now() - startMs) * 1e6;
  // How long a streamed body takes is up to whoever takes it: what is promised is when it begins.
  const promisedNs = streamed ? (request.headersAtMs - startMs) * 1e6 : durationNs;
  http.end(operation, status, durationNs);
  const failure = failureOf(status, request.failure);
  const shed = isShed(request, failure);
  if (shed) http.shed++;
  if (method !== undefined && status !== CLIENT_CLOSED) {
    const outcome = failure === null ? 'success' : status >= 500 ? 'fault' : 'refused';
    telemetry.slos.record(method, promisedNs, outcome);
  }
  if (OWN.test(url)) return;
  const trace = request.trace!;
  telemetry.tracer.finish(trace, {
    operation: `${HTTP}.${operation}`,
    instance: HTTP,
    durationNs,
    error: failure,
    status,
    promisedNs,
  });
  if (status < 500 && !log.access) return;
  log.request({
    method: request.method,
    operation,
    route,
    status,
    durationNs,
    failure: request.failure,
    shed,
    correlationId: request.id,
    traceId: telemetry.tracer.traceIdOf(trace),
  });
}

/** Turned away at the door, rather than by something that is overloaded behind it. */
function isShed(request: FastifyRequest, failure: PortError | null): boolean {
  return failure?.kind === 'overloaded' && !request.admitted;
}

/**
 * What the client was told. Whoever has heard enough of a streamed body hangs up, and was served all the same; a body that
 * broke off here counts as what would have been told, had its headers not been out.
 */
function statusOf(request: FastifyRequest, { raw }: FastifyReply, streamed: boolean): number {
  if (raw.writableFinished) return raw.statusCode;
  if (request.failure instanceof CutShort) return request.failure.statusCode;
  if (!streamed || !raw.headersSent) return CLIENT_CLOSED;
  return request.failure === null ? raw.statusCode : problemOf(request.failure, request).problem.status;
}

// Made once: an error costs its stack.
const gone = new PortError('cancelled', HTTP, false, 'the client has gone');
const refused = new PortError('invalid', HTTP, true);
const broken = new PortError('internal', HTTP, false);

/** The answer as an error of the system, whoever wrote it. */
function failureOf(status: number, failure: unknown): PortError | null {
  if (status === CLIENT_CLOSED) return gone;
  if (failure instanceof PortError) return failure;
  if (status >= 500) return broken;
  return status >= 400 ? refused : null;
}
