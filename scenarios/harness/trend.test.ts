import { describe, expect, it } from 'vitest';
import { KeyedRandom } from '../../system/runtime/kernel/index.ts';
import { trendOf } from './trend.ts';

const random = new KeyedRandom(5, 'trend test');
const noise = (entity: number, i: number) => 1 + 0.1 * random.normal(entity, i);

describe('the trend test', () => {
  it('finds a rise of half over thirty noisy seconds, and a fall', () => {
    const rise = Array.from({ length: 30 }, (_, i) => noise(1, i) * (1 + i / 60));
    expect(trendOf(rise).found).toBe(true);
    expect(trendOf(rise).change).toBeCloseTo(0.4, 1);
    expect(trendOf(rise.toReversed()).found).toBe(true);
  });

  it('finds none in noise: not once in two thousand stretches', () => {
    let found = 0;
    for (let k = 0; k < 2_000; k++) {
      if (trendOf(Array.from({ length: 30 }, (_, i) => noise(k + 10, i))).found) found++;
    }
    expect(found).toBe(0);
  });

  it('lets a significant but tiny drift pass', () => {
    const drift = Array.from({ length: 30 }, (_, i) => 100 + i / 100);
    expect(trendOf(drift).z).toBeGreaterThan(4);
    expect(trendOf(drift).found).toBe(false);
  });
});
