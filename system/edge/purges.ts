/**
 * Purges: a control plane tells each cache to drop its copies. The shield goes first, and the points of presence when it
 * has confirmed: otherwise one of them could fetch the old version from there again, and keep it.
 */
import type { PurgeTarget } from '../ports/audio-edge.ts';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import {
  type Distribution,
  type HandlerId,
  type KeyedRandom,
  lognormal,
  MILLISECOND,
  type PendingCall,
  type Simulation,
} from '../runtime/kernel/index.ts';
import type { CacheNode } from './cache-node.ts';
import { PURGE_RETRY_MS } from './cost.ts';
import type { Fetches } from './fetches.ts';
import type { EdgeKnobs } from './knobs.ts';
import type { WideArea } from './wide-area.ts';

interface Purge {
  readonly call: PendingCall<void>;
  readonly target: PurgeTarget;
  readonly number: number;
  waiting: number;
}

/** A message of a purge to one cache. */
interface Message {
  readonly purge: Purge;
  readonly node: CacheNode;
}

export interface PurgesParts {
  readonly simulation: Simulation;
  readonly wideArea: WideArea;
  readonly sites: readonly CacheNode[];
  readonly shield: CacheNode | null;
  readonly fetches: Fetches;
  readonly knobs: EdgeKnobs;
}

export class Purges {
  /** Called when a purge has reached a point of presence: whatever else keeps copies there drops them now. */
  onPurge: ((site: number, target: PurgeTarget) => void) | null = null;
  readonly #parts: PurgesParts;
  readonly #random: KeyedRandom;
  readonly #delay: Distribution;
  readonly #messages = new Map<number, Message>();
  readonly #arrived: HandlerId;
  #sent = 0;
  #purges = 0;

  constructor(parts: PurgesParts) {
    this.#parts = parts;
    this.#random = parts.simulation.random('edge purges');
    // estimate: the slowest in a hundred takes three times the median.
    this.#delay = lognormal(parts.knobs.purgeMs * MILLISECOND, 3 * parts.knobs.purgeMs * MILLISECOND);
    this.#arrived = parts.simulation.register((argument) => this.#arrive(argument));
  }

  purge(context: Context, target: PurgeTarget): Promise<void> {
    const call = this.#parts.simulation.open<void>(context, 'edge.purge');
    if (call.settled) return call.promise;
    const of = 'path' in target ? target.path : target.prefix;
    if (!of.startsWith('/') || ('prefix' in target && !of.endsWith('/'))) {
      call.reject(new PortError('invalid', 'edge.purge', true, `'${of}' is no path or prefix`));
      return call.promise;
    }
    const purge: Purge = { call, target, number: this.#purges++, waiting: 1 };
    const { shield } = this.#parts;
    if (shield === null) this.#tellSites(purge);
    else this.#tell(purge, shield);
    return call.promise;
  }

  #tellSites(purge: Purge): void {
    const { sites } = this.#parts;
    purge.waiting = sites.length;
    for (const node of sites) this.#tell(purge, node);
  }

  #tell(purge: Purge, node: CacheNode): void {
    const message = this.#sent++ & 0x7fffffff;
    this.#messages.set(message, { purge, node });
    const { simulation, shield } = this.#parts;
    const u = this.#random.uniform(purge.number, node === shield ? -1 : node.site);
    simulation.schedule(simulation.costs ? this.#delay.at(u) : 0, this.#arrived, message);
  }

  #arrive(message: number): void {
    const { purge, node } = this.#messages.get(message)!;
    const { simulation, wideArea, shield, fetches } = this.#parts;
    // A machine that is down has lost everything anyway; one that cannot be reached must not be forgotten.
    if (node !== shield && wideArea.isCutOff(node.site)) {
      simulation.schedule(PURGE_RETRY_MS * MILLISECOND, this.#arrived, message);
      return;
    }
    this.#messages.delete(message);
    const { target } = purge;
    if ('path' in target) {
      fetches.doom(node, (path) => path === target.path);
      node.cache.remove(target.path);
    } else {
      fetches.doom(node, (path) => path.startsWith(target.prefix));
      node.cache.removePrefix(target.prefix);
    }
    if (node !== shield) this.onPurge?.(node.site, target);
    if (node === shield) this.#tellSites(purge);
    else if (--purge.waiting === 0) purge.call.resolve();
  }
}
