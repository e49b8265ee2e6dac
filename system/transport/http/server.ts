/**
 * The HTTP side of the gateway: Fastify in front of the contract. Here a request gets its correlation id, its token is
 * checked, its shape is held against the schema, and it is refused when the process cannot keep up; everything after
 * that is the gateway service's business.
 *
 *   socket ▸ limits ▸ correlation id ▸ load ▸ token ▸ schema ▸ enter(context ▸ gateway) ▸ schema ▸ socket
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Kept } from '../../contracts/metadata.ts';
import type { ChildContext, Trace } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { AccessToken } from '../../ports/tokens.ts';
import { answerErrors, type OnDefect } from './answer-errors.ts';
import { FRONT_PAGE_HEADERS, frontPage, type Listed } from './front-page.ts';
import {
  type Admit,
  type Bearer,
  type BearerVerifier,
  createAdmission,
  createGuard,
  type Guard,
} from './guard.ts';
import { addHealthRoutes } from './health-routes.ts';
import { describeKept, keptByCaches } from './metadata-cache.ts';
import { openapiInfo, responsesOf } from './openapi.ts';
import { refuseOtherMethods } from './other-methods.ts';
import { limitPipelining } from './pipelining.ts';
import { problem, problemOf, sendProblem } from './problem.ts';
import { type PublicApi, ROUTES, type Route } from './routes/index.ts';
import { LENIENT, refuseOddRequests } from './strict-requests.ts';
import { createTimes } from './times.ts';
import { answerUnparsed, OpenRequests, type Unparsed } from './unparsed.ts';
import { compileValidator } from './validation.ts';

export interface LiveSystem {
  readonly api: Omit<PublicApi, 'times'>;
  readonly clock: { now(): number };
  /** Unix time, in ms, at which its clock stands at 0. */
  readonly epochMs: number;
  /** Runs a call at the present time of the system. */
  enter<T>(work: () => Promise<T>): Promise<T>;
  /** A context for one request; close it when the answer is there. */
  context(from: { readonly correlationId: string; readonly trace: Trace | null }): ChildContext;
  /** How far the system's clock is behind, in ns. */
  readonly lagNs: number;
  /** False while it starts, and once it goes down. */
  ready(): boolean;
}

export interface HttpOptions {
  readonly system: LiveSystem;
  readonly tokens: BearerVerifier;
  /** Answers everything under its prefix and the well-known addresses by itself. */
  readonly authorization?: {
    readonly prefix: string;
    readonly handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  };
  readonly version: string;
  /** Requests that may be in flight; further ones are shed. */
  readonly maxInFlight: number;
  /** Lag of the system's clock beyond which requests are shed, in ms. */
  readonly maxLagMs: number;
  readonly onDefect: OnDefect;
  /** Told of what was answered without having become a request. */
  readonly onUnparsed?: (refusal: Unparsed) => void;
  /** Adds hooks and routes of whoever observes the server, before its own. */
  readonly extend?: (server: FastifyInstance) => void;
  /** Adds further public routes, which the OpenAPI document shows; `admit` sheds as the API does, with a count of its own. */
  readonly routes?: (server: FastifyInstance, admit: Admit) => void;
  /** Within this time a request has to have arrived whole, in ms; default 10,000. */
  readonly requestTimeoutMs?: number;
  readonly https?: { readonly key: string; readonly cert: string };
}

