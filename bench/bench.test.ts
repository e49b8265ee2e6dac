import { expect, test } from 'vitest';
import { runBareHops } from './bare-hops.ts';
import { hold, runQueue } from './callbacks.ts';
import { type BenchMeasure, kernelMeasures, runBench } from './index.ts';
import { median } from './measure.ts';
import { runHops } from './services.ts';

function fake(samples: number[], rest: Partial<BenchMeasure> = {}): BenchMeasure {
  return {
    name: 'fake',
    unit: 's',
    model: 'a list of numbers',
    better: 'higher',
    target: null,
    sample: () => samples.shift()!,
    ...rest,
  };
}

test('a figure is the median of the samples after the warm-up', async () => {
  const [figure] = await runBench({
    samples: 3,
    extra: [fake([999, 5, 1, 3])],
    filter: ({ name }) => name === 'fake',
  });
  expect(figure).toEqual({
    name: 'fake',
    value: 3,
    samples: [5, 1, 3],
    unit: 's',
    model: 'a list of numbers',
    target: null,
    met: null,
  });
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('a target is met from above or from below, as the measure says', async () => {
  const extra = [
    fake([0, 5], { target: 4 }),
    fake([0, 5], { target: 6 }),
    fake([0, 5], { target: 4, better: 'lower' }),
    fake([0, 5], { target: 5, better: 'lower' }),
  ];
  const figures = await runBench({ samples: 1, extra, filter: ({ name }) => name === 'fake' });
  expect(figures.map(({ met }) => met)).toEqual([true, false, false, true]);
});

test('the models do the work that the figures divide by', async () => {
  expect(runQueue(1_000)).toBe(2_000);
  for (const drain of ['public', 'tick', 'checkpoint'] as const)
    expect(await runHops(200, drain)).toBe(1_200);
  const bare = { requests: 200, hops: 6, servers: 4, serviceNs: 1e6, rho: 0.75 };
  expect(await runBareHops(bare)).toBe(1_200);
  expect(await hold(100, 5_000)).toBeGreaterThan(0);
});

test('the figures that the project promises are measured, each with its model', () => {
  const names = kernelMeasures.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'callbackEventsPerCpuSecond',
      'serviceAwaitsPerCpuSecond',
      'bytesPerInFlightRequest',
    ]),
  );
  for (const { model } of kernelMeasures) expect(model.length).toBeGreaterThan(20);
});
