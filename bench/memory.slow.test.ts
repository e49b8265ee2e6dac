import { expect, test } from 'vitest';
import { kernelMeasures } from './index.ts';

test('a request in flight takes memory, far less than the request that a real server holds', async () => {
  const measure = kernelMeasures.find(({ name }) => name === 'bytesPerInFlightRequest')!;
  const bytes = await measure.sample();
  expect(bytes).toBeGreaterThan(200);
  expect(bytes).toBeLessThan(3_000);
});
