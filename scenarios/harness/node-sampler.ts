/** Loads of every node: second by second for the charts, and per phase for the tables. */
import type { NodeLoad, PhaseWindow, TimeSeries } from '../../reports/result.ts';
import type { SimulatedSystem } from '../../system/modes/simulated.ts';
import { round } from './recorder.ts';

/** Charts show the busiest nodes of an engine and the mean; a line for each of 24 nodes is a carpet. */
const LINES_PER_ENGINE = 3;
/** A node is hot when it is this much busier than the mean of its engine. */
const HOT_RATIO = 1.5;

const seriesOf = (node: string) => `${node} utilisation`;

interface Reading {
  readonly busyNs: readonly number[];
  readonly requests: number;
}

export class NodeSampler {
  readonly #system: SimulatedSystem;
  readonly #phases: readonly PhaseWindow[];
  readonly #utilisation: number[][];
  readonly #atPhaseStart: Reading[][] = [];
  #last: Reading[];
  #second = 0;
  readonly loads: NodeLoad[] = [];

  constructor(system: SimulatedSystem, phases: readonly PhaseWindow[]) {
    this.#system = system;
    this.#phases = phases;
    this.#utilisation = system.nodes.map(() => []);
    this.#last = this.#read();
    this.#atPhaseStart.push(this.#last);
  }

  tick(): void {
    this.#second++;
    const now = this.#read();
    for (let node = 0; node < now.length; node++) {
      this.#utilisation[node]!.push(this.#busiest(node, this.#last[node]!, now[node]!, 1).utilisation);
    }
    this.#last = now;
    const phase = this.#phases.findIndex(({ endS }) => endS === this.#second);
    if (phase < 0) return;
    this.#close(this.#phases[phase]!, this.#atPhaseStart.at(-1)!, now);
    this.#atPhaseStart.push(now);
  }

  /** Of the series that every node has, shown or not. */
  get names(): string[] {
    return this.#system.nodes.map(({ machine }) => seriesOf(machine.name));
  }

  get series(): TimeSeries[] {
    const engines = [...new Set(this.#system.nodes.map(({ engine }) => engine))];
    return engines.flatMap((engine) => {
      const members = this.#system.nodes
        .map((node, index) => ({
          name: node.machine.name,
          engine: node.engine,
          values: this.#utilisation[index]!,
        }))
        .filter((node) => node.engine === engine);
      const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
      const mean = members[0]!.values.map(
        (_, s) => total(members.map(({ values }) => values[s]!)) / members.length,
      );
      const busiest = members
        .slice()
        .sort((a, b) => total(b.values) - total(a.values))
        .slice(0, LINES_PER_ENGINE);
      const line = (name: string, values: readonly number[]): TimeSeries => {
        const percentages = values.map((value) => round(value * 100));
        return { name, unit: '%', group: 'load', stepS: 1, startS: 0, values: percentages };
      };
      return [
        line(`${engine} mean utilisation`, mean),
        ...busiest.map(({ name, values }) => line(seriesOf(name), values)),
      ];
    });
  }

  #close(phase: PhaseWindow, from: readonly Reading[], to: readonly Reading[]): void {
    const seconds = phase.endS - phase.startS;
    const loads = this.#system.nodes.map((node, index): NodeLoad => {
      const { utilisation, resource } = this.#busiest(index, from[index]!, to[index]!, seconds);
      const requests = to[index]!.requests - from[index]!.requests;
      return {
        node: node.machine.name,
        engine: node.engine,
        phase: phase.name,
        requestsPerSecond: requests / seconds,
        utilisation,
        resource,
        largestBytes: node.largestBytes(),
        hot: false,
      };
    });
    for (const load of loads) {
      const peers = loads.filter(({ engine }) => engine === load.engine);
      const mean = peers.reduce((sum, peer) => sum + peer.utilisation, 0) / peers.length;
      load.hot = peers.length > 1 && mean > 0.01 && load.utilisation > HOT_RATIO * mean;
    }
    this.loads.push(...loads);
  }

  #busiest(
    node: number,
    from: Reading,
    to: Reading,
    seconds: number,
  ): { utilisation: number; resource: string } {
    let utilisation = 0;
    let resource = '';
    this.#system.nodes[node]!.stations.forEach((station, i) => {
      const share = (to.busyNs[i]! - from.busyNs[i]!) / (station.servers * seconds * 1e9);
      if (share < utilisation) return;
      utilisation = share;
      resource = station.name;
    });
    return { utilisation, resource };
  }

  #read(): Reading[] {
    return this.#system.nodes.map((node) => ({
      busyNs: node.stations.map((station) => station.read().busyNs),
      requests: node.requests(),
    }));
  }
}
