/**
 * The live system on localhost: the same engines and services as in virtual time, run along the wall clock, without any
 * dependency. With costs, a disk that is slow in the model is slow here; without, only the work itself takes time.
 */
import type { CatalogueApi } from '../contracts/generated/catalogue.ts';
import type { GatewayApi } from '../contracts/generated/gateway.ts';
import type { Gauge } from '../engines/engine.ts';
import type { ChildContext } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { TokenVerifier } from '../ports/tokens.ts';
import type { Drain } from '../runtime/drive.ts';
import { CallContext, ProcessLife, untraced } from '../runtime/kernel/index.ts';
import { type Lateness, RealTime } from '../runtime/real-time.ts';
import { createEnvironment } from './environment.ts';
import { createSystem, type SystemOptions } from './system.ts';

export interface EmbeddedOptions extends SystemOptions {
  readonly seed: number;
  /** Whether service and network take the time that the models say. */
  readonly costs: boolean;
  readonly drain?: Drain;
  /** A defect inside the system: nothing is answered afterwards. */
  readonly onFault: (error: Error) => void;
}

export interface EmbeddedSystem {
  /** What apps and labels call, over the model's network; inside `enter` only. */
  readonly api: { readonly gateway: GatewayApi; readonly catalogue: Pick<CatalogueApi, 'publishTrack'> };
  /** Calls `work` at the present time and resolves as it does. */
  enter<T>(work: () => Promise<T>): Promise<T>;
  /** A context for a request from outside; close it when the request is over. */
  context(): ChildContext;
  /** How far the system's clock was behind the wall clock at its last turn, in ns. */
  readonly lagNs: number;
  lateness(): Lateness;
  readonly gauges: readonly Gauge[];
  ready(): boolean;
  stop(): void;
}

/** Without costs there is nothing to wait for: no collector's pauses, no other tenants' writes. */
const FREE_OF_COST: Readonly<Record<string, unknown>> = {
  'cassandra.backgroundWriteBytesPerSecond': 0,
  'cassandra.youngGenerationMB': 1e9,
};

/**
 * The transport has checked the token's signature before it made an `AccessToken` of it, and nothing else can call the
 * gateway here; what is left is to hold the token's end against the clock of whoever checked it.
 */
const checkedByTransport: TokenVerifier = {
  async verify(_context, token) {
    if (token === undefined) throw new PortError('unauthenticated', 'gateway', true, 'no token');
    return { listenerId: token.subject };
  },
};

export function createEmbeddedSystem(options: EmbeddedOptions): EmbeddedSystem {
  const { seed, costs, drain, onFault } = options;
  const environment = createEnvironment(seed, costs);
  const { simulation } = environment;
  const outside = environment.createMachine('clients');
  const configuration = costs ? options.configuration : { ...options.configuration, ...FREE_OF_COST };
  const { engines, services } = createSystem(
    environment,
    { ...options, configuration },
    { tokens: checkedByTransport },
  );
  let broken = false;
  const realTime = new RealTime(simulation, {
    ...(drain === undefined ? {} : { drain }),
    onFault(error) {
      broken = true;
      onFault(error);
    },
  });
  const life = new ProcessLife('clients');
  let requests = 0;
  let stopped = false;
  return {
    api: { gateway: services.gateway(outside), catalogue: services.catalogue(outside) },
    enter: (work) => realTime.enter(work),
    context: () => new CallContext(requests++, life, untraced),
    get lagNs() {
      return realTime.lagNs;
    },
    lateness: () => realTime.lateness(),
    get gauges() {
      return Object.values(engines).flatMap((engine) => engine.gauges);
    },
    ready: () => !stopped && !broken,
    stop() {
      stopped = true;
      realTime.stop();
    },
  };
}
