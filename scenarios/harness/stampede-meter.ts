/**
 * How hard an expiry hits the database. What is counted are the reads (selects) of a hot playlist that reach Cassandra:
 * one rebuild is many of them, a bucket each. They come in bursts. A burst begins with the first read after a quiet
 * second; its size is the most reads within any second of it: the peak one-second rate that one expiry of one key causes.
 */
import type { Figure, PhaseWindow } from '../../reports/result.ts';
import type { PlaylistObserver, SimulatedSystem } from '../../system/modes/simulated.ts';
import { SECOND } from '../../system/runtime/kernel/index.ts';

/** Times of the last second, and the most that any second had. */
class Peak {
  most = 0;
  readonly #timesNs: number[] = [];
  /** Where the last second begins; what lies before it is cut off now and then. */
  #first = 0;

  add(nowNs: number): void {
    const times = this.#timesNs;
    times.push(nowNs);
    while (nowNs - times[this.#first]! >= SECOND) this.#first++;
    this.most = Math.max(this.most, times.length - this.#first);
    if (this.#first < times.length / 2) return;
    times.splice(0, this.#first);
    this.#first = 0;
  }
}

interface Burst {
  readonly reads: Peak;
  rebuilds: number;
}

/** What is known of one hot playlist. */
interface Watched {
  readonly bursts: Burst[];
  lastReadNs: number;
}

export class StampedeMeter implements PlaylistObserver {
  readonly #system: SimulatedSystem;
  readonly #playlists = new Map<string, Watched>();
  readonly #all = new Peak();
  readonly #fromNs: number;
  readonly #untilNs: number;
  readonly #keys: number;
  #lookUps = 0;
  #hits = 0;

  /** `keys`: how many hot playlists there are; one that never was read from the database has no expiry. */
  constructor(system: SimulatedSystem, phases: readonly PhaseWindow[], keys: number) {
    this.#system = system;
    this.#keys = keys;
    const trigger = phases.find(({ name }) => name === 'trigger')!;
    this.#fromNs = trigger.startS * SECOND;
    this.#untilNs = trigger.endS * SECOND;
    system.observePlaylists(this);
  }

  /** In the trigger phase. The hit rate is left out where nobody asked for any other playlist. */
  figures(): Figure[] {
    const playlists = [...this.#playlists.values()].map(({ bursts }) => bursts);
    const bursts = playlists.flat();
    const reads = bursts.map((burst) => burst.reads.most);
    const rebuilds = bursts.map((burst) => burst.rebuilds);
    const figures: Figure[] = [
      { name: 'database reads per expiry', value: mean(reads), unit: 'reads/s' },
      { name: 'worst database reads per expiry', value: Math.max(0, ...reads), unit: 'reads/s' },
      { name: 'rebuilds per expiry', value: mean(rebuilds), unit: 'rebuilds' },
      { name: 'worst rebuilds per expiry', value: Math.max(0, ...rebuilds), unit: 'rebuilds' },
      { name: 'peak database reads', value: this.#all.most, unit: 'reads/s' },
      {
        name: 'bursts of rebuilds per key',
        value: playlists.length < this.#keys ? 0 : Math.min(...playlists.map((own) => own.length)),
        unit: 'bursts',
      },
    ];
    if (this.#lookUps > 0)
      figures.push({ name: 'hit rate of other playlists', value: this.#hits / this.#lookUps, unit: '1' });
    return figures;
  }

  rebuilt(playlist: string): void {
    if (this.#isOn()) this.#burst(playlist).rebuilds++;
  }

  selected(playlist: string): void {
    if (!this.#isOn()) return;
    const { nowNs } = this.#system.simulation;
    this.#burst(playlist).reads.add(nowNs);
    this.#all.add(nowNs);
  }

  lookedUp(_playlist: string, hit: boolean, isHot: boolean): void {
    if (isHot || !this.#isOn()) return;
    this.#lookUps++;
    if (hit) this.#hits++;
  }

  #isOn(): boolean {
    const { nowNs } = this.#system.simulation;
    return nowNs >= this.#fromNs && nowNs < this.#untilNs;
  }

  /** The burst that goes on, or a new one after a quiet second. */
  #burst(playlist: string): Burst {
    const { nowNs } = this.#system.simulation;
    let watched = this.#playlists.get(playlist);
    if (watched === undefined) {
      watched = { bursts: [], lastReadNs: Number.NEGATIVE_INFINITY };
      this.#playlists.set(playlist, watched);
    }
    if (nowNs - watched.lastReadNs > SECOND) watched.bursts.push({ reads: new Peak(), rebuilds: 0 });
    watched.lastReadNs = nowNs;
    return watched.bursts.at(-1)!;
  }
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
