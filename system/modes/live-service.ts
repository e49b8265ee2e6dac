/**
 * One service in a process of its own, behind gRPC: `rehearse serve --service playlist`. Its engines are in this process
 * too, so what it stores and what goes through its log stays here; the population's rows are the same in every process.
 */

import { catalogueService } from '../contracts/generated/catalogue.ts';
import { deliveryService } from '../contracts/generated/delivery.ts';
import { listeningService } from '../contracts/generated/listening.ts';
import { playlistService } from '../contracts/generated/playlist.ts';
import { type PopulationApi, populationService } from '../contracts/generated/population.ts';
import { searchService } from '../contracts/generated/search.ts';
import type { Service } from '../contracts/wire.ts';
import {
  clientCredentials,
  createGrpcClient,
  createGrpcServer,
  type GrpcClient,
  type MutualTls,
  serverCredentials,
} from '../transport/grpc/index.ts';
import { type AdminServer, startAdminServer } from '../transport/telemetry/index.ts';
import { checkUpstreams, type PopulationOf, populationKey } from './check-upstreams.ts';
import { type JournalSettings, startEmbeddedSystem } from './durable.ts';
import type { EmbeddedOptions, EmbeddedSystem, OutsideWaits } from './embedded.ts';
import { createLiveTelemetry, type LiveTelemetryOptions } from './live-telemetry.ts';
import type { Elsewhere, ServiceApis } from './services.ts';

const CONTRACTS: { readonly [Name in keyof ServiceApis]: Service<ServiceApis[Name]> } = {
  catalogue: catalogueService,
  playlist: playlistService,
  listening: listeningService,
  search: searchService,
  delivery: deliveryService,
};

export const SERVICES = Object.keys(CONTRACTS) as (keyof ServiceApis)[];

/** Where services run that are not in this process: 'host:port' by name. */
export type Upstreams = { readonly [Name in keyof ServiceApis]?: string };

export interface LiveServiceOptions extends EmbeddedOptions {
  readonly service: keyof ServiceApis;
  /** 0: any free one. */
  readonly port: number;
  readonly upstreams: Upstreams;
  /** Null: nothing is encrypted, anybody on this machine may call. */
  readonly tls: MutualTls | null;
  /** Where what is written outlives the process; absent: nowhere. */
  readonly journal?: JournalSettings | undefined;
  readonly onDefect: (error: unknown, correlationId: string) => void;
  /** Metrics, traces and the log; left out: there are none. */
  readonly observe?: LiveTelemetryOptions;
  /** Where they are shown over HTTP: a port, 0 for any free one, null for nowhere. */
  readonly adminPort?: number | null;
}

export interface LiveService {
  /** '127.0.0.1:9001' */
  readonly address: string;
  /** 'http://127.0.0.1:9101', where it shows what is observed. */
  readonly adminUrl: string | null;
  readonly system: EmbeddedSystem;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** Calls in flight get this long when the process goes down: twice the deadline of a public request. */
const GRACE_MS = 1_000;

/** Rejects with an `UpstreamError` where an upstream is not what it is called, and as `startLiveServer` does. */
export async function startLiveService(options: LiveServiceOptions): Promise<LiveService> {
  const { service, port, tls, observe } = options;
  const observer = observe === undefined ? null : createLiveTelemetry(service, observe);
  await checkUpstreams(options.upstreams, tls, options);
  const upstreams = connectUpstreams(options.upstreams, tls, options);
  const system = await startEmbeddedSystem({
    ...options,
    elsewhere: upstreams.elsewhere,
    ...(observer === null
      ? {}
      : { telemetry: observer.observed, onInjected: (fault) => observer.log.injected(fault) }),
    onFault(error) {
      observer?.log.fault(error);
      options.onFault(error);
    },
  });
  const view = await observer?.attach(system);
  let admin: AdminServer | null = null;
  const server = createGrpcServer({
    enter: (work) => system.enter(work),
    context: ({ remainingMs, ...from }) => system.context({ ...from, remainingNs: remainingMs * 1e6 }),
    epochMs: system.epochMs,
    population: populationKey(options),
    credentials: serverCredentials(tls),
    onDefect(error, correlationId, trace) {
      observer?.onDefect(error, correlationId, trace);
      options.onDefect(error, correlationId);
    },
  });
  addService(server, service, system);
  const { seed, listeners } = options;
  server.add<PopulationApi>(populationService, { describe: async () => ({ service, seed, listeners }) });
  const close = async () => {
    await server.close(GRACE_MS);
    upstreams.close();
    await system.stop();
    await admin?.close();
    observer?.log.stopped(system.lateness().count);
    await observer?.close();
  };
  try {
    const adminPort = options.adminPort ?? null;
    if (view !== undefined && adminPort !== null) admin = await startAdminServer(view, adminPort, system);
    const address = `${LOOPBACK}:${await server.listen(`${LOOPBACK}:${port}`)}`;
    observer?.log.started(address);
    return { address, adminUrl: admin?.url ?? null, system, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function addService<Name extends keyof ServiceApis>(
  server: ReturnType<typeof createGrpcServer>,
  name: Name,
  system: EmbeddedSystem,
): void {
  server.add<ServiceApis[Name]>(CONTRACTS[name], system.behind[name]);
}

export interface ConnectedUpstreams {
  readonly elsewhere: (outside: OutsideWaits) => Elsewhere;
  close(): void;
}

/** Clients of services in other processes; nothing is connected before the first call. */
export function connectUpstreams(
  upstreams: Upstreams,
  tls: MutualTls | null,
  own: PopulationOf,
): ConnectedUpstreams {
  const population = populationKey(own);
  const clients: GrpcClient<object>[] = [];
  const connect = <Name extends keyof ServiceApis>(name: Name, address: string, outside: OutsideWaits) => {
    const credentials = clientCredentials(tls);
    const client = createGrpcClient<ServiceApis[Name]>(CONTRACTS[name], {
      address,
      credentials,
      population,
      ...outside,
    });
    clients.push(client);
    return client.api;
  };
  return {
    elsewhere: (outside) =>
      Object.fromEntries(
        (Object.entries(upstreams) as [keyof ServiceApis, string][]).map(([name, address]) => [
          name,
          connect(name, address, outside),
        ]),
      ),
    close() {
      for (const client of clients) client.close();
    },
  };
}
