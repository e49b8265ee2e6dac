/** The HTTP API in front of the real embedded system without costs; tokens are 'subject:scope,scope'. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect } from 'vitest';
import { createEmbeddedSystem, type EmbeddedOptions, type EmbeddedSystem } from '../../modes/embedded.ts';
import { knobNames, knobOf } from '../../modes/knobs.ts';
import { LIVE_DEFAULTS } from '../../modes/live-defaults.ts';
import { PortError } from '../../ports/errors.ts';
import { audioRoutes } from '../media/index.ts';
import { type BearerVerifier, createHttpServer, type HttpOptions, ROUTES } from './index.ts';

const ALL_SCOPES = [...new Set(ROUTES.map(({ scope }) => scope))].join(' ');

/** What tokens are is tested where they are made: here a token says whom it stands for. */
const readable: BearerVerifier = {
  verifyCached: () => undefined,
  async verify(token) {
    const [subject, scopes = ALL_SCOPES] = token.split('~');
    if (subject === 'forged')
      throw new PortError('unauthenticated', 'tokens', true, 'the signature is wrong');
    return {
      subject: subject!,
      clientId: 'test',
      scopes: new Set(scopes.replaceAll('+', ' ').replaceAll('.', ':').split(' ')),
      expiresAtMs: Number.MAX_SAFE_INTEGER / 1e6,
    };
  },
};

export interface TestServer {
  readonly server: FastifyInstance;
  readonly system: EmbeddedSystem;
  readonly defects: unknown[];
  close(): Promise<void>;
}

export async function startTestServer(
  given: Partial<HttpOptions> = {},
  set: Readonly<Record<string, unknown>> = {},
  beside: Partial<EmbeddedOptions> = {},
): Promise<TestServer> {
  const configuration = {
    ...Object.fromEntries(knobNames().map((name) => [name, knobOf(name)!.default])),
    ...LIVE_DEFAULTS,
    ...set,
  };
  const defects: unknown[] = [];
  const system = createEmbeddedSystem({
    seed: 1,
    listeners: 10_000,
    costs: false,
    configuration,
    hotPlaylists: { count: 0, followers: 0 },
    plays: null,
    onFault: (error) => defects.push(error),
    ...beside,
  });
  const server = await createHttpServer({
    system,
    tokens: readable,
    version: '0.0.0',
    maxInFlight: 100,
    maxLagMs: 10_000,
    onDefect: (error) => defects.push(error),
    routes(server, admit) {
      server.register(audioRoutes, { ...system.audio.routes, admit });
    },
    ...given,
  });
  return {
    server,
    system,
    defects,
    async close() {
      await server.close();
      system.stop();
    },
  };
}

/** A server for all tests of a file, and requests to it. In the end it has met no defect. */
export function sharedTestServer(set: Readonly<Record<string, unknown>> = {}) {
  let live: TestServer;
  beforeAll(async () => {
    live = await startTestServer({}, set);
  });
  afterAll(async () => {
    await live.close();
    expect(live.defects).toEqual([]);
  });
  return {
    get live() {
      return live;
    },
    ask: (url: string, request?: Ask) => askServer(live, url, request),
  };
}

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** One request and its answer, the body parsed; as listener 42 unless the token says otherwise, null: without one. */
export async function askServer(
  live: TestServer,
  url: string,
  { method = 'GET', token = 'u000000042', body, headers = {} }: Ask = {},
) {
  const answer = await live.server.inject({
    method,
    url,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body === '' ? null : (JSON.parse(answer.body) as Record<string, unknown>),
  };
}

/** A track as a label delivers it; whoever asks is its label. */
export const published = (trackId: string) => ({
  trackId,
  title: 'Slow tide',
  artistId: 'a1',
  artistName: 'Nobody',
  durationMs: 30_000,
  popularity: 1,
});
