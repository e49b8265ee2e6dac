/** Purges over HTTP, to this machine alone: the control plane of the points of presence. */
import type { FastifyInstance } from 'fastify';
import type { AudioEdge, PurgeTarget } from '../../ports/audio-edge.ts';
import { MILLISECOND } from '../../ports/clock.ts';
import { onlyFromHere } from '../telemetry/index.ts';
import type { AudioRoutesOptions } from './audio-routes.ts';

type PurgeRoutesOptions = Pick<AudioRoutesOptions, 'enter' | 'context' | 'now'> & {
  readonly edge: Pick<AudioEdge, 'purge'>;
};

const targeting = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    path: { type: 'string', pattern: '^/', maxLength: 1_024 },
    prefix: { type: 'string', pattern: '^/(.*/)?$', maxLength: 1_024 },
  },
} as const;

/** `POST /admin/edge/purges` is answered when every point of presence has dropped its copies. */
export function addPurgeRoutes(server: FastifyInstance, options: PurgeRoutesOptions): void {
  const { edge, enter, context, now } = options;
  server.post(
    '/admin/edge/purges',
    { schema: { hide: true, body: targeting }, onRequest: onlyFromHere },
    async (request) => {
      const target = request.body as PurgeTarget;
      const of = context();
      const beganNs = now();
      try {
        await enter(() => edge.purge(of, target));
      } finally {
        of.close();
      }
      return { ...target, tookMs: (now() - beganNs) / MILLISECOND };
    },
  );
}
