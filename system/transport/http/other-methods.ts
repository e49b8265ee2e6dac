/** What is known under another method answers 405 and says which, as RFC 9110 asks. */
import type { FastifyInstance } from 'fastify';
import { problem, sendProblem } from './problem.ts';

// Fastify answers HEAD where there is a GET.
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY'];

/** `known`: those that the route takes, as they are told. */
export function refuseOtherMethods(server: FastifyInstance, url: string, known: ReadonlySet<string>): void {
  const allowed = [...known].join(', ');
  server.route({
    method: METHODS.filter((method) => !known.has(method)),
    url,
    schema: { hide: true },
    // Before anything of the request is looked at: its body is nobody's business.
    async onRequest(request, reply) {
      reply.header('allow', allowed);
      return sendProblem(reply, problem(405, `${url} takes ${allowed}.`, request.id));
    },
    handler: () => undefined,
  });
}
