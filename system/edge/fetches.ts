/**
 * How a chunk that is not here comes here: one fetch for all who want it, through the shield if there is one.
 *
 *   point of presence ──▶ shield [queue ▸ cpu] ─ here? ─▶ back
 *                                └ not here: one fetch for all points of presence ──▶ object store ──▶ back
 *
 * A fetch that takes too long fails for everybody who waits: one that hung would hold up all who come later. While the
 * shield is down the points of presence ask the origin themselves.
 */
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { ObjectInfo } from '../ports/object-store.ts';
import {
  CallContext,
  type HandlerId,
  type KeyedRandom,
  MILLISECOND,
  type Simulation,
  untraced,
} from '../runtime/kernel/index.ts';
import type { CacheNode } from './cache-node.ts';
import { chunkSize } from './chunk-cache.ts';
import { RETRY_MS, requestSpread } from './cost.ts';
import type { EdgeKnobs } from './knobs.ts';
import type { WideArea } from './wide-area.ts';

const FREE = 0;
const TO_SHIELD = 1;
const AT_SHIELD = 2;
/** The shield fetches it. */
const BEHIND_SHIELD = 3;
const FROM_SHIELD = 4;
const AT_ORIGIN = 5;
const BACKING_OFF = 6;

class Fetch {
  state = FREE;
  generation = 0;
  node: CacheNode | null = null;
  path = '';
  chunk = 0;
  key = '';
  /** Purged while it is under way: who waits gets it, the cache does not. */
  doomed = false;
  /** Flights of listeners, or at the shield: fetches of points of presence. */
  waiters: number[] = [];
  request = 0;
  attempt = 0;
  timer = 0;
  context: CallContext | null = null;
  info: ObjectInfo | null = null;
  error: PortError | null = null;
}

const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7ff;

export interface FetchesParts {
  readonly simulation: Simulation;
  readonly wideArea: WideArea;
  readonly shield: CacheNode | null;
  readonly knobs: EdgeKnobs;
  /** A chunk is at the point of presence, or cannot be had. */
  readonly onReady: (waiter: number, chunk: number, info: ObjectInfo | null, error: PortError | null) => void;
}

export class Fetches {
  readonly #parts: FetchesParts;
  readonly #fetches: Fetch[] = [];
  readonly #free: number[] = [];
  readonly #random: KeyedRandom;
  readonly #spread = requestSpread();
  readonly #chunkBytes: number;
  readonly #timeoutNs: number;
  readonly #requestNs: number;
  readonly #atShield: HandlerId;
  readonly #shieldServed: HandlerId;
  readonly #returned: HandlerId;
  readonly #again: HandlerId;

