/**
 * How chunks that are not here come here: one fetch for a run of adjacent ones and for all who want any of them, through
 * the shield if there is one. What a fetch brings is of one version, and arrives as a whole.
 *
 *   here ▏0 1 2▕ . . . ▏6▕ . .     a listener wants 0 to 8: one fetch of 3 to 5, one of 7 and 8
 *
 *   point of presence ──▶ shield [queue ▸ cpu] ─ all here? ─▶ back
 *                                └ some are not: fetches for all points of presence ──▶ object store ──▶ back
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
import type { CachedObject } from './chunk-cache.ts';
import { MOST_RESTARTS, RETRY_MS, RUN_CHUNKS, requestSpread } from './cost.ts';
import {
  AT_ORIGIN,
  AT_SHIELD,
  BACKING_OFF,
  BEHIND_SHIELD,
  type Fetch,
  FetchSlots,
  FROM_SHIELD,
  TO_SHIELD,
} from './fetch-slots.ts';
import type { EdgeKnobs } from './knobs.ts';
import type { WideArea } from './wide-area.ts';

export interface FetchesParts {
  readonly simulation: Simulation;
  readonly wideArea: WideArea;
  readonly shield: CacheNode | null;
  readonly knobs: EdgeKnobs;
  /** Chunks from `first` up to `end` are at the point of presence, fresh until that time of the run, or cannot be had. */
  readonly onReady: (
    waiter: number,
    first: number,
    end: number,
    info: ObjectInfo | null,
    freshUntilNs: number,
    error: PortError | null,
  ) => void;
}

