/** Making machines and links of the live system fail over HTTP, from this machine alone. */
import type { FastifyInstance } from 'fastify';
import { onlyFromHere } from './telemetry-routes.ts';

export interface FaultState {
  readonly number: number;
  /** 'kafka-1 crashes, and is back after 20 s' */
  readonly what: string;
  /** RFC 3339. */
  readonly beginsAt: string;
  readonly endsAt: string;
  /** By an operator: 'ended' before its time, or 'dropped' before it began, and then `endsAt` is `beginsAt`. */
  readonly state: 'coming' | 'acting' | 'over' | 'ended' | 'dropped';
}

export interface FaultsState {
  /** Newest first. */
  readonly faults: readonly FaultState[];
  /** Since the start: each try counts that a faulty link lost, and each message that one slowed down. */
  readonly messagesLost: number;
  readonly messagesDelayed: number;
}

/** What the routes are about. */
export interface FaultDesk {
  /** What can be asked for, and what the body of each has to be. */
  readonly kinds: readonly { readonly kind: string; readonly body: object }[];
  state(): Promise<FaultsState>;
  /** `body` fits the schema of its kind. `invalid`, `conflict`: nothing here can fail so, with the reason. */
  begin(kind: string, body: object): Promise<FaultState>;
  /** Ends what acts and drops what is to come; a pause that has begun lasts. */
  end(): Promise<FaultsState>;
  /** How many act at present. */
  readonly acting: number;
}

export function addFaultRoutes(server: FastifyInstance, desk: FaultDesk): void {
  const onRequest = onlyFromHere;
  const path = '/admin/faults';
  server.get(path, { schema: { hide: true }, onRequest }, async () => desk.state());
  server.delete(path, { schema: { hide: true }, onRequest }, async () => desk.end());
  for (const { kind, body } of desk.kinds)
    server.post(`${path}/${kind}`, { schema: { hide: true, body }, onRequest }, async (request, reply) => {
      reply.code(202);
      return desk.begin(kind, request.body as object);
    });
}
