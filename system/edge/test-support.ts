/** What the tests of this folder share: a network of caches in front of a store, on a real simulation. */

import type { EngineEnvironment } from '../engines/engine.ts';
import { createS3, type ObjectBaseLayer, type S3Knobs } from '../engines/s3/index.ts';
import type { EdgeAnswer, EdgeRequest } from '../ports/audio-edge.ts';
import { PortError } from '../ports/errors.ts';
import type { UrlGrant } from '../ports/url-signer.ts';
import { drive } from '../runtime/drive.ts';
import {
  CallContext,
  Machine,
  MILLISECOND,
  Network,
  ProcessLife,
  RequestTrace,
  SECOND,
  Simulation,
} from '../runtime/kernel/index.ts';
import { createUrlSigner } from '../services/delivery/url-signer.ts';
import { createEdge } from './edge.ts';
import { PLACES } from './geography.ts';
import type { EdgeKnobs } from './knobs.ts';

export const CHUNK = 512 * 1024;
export const placeOf = (country: string) => PLACES.findIndex(({ name }) => name === country);

/** Every track has eight chunks, the last one of half the size. */
export const TRACK_BYTES = 7.5 * CHUNK;
const tracks: ObjectBaseLayer = {
  find: (key) =>
    /^audio\/t\d+\/1\/160\.ogg$/.test(key)
      ? { size: TRACK_BYTES, contentId: key, maxAgeS: 31_536_000 }
      : null,
  keys: () => [],
};
export const pathOf = (track: number) => `/audio/t${track}/1/160.ogg`;

export interface BenchOptions {
  readonly seed?: number;
  readonly costs?: boolean;
  readonly knobs?: Partial<EdgeKnobs>;
  readonly s3?: Partial<S3Knobs>;
}

export function createBench({ seed = 1, costs = true, knobs = {}, s3: s3Knobs = {} }: BenchOptions = {}) {
  const simulation = new Simulation({ seed, costs });
  const network = new Network(simulation);
  const hops: string[] = [];
  let machines = 0;
  let requests = 0;
  const environment: EngineEnvironment = {
    simulation,
    network,
    createMachine: (name) => new Machine(simulation, machines++, name),
    hop: (name) => (hops.includes(name) ? hops.indexOf(name) : hops.push(name) - 1),
  };
  const s3 = createS3(environment, { knobs: s3Knobs, baseLayer: tracks });
  const signer = createUrlSigner({
    clock: simulation,
    random: simulation.random('url keys'),
    knobs: { urlLifetimeS: 3_600, keyRotationS: 86_400 },
  });
  const edge = createEdge(environment, {
    knobs,
    origin: (machine) => s3.connect(machine),
    verifier: signer,
    allowedOrigins: ['https://open.rehearsal.example'],
  });
  const life = new ProcessLife('listeners');
  const context = () => new CallContext(requests++, life, new RequestTrace(hops.map(() => 0)));
  /** A request with a token that counts. */
  const signed = (path: string, change: Partial<UrlGrant> = {}) => {
    const notBeforeNs = Math.floor(simulation.nowNs / SECOND) * SECOND;
    const expiresAtNs = notBeforeNs + 3_600 * SECOND;
    const grant = { path, listenerId: 'u1', notBeforeNs, expiresAtNs, ...change };
    return { path, token: signer.sign(context(), grant) };
  };
  const run = (untilMs: number) => drive(simulation, { untilNs: untilMs * MILLISECOND });
  const at = (ms: number, action: () => void) => {
    simulation.schedule(ms * MILLISECOND - simulation.nowNs, simulation.registerEntry(action));
  };
  const machine = (site: string) => edge.nodes.find((node) => node.machine.name === `edge-${site}`)!.machine;
  return {
    simulation,
    network,
    environment,
    s3,
    edge,
    signer,
    hops,
    context,
    signed,
    run,
    machine,
    /** Signed and sent now. */
    get: (path: string, request: Partial<EdgeRequest> = {}): Promise<EdgeAnswer> =>
      edge.fetch(context(), { ...signed(path), ...request }),
    at,
    /** Runs until the work is done, and gives its outcome. */
    async finish<T>(work: Promise<T>): Promise<T> {
      let done = false;
      const end = () => {
        done = true;
      };
      work.then(end, end);
      for (let i = 0; i < 200_000 && !done; i++) await run(simulation.nowNs / MILLISECOND + 1);
      if (!done) throw new Error('The work did not end within 200 s of virtual time.');
      return work;
    },
    /** A tick far in the future keeps time going. */
    async until(ms: number) {
      at(ms, () => {});
      await run(ms);
    },
    ms: () => simulation.nowNs / MILLISECOND,
  };
}

/** 'ok', or the kind of the error. */
export const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof PortError ? error.kind : String(error)),
  );