  constructor(parts: FetchesParts) {
    this.#parts = parts;
    const { simulation, knobs } = parts;
    this.#random = simulation.random('edge fetches');
    this.#chunkBytes = knobs.chunkKiB * 1024;
    this.#timeoutNs = knobs.originTimeoutMs * MILLISECOND;
    this.#requestNs = knobs.requestMicros * 1_000;
    this.#atShield = simulation.register((argument) => this.#arriveAtShield(argument));
    this.#shieldServed = simulation.register((argument) => this.#lookAtShield(argument));
    this.#returned = simulation.register((argument) => {
      const fetch = this.#find(argument, FROM_SHIELD);
      if (fetch !== null) this.#complete(argument, fetch.info, fetch.error);
    });
    this.#again = simulation.register((argument) => {
      if (this.#find(argument, BACKING_OFF) !== null) this.#askOrigin(argument);
    });
    parts.shield?.machine.onCrash(() => this.#shieldCrashed());
  }

  /** `onReady` is called with `waiter` when the chunk is at the node. `request` keys the draws on the way. */
  want(node: CacheNode, path: string, chunk: number, request: number, waiter: number): void {
    const key = `${path}#${chunk}`;
    const underWay = this.#parts.knobs.coalescing ? node.fetching.get(key) : undefined;
    if (underWay !== undefined) {
      this.#fetches[underWay & SLOT_MASK]!.waiters.push(waiter);
      node.coalesced++;
      return;
    }
    const slot = this.#free.pop() ?? this.#fetches.push(new Fetch()) - 1;
    const fetch = this.#fetches[slot]!;
    const argument = (fetch.generation << SLOT_BITS) | slot;
    fetch.node = node;
    fetch.path = path;
    fetch.chunk = chunk;
    fetch.key = key;
    fetch.request = request;
    fetch.waiters.push(waiter);
    node.fetching.set(key, argument);
    const { simulation, shield } = this.#parts;
    fetch.timer = simulation.after(this.#timeoutNs, () => this.#giveUp(argument));
    if (shield === null || node === shield || !shield.machine.up) this.#askOrigin(argument);
    else {
      fetch.state = TO_SHIELD;
      this.#parts.wideArea.between(node.site, shield.site, request, chunk * 4, this.#atShield, argument);
    }
  }

  /** What is being fetched of these paths is not kept, and who comes from now on does not wait for it. */
  doom(node: CacheNode, matches: (path: string) => boolean): void {
    for (const fetch of this.#fetches) {
      if (fetch.state === FREE || fetch.node !== node || !matches(fetch.path)) continue;
      fetch.doomed = true;
      node.fetching.delete(fetch.key);
    }
  }

  /** The node's fetches are over; nobody is told. */
  forget(node: CacheNode): void {
    for (let slot = 0; slot < this.#fetches.length; slot++) {
      const fetch = this.#fetches[slot]!;
      if (fetch.state !== FREE && fetch.node === node) this.#release((fetch.generation << SLOT_BITS) | slot);
    }
  }

  #arriveAtShield(argument: number): void {
    const fetch = this.#find(argument, TO_SHIELD);
    if (fetch === null) return;
    const shield = this.#parts.shield!;
    if (!shield.machine.up) {
      this.#askOrigin(argument);
      return;
    }
    shield.requests++;
    fetch.state = AT_SHIELD;
    const u = this.#random.uniform(fetch.chunk, fetch.request, 1);
    const ticket = shield.cpu.enter(this.#shieldServed, argument, this.#requestNs * this.#spread.at(u));
    if (ticket < 0) this.#answerFromShield(argument, null, overloaded('the origin shield sheds load'));
  }

  #lookAtShield(argument: number): void {
    const fetch = this.#find(argument, AT_SHIELD);
    if (fetch === null) return;
    const shield = this.#parts.shield!;
    const { path, chunk } = fetch;
    const object = shield.cache.find(path);
    const nowNs = this.#parts.simulation.nowNs + shield.machine.clockSkewNs;
    if (object !== undefined && object.freshUntilNs > nowNs && shield.cache.use(object, chunk)) {
      shield.hits++;
      this.#answerFromShield(argument, object.info, null);
      return;
    }
    if (object === undefined) shield.cache.miss(path, chunk);
    shield.misses++;
    fetch.state = BEHIND_SHIELD;
    this.want(shield, path, chunk, fetch.request, argument);
  }

  #answerFromShield(argument: number, info: ObjectInfo | null, error: PortError | null): void {
    const fetch = this.#fetches[argument & SLOT_MASK]!;
    const { shield, wideArea } = this.#parts;
    fetch.info = info;
    fetch.error = error;
    fetch.state = FROM_SHIELD;
    const salt = fetch.chunk * 4 + 1;
    wideArea.between(shield!.site, fetch.node!.site, fetch.request, salt, this.#returned, argument);
  }

  #askOrigin(argument: number): void {
    const fetch = this.#fetches[argument & SLOT_MASK]!;
    const { node, chunk, request, attempt, path } = fetch;
    fetch.state = AT_ORIGIN;
    const context = new CallContext(request, node!.machine.life, untraced, undefined, attempt);
    fetch.context = context;
    const from = chunk * this.#chunkBytes;
    const range = { from, to: from + this.#chunkBytes };
    node!.originRequests++;
    this.#get(argument, node!, context, path.slice(1), range);
  }

  #get(
    argument: number,
    node: CacheNode,
    context: Context,
    key: string,
    range: { from: number; to: number },
  ): void {
    node.store.get(context, key, { range }).then(
      ({ info, from, to }) => {
        if (this.#find(argument, AT_ORIGIN) === null) return;
        node.originBytes += to - from;
        this.#complete(argument, info, null);
      },
      (error: unknown) => {
        if (!(error instanceof PortError)) throw error;
        if (this.#find(argument, AT_ORIGIN) !== null) this.#failed(argument, error);
      },
    );
  }

  #failed(argument: number, error: PortError): void {
    const fetch = this.#fetches[argument & SLOT_MASK]!;
    if (error.kind !== 'overloaded' || fetch.attempt + 1 >= this.#parts.knobs.originAttempts) {
      this.#complete(argument, null, error);
      return;
    }
    const u = this.#random.uniform(fetch.chunk, fetch.request, 2 + fetch.attempt);
    const waitMs = (error.retryAfterMs ?? RETRY_MS) * 2 ** fetch.attempt * (0.5 + u);
    fetch.attempt++;
    fetch.state = BACKING_OFF;
    this.#parts.simulation.schedule(waitMs * MILLISECOND, this.#again, argument);
  }

  #giveUp(argument: number): void {
    const fetch = this.#fetches[argument & SLOT_MASK]!;
    if (fetch.generation !== argument >>> SLOT_BITS) return;
    const error = new PortError('timeout', 'edge.fetch', true, 'the origin has not answered');
    const { context } = fetch;
    this.#complete(argument, null, error);
    context?.cancel(error);
  }

  #complete(argument: number, info: ObjectInfo | null, error: PortError | null): void {
    const fetch = this.#fetches[argument & SLOT_MASK]!;
    const { node, path, chunk, doomed, waiters } = fetch;
    const { simulation, shield, onReady } = this.#parts;
    const atShield = node === shield;
    fetch.waiters = [];
    this.#release(argument);
    if (info !== null && !doomed && info.maxAgeS > 0 && chunkSize(info.size, this.#chunkBytes, chunk) > 0) {
      const nowNs = simulation.nowNs + node!.machine.clockSkewNs;
      node!.cache.add(path, info, chunk, nowNs + info.maxAgeS * 1e9);
    }
    for (const waiter of waiters) {
      if (!atShield) onReady(waiter, chunk, info, error);
      else if (this.#find(waiter, BEHIND_SHIELD) !== null) this.#answerFromShield(waiter, info, error);
    }
  }

  /** Who waited for the shield asks the origin instead. */
  #shieldCrashed(): void {
    const shield = this.#parts.shield!;
    this.forget(shield);
    for (let slot = 0; slot < this.#fetches.length; slot++) {
      const { state, generation } = this.#fetches[slot]!;
      if (state === AT_SHIELD || state === BEHIND_SHIELD) this.#askOrigin((generation << SLOT_BITS) | slot);
    }
  }

  #find(argument: number, state: number): Fetch | null {
    const fetch = this.#fetches[argument & SLOT_MASK]!;
    return fetch.generation === argument >>> SLOT_BITS && fetch.state === state ? fetch : null;
  }

  #release(argument: number): void {
    const slot = argument & SLOT_MASK;
    const fetch = this.#fetches[slot]!;
    const node = fetch.node!;
    if (node.fetching.get(fetch.key) === argument) node.fetching.delete(fetch.key);
    this.#parts.simulation.cancel(fetch.timer);
    fetch.state = FREE;
    fetch.generation = (fetch.generation + 1) & GENERATION_MASK;
    fetch.node = null;
    fetch.waiters.length = 0;
    fetch.doomed = false;
    fetch.attempt = 0;
    fetch.context = null;
    fetch.info = null;
    fetch.error = null;
    this.#free.push(slot);
  }
}

function overloaded(detail: string): PortError {
  return new PortError('overloaded', 'edge.fetch', true, detail);
}
