/**
 * The way of a listener's request to a point of presence and back. Everything is events; a promise is what the listener
 * waits on, and what a fetch from the origin waits on.
 *
 *   listener ──▶ [queue ▸ cpu] ▸ signed? ▸ chunks here? ──────────────▶ [line] ──▶ listener
 *                                          └ some are not: fetch them ┘
 */
import type { EdgeAnswer, EdgeRequest } from '../ports/audio-edge.ts';
import { type ByteRange, resolveRange, UnsatisfiableRange } from '../ports/byte-range.ts';
import type { Context, Hop } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { ObjectInfo } from '../ports/object-store.ts';
import { type ImmediateUrlVerifier, refusalOf, refusalText, type UrlGrant } from '../ports/url-signer.ts';
import { type HandlerId, type KeyedRandom, MILLISECOND, type Simulation } from '../runtime/kernel/index.ts';
import type { CacheNode } from './cache-node.ts';
import type { CachedObject } from './chunk-cache.ts';
import { HEADER_BYTES, MOST_RESTARTS, requestSpread } from './cost.ts';
import { changing, Fetches } from './fetches.ts';
import { AT_PROCESSOR, FETCHING, type Flight, Flights, RETURNING, TRAVELLING, WHOLE } from './flights.ts';
import type { EdgeKnobs } from './knobs.ts';
import type { WideArea } from './wide-area.ts';

const OPERATION = 'edge.fetch';

export interface RequestsParts {
  readonly simulation: Simulation;
  readonly wideArea: WideArea;
  readonly sites: readonly CacheNode[];
  readonly shield: CacheNode | null;
  /** For each place the numbers of the sites, nearest first. */
  readonly nearest: readonly (readonly number[])[];
  readonly verifier: ImmediateUrlVerifier;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly knobs: EdgeKnobs;
  readonly hop: (name: string) => Hop;
}

export class Requests {
  /** Called for each answer when its last byte is at the point of presence: for checks of invariants. */
  onServe: ((path: string, etag: string, site: string) => void) | null = null;
  /** Called for each grant that was accepted, with the present time. */
  onAccept: ((grant: UrlGrant, nowNs: number) => void) | null = null;
  refused = 0;
  readonly fetches: Fetches;
  readonly #parts: RequestsParts;
  readonly #simulation: Simulation;
  readonly #flights = new Flights();
  readonly #random: KeyedRandom;
  readonly #spread = requestSpread();
  readonly #requestNs: number;
  readonly #chunkBytes: number;
  readonly #byteNs: number;
  readonly #failoverNs: number;
  readonly #toleranceNs: number;
  readonly #arrived: HandlerId;
  readonly #served: HandlerId;
  readonly #returned: HandlerId;
  readonly #networkHop: Hop;
  readonly #queueHop: Hop;
  readonly #cpuHop: Hop;
  readonly #fetchHop: Hop;
  readonly #lineHop: Hop;

