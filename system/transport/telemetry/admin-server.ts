/** For a process without an HTTP server of its own: the same pages, on the loopback interface. */
import Fastify, { type FastifyInstance } from 'fastify';
import { addHealthRoutes } from '../http/health-routes.ts';
import { problem, problemOf, sendProblem } from '../http/problem.ts';
import { compileValidator } from '../http/validation.ts';
import { addDeadLetterRoutes, type DeadLetterDesk } from './dead-letter-routes.ts';
import { addFaultRoutes, type FaultDesk } from './fault-routes.ts';
import { addTelemetryRoutes, type TelemetryView } from './telemetry-routes.ts';

export interface AdminServer {
  /** 'http://127.0.0.1:9101' */
  readonly url: string;
  close(): Promise<void>;
}

/** What can be done there; null or left out: not that. */
export interface Desks {
  readonly deadLetters?: DeadLetterDesk | null;
  readonly faults?: FaultDesk | null;
  /** Whether the service answers; left out: as long as the process does. */
  readonly ready?: () => boolean;
}

const LOOPBACK = '127.0.0.1';

/** Port 0: any free one. Rejects with Node's error when it cannot be had. */
export async function startAdminServer(
  view: TelemetryView,
  port: number,
  { deadLetters = null, faults = null, ready = () => true }: Desks = {},
): Promise<AdminServer> {
  const server: FastifyInstance = Fastify({ logger: false, forceCloseConnections: true });
  server.removeContentTypeParser('text/plain');
  server.setValidatorCompiler(({ schema, httpPart }) =>
    compileValidator(schema as object, httpPart ?? 'body'),
  );
  server.setErrorHandler((error, request, reply) => sendProblem(reply, problemOf(error, request)));
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply, problem(404, 'There is nothing here: /metrics and /admin/traces are.', request.id)),
  );
  addHealthRoutes(server, 'The service', ready);
  addTelemetryRoutes(server, view);
  if (deadLetters !== null) addDeadLetterRoutes(server, deadLetters);
  if (faults !== null) addFaultRoutes(server, faults);
  const url = await server.listen({ host: LOOPBACK, port });
  return { url, close: () => server.close() };
}
