/** One cache of the network on its machine: a point of presence, or the shield in front of the origin. */
import type { ObjectStore } from '../ports/object-store.ts';
import { type Machine, type Simulation, Station } from '../runtime/kernel/index.ts';
import { ChunkCache } from './chunk-cache.ts';
import type { EdgeKnobs } from './knobs.ts';
import type { WarmContents } from './warm-contents.ts';

export class CacheNode {
  readonly name: string;
  readonly site: number;
  readonly machine: Machine;
  readonly cpu: Station;
  readonly cache: ChunkCache;
  /** How this machine reaches the origin. */
  readonly store: ObjectStore;
  /** What is being fetched, by path: number of the fetch begun last, which leads to the others. */
  readonly fetching = new Map<string, number>();
  /** When it went down last. */
  downSinceNs = 0;
  /** When everything sent so far has left on the line. */
  lineFreeNs = 0;
  requests = 0;
  /** Chunks that were here, and that were not. */
  hits = 0;
  misses = 0;
  /** Requests that joined a fetch which others had begun. */
  coalesced = 0;
  /** Requests to the origin, and bytes from there. */
  originRequests = 0;
  originBytes = 0;
  egressBytes = 0;

  constructor(options: {
    readonly simulation: Simulation;
    readonly name: string;
    readonly site: number;
    readonly machine: Machine;
    readonly store: ObjectStore;
    readonly cacheGB: number;
    readonly knobs: EdgeKnobs;
    readonly warm: WarmContents | undefined;
  }) {
    const { simulation, name, site, machine, store, cacheGB, knobs, warm } = options;
    this.name = name;
    this.site = site;
    this.machine = machine;
    this.store = store;
    const { cores, queueLimit, chunkKiB, evictionPolicy } = knobs;
    this.cpu = new Station(simulation, { name: `${machine.name} cpu`, servers: cores, queueLimit });
    this.cache = new ChunkCache({
      maxBytes: cacheGB * 1e9,
      chunkBytes: chunkKiB * 1024,
      policy: evictionPolicy,
      warm,
    });
    machine.attach(this.cpu);
    machine.onCrash(() => {
      this.downSinceNs = simulation.nowNs;
      this.lineFreeNs = 0;
      // The machine that comes back is another one, with an empty disk.
      this.cache.clear();
      this.fetching.clear();
    });
  }
}
