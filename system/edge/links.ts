/** The ways of what runs at points of presence beside the caches: to listeners, and to the site of the origin. */
import type { Context, Hop } from '../ports/context.ts';
import type { Carrier, HandlerId, PendingCall, Simulation } from '../runtime/kernel/index.ts';
import type { WideArea } from './wide-area.ts';

/** Draws of these messages are apart from those of audio, whose salts are below it. */
const SALT = 0x20000000;

/** Between one point of presence and machines that stand for places. */
export class ListenerLink implements Carrier {
  readonly #wideArea: WideArea;
  readonly #site: number;
  readonly #places: ReadonlyMap<number, number>;

  constructor(wideArea: WideArea, site: number, places: ReadonlyMap<number, number>) {
    this.#wideArea = wideArea;
    this.#site = site;
    this.#places = places;
  }

  send(
    from: number,
    to: number,
    request: number,
    salt: number,
    handler: HandlerId,
    argument: number,
  ): number {
    const place = this.#places.get(from) ?? this.#places.get(to)!;
    return this.#wideArea.toListener(place, this.#site, request, SALT + salt, 0, handler, argument);
  }
}

/** Messages between sites that somebody waits for. */
export class Trips {
  readonly #simulation: Simulation;
  readonly #wideArea: WideArea;
  readonly #hop: Hop;
  readonly #arrived: HandlerId;
  readonly #underWay = new Map<number, PendingCall<void>>();
  #count = 0;

  constructor(simulation: Simulation, wideArea: WideArea, hop: Hop) {
    this.#simulation = simulation;
    this.#wideArea = wideArea;
    this.#hop = hop;
    this.#arrived = simulation.register((trip) => this.#arrive(trip));
  }

  /** Resolves on arrival; on a way that is cut off never: who waits needs a deadline. */
  travel(context: Context, from: number, to: number): Promise<void> {
    const call = this.#simulation.open<void>(context, 'edge.travel');
    if (call.settled) return call.promise;
    const trip = this.#count++ & 0x7fffffff;
    this.#underWay.set(trip, call);
    call.cancelArgument = trip;
    call.onCancel = this.#abandon;
    const { request, attempt } = context;
    // There and back are two ways: each has its own draw already, by its ends.
    const tookNs = this.#wideArea.between(from, to, request, SALT + attempt, this.#arrived, trip);
    if (tookNs > 0) context.trace.add(this.#hop, tookNs);
    return call.promise;
  }

  #arrive(trip: number): void {
    const call = this.#underWay.get(trip);
    this.#underWay.delete(trip);
    call?.resolve();
  }

  readonly #abandon = (trip: number): void => {
    this.#underWay.delete(trip);
  };
}
