/** Dead letters over HTTP, to this machine alone: what was set aside and why, and sending it again once that is mended. */
import type { FastifyInstance } from 'fastify';
import { onlyFromHere } from './telemetry-routes.ts';

export interface DeadLetter {
  /** Its place on the dead-letter topic. */
  readonly partition: number;
  readonly offset: number;
  /** When it was set aside. */
  readonly at: string;
  readonly bytes: number;
  readonly reason: string;
  /** In words. */
  readonly error: string;
  /** Where it was read, and who could not handle it. */
  readonly from: { readonly partition: number; readonly offset: number };
  readonly group: string;
  /** Null: it names none. */
  readonly schemaId: number | null;
  /** How often it has been set aside. */
  readonly times: number;
}

export interface DeadLettersOfTopic {
  readonly topic: string;
  /** On its dead-letter topic, redriven ones too. */
  readonly kept: number;
  /** Set aside by this process. */
  readonly sinceStart: number;
  /** Newest first. */
  readonly newest: readonly DeadLetter[];
}

/** What the routes are about. */
export interface DeadLetterDesk {
  /** Every topic that can have dead letters, each with at most so many of them. */
  list(limit: number): readonly DeadLettersOfTopic[];
  /** `not-found`: the topic can have none; `conflict`: it is being redriven already. */
  redrive(topic: string): Promise<{ readonly sent: number; readonly left: number }>;
}

const choosing = {
  type: 'object',
  additionalProperties: false,
  properties: { limit: { type: 'integer', minimum: 0, maximum: 100 } },
} as const;

const naming = {
  type: 'object',
  required: ['topic'],
  additionalProperties: false,
  properties: { topic: { type: 'string', minLength: 1, maxLength: 249 } },
} as const;

const DEFAULT_LIMIT = 5;

export function addDeadLetterRoutes(server: FastifyInstance, desk: DeadLetterDesk): void {
  const onRequest = onlyFromHere;
  server.get(
    '/admin/dead-letters',
    { schema: { hide: true, querystring: choosing }, onRequest },
    async (request) => {
      const { limit = DEFAULT_LIMIT } = request.query as { limit?: number };
      return { topics: desk.list(limit) };
    },
  );
  server.post(
    '/admin/dead-letters/redrive',
    { schema: { hide: true, body: naming }, onRequest },
    async (request) => desk.redrive((request.body as { topic: string }).topic),
  );
}
