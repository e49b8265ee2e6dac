/**
 * What never becomes a request: no HTTP, an address or headers longer than the parser takes, or too slow to arrive. It
 * comes before any route, so the problem is written on the connection by hand.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_JSON, problem } from './problem.ts';

/** What was answered to it. */
export interface Unparsed {
  readonly status: number;
  readonly detail: string;
  readonly correlationId: string;
}

/** `correlationId` makes up an id: nothing of the request can be read. */
export function answerUnparsed(
  correlationId: () => string,
  onUnparsed?: (refusal: Unparsed) => void,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return ({ code }, socket) => {
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, detail] = refusalOf(code);
    const id = correlationId();
    onUnparsed?.({ status, detail, correlationId: id });
    const body = JSON.stringify(problem(status, detail, id).problem);
    const fields = [
      `Content-Type: ${PROBLEM_JSON}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('\r\n')}\r\n\r\n${body}`);
  };
}

function refusalOf(code: string | undefined): [status: number, detail: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'The request did not arrive whole in time.'];
  // An address counts as a header, as in Node's own answer.
  if (code === 'HPE_HEADER_OVERFLOW') return [431, 'The address and the headers are too long.'];
  return [400, 'This is not HTTP/1.1.'];
}
