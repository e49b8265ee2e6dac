/** For a process without an HTTP server of its own: the same pages, on the loopback interface. */
import Fastify, { type FastifyInstance } from 'fastify';
import { problemOf, sendProblem } from '../http/problem.ts';
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
}

const LOOPBACK = '127.0.0.1';

/** Port 0: any free one. Rejects with Node's error when it cannot be had. */
export async function startAdminServer(
  view: TelemetryView,
  port: number,
  { deadLetters = null, faults = null }: Desks = {},
): Promise<AdminServer> {
  const server: FastifyInstance = Fastify({ logger: false, forceCloseConnections: true });
  server.removeContentTypeParser('text/plain');
  server.setValidatorCompiler(({ schema, httpPart }) =>
    compileValidator(schema as object, httpPart ?? 'body'),
  );
  server.setErrorHandler((error, request, reply) => sendProblem(reply, problemOf(error, request)));
  addTelemetryRoutes(server, view);
  if (deadLetters !== null) addDeadLetterRoutes(server, deadLetters);
  if (faults !== null) addFaultRoutes(server, faults);
  const url = await server.listen({ host: LOOPBACK, port });
  return { url, close: () => server.close() };
}
