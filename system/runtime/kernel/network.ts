import { MILLISECOND } from '../../ports/clock.ts';
import { type Distribution, lognormal } from './distribution.ts';
import type { KeyedRandom } from './random.ts';
import type { HandlerId, Simulation } from './simulation.ts';

export interface LinkFault {
  /** Nothing arrives. */
  readonly partitioned?: boolean;
  /** Share of messages lost, 0 to 1. */
  readonly loss?: number;
  /** Share of messages that arrive twice, 0 to 1. */
  readonly duplication?: number;
  readonly extraLatencyNs?: number;
  /**
   * Until the fault ends at this time TCP sends again what is lost: the message is late. What is still on its way then
   * arrives with the next of its tries. Left out: what is lost is gone, as where a connection breaks.
   */
  readonly resentUntilNs?: number;
}

/** What carries messages between machines: a network, or a way of another kind. As `Network.send`. */
export interface Carrier {
  send(from: number, to: number, request: number, salt: number, handler: HandlerId, argument: number): number;
}

/** Round trips within one data centre are about half a millisecond (Dean & Norvig's latency numbers): 0.2 ms one way, a tail to 1 ms. */
const ONE_WAY = () => lognormal(200_000, 1_000_000);

/** A lost segment is sent again after the retransmission timeout (Linux: at least 200 ms), which then doubles up to TCP_RTO_MAX. */
const RETRANSMIT_MS = 200;
const RETRANSMIT_LONGEST_MS = 120_000;

/** Between the salts of a message's tries. */
const RESENT_SALT = 0x3d4d51cb;

/** How long TCP waits before it sends a segment again that was lost `losses` times before, in ns. */
export function retransmitAfterNs(losses: number): number {
  return Math.min(RETRANSMIT_MS * 2 ** Math.min(losses, 10), RETRANSMIT_LONGEST_MS) * MILLISECOND;
}

/**
 * Messages between machines: each takes a latency, and a link may lose, double or stop them. Links exist only where a
 * fault was set, so a large cluster costs nothing. Every network fault comes down to pass, delay, drop or double.
 */
export class Network implements Carrier {
  readonly #simulation: Simulation;
  readonly #random: KeyedRandom;
  readonly #lossRandom: KeyedRandom;
  readonly #duplicateRandom: KeyedRandom;
  readonly #latency: Distribution;
  readonly #faults = new Map<number, LinkFault>();
  #messages = 0;
  #lost = 0;
  #delayed = 0;

  constructor(simulation: Simulation, options: { latency?: Distribution } = {}) {
    this.#simulation = simulation;
    this.#random = simulation.random('network');
    this.#lossRandom = simulation.random('network loss');
    this.#duplicateRandom = simulation.random('network duplicate');
    this.#latency = options.latency ?? ONE_WAY();
  }

  /**
   * Sends one message: `handler(argument)` is called when it arrives, or never if it is lost.
   * `request` and `salt` key the draw: the same message of the same request takes the same time in every arm.
   * Returns the latency in ns, or -1 when the message is lost (a real sender would not know).
   */
  send(
    from: number,
    to: number,
    request: number,
    salt: number,
    handler: HandlerId,
    argument: number,
  ): number {
    this.#messages++;
    const link = from * 65536 + to;
    let latencyNs = this.#simulation.costs
      ? Math.round(this.#latency.at(this.#random.uniform(link, request, salt)))
      : 0;
    if (this.#faults.size > 0) {
      const fault = this.#faults.get(link);
      if (fault !== undefined) {
        let losses = 0;
        let resentNs = 0;
        while (this.#loses(fault, link, request, salt, losses, resentNs)) {
          this.#lost++;
          if (fault.resentUntilNs === undefined) return -1;
          resentNs += retransmitAfterNs(losses++);
        }
        latencyNs += resentNs;
        if (fault.extraLatencyNs) this.#delayed++;
        latencyNs += fault.extraLatencyNs ?? 0;
        if (chance(this.#duplicateRandom, fault.duplication, link, request, salt)) {
          // The copy always comes second, so the time returned is that of the arrival which counts.
          const again = this.#latency.at(this.#duplicateRandom.uniform(link, request, salt + 0x40000000));
          this.#simulation.schedule(latencyNs + again, handler, argument);
        }
      }
    }
    this.#simulation.schedule(latencyNs, handler, argument);
    return latencyNs;
  }

  /** Whether a try is lost that is made `afterNs` from now. */
  #loses(
    { partitioned, loss, resentUntilNs }: LinkFault,
    link: number,
    request: number,
    salt: number,
    losses: number,
    afterNs: number,
  ): boolean {
    if (resentUntilNs !== undefined && this.#simulation.nowNs + afterNs >= resentUntilNs) return false;
    return partitioned === true || chance(this.#lossRandom, loss, link, request, salt + losses * RESENT_SALT);
  }

  /** Sets what happens on the way from one machine to another (one direction), or heals it. */
  setFault(from: number, to: number, fault: LinkFault | null): void {
    if (fault === null) this.#faults.delete(from * 65536 + to);
    else this.#faults.set(from * 65536 + to, fault);
  }

  get messages(): number {
    return this.#messages;
  }

  get lost(): number {
    return this.#lost;
  }

  /** Messages that a fault made slower, by its latency alone. */
  get delayed(): number {
    return this.#delayed;
  }
}

function chance(
  random: KeyedRandom,
  share: number | undefined,
  link: number,
  request: number,
  salt: number,
): boolean {
  return share !== undefined && share > 0 && random.uniform(link, request, salt) < share;
}
