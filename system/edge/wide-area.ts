/**
 * Messages between listeners and points of presence, and between those: distance, then what the access line or the
 * backbone adds. A site can be cut off, or far.
 */
import {
  type Distribution,
  type HandlerId,
  type KeyedRandom,
  lognormal,
  type Simulation,
} from '../runtime/kernel/index.ts';
import { type Position, propagationNs } from './geography.ts';

export interface SiteFault {
  /** Nothing arrives there, and nothing that it sends. */
  readonly cutOff?: boolean;
  readonly extraLatencyNs?: number;
}

/** estimate, of the order of what regulators measure (FCC, Measuring Broadband America: 10 to 30 ms both ways by cable and fibre; mobile networks more). */
const ACCESS = () => lognormal(8e6, 50e6);
/** estimate: routers of a backbone that its owner keeps below saturation. */
const BACKBONE = () => lognormal(0.3e6, 2e6);

export class WideArea {
  readonly #simulation: Simulation;
  readonly #random: KeyedRandom;
  readonly #access: Distribution;
  readonly #backbone: Distribution;
  readonly #sites: number;
  /** From each place (rows first) and each site to each site, one way. */
  readonly #distanceNs: Float64Array;
  readonly #faults: (SiteFault | null)[];

  constructor(simulation: Simulation, places: readonly Position[], sites: readonly Position[]) {
    this.#simulation = simulation;
    this.#random = simulation.random('wide area');
    this.#access = ACCESS();
    this.#backbone = BACKBONE();
    this.#sites = sites.length;
    this.#faults = sites.map(() => null);
    this.#distanceNs = Float64Array.from(
      [...sites, ...places].flatMap((from) => sites.map((to) => propagationNs(from, to))),
    );
  }

  /**
   * Between a listener's place and a site, in either direction: `handler(argument)` is called when it arrives, `afterNs`
   * later than it would. Returns the time on the way in ns, or −1 when nothing will arrive.
   */
  toListener(
    place: number,
    site: number,
    request: number,
    salt: number,
    afterNs: number,
    handler: HandlerId,
    argument: number,
  ): number {
    const distance = this.#distanceNs[(this.#sites + place) * this.#sites + site]!;
    const u = this.#random.uniform(place * 64 + site, request, salt);
    return this.#send(distance + this.#access.at(u), site, site, afterNs, handler, argument);
  }

  /** There and back between a place and a site, faults left out; 0 where nothing costs time. */
  roundTripNs(place: number, site: number, request: number): number {
    if (!this.#simulation.costs) return 0;
    const distance = this.#distanceNs[(this.#sites + place) * this.#sites + site]!;
    const key = place * 64 + site;
    const out = this.#access.at(this.#random.uniform(key, request, -1));
    return Math.round(2 * distance + out + this.#access.at(this.#random.uniform(key, request, -2)));
  }

  /** Between two sites. */
  between(
    from: number,
    to: number,
    request: number,
    salt: number,
    handler: HandlerId,
    argument: number,
  ): number {
    const u = this.#random.uniform(-1 - (from * 64 + to), request, salt);
    const ns = this.#distanceNs[from * this.#sites + to]! + this.#backbone.at(u);
    return this.#send(ns, from, to, 0, handler, argument);
  }

  /** Sets what happens on the way to and from a site, or heals it. */
  setFault(site: number, fault: SiteFault | null): void {
    this.#faults[site] = fault;
  }

  isCutOff(site: number): boolean {
    return this.#faults[site]?.cutOff ?? false;
  }

  #send(ns: number, from: number, to: number, afterNs: number, handler: HandlerId, argument: number): number {
    const first = this.#faults[from]!;
    const second = this.#faults[to]!;
    let wayNs = this.#simulation.costs ? Math.round(ns) : 0;
    if (first !== null) {
      if (first.cutOff) return -1;
      wayNs += first.extraLatencyNs ?? 0;
    }
    if (second !== null && to !== from) {
      if (second.cutOff) return -1;
      wayNs += second.extraLatencyNs ?? 0;
    }
    this.#simulation.schedule(wayNs + afterNs, handler, argument);
    return wayNs;
  }
}