/** Longer than any id, so that the schema says what is wrong with it. */
const LONGEST_PARAMETER = 500;
/** A play with every field is under 200 bytes and a delivered track under 1 KB: 16 KiB leaves room and keeps floods cheap. */
const BODY_LIMIT_BYTES = 16_384;
/** Slow clients: headers and body have to be here within this time (Node checks every `connectionsCheckingInterval`). */
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 72_000;
const CORRELATION_ID = /^[\w.-]{1,64}$/;
/** What there may be beside the API. */
const LINKS = [
  ['/openapi.json', 'OpenAPI document'],
  ['/readyz', 'Is it ready?'],
  ['/metrics', 'Metrics'],
  ['/admin/traces', 'Traces'],
  ['/admin/slo', 'Objectives and burn rates'],
  ['/admin/running', 'What runs here'],
  ['/admin/faults', 'What was made to fail'],
  ['/admin/dead-letters', 'Dead letters'],
  ['/admin/search/reindex', 'Search index being made anew'],
] as const;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body is made while the client takes it. */
    streamed?: boolean;
  }
  interface FastifyRequest {
    bearer: Bearer | null;
    /** Where its time is booked and under which it is found; null: nobody observes. */
    trace: Trace | null;
    /** Why it was not answered as it asked. */
    failure: unknown;
    /** Whether it was let in at the door, where there is one. */
    admitted: boolean;
  }
}

/** The server, not listening yet. `close()` lets what is in flight finish. */
export async function createHttpServer(options: HttpOptions): Promise<FastifyInstance> {
  const open = new OpenRequests();
  const server = createFastify(options, open);
  // Bodies are JSON; Fastify would take plain text, too.
  server.removeContentTypeParser('text/plain');
  const guard = createGuard(options, createAdmission(options));
  server.decorateRequest('bearer', null);
  server.decorateRequest('trace', null);
  server.decorateRequest('failure', null);
  server.decorateRequest('admitted', false);
  const refuseMethod = refuseOtherMethods(server);
  options.extend?.(server);
  server.setValidatorCompiler(({ schema, httpPart }) =>
    compileValidator(schema as object, httpPart ?? 'body'),
  );
  answerErrors(server, options.onDefect);
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply, problem(404, `There is nothing at ${request.method} ${pathOf(request)}.`, request.id)),
  );
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-correlation-id', request.id);
    open.begin(request, reply);
    done();
  });
  refuseOddRequests(server);
  server.addHook('onRequest', refuseMethod);
  let closing = false;
  server.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  // A connection that stays open after its answer would keep the process from ending.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  const listed = listRoutes(server);
  await server.register(swagger, { openapi: openapiInfo(options.version) });
  for (const route of ROUTES) addRoute(server, route, options.system, guard);
  options.routes?.(server, createAdmission(options));
  addOwnRoutes(server, options.system, listed, options.authorization?.prefix ?? null);
  if (options.authorization !== undefined)
    await mount(server, options.authorization, createAdmission(options));
  return server;
}

function createFastify(
  { https, requestTimeoutMs = REQUEST_TIMEOUT_MS, onUnparsed }: HttpOptions,
  open: OpenRequests,
): FastifyInstance {
  const correlationId = correlationIds();
  const limits = {
    ...LENIENT,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
  };
  const server = Fastify({
    // Fastify takes the one or the other.
    ...(https === undefined ? { http: limits } : { https: { ...https, ...limits } }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    forceCloseConnections: 'idle',
    logger: false,
    requestIdHeader: false,
    clientErrorHandler: answerUnparsed(correlationId, open, onUnparsed),
    genReqId: correlationId,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, problemOf(error, request)),
  } as object) as unknown as FastifyInstance;
  limitPipelining(server.server, (status, detail) =>
    onUnparsed?.({ status, detail, correlationId: correlationId() }),
  );
  return server;
}

