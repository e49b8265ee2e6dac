/** Whether a process lives, and whether it answers: what load balancers and orchestrators ask. */
import type { FastifyInstance } from 'fastify';
import { problem, sendProblem } from './problem.ts';

/** `what`: 'The system', as whoever is turned away reads it. */
export function addHealthRoutes(server: FastifyInstance, what: string, ready: () => boolean): void {
  const hidden = { schema: { hide: true } };
  server.get('/healthz', hidden, async () => ({ status: 'ok' }));
  server.get('/readyz', hidden, async (request, reply) => {
    if (ready()) return { status: 'ready' };
    return sendProblem(
      reply,
      problem(503, `${what} is starting or going down, or cannot write its journal.`, request.id),
    );
  });
}