  constructor(parts: RequestsParts) {
    const { simulation, wideArea, shield, knobs, hop } = parts;
    this.#parts = parts;
    this.#simulation = simulation;
    this.#random = simulation.random('edge requests');
    this.#requestNs = knobs.requestMicros * 1_000;
    this.#chunkBytes = knobs.chunkKiB * 1024;
    this.#byteNs = 8 / knobs.egressGbps;
    this.#failoverNs = knobs.failoverMs * MILLISECOND;
    this.#toleranceNs = knobs.clockToleranceS * 1e9;
    this.fetches = new Fetches({
      simulation,
      wideArea,
      shield,
      knobs,
      onReady: (waiter, first, end, info, freshUntilNs, error) =>
        this.#ready(waiter, first, end, info, freshUntilNs, error),
    });
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#served = simulation.register((argument) => this.#serve(argument));
    this.#returned = simulation.register((argument) => this.#return(argument));
    this.#networkHop = hop('edge.network');
    this.#queueHop = hop('edge.queue');
    this.#cpuHop = hop('edge.cpu');
    this.#fetchHop = hop('edge.fetch');
    this.#lineHop = hop('edge.line');
    for (const node of parts.sites) node.machine.onCrash(() => this.#crashed(node));
  }

  fetch(context: Context, request: EdgeRequest): Promise<EdgeAnswer> {
    return this.#open(context, request, false);
  }

  fetchMore(context: Context, { info, place }: EdgeAnswer, range: ByteRange): Promise<EdgeAnswer> {
    return this.#open(context, { path: `/${info.key}`, range, place }, true);
  }

  #open(context: Context, request: EdgeRequest, more: boolean): Promise<EdgeAnswer> {
    const simulation = this.#simulation;
    const call = simulation.open<EdgeAnswer>(context, OPERATION);
    if (call.settled) return call.promise;
    const { range = WHOLE, place = 0 } = request;
    const nearest = this.#parts.nearest[place];
    if (nearest === undefined) {
      call.reject(new PortError('invalid', OPERATION, true, `there is no place ${place}`));
      return call.promise;
    }
    const argument = this.#flights.take();
    const flight = this.#flights.at(argument);
    flight.state = TRAVELLING;
    flight.call = call;
    flight.path = request.path;
    flight.token = request.token;
    flight.grant = request.grant;
    flight.more = more;
    flight.origin = request.origin;
    flight.range = range;
    flight.headOnly = request.headOnly ?? false;
    flight.place = place;
    flight.node = this.route(nearest);
    flight.openedNs = simulation.nowNs;
    call.cancelArgument = argument;
    call.onCancel = this.#abandon;
    flight.outNs = this.#travel(flight, 0, 0, this.#arrived, argument);
    flight.lost = flight.outNs < 0;
    return call.promise;
  }

  /** The nearest site; one that is down is avoided once routes have followed. */
  route(nearest: readonly number[]): CacheNode {
    const { sites } = this.#parts;
    const nowNs = this.#simulation.nowNs;
    for (const number of nearest) {
      const node = sites[number]!;
      if (node.machine.up || nowNs - node.downSinceNs < this.#failoverNs) return node;
    }
    return sites[nearest[0]!]!;
  }

  /** Draws are keyed by the request and by where its range begins: a play asks more than once. */
  #travel(flight: Flight, direction: number, afterNs: number, handler: HandlerId, argument: number): number {
    const { request, attempt } = flight.call!.context;
    const salt = (attempt << 20) | (this.#firstChunk(flight.range) << 1) | direction;
    const { place, node } = flight;
    return this.#parts.wideArea.toListener(place, node!.site, request, salt, afterNs, handler, argument);
  }

  /** The chunk in which a range begins, as far as that can be said without the object's size. */
  #firstChunk(range: ByteRange): number {
    return 'last' in range ? 0 : Math.floor(Math.max(0, range.from) / this.#chunkBytes);
  }

  /** The chunk in which a range ends. */
  #lastChunk(to: number): number {
    return Math.ceil(to / this.#chunkBytes) - 1;
  }

  #arrive(argument: number): void {
    const flight = this.#flights.find(argument, TRAVELLING);
    if (flight === null) return;
    const node = flight.node!;
    const call = flight.call!;
    if (call.settled) {
      this.#flights.release(argument);
      return;
    }
    if (!node.machine.up) {
      this.#flights.release(argument);
      call.reject(new PortError('unavailable', OPERATION, true, `${node.name} is down`));
      return;
    }
    node.requests++;
    flight.state = AT_PROCESSOR;
    const { request, attempt } = call.context;
    const u = this.#random.uniform(node.site, request, attempt);
    const ticket = node.cpu.enter(this.#served, argument, this.#requestNs * this.#spread.at(u));
    if (ticket < 0)
      this.#fail(argument, new PortError('overloaded', OPERATION, true, `${node.name} sheds load`));
  }

  #serve(argument: number): void {
    const flight = this.#flights.find(argument, AT_PROCESSOR);
    if (flight === null) return;
    const { cpu } = flight.node!;
    flight.queueNs = cpu.lastWaitNs;
    flight.cpuNs = cpu.lastServiceNs;
    const refusal = flight.more ? null : this.#check(flight);
    if (refusal === null) this.#look(argument, flight);
    else {
      this.refused++;
      this.#fail(argument, new PortError('permission-denied', OPERATION, true, refusal));
    }
  }

