/**
 * How many requests one connection may have under way. Node begins whatever it reads, and what is asked for in one go
 * (pipelining, RFC 9112, 9.3.2) may be thousands in a few kilobytes: they would be worked on, for minutes, also when nobody
 * waits any more, and every other client would wait behind them.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** estimate: more than any client sends ahead (browsers: 1, proxies: some), and little work. */
const MOST = 100;

/** `onCut` is told once of each connection that is cut off, with the sentence that says why. */
export function limitPipelining(server: Server, onCut: (status: number, detail: string) => void): void {
  const open = new WeakMap<Socket, number>();
  const handlers = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // What was read along with what it was cut off for.
    if (socket.destroyed) return;
    const count = (open.get(socket) ?? 0) + 1;
    if (count > MOST) {
      onCut(429, `More than ${MOST} requests on one connection wait for their answers.`);
      socket.destroy();
      return;
    }
    open.set(socket, count);
    response.once('close', () => open.set(socket, open.get(socket)! - 1));
    for (const handle of handlers) handle.call(server, request, response);
  });
}