function addRoute(server: FastifyInstance, route: Route, system: LiveSystem, guard: Guard): void {
  const api = { ...system.api, times: createTimes(system.epochMs, system.clock) };
  const { operationId, params, query, body, status, answer } = route;
  server.route({
    method: route.method,
    url: route.url,
    schema: {
      operationId,
      summary: route.summary,
      tags: [route.url.split('/')[2]!],
      security: [{ oauth2: [route.scope] }],
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { querystring: query }),
      ...(body === undefined ? {} : { body }),
      response: responsesOf(route),
    },
    onRequest: guard(route.scope),
    ...(route.metadata === undefined ? {} : { onSend: keptByCaches }),
    handler: async (request, reply) => {
      const context = system.context({ correlationId: request.id, trace: request.trace });
      // Who has hung up is not worked for any longer, here and in every service behind.
      reply.raw.once('close', () => {
        if (reply.raw.writableFinished) return;
        const gone = new PortError('cancelled', operationId, false, 'the client has gone');
        system.enter(async () => context.cancel(gone)).catch(() => {});
      });
      const { subject, clientId, expiresAtMs } = request.bearer!;
      const token: AccessToken = {
        subject,
        clientId,
        expiresAtNs: expiresAtMs * 1e6,
        keyId: 0,
        signature: 0,
      };
      const asked = {
        token,
        params: request.params as Record<string, string>,
        query: request.query as Record<string, unknown>,
        body: request.body,
      };
      try {
        const call = () => route.call(api, context, asked);
        const result = await (route.entersItself === true ? call() : system.enter(call));
        reply.code(status);
        if (route.location !== undefined) reply.header('location', route.location(result));
        if (route.metadata === 'kept') return describeKept(reply, result as Kept<unknown>);
        return answer === null ? reply.send() : result;
      } finally {
        context.close();
      }
    },
  });
}

/** What the OpenAPI document shows, in the order in which it is added from here on. */
function listRoutes(server: FastifyInstance): readonly Listed[] {
  const listed: Listed[] = [];
  server.addHook('onRoute', ({ method, url, schema }) => {
    const { summary, hide, security } = (schema ?? {}) as {
      summary?: string;
      hide?: boolean;
      security?: readonly { oauth2: readonly string[] }[];
    };
    if (summary === undefined || hide === true || method === 'HEAD') return;
    listed.push({ method: String(method), url, summary, scope: security?.[0]?.oauth2[0] ?? 'signed URL' });
  });
  return listed;
}

function addOwnRoutes(
  server: FastifyInstance,
  system: LiveSystem,
  listed: readonly Listed[],
  authorization: string | null,
): void {
  const hidden = { schema: { hide: true } };
  addHealthRoutes(server, 'The system', () => system.ready());
  // Written once: it takes milliseconds, and whoever asks needs no token.
  let document: string | undefined;
  server.get('/openapi.json', hidden, async (_request, reply) => {
    document ??= JSON.stringify(server.swagger());
    return reply.type('application/json; charset=utf-8').send(document);
  });
  const links = LINKS.filter(([path]) => server.hasRoute({ method: 'GET', url: path }));
  server.get('/', hidden, async (request, reply) =>
    reply
      .headers(FRONT_PAGE_HEADERS)
      .send(
        frontPage({ routes: listed, links, authorization, origin: `${request.protocol}://${request.host}` }),
      ),
  );
}

/** The authorization server reads its own requests: nothing of them is parsed here. */
async function mount(
  server: FastifyInstance,
  { prefix, handler }: NonNullable<HttpOptions['authorization']>,
  admit: Admit,
): Promise<void> {
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const url of [`${prefix}/*`, '/.well-known/*']) {
      scope.route({
        method: ['GET', 'HEAD', 'POST', 'OPTIONS'],
        url,
        schema: { hide: true },
        onRequest: async (_request, reply) => admit(reply, 'authorization'),
        async handler(request, reply) {
          reply.hijack();
          reply.raw.setHeader('x-correlation-id', request.id);
          await handler(request.raw, reply.raw);
        },
      });
    }
  });
}

/** Taken from the request where it is safe to log, made up otherwise: unique for this process, and cheap. */
function correlationIds(): (request?: IncomingMessage) => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return (request) => {
    const given = request?.headers['x-correlation-id'];
    if (typeof given === 'string' && CORRELATION_ID.test(given)) return given;
    return `${prefix}-${(++count).toString(36)}`;
  };
}

function pathOf(request: FastifyRequest): string {
  const end = request.url.indexOf('?');
  return (end < 0 ? request.url : request.url.slice(0, end)).slice(0, 100);
}
