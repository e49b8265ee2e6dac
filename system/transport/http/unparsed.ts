/**
 * What never becomes a request: no HTTP, an address or headers longer than the parser takes, or too slow to arrive. It
 * comes before any route, so the problem is written on the connection by hand. So it is for a body that breaks off.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_JSON, problem } from './problem.ts';

/** The connection was closed in the middle of a body: whoever observes requests sees that the client has gone. */
const HUNG_UP = 'HPE_INVALID_EOF_STATE';

/** estimate: an answer of 300 bytes is read by then over any network. */
const LINGER_MS = 1_000;

/** A request of which no more came, or nothing that HTTP knows: how it ended, whatever else failed for it. */
export class CutShort extends Error {
  readonly statusCode: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.statusCode = status;
  }
}

/** Requests that are not answered yet, by their connection: HTTP/1.1 works on one at a time. */
export class OpenRequests {
  readonly #replies = new WeakMap<Socket, FastifyReply>();

  begin(request: FastifyRequest, reply: FastifyReply): void {
    this.#replies.set(request.raw.socket, reply);
  }

  at(socket: Socket): FastifyRequest | null {
    const reply = this.#replies.get(socket);
    return reply === undefined || reply.raw.writableEnded ? null : reply.request;
  }
}

/** What was answered to it. */
export interface Unparsed {
  readonly status: number;
  readonly detail: string;
  readonly correlationId: string;
}

/** `correlationId` makes up an id where nothing of a request could be read. */
export function answerUnparsed(
  correlationId: () => string,
  open: OpenRequests,
  onUnparsed?: (refusal: Unparsed) => void,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return ({ code }, socket) => {
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, detail] = refusalOf(code);
    const request = open.at(socket);
    const id = request?.id ?? correlationId();
    // Whoever observes requests hears of this one at its end.
    if (request === null) onUnparsed?.({ status, detail, correlationId: id });
    else if (code !== HUNG_UP) request.failure = new CutShort(status, detail);
    const body = JSON.stringify(problem(status, detail, id).problem);
    const fields = [
      `Content-Type: ${PROBLEM_JSON}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    hangUpAfter(socket);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('\r\n')}\r\n\r\n${body}`);
  };
}

/**
 * Whoever does not hang up after such an answer would keep the connection for ever: no time runs for it any more. At once it
 * would be too early: what the client is still sending would cost it the answer.
 */
function hangUpAfter(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  // A server that goes down waits for nobody of them.
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

function refusalOf(code: string | undefined): [status: number, detail: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'The request did not arrive whole in time.'];
  // An address counts as a header, as in Node's own answer.
  if (code === 'HPE_HEADER_OVERFLOW') return [431, 'The address and the headers are too long.'];
  return [400, 'This is not HTTP/1.1.'];
}
