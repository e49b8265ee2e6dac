/**
 * When requests start: Poisson streams whose rate is constant within a phase, merged with the plays of the population's
 * sessions. Open loop: nothing here depends on an answer, so every arm of a case sees the same arrivals.
 */
import type { PhaseWindow } from '../../reports/result.ts';
import { KeyedRandom, type RandomStream } from '../../system/runtime/kernel/index.ts';
import type { Phase, Traffic } from './scenario.ts';

/** Numbers of a stream's requests start at stream × this: the same in every arm, whatever other streams there are. */
export const REQUESTS_PER_STREAM = 2 ** 32;

export function phaseWindows(phases: readonly Phase[]): PhaseWindow[] {
  let startS = 0;
  return phases.map(({ name, seconds }) => {
    const window = { name, startS, endS: startS + seconds, measured: name !== 'warm-up' };
    startS += seconds;
    return window;
  });
}

export class PoissonStream {
  /** Time of the next arrival in ns; Infinity when there is none any more. */
  timeNs = 0;
  /** How many came before. */
  count = 0;
  readonly #random: RandomStream;
  readonly #phases: readonly PhaseWindow[];
  readonly #perSecond: readonly number[];

  /** `factor` scales the rates to the population of the run. */
  constructor(
    seed: number,
    traffic: Pick<Traffic, 'operation' | 'perSecond'>,
    phases: readonly PhaseWindow[],
    factor: number,
  ) {
    this.#random = new KeyedRandom(seed, `arrivals of ${traffic.operation}`).stream(0);
    this.#phases = phases;
    this.#perSecond = phases.map(({ name }) => {
      const own = traffic.perSecond[name as Phase['name']];
      return (own ?? traffic.perSecond.always ?? 0) * factor;
    });
    this.#advance();
  }

  next(): void {
    this.count++;
    this.#advance();
  }

  /** Spends an exponential amount of expected arrivals along the phases' rates. */
  #advance(): void {
    let owed = this.#random.exponential(1);
    let atS = this.timeNs / 1e9;
    for (let i = 0; i < this.#phases.length; i++) {
      const { endS } = this.#phases[i]!;
      if (endS <= atS) continue;
      const rate = this.#perSecond[i]!;
      const available = (endS - atS) * rate;
      if (owed <= available && rate > 0) {
        this.timeNs = Math.round((atS + owed / rate) * 1e9);
        return;
      }
      owed -= available;
      atS = endS;
    }
    this.timeNs = Number.POSITIVE_INFINITY;
  }
}
