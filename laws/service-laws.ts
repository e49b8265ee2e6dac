/** Service times with a mean of one, drawn exactly (no tables): the laws are about tails, too. */
import type { RandomStream } from '../system/runtime/kernel/index.ts';

export interface ServiceLaw {
  readonly name: string;
  /** Variance over squared mean. */
  readonly squaredVariation: number;
  draw(stream: RandomStream): number;
}

export const deterministic: ServiceLaw = { name: 'D', squaredVariation: 0, draw: () => 1 };

export const exponentialService: ServiceLaw = {
  name: 'M',
  squaredVariation: 1,
  draw: (stream) => stream.exponential(1),
};

/** A lognormal whose logarithm has this standard deviation. */
export function lognormalService(sigma: number): ServiceLaw {
  return {
    name: `lognormal (sigma ${sigma})`,
    squaredVariation: Math.exp(sigma ** 2) - 1,
    draw(stream) {
      const radius = Math.sqrt(2 * stream.exponential(1)); // Box–Muller
      const z = radius * Math.cos(2 * Math.PI * stream.uniform());
      return Math.exp(sigma * z - sigma ** 2 / 2);
    },
  };
}

/** Two exponentials with balanced means: each carries half of the work. */
export function hyperexponential(squaredVariation: number): ServiceLaw {
  const p = (1 + Math.sqrt((squaredVariation - 1) / (squaredVariation + 1))) / 2;
  return {
    name: `H2 (cv² ${squaredVariation})`,
    squaredVariation,
    draw(stream) {
      const mean = stream.uniform() < p ? 1 / (2 * p) : 1 / (2 * (1 - p));
      return stream.exponential(mean);
    },
  };
}
