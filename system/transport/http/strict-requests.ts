/**
 * What Node would refuse with an empty answer, and what Fastify would take for something else: here each is told as a
 * problem, with the correlation id under which the log has it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, sendProblem } from './problem.ts';

/** For the server that Fastify makes: leaves it to `refuseOddRequests` to insist on a Host. */
export const LENIENT = { requireHostHeader: false } as const;

const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

export function refuseOddRequests(server: FastifyInstance): void {
  // With a listener, Node leaves an expectation to it; without, it answers 417 by itself.
  server.server.on('checkExpectation', (request, response) =>
    server.server.emit('request', request, response),
  );
  server.addHook('onRequest', (request, reply, done) => {
    const refusal = refusalOf(request);
    if (refusal === null) done();
    else sendProblem(reply, problem(...refusal, request.id));
  });
  server.addHook('preParsing', (request, reply, payload, done) => {
    const { 'content-encoding': coding = 'identity' } = request.headers;
    if (hasBody(request) && coding.toLowerCase() !== 'identity') refuseCoding(request, reply);
    else done(null, payload);
  });
}

function refusalOf({ raw, headers }: FastifyRequest): [status: number, detail: string] | null {
  // The router would read it as '/'.
  if (raw.url === '*' && raw.method !== 'OPTIONS') return [400, 'An address begins with a slash.'];
  const repeated = repeatedOf(raw.rawHeaders);
  if (repeated !== null) return [400, `The header ${repeated} is there more than once.`];
  if (raw.httpVersion !== '1.1') return null;
  if (headers.host === undefined) return [400, 'The header Host is missing.'];
  if (headers.expect === undefined || CONTINUE.test(headers.expect)) return null;
  return [417, 'Nothing but 100-continue can be expected.'];
}

/** Node takes the first and drops the others; whoever stands in front may have read another one (RFC 9112, 3.2). */
function repeatedOf(names: readonly string[]): 'Host' | 'Authorization' | null {
  let [hosts, tokens] = [0, 0];
  // Names and values take turns. Most names have another length.
  for (let i = 0; i < names.length; i += 2) {
    const name = names[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
    else if (name.length === 13 && name.toLowerCase() === 'authorization') tokens++;
  }
  return hosts > 1 ? 'Host' : tokens > 1 ? 'Authorization' : null;
}

/** Bodies of a GET are left out of account. */
function hasBody({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function refuseCoding(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('accept-encoding', 'identity');
  sendProblem(reply, problem(415, 'Bodies are taken as they are, without a coding.', request.id));
}
