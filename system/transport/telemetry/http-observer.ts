/**
 * Sees every request that reaches the HTTP server, from its headers to the end of its answer: metrics, objectives, the
 * root span, and a log line where it is due. One listener a request; what is counted here is counted nowhere else.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CLIENT_CLOSED, HTTP, type HttpMetrics, type Telemetry } from '../../observability/index.ts';
import { PortError } from '../../ports/errors.ts';
// The fields `trace` and `failure` of a request are declared there.
import type {} from '../http/server.ts';
import type { EventLog } from './event-log.ts';

export interface HttpObserverOptions {
  readonly telemetry: Telemetry;
  readonly http: HttpMetrics;
  readonly log: EventLog;
}

/** What answers from within the process and is asked again and again: counted, but neither traced nor logged. */
const OWN = /^\/(metrics|healthz|readyz|openapi\.json|admin(\/|$))/;

export type ObservedServer = FastifyInstance;

export function observeHttp(server: ObservedServer, options: HttpObserverOptions): void {
  const { telemetry, http } = options;
  server.addHook('onRequest', (request, reply, done) => {
    const startMs = performance.now();
    const traceparent = request.headers.traceparent;
    request.trace = telemetry.tracer.accept({
      correlationId: request.id,
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    });
    http.begin();
    reply.raw.once('close', () => ended(request, reply, (performance.now() - startMs) * 1e6, options));
    done();
  });
}

function ended(
  request: FastifyRequest,
  reply: FastifyReply,
  durationNs: number,
  { telemetry, http, log }: HttpObserverOptions,
): void {
  const { url = 'unknown', schema, config } = request.routeOptions;
  const method = (schema as { operationId?: string } | undefined)?.operationId;
  const operation = method ?? url;
  const status = reply.raw.writableFinished ? reply.raw.statusCode : CLIENT_CLOSED;
  http.end(operation, status, durationNs);
  const failure = failureOf(status, request.failure);
  const shed = isShed(request, failure);
  if (shed) http.shed++;
  // How long a streamed body takes is up to whoever takes it: no promise can be held against it.
  if (method !== undefined && config.streamed !== true && status !== CLIENT_CLOSED) {
    const outcome = failure === null ? 'success' : status >= 500 ? 'fault' : 'refused';
    telemetry.slos.record(method, durationNs, outcome);
  }
  if (OWN.test(url)) return;
  const trace = request.trace!;
  telemetry.tracer.finish(trace, {
    operation: `${HTTP}.${operation}`,
    instance: HTTP,
    durationNs,
    error: failure,
    status,
  });
  if (status < 500 && !log.access) return;
  log.request({
    method: request.method,
    operation,
    status,
    durationNs,
    failure: request.failure,
    shed,
    correlationId: request.id,
    traceId: telemetry.tracer.traceIdOf(trace),
  });
}

/** Turned away at the door, before its token was looked at. */
function isShed(request: FastifyRequest, failure: PortError | null): boolean {
  return failure?.kind === 'overloaded' && request.bearer === null;
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
