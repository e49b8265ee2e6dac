/** What the tests of this folder share: a store on a real simulation, and clients that talk to it. */
import type { ObjectStore } from '../../ports/object-store.ts';
import { drive } from '../../runtime/drive.ts';
import {
  CallContext,
  Machine,
  MILLISECOND,
  Network,
  RequestTrace,
  Simulation,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import { createS3, type S3Options } from './embedded.ts';

export function createBench(options: S3Options & { seed?: number; costs?: boolean } = {}) {
  const { seed = 1, costs = true, ...s3Options } = options;
  const simulation = new Simulation({ seed, costs });
  const network = new Network(simulation);
  const hops: string[] = [];
  let machines = 0;
  let requests = 0;
  const environment: EngineEnvironment = {
    simulation,
    network,
    createMachine: (name) => new Machine(simulation, machines++, name),
    hop(name) {
      const known = hops.indexOf(name);
      return known >= 0 ? known : hops.push(name) - 1;
    },
  };
  const s3 = createS3(environment, s3Options);
  const client = environment.createMachine('client');
  const store: ObjectStore = s3.connect(client);
  return {
    simulation,
    network,
    s3,
    store,
    client,
    hops,
    context: (attempt = 0) =>
      new CallContext(requests++, client.life, new RequestTrace(hops.map(() => 0)), undefined, attempt),
    at(ms: number, action: () => void) {
      simulation.schedule(ms * MILLISECOND - simulation.nowNs, simulation.registerEntry(action));
    },
    run: (untilMs: number) => drive(simulation, { untilNs: untilMs * MILLISECOND }),
    /** Runs until the work is done, and gives its outcome. */
    async finish<T>(work: Promise<T>): Promise<T> {
      const settled = work.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      let done = false;
      void settled.then(() => {
        done = true;
      });
      while (!done) {
        await drive(simulation, { untilNs: simulation.nowNs + MILLISECOND });
        if (simulation.nowNs > 1e14) throw new Error('The work never ended.');
      }
      const outcome = await settled;
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    },
    ms: () => simulation.nowNs / MILLISECOND,
  };
}
