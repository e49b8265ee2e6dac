/**
 * How hard an expiry hits the database: reads of each hot playlist that reach Cassandra, in bursts. A burst begins with
 * the first read after a quiet second; its size is the most reads within any second of it: the peak one-second rate that
 * one expiry of one key causes.
 */
import type { Figure, PhaseWindow } from '../../reports/result.ts';
import type { SimulatedSystem } from '../../system/modes/simulated.ts';
import { SECOND } from '../../system/runtime/kernel/index.ts';

interface Burst {
  /** Of the reads within the last second, the newest last. */
  readonly recentNs: number[];
  /** The most reads within a second. */
  peak: number;
}

export class StampedeMeter {
  readonly #bursts = new Map<string, Burst[]>();
  readonly #perSecond: number[] = [];
  readonly #fromNs: number;
  readonly #untilNs: number;

  readonly #keys: number;

  /** `keys`: how many hot playlists there are; one that never was read from the database has no expiry. */
  constructor(system: SimulatedSystem, phases: readonly PhaseWindow[], keys: number) {
    this.#keys = keys;
    const trigger = phases.find(({ name }) => name === 'trigger')!;
    this.#fromNs = trigger.startS * SECOND;
    this.#untilNs = trigger.endS * SECOND;
    system.onHotPlaylistRefill = (playlist) => this.#read(playlist, system.simulation.nowNs);
  }

  figures(): Figure[] {
    const keys = [...this.#bursts.values()];
    const bursts = keys.flat();
    const mean = bursts.length === 0 ? 0 : bursts.reduce((sum, { peak }) => sum + peak, 0) / bursts.length;
    return [
      { name: 'database reads per expiry', value: mean, unit: 'reads' },
      {
        name: 'worst database reads per expiry',
        value: Math.max(0, ...bursts.map(({ peak }) => peak)),
        unit: 'reads',
      },
      {
        name: 'peak database reads',
        value: Math.max(0, ...this.#perSecond.filter((n) => n > 0)),
        unit: 'reads/s',
      },
      {
        name: 'expiries per key',
        value: keys.length < this.#keys ? 0 : Math.min(...keys.map((b) => b.length)),
        unit: '1',
      },
    ];
  }

  #read(playlist: string, nowNs: number): void {
    if (nowNs < this.#fromNs || nowNs >= this.#untilNs) return;
    const second = Math.floor((nowNs - this.#fromNs) / SECOND);
    while (this.#perSecond.length <= second) this.#perSecond.push(0);
    this.#perSecond[second]!++;
    let bursts = this.#bursts.get(playlist);
    if (bursts === undefined) {
      bursts = [];
      this.#bursts.set(playlist, bursts);
    }
    const last = bursts.at(-1);
    if (last === undefined || nowNs - last.recentNs.at(-1)! > SECOND) {
      bursts.push({ recentNs: [nowNs], peak: 1 });
      return;
    }
    const { recentNs } = last;
    while (recentNs.length > 0 && nowNs - recentNs[0]! >= SECOND) recentNs.shift();
    recentNs.push(nowNs);
    last.peak = Math.max(last.peak, recentNs.length);
  }
}
