/** Making the search index anew over HTTP, to this machine alone. */
import type { FastifyInstance } from 'fastify';
import { onlyFromHere } from './telemetry-routes.ts';

interface Target {
  readonly index: string;
  readonly shards: number;
}

export interface ReindexState {
  /** `keeping`: everybody is on the new index, and the old one is still there. Null: nothing is done. */
  readonly underWay: (Target & { readonly step: 'copying' | 'keeping'; readonly copied: number }) | null;
  /** The last one since the start. */
  readonly last:
    | (Target & { readonly copied: number; readonly removed: number; readonly pausedMs: number })
    | null;
}

/** What the routes are about. */
export interface ReindexDesk {
  state(): ReindexState;
  /** `conflict`: one is under way; `unavailable`: nobody could do it. `shards` 0: as the configuration says. */
  start(shards: number): Promise<Target>;
}

const shaping = {
  type: 'object',
  additionalProperties: false,
  properties: { shards: { type: 'integer', minimum: 1, maximum: 1_000 } },
} as const;

export function addReindexRoutes(server: FastifyInstance, desk: ReindexDesk): void {
  const onRequest = onlyFromHere;
  server.get('/admin/search/reindex', { schema: { hide: true }, onRequest }, async () => desk.state());
  server.post(
    '/admin/search/reindex',
    { schema: { hide: true, body: shaping }, onRequest },
    async (request, reply) => {
      const { shards = 0 } = request.body as { shards?: number };
      reply.code(202);
      return desk.start(shards);
    },
  );
}
