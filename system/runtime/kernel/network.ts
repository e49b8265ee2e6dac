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

/** A message that was lost and is sent again, on its way. */
interface HeldMessage {
  readonly link: number;
  readonly request: number;
  readonly salt: number;
  readonly handler: HandlerId;
  readonly argument: number;
  /** When it was sent first. */
  readonly sentNs: number;
  /** What it takes from the try that is not lost. */
  readonly crossingNs: number;
  readonly arrivesNs: number;
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
  readonly #onFault: ((from: number, to: number) => void)[] = [];
  readonly #held = new Map<number, HeldMessage>();
  readonly #heldArrives: HandlerId;
  #nextHeld = 0;
  #messages = 0;
  #lost = 0;
  #delayed = 0;

  constructor(simulation: Simulation, options: { latency?: Distribution } = {}) {
    this.#simulation = simulation;
    this.#random = simulation.random('network');
    this.#lossRandom = simulation.random('network loss');
    this.#duplicateRandom = simulation.random('network duplicate');
    this.#latency = options.latency ?? ONE_WAY();
    this.#heldArrives = simulation.register((slot) => {
      const held = this.#held.get(slot);
      // It has arrived before, since its link healed.
      if (held === undefined) return;
      this.#held.delete(slot);
      simulation.call(held.handler, held.argument);
    });
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
        while (this.#loses(fault, link, request, salt, losses, this.#simulation.nowNs + resentNs)) {
          this.#lost++;
          if (fault.resentUntilNs === undefined) return -1;
          resentNs += retransmitAfterNs(losses++);
        }
        if (fault.extraLatencyNs) this.#delayed++;
        const crossingNs = latencyNs + (fault.extraLatencyNs ?? 0);
        latencyNs = resentNs + crossingNs;
        if (losses > 0) {
          const sentNs = this.#simulation.nowNs;
          const arrivesNs = sentNs + latencyNs;
          this.#hold({ link, request, salt, handler, argument, sentNs, crossingNs, arrivesNs });
          return latencyNs;
        }
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

  /** Whether a try is lost that is made at `triedNs`, after `losses` that were. */
  #loses(
    { partitioned, loss, resentUntilNs }: LinkFault,
    link: number,
    request: number,
    salt: number,
    losses: number,
    triedNs: number,
  ): boolean {
    if (resentUntilNs !== undefined && triedNs >= resentUntilNs) return false;
    return partitioned === true || chance(this.#lossRandom, loss, link, request, salt + losses * RESENT_SALT);
  }

  /**
   * Sets what happens on the way from one machine to another (one direction), or heals it. What was lost there and waits
   * to be sent again goes by what is now: after a fault that ended before its time it arrives with its next try.
   */
  setFault(from: number, to: number, fault: LinkFault | null): void {
    if (fault !== null) check(fault);
    const link = from * 65536 + to;
    if (fault === null) this.#faults.delete(link);
    else this.#faults.set(link, fault);
    for (const [slot, held] of this.#held) {
      if (held.link === link) this.#reconsider(slot, held, fault);
    }
    for (const listener of this.#onFault) listener(from, to);
  }

  /** Calls the listener after each change of a fault, with the machines of its way. */
  onFault(listener: (from: number, to: number) => void): void {
    this.#onFault.push(listener);
  }

  /** Whether no message passes from one machine to another now. */
  isPartitioned(from: number, to: number): boolean {
    return this.#faults.get(from * 65536 + to)?.partitioned === true;
  }

  /** A message that was lost at least once, until it arrives. */
  #hold(held: HeldMessage): void {
    const slot = this.#nextHeld;
    this.#nextHeld = (slot + 1) & 0x7fffffff;
    this.#held.set(slot, held);
    this.#simulation.schedule(held.arrivesNs - this.#simulation.nowNs, this.#heldArrives, slot);
  }

  #reconsider(slot: number, held: HeldMessage, fault: LinkFault | null): void {
    const { nowNs } = this.#simulation;
    let losses = 0;
    let triesNs = held.sentNs;
    while (
      triesNs < nowNs ||
      (fault !== null && this.#loses(fault, held.link, held.request, held.salt, losses, triesNs))
    ) {
      triesNs += retransmitAfterNs(losses++);
      if (triesNs + held.crossingNs >= held.arrivesNs) return;
    }
    this.#held.delete(slot);
    this.#hold({ ...held, arrivesNs: triesNs + held.crossingNs });
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

function check({ loss = 0, duplication = 0, extraLatencyNs = 0 }: LinkFault): void {
  for (const [name, share] of [
    ['loss', loss],
    ['duplication', duplication],
  ] as const)
    if (!(share >= 0 && share <= 1))
      throw new RangeError(`${name} of a link is a share of its messages, 0 to 1, and not ${share}.`);
  if (!(extraLatencyNs >= 0)) throw new RangeError(`A message cannot take ${extraLatencyNs} ns longer.`);
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