  /** Why this may not be served, in words; null: it may. */
  #check({ node, token, path, origin, grant }: Flight): string | null {
    if (origin !== undefined && !this.#parts.allowedOrigins.has(origin))
      return 'pages of this site may not embed audio';
    const nowNs = this.#simulation.nowNs + node!.machine.clockSkewNs;
    const check = { path, nowNs, toleranceNs: this.#toleranceNs };
    if (grant !== undefined) {
      const refusal = refusalOf(grant, check);
      if (refusal !== null) return refusalText(refusal);
      this.onAccept?.(grant, this.#simulation.nowNs);
      return null;
    }
    const verdict = token === undefined ? 'missing' : this.#parts.verifier.verify(token, check);
    if (typeof verdict === 'string') return refusalText(verdict);
    this.onAccept?.(verdict, this.#simulation.nowNs);
    return null;
  }

  /** Finds what is here, and has the rest fetched. */
  #look(argument: number, flight: Flight): void {
    const { node, path, range } = flight;
    const { cache, machine } = node!;
    flight.state = FETCHING;
    flight.sinceNs = this.#simulation.nowNs;
    const object = cache.find(path);
    const nowNs = this.#simulation.nowNs + machine.clockSkewNs;
    if (object !== undefined && object.freshUntilNs > nowNs) {
      flight.info = object.info;
      flight.freshUntilNs = object.freshUntilNs - machine.clockSkewNs;
      if (this.#resolve(argument, flight)) this.#want(argument, flight, object, 0, 0);
      return;
    }
    // Size and version are not known: whatever the range turns out to be, its first chunk tells.
    const first = this.#firstChunk(range);
    const bounded = 'to' in range && range.to !== undefined && !flight.headOnly;
    const last = bounded ? Math.max(first, this.#lastChunk(range.to)) : first;
    flight.cached = false;
    flight.missing = 1;
    this.fetches.wantUnknown(node!, path, first, last, flight.call!.context.request, argument);
  }

  #resolve(argument: number, flight: Flight): boolean {
    const { size } = flight.info!;
    const bytes = resolveRange(flight.range === WHOLE ? undefined : flight.range, size);
    if (bytes === null) {
      this.#fail(argument, new UnsatisfiableRange(OPERATION, size));
      return false;
    }
    flight.from = bytes.from;
    flight.to = flight.headOnly ? bytes.from : bytes.to;
    return true;
  }

  /** Asks for every chunk of the range but those from `had` up to `hadEnd`, which have just come. */
  #want(
    argument: number,
    flight: Flight,
    object: CachedObject | undefined,
    had: number,
    hadEnd: number,
  ): void {
    const { path, from, to } = flight;
    const { request } = flight.call!.context;
    const first = Math.floor(from / this.#chunkBytes);
    const last = to > from ? this.#lastChunk(to) : -1;
    const node = flight.node!;
    flight.missing = this.fetches.want(node, path, object, first, last, had, hadEnd, request, argument);
    if (flight.missing > 0) flight.cached = false;
    else this.#answer(argument, flight);
  }

  #ready(
    argument: number,
    first: number,
    end: number,
    info: ObjectInfo | null,
    freshUntilNs: number,
    error: PortError | null,
  ): void {
    const flight = this.#flights.find(argument, FETCHING);
    if (flight === null) return;
    if (info === null) {
      this.#fail(argument, error!);
      return;
    }
    flight.freshUntilNs = Math.max(flight.freshUntilNs, freshUntilNs);
    if (flight.info === null) {
      flight.info = info;
      const object = flight.node!.cache.findVersion(flight.path, info.etag);
      if (this.#resolve(argument, flight)) this.#want(argument, flight, object, first, end);
      return;
    }
    if (flight.info.etag !== info.etag) {
      this.#restart(argument, flight);
      return;
    }
    if (--flight.missing === 0) this.#answer(argument, flight);
  }

  /** The object has changed under the request: parts of two versions must not be put together. */
  #restart(argument: number, flight: Flight): void {
    if (flight.restarts++ >= MOST_RESTARTS) {
      this.#fail(argument, changing());
      return;
    }
    flight.info = null;
    flight.freshUntilNs = 0;
    // What was asked for so far is not waited for any more: it comes back under the old number.
    const renumbered = this.#flights.renumber(argument);
    flight.call!.cancelArgument = renumbered;
    this.#look(renumbered, flight);
  }

  #answer(argument: number, flight: Flight): void {
    const node = flight.node!;
    const { nowNs, costs } = this.#simulation;
    const bytes = HEADER_BYTES + flight.to - flight.from;
    node.egressBytes += bytes;
    // The line sends one answer after the other; what is ahead has to leave first.
    const startNs = Math.max(nowNs, node.lineFreeNs);
    node.lineFreeNs = startNs + (costs ? bytes * this.#byteNs : 0);
    flight.lineNs = Math.round(startNs - nowNs);
    this.onServe?.(flight.path, flight.info!.etag, node.name);
    this.#sendBack(argument, flight);
  }

  #fail(argument: number, error: PortError): void {
    const flight = this.#flights.at(argument);
    flight.error = error;
    flight.node!.egressBytes += HEADER_BYTES;
    this.#sendBack(argument, flight);
  }

  #sendBack(argument: number, flight: Flight): void {
    const { openedNs, outNs, queueNs, cpuNs } = flight;
    flight.fetchNs = this.#simulation.nowNs - openedNs - outNs - queueNs - cpuNs;
    flight.state = RETURNING;
    flight.backNs = this.#travel(flight, 1, flight.lineNs, this.#returned, argument);
    flight.lost = flight.backNs < 0;
    // Nobody waits, and nothing will come.
    if (flight.lost && flight.call!.settled) this.#flights.release(argument);
  }

