import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyedRandom } from './random.ts';

const DRAWS = 65_536;
const BINS = 256;
/** Mean 255, standard deviation sqrt(2 × 255) = 22.6: five of them. */
const CHI_SQUARE_LIMIT = 255 + 5 * Math.sqrt(2 * 255);

function chiSquare(draw: (i: number) => number): number {
  const bins = new Float64Array(BINS);
  for (let i = 0; i < DRAWS; i++) bins[Math.floor(draw(i) * BINS)]!++;
  return bins.reduce((sum, n) => sum + (n - DRAWS / BINS) ** 2 / (DRAWS / BINS), 0);
}

function correlation(x: (i: number) => number, y: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < DRAWS; i++) sum += (x(i) - 0.5) * (y(i) - 0.5);
  return (sum / DRAWS) * 12;
}

const random = new KeyedRandom(7, 'test');

/** How keys are walked in practice: by counters, in each place of the key, and by steps that are powers of two. */
const WALKS: Record<string, (i: number) => number> = {
  entities: (i) => random.uniform(i),
  requests: (i) => random.uniform(5, i),
  attempts: (i) => random.uniform(5, 6, i),
  'entities in steps of 65,536, as links are numbered': (i) => random.uniform(i * 65_536 + 1, 3),
  'entities beyond 32 bits': (i) => random.uniform(i * 4_294_967_296, 3),
  'seeds, as repetitions use them': (i) => new KeyedRandom(i, 'arrivals').uniform(1, 1),
  'the fine draw': (i) => random.uniformFine(i),
  'a stream': (() => {
    const stream = random.stream(3);
    return () => stream.uniform();
  })(),
  'first draws of many streams': (i) => random.stream(i).uniform(),
};

test.each(Object.entries(WALKS))('draws are uniform over %s', (_, walk) => {
  expect(chiSquare(walk)).toBeLessThan(CHI_SQUARE_LIMIT);
});

test.each([
  ['a key and the next entity', (i: number) => random.uniform(i), (i: number) => random.uniform(i + 1)],
  [
    'a key and the next request',
    (i: number) => random.uniform(1, i),
    (i: number) => random.uniform(1, i + 1),
  ],
  [
    'a key and the next attempt',
    (i: number) => random.uniform(i, 2, 0),
    (i: number) => random.uniform(i, 2, 1),
  ],
  ['entity and request swapped', (i: number) => random.uniform(i, 9), (i: number) => random.uniform(9, i)],
  [
    'two purposes',
    (i: number) => random.uniform(i),
    (() => {
      const other = new KeyedRandom(7, 'tesu');
      return (i: number) => other.uniform(i);
    })(),
  ],
  [
    'two seeds',
    (i: number) => random.uniform(i),
    (() => {
      const other = new KeyedRandom(8, 'test');
      return (i: number) => other.uniform(i);
    })(),
  ],
] as const)('%s are not correlated', (_, x, y) => {
  expect(Math.abs(correlation(x, y))).toBeLessThan(5 / Math.sqrt(DRAWS));
});

test('flipping any bit of the key flips each bit of the draw about half of the time', () => {
  const SAMPLES = 4_000;
  for (const place of [0, 1, 2]) {
    for (const bit of [0, 1, 7, 15, 24]) {
      const flips = new Float64Array(32);
      for (let i = 0; i < SAMPLES; i++) {
        const key = [i * 77, i * 13, i];
        const before = random.bits(key[0]!, key[1], key[2]);
        key[place]! ^= 1 << bit;
        const changed = (before ^ random.bits(key[0]!, key[1], key[2])) >>> 0;
        for (let k = 0; k < 32; k++) flips[k]! += (changed >>> k) & 1;
      }
      for (const count of flips) expect(Math.abs(count / SAMPLES - 0.5)).toBeLessThan(0.045);
    }
  }
});

test('the same key gives the same draw in whatever order, a different one another', () => {
  const key = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.nat(1_000));
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.array(key, { minLength: 1, maxLength: 20 }), (seed, keys) => {
      const forwards = new KeyedRandom(seed, 'purpose');
      const backwards = new KeyedRandom(seed, 'purpose');
      const draws = keys.map(([a, b, c]) => forwards.uniform(a, b, c));
      const again = keys
        .toReversed()
        .map(([a, b, c]) => backwards.uniform(a, b, c))
        .reverse();
      expect(again).toEqual(draws);
      expect(draws.every((u) => u > 0 && u < 1)).toBe(true);
    }),
    { seed: 1 },
  );
});

test('moments of the exponential, the normal and the integer draws are right', () => {
  const n = 200_000;
  let exponential = 0;
  let normal = 0;
  let normalSquared = 0;
  let integer = 0;
  let outside = 0;
  for (let i = 0; i < n; i++) {
    exponential += random.exponential(3, i, 1);
    const z = random.normal(i, 2);
    normal += z;
    normalSquared += z * z;
    const k = random.integer(10, i, 3);
    if (!Number.isInteger(k) || k < 0 || k >= 10) outside++;
    integer += k;
  }
  expect(outside).toBe(0);
  // Five standard errors each.
  expect(Math.abs(exponential / n - 3)).toBeLessThan((5 * 3) / Math.sqrt(n));
  expect(Math.abs(normal / n)).toBeLessThan(5 / Math.sqrt(n));
  expect(Math.abs(normalSquared / n - 1)).toBeLessThan((5 * Math.SQRT2) / Math.sqrt(n));
  expect(Math.abs(integer / n - 4.5)).toBeLessThan((5 * 2.88) / Math.sqrt(n));
});

test('the fine draw reaches every part of a range that 32 bits cannot', () => {
  const seen = new Set<number>();
  for (let i = 0; i < 20_000; i++) seen.add(random.integer(2 ** 45, i) % 4);
  expect(seen.size).toBe(4);
});
