import { expect, test } from 'vitest';
import { produceNs, replicateNs, serviceSpread } from './cost.ts';

test('the processors allow what LinkedIn measured with its network as the limit', () => {
  // Kreps 2014: 2,024,032 records/s of 100 bytes, three replicas, three brokers of six cores.
  const recordsPerSecond = 2_024_032;
  const recordsPerBatch = 16_384 / 100;
  const batchesPerSecond = recordsPerSecond / recordsPerBatch;
  const leaderNs = produceNs(1, recordsPerBatch, 16_384);
  const followersNs = 2 * replicateNs(1, 16_384);
  const busyCores = (batchesPerSecond * (leaderNs + followersNs)) / 1e9;
  expect(busyCores).toBeLessThan(3 * 6);
  // One fetcher thread a broker has to keep up too.
  expect((batchesPerSecond * followersNs) / 1e9 / 3).toBeLessThan(1);
});

test('service times spread around their mean', () => {
  expect(serviceSpread().mean).toBeCloseTo(1, 6);
});
