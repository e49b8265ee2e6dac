/**
 * Faults of machines and links in virtual time, from outside: engines and services meet them as they would meet the real
 * ones, and know nothing of who made them. Each ends with its time. Those that overlap add up: a machine is back when
 * the last of its crashes is over, and a link is as bad as all its faults together.
 */
import type { LinkFault, Machine, Network, Simulation } from '../runtime/kernel/index.ts';

export interface FaultTime {
  /** From now on. */
  readonly afterNs: number;
  readonly forNs: number;
}

export interface FaultParts {
  readonly simulation: Simulation;
  readonly network: Network;
}

/** Ends a fault before its time: what is to come does not come, what acts heals. A pause that has begun lasts. */
export type EndFault = () => void;

export class Faults {
  readonly #simulation: Simulation;
  readonly #network: Network;
  /** Crashes that keep a machine down. */
  readonly #crashes = new Map<Machine, number>();
  readonly #links = new Map<number, LinkFault[]>();

  constructor({ simulation, network }: FaultParts) {
    this.#simulation = simulation;
    this.#network = network;
  }

  /** Processes die, and start anew with what their machines keep. */
  crash(machines: readonly Machine[], time: FaultTime): EndFault {
    const fail = () => {
      for (const machine of machines) {
        this.#crashes.set(machine, (this.#crashes.get(machine) ?? 0) + 1);
        machine.crash();
      }
    };
    const heal = () => {
      for (const machine of machines) {
        const left = this.#crashes.get(machine)! - 1;
        this.#crashes.set(machine, left);
        if (left === 0) machine.restart();
      }
    };
    return this.#schedule(time, fail, heal);
  }

  /** What is at the machines' processors stands still, and so does what arrives there. */
  pause(machines: readonly Machine[], { afterNs, forNs }: FaultTime): EndFault {
    const timer = this.#simulation.after(afterNs, () => {
      // A process that is not there cannot stand still: the next one would.
      for (const machine of machines) if (machine.up) machine.pause(forNs);
    });
    return () => this.#simulation.cancel(timer);
  }

  /** Between each machine of one side and each of the other, in both directions. What is lost, TCP sends again. */
  disturb(one: readonly Machine[], other: readonly Machine[], fault: LinkFault, time: FaultTime): EndFault {
    const links = new Map<number, readonly [number, number]>();
    for (const { id: a } of one) {
      for (const { id: b } of other) {
        if (a === b) continue;
        links.set(a * 65536 + b, [a, b]);
        links.set(b * 65536 + a, [b, a]);
      }
    }
    const change = (alter: (faults: LinkFault[]) => LinkFault[]) => () => {
      for (const [link, [from, to]] of links) {
        const faults = alter(this.#links.get(link) ?? []);
        this.#links.set(link, faults);
        this.#network.setFault(from, to, faults.length === 0 ? null : together(faults));
      }
    };
    const resentUntilNs = this.#simulation.nowNs + time.afterNs + time.forNs;
    const added = { ...fault, resentUntilNs };
    return this.#schedule(
      time,
      change((faults) => [...faults, added]),
      change((faults) => faults.filter((one) => one !== added)),
    );
  }

  #schedule({ afterNs, forNs }: FaultTime, begin: () => void, end: () => void): EndFault {
    let state: 'coming' | 'acting' | 'over' = 'coming';
    const heal = () => {
      state = 'over';
      end();
    };
    const beginning = this.#simulation.after(afterNs, () => {
      state = 'acting';
      begin();
    });
    const ending = this.#simulation.after(afterNs + forNs, heal);
    return () => {
      if (state === 'over') return;
      this.#simulation.cancel(ending);
      if (state === 'acting') heal();
      else this.#simulation.cancel(beginning);
      state = 'over';
    };
  }
}

/** What several faults of a link do at once: a message passes if each lets it pass. */
function together(faults: readonly LinkFault[]): LinkFault {
  if (faults.length === 1) return faults[0]!;
  const partitions = faults.filter(({ partitioned }) => partitioned === true);
  const last = (some: readonly LinkFault[]) =>
    Math.max(...some.map(({ resentUntilNs = Number.POSITIVE_INFINITY }) => resentUntilNs));
  return {
    partitioned: partitions.length > 0,
    loss: 1 - faults.reduce((passes, { loss = 0 }) => passes * (1 - loss), 1),
    extraLatencyNs: faults.reduce((sum, { extraLatencyNs = 0 }) => sum + extraLatencyNs, 0),
    resentUntilNs: last(partitions.length > 0 ? partitions : faults),
  };
}
