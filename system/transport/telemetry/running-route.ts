/**
 * What runs in this process, for whoever measures it from outside: a result that does not say what was loaded cannot be
 * compared with another.
 */
import type { FastifyInstance } from 'fastify';
import { onlyFromHere } from './telemetry-routes.ts';

export interface Running {
  /** The arm that it is configured as; null: none. */
  readonly as: { readonly scenario: string; readonly case: string; readonly arm: string } | null;
  /** Whether engines and network take the time that their models say. */
  readonly costs: boolean;
  readonly listeners: number;
  readonly seed: number;
  /** Knobs that differ from their defaults, by full name ('cassandra.nodes'). */
  readonly changed: readonly {
    readonly knob: string;
    readonly from: string | number | boolean;
    readonly to: string | number | boolean;
    readonly unit: string;
  }[];
}

export function addRunningRoute(server: FastifyInstance, running: Running): void {
  server.get('/admin/running', { schema: { hide: true }, onRequest: onlyFromHere }, async () => running);
}