  #return(argument: number): void {
    const flight = this.#flights.find(argument, RETURNING);
    if (flight === null) return;
    const { info, error, from, to, cached, place, freshUntilNs } = flight;
    const call = flight.call!;
    const servedBy = flight.node!.name;
    if (!call.settled) {
      const { trace } = call.context;
      trace.add(this.#networkHop, flight.outNs + flight.backNs);
      trace.add(this.#queueHop, flight.queueNs);
      trace.add(this.#cpuHop, flight.cpuNs);
      trace.add(this.#fetchHop, flight.fetchNs);
      trace.add(this.#lineHop, flight.lineNs);
    }
    this.#flights.release(argument);
    if (error !== null) {
      call.reject(error);
      return;
    }
    const ageNs = Math.max(0, this.#simulation.nowNs + info!.maxAgeS * 1e9 - freshUntilNs);
    call.resolve({ info: info!, from, to, cached, ageNs, servedBy, place });
  }

  /** The listener gave up: what is fetched for him comes all the same, for others. */
  readonly #abandon = (argument: number): void => {
    const flight = this.#flights.at(argument);
    if (!this.#flights.isCurrent(argument)) return;
    if (flight.lost || flight.state === FETCHING) this.#flights.release(argument);
  };

  #crashed(node: CacheNode): void {
    this.fetches.forget(node);
    this.#flights.forEachAt(node, [AT_PROCESSOR, FETCHING], (argument) => {
      const call = this.#flights.at(argument).call!;
      this.#flights.release(argument);
      call.reject(new PortError('reset', OPERATION, true, `${node.name} went down`));
    });
  }
}
