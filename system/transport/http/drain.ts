/** Going down without being kept: what is in flight gets a while to finish, whoever takes longer is cut off. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface DrainOptions {
  readonly graceMs: number;
  /** Told before connections are cut, of how many. */
  readonly onCut?: ((connections: number) => void) | undefined;
}

/** To be called before the server listens; what it returns closes the server. */
export function createDrain(server: FastifyInstance): (options: DrainOptions) => Promise<void> {
  // Node's own list lacks connections whose TLS handshake is not over.
  const open = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return async ({ graceMs, onCut }) => {
    const cut = setTimeout(() => {
      if (open.size === 0) return;
      onCut?.(open.size);
      for (const socket of open) socket.destroy();
    }, graceMs);
    try {
      await server.close();
    } finally {
      clearTimeout(cut);
    }
  };
}