export class Fetches {
  readonly #parts: FetchesParts;
  readonly #fetches = new FetchSlots();
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
      const fetch = this.#fetches.find(argument, FROM_SHIELD);
      if (fetch !== null) this.#complete(argument, fetch.info, fetch.error);
    });
    this.#again = simulation.register((argument) => {
      if (this.#fetches.find(argument, BACKING_OFF) !== null) this.#askOrigin(argument);
    });
    parts.shield?.machine.onCrash(() => this.#shieldCrashed());
  }

  /**
   * Has everything fetched that is not here of chunks `first` to `last`, but for those from `had` up to `hadEnd`, which
   * have just come. Returns how many fetches `waiter` has to wait for: `onReady` is called for each. `request` keys the
   * draws on the way.
   */
  want(
    node: CacheNode,
    path: string,
    object: CachedObject | undefined,
    first: number,
    last: number,
    had: number,
    hadEnd: number,
    request: number,
    waiter: number,
  ): number {
    // What this call begins itself brings none of the chunks that follow.
    const newest = this.#newest(node, path);
    let fetches = 0;
    /** Beginning of a run that nobody fetches yet; -1: there is none. */
    let run = -1;
    let joined = -1;
    let firstCame = -1;
    for (let chunk = first; chunk <= last; chunk++) {
      const came = chunk >= had && chunk < hadEnd;
      if (came && firstCame < 0) firstCame = chunk;
      const here = !came && node.cache.use(path, object, chunk);
      if (here) node.hits++;
      // `wantUnknown` has counted one.
      else if (chunk !== firstCame) node.misses++;
      const underWay = came || here ? -1 : this.#fetches.bringing(newest, chunk);
      const isNew = !came && !here && underWay < 0;
      if (run >= 0 && (!isNew || chunk - run === RUN_CHUNKS)) {
        this.#begin(node, path, run, chunk, request, waiter);
        run = -1;
      }
      if (isNew && run < 0) {
        run = chunk;
        fetches++;
      }
      if (underWay >= 0 && underWay !== joined) {
        this.#join(node, underWay, waiter);
        joined = underWay;
        fetches++;
      }
    }
    if (run >= 0) this.#begin(node, path, run, last + 1, request, waiter);
    return fetches;
  }

  /**
   * The same for an object of which nothing is known, not even its size: one fetch, which brings chunk `first` and what
   * follows it up to `last`, as far as a single fetch can.
   */
  wantUnknown(
    node: CacheNode,
    path: string,
    first: number,
    last: number,
    request: number,
    waiter: number,
  ): void {
    const newest = this.#newest(node, path);
    const underWay = this.#fetches.bringing(newest, first);
    const most = Math.min(last + 1, first + RUN_CHUNKS);
    let end = first + 1;
    while (end < most && this.#fetches.bringing(newest, end) === underWay) end++;
    for (let chunk = first; chunk < end; chunk++) node.cache.use(path, undefined, chunk);
    node.misses++;
    if (underWay >= 0) this.#join(node, underWay, waiter);
    else this.#begin(node, path, first, end, request, waiter);
  }

  /** Number of the last fetch of the object, if any, that may be joined; -1: there is none. */
  #newest(node: CacheNode, path: string): number {
    return this.#parts.knobs.coalescing ? this.#fetches.newest(node, path) : -1;
  }

  #join(node: CacheNode, argument: number, waiter: number): void {
    this.#fetches.at(argument).waiters.push(waiter);
    node.coalesced++;
  }

  #begin(node: CacheNode, path: string, first: number, end: number, request: number, waiter: number): void {
    const argument = this.#fetches.take(node, path);
    const fetch = this.#fetches.at(argument);
    fetch.first = first;
    fetch.end = end;
    fetch.request = request;
    // An array of its own: who completes a fetch goes through it when the slot is somebody else's already.
    fetch.waiters = [waiter];
    const { simulation, shield } = this.#parts;
    fetch.timer = simulation.after(this.#timeoutNs, () => this.#giveUp(argument));
    if (shield === null || node === shield || !shield.machine.up) this.#askOrigin(argument);
    else {
      fetch.state = TO_SHIELD;
      this.#parts.wideArea.between(node.site, shield.site, request, first * 4, this.#atShield, argument);
    }
  }

  /** What is being fetched of these paths is not kept, and who comes from now on does not wait for it. */
  doom(node: CacheNode, matches: (path: string) => boolean): void {
    this.#fetches.forEach((_argument, fetch) => {
      if (fetch.node !== node || !matches(fetch.path)) return;
      fetch.doomed = true;
      node.fetching.delete(fetch.path);
    });
  }

  /** The node's fetches are over; nobody is told. */
  forget(node: CacheNode): void {
    this.#fetches.forEach((argument, fetch) => {
      if (fetch.node === node) this.#release(argument);
    });
  }

  #arriveAtShield(argument: number): void {
    const fetch = this.#fetches.find(argument, TO_SHIELD);
    if (fetch === null) return;
    const shield = this.#parts.shield!;
    if (!shield.machine.up) {
      this.#askOrigin(argument);
      return;
    }
    shield.requests++;
    fetch.state = AT_SHIELD;
    const u = this.#random.uniform(fetch.first, fetch.request, 1);
    const ticket = shield.cpu.enter(this.#shieldServed, argument, this.#requestNs * this.#spread.at(u));
    if (ticket < 0) this.#answerFromShield(argument, null, overloaded('the origin shield sheds load'));
  }

  #lookAtShield(argument: number): void {
    const fetch = this.#fetches.find(argument, AT_SHIELD);
    if (fetch === null) return;
    const shield = this.#parts.shield!;
    const { path, first, end, request } = fetch;
    const object = shield.cache.find(path);
    const nowNs = this.#parts.simulation.nowNs + shield.machine.clockSkewNs;
    fetch.state = BEHIND_SHIELD;
    fetch.mixed = false;
    if (object !== undefined && object.freshUntilNs > nowNs) {
      fetch.info = object.info;
      fetch.freshUntilNs = object.freshUntilNs - shield.machine.clockSkewNs;
      this.#wantAtShield(argument, fetch, object, first, first);
      return;
    }
    fetch.info = null;
    fetch.freshUntilNs = 0;
    fetch.missing = 1;
    this.wantUnknown(shield, path, first, end - 1, request, argument);
  }

  /** The size is known: asks for everything of the run but what has just come. */
  #wantAtShield(
    argument: number,
    fetch: Fetch,
    object: CachedObject | undefined,
    had: number,
    hadEnd: number,
  ): void {
    const shield = this.#parts.shield!;
    const { path, first, end, request } = fetch;
    const last = Math.min(end, Math.ceil(fetch.info!.size / this.#chunkBytes)) - 1;
    fetch.missing = this.want(shield, path, object, first, last, had, hadEnd, request, argument);
    if (fetch.missing === 0) this.#answerFromShield(argument, fetch.info, null);
  }

  #readyAtShield(
    argument: number,
    first: number,
    end: number,
    info: ObjectInfo | null,
    freshUntilNs: number,
    error: PortError | null,
  ): void {
    const fetch = this.#fetches.find(argument, BEHIND_SHIELD);
    if (fetch === null) return;
    if (info === null) {
      this.#answerFromShield(argument, null, error);
      return;
    }
    fetch.freshUntilNs = Math.max(fetch.freshUntilNs, freshUntilNs);
    if (fetch.info === null) {
      fetch.info = info;
      const object = this.#parts.shield!.cache.findVersion(fetch.path, info.etag);
      this.#wantAtShield(argument, fetch, object, first, end);
      return;
    }
    if (fetch.info.etag !== info.etag) fetch.mixed = true;
    if (--fetch.missing > 0) return;
    if (!fetch.mixed) this.#answerFromShield(argument, info, null);
    else if (fetch.restarts++ < MOST_RESTARTS) {
      fetch.state = AT_SHIELD;
      this.#lookAtShield(argument);
    } else this.#answerFromShield(argument, null, changing());
  }

  #answerFromShield(argument: number, info: ObjectInfo | null, error: PortError | null): void {
    const fetch = this.#fetches.at(argument);
    const { shield, wideArea } = this.#parts;
    fetch.info = info;
    fetch.error = error;
    fetch.state = FROM_SHIELD;
    const salt = fetch.first * 4 + 1;
    wideArea.between(shield!.site, fetch.node!.site, fetch.request, salt, this.#returned, argument);
  }

  #askOrigin(argument: number): void {
    const fetch = this.#fetches.at(argument);
    const { node, first, end, request, attempt, path } = fetch;
    fetch.state = AT_ORIGIN;
    const context = new CallContext(request, node!.machine.life, untraced, undefined, attempt);
    fetch.context = context;
    const range = { from: first * this.#chunkBytes, to: end * this.#chunkBytes };
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
        if (this.#fetches.find(argument, AT_ORIGIN) === null) return;
        node.originBytes += to - from;
        this.#fetches.at(argument).freshUntilNs = this.#parts.simulation.nowNs + info.maxAgeS * 1e9;
        this.#complete(argument, info, null);
      },
      (error: unknown) => {
        if (!(error instanceof PortError)) throw error;
        if (this.#fetches.find(argument, AT_ORIGIN) !== null) this.#failed(argument, error);
      },
    );
  }

  #failed(argument: number, error: PortError): void {
    const fetch = this.#fetches.at(argument);
    if (error.kind !== 'overloaded' || fetch.attempt + 1 >= this.#parts.knobs.originAttempts) {
      this.#complete(argument, null, error);
      return;
    }
    const u = this.#random.uniform(fetch.first, fetch.request, 2 + fetch.attempt);
    // Drawn from 0 to twice the mean: those who were refused together must not come back together.
    const waitMs = (error.retryAfterMs ?? RETRY_MS) * 2 ** fetch.attempt * 2 * u;
    fetch.attempt++;
    fetch.state = BACKING_OFF;
    this.#parts.simulation.schedule(waitMs * MILLISECOND, this.#again, argument);
  }

  #giveUp(argument: number): void {
    const fetch = this.#fetches.at(argument);
    if (!this.#fetches.isCurrent(argument)) return;
    const error = new PortError('timeout', 'edge.fetch', true, 'the origin has not answered');
    const { context } = fetch;
    this.#complete(argument, null, error);
    context?.cancel(error);
  }

  #complete(argument: number, info: ObjectInfo | null, error: PortError | null): void {
    const fetch = this.#fetches.at(argument);
    const { node, path, first, end, doomed, waiters, freshUntilNs } = fetch;
    const { shield, onReady } = this.#parts;
    this.#release(argument);
    if (info !== null && !doomed && info.maxAgeS > 0)
      node!.cache.add(path, info, first, end, freshUntilNs + node!.machine.clockSkewNs);
    for (const waiter of waiters) {
      if (node === shield) this.#readyAtShield(waiter, first, end, info, freshUntilNs, error);
      else onReady(waiter, first, end, info, freshUntilNs, error);
    }
  }

  /** Who waited for the shield asks the origin instead. */
  #shieldCrashed(): void {
    const shield = this.#parts.shield!;
    this.forget(shield);
    this.#fetches.forEach((argument, { state }) => {
      if (state === AT_SHIELD || state === BEHIND_SHIELD) this.#askOrigin(argument);
    });
  }

  #release(argument: number): void {
    this.#parts.simulation.cancel(this.#fetches.at(argument).timer);
    this.#fetches.release(argument);
  }
}

/** An object changed whenever it was asked for. */
export function changing(): PortError {
  return new PortError('conflict', 'edge.fetch', true, 'the object keeps changing');
}

function overloaded(detail: string): PortError {
  return new PortError('overloaded', 'edge.fetch', true, detail);
}
