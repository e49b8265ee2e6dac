/** What a request fails with is told as a problem, and kept with the request for whoever observes it. */
import type { FastifyInstance } from 'fastify';
import type { Trace } from '../../ports/context.ts';
import { problemOf, sendProblem } from './problem.ts';

/** Told of an error that is a defect, with the correlation id that its answer carries. */
export type OnDefect = (error: unknown, correlationId: string, trace: Trace | null) => void;

/** For every route of the server, those of its plugins included. */
export function answerErrors(server: FastifyInstance, onDefect: OnDefect): void {
  server.setErrorHandler((error, request, reply) => {
    // What came first is why.
    request.failure ??= error;
    const answer = problemOf(error, request);
    if (answer.problem.status === 500) onDefect(error, request.id, request.trace);
    return sendProblem(reply, answer);
  });
}
