/** `rehearse serve`: the embedded system behind HTTP, with its own authorization server, on the loopback interface. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { listenerId } from '../../fixtures/ids.ts';
import { SECOND } from '../ports/clock.ts';
import type { IdentityKnobs } from '../services/identity/knobs.ts';
import type { MutualTls } from '../transport/grpc/index.ts';
import { createDrain, createHttpServer } from '../transport/http/index.ts';
import { addPurgeRoutes, audioRoutes } from '../transport/media/index.ts';
import {
  addDeadLetterRoutes,
  addFaultRoutes,
  addReindexRoutes,
  addRunningRoute,
  type Running,
} from '../transport/telemetry/index.ts';
import {
  AUDIENCE,
  type AuthorizationEvent,
  createAuthorizationServer,
  createJwtVerifier,
  scheduleKeyRotation,
} from '../transport/tokens/index.ts';
import { checkUpstreams } from './check-upstreams.ts';
import { type JournalSettings, startEmbeddedSystem } from './durable.ts';
import type { EmbeddedOptions, EmbeddedSystem } from './embedded.ts';
import { section } from './environment.ts';
import { connectUpstreams, type Upstreams } from './live-service.ts';
import { createLiveTelemetry, type LiveTelemetryOptions } from './live-telemetry.ts';

export type { Running };

export interface ServeOptions extends EmbeddedOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly version: string;
  /** Requests that may be in flight; further ones are shed. */
  readonly maxInFlight: number;
  /** Lag of the system's clock beyond which requests are shed, in ms. */
  readonly maxLagMs: number;
  readonly onDefect: (error: unknown, correlationId: string) => void;
  /** How long requests in flight get to finish when the server closes; default: `GRACE_MS`. */
  readonly graceMs?: number;
  /** Told when that is over, before the connections that remain are cut. */
  readonly onCut?: (connections: number) => void;
  /** Services in other processes. */
  readonly upstreams?: Upstreams;
  /** For calls to them; null: nothing is encrypted. */
  readonly upstreamTls?: MutualTls | null;
  /** Certificate and key of the gateway: HTTPS instead of HTTP. */
  readonly https?: { readonly cert: string; readonly key: string };
  /** Where what is written outlives the process; absent: nowhere. */
  readonly journal?: JournalSettings | undefined;
  /** What it says of itself to who measures it; left out: nothing. */
  readonly running?: Running;
  readonly onAuthorization?: (event: AuthorizationEvent) => void;
  /** Metrics, traces and the log; left out: there are none. */
  readonly observe?: LiveTelemetryOptions;
}

export interface LiveServer {
  /** 'http://127.0.0.1:8080' */
  readonly url: string;
  readonly system: EmbeddedSystem;
  /** Takes no new requests; resolves when those in flight are answered, or cut after the grace, and everything has stopped. */
  close(): Promise<void>;
}

/**
 * Everything but audio is answered within the gateway's deadline. A download may take as long as its listener likes, and a
 * player that is cut off asks for the rest elsewhere. As long as Docker waits between SIGTERM and SIGKILL.
 */
export const GRACE_MS = 10_000;

/** Nothing here is meant to be reached from another machine. */
const LOOPBACK = '127.0.0.1';

/**
 * Rejects with Node's error (`EADDRINUSE`, `EACCES`) when the port cannot be had, and with one that says what to do when
 * the journal cannot be used, or an upstream is not what it is called.
 */
export async function startLiveServer(options: ServeOptions): Promise<LiveServer> {
  const { upstreams: elsewhere = {}, upstreamTls = null } = options;
  await checkUpstreams(elsewhere, upstreamTls, options);
  const port = options.port === 0 ? await freePort() : options.port;
  const url = `${options.https === undefined ? 'http' : 'https'}://${LOOPBACK}:${port}`;
  const issuer = `${url}/oauth`;
  const observer = options.observe === undefined ? null : createLiveTelemetry('gateway', options.observe);
  const isListener = listenersUpTo(options.listeners);
  const { tokenLifetimeS, keyRotationS } = section<IdentityKnobs>(options.configuration, 'identity');
  const onEvent = (event: AuthorizationEvent) => {
    observer?.onAuthorization(event);
    options.onAuthorization?.(event);
  };
  const authorization = await createAuthorizationServer({
    issuer,
    isListener,
    exampleListenerId: listenerId(42),
    lifetimes: { accessTokenS: tokenLifetimeS },
    onEvent,
  });
  const tokens = createJwtVerifier({ issuer, audience: AUDIENCE, jwks: () => authorization.jwks() });
  const upstreams = connectUpstreams(elsewhere, upstreamTls, options);
  const system = await startEmbeddedSystem({
    ...options,
    allowedOrigins: [...ownOrigins(url), ...(options.allowedOrigins ?? [])],
    elsewhere: upstreams.elsewhere,
    ...(observer === null
      ? {}
      : { telemetry: observer.observed, onInjected: (fault) => observer.log.injected(fault) }),
    onFault(error) {
      observer?.log.fault(error);
      options.onFault(error);
    },
  }).catch((error) => {
    authorization.close();
    throw error;
  });
  await observer?.attach(system);
  const { clock } = system;
  const periodNs = keyRotationS * SECOND;
  system.settle(() => scheduleKeyRotation({ authorization, clock, periodNs, onEvent }));
  const { version, maxInFlight, maxLagMs } = options;
  const server = await createHttpServer({
    system,
    tokens,
    authorization,
    version,
    maxInFlight,
    maxLagMs,
    onDefect(error, correlationId, trace) {
      observer?.onDefect(error, correlationId, trace);
      options.onDefect(error, correlationId);
    },
    ...(observer === null ? {} : { onUnparsed: observer.onUnparsed }),
    extend(server) {
      observer?.extend(server);
      if (system.deadLetters !== null) addDeadLetterRoutes(server, system.deadLetters);
      if (options.running !== undefined) addRunningRoute(server, options.running);
      addPurgeRoutes(server, system.audio.routes);
      if (system.reindex !== null) addReindexRoutes(server, system.reindex);
      addFaultRoutes(server, system.faults);
    },
    routes(server, admit) {
      server.register(audioRoutes, { ...system.audio.routes, admit });
    },
    ...(options.https === undefined ? {} : { https: options.https }),
  });
  const drain = createDrain(server);
  const close = async () => {
    await drain({ graceMs: options.graceMs ?? GRACE_MS, onCut: options.onCut });
    authorization.close();
    upstreams.close();
    await system.stop();
    observer?.log.stopped(system.lateness().count);
    await observer?.close();
  };
  try {
    await server.listen({ host: LOOPBACK, port });
  } catch (error) {
    await close();
    throw error;
  }
  observer?.log.started(url);
  return { url, system, close };
}

/** Ids of the population: numbers below its size, in the one way in which they are written. */
function listenersUpTo(listeners: number): (id: string) => boolean {
  return (id) => /^u\d{9}$/.test(id) && Number(id.slice(1)) < listeners;
}

/** Pages of the server itself, by either name of the interface. */
const ownOrigins = (url: string) => [url, url.replace(LOOPBACK, 'localhost')];

/** The issuer's address has to be known before anything listens: the port is asked for, given back and taken. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, LOOPBACK, resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
