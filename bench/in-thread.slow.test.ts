import { expect, test } from 'vitest';
import { inThread } from './in-thread.ts';
import { playMeasures } from './plays.ts';

const eventsPerPlay = playMeasures.find(({ name }) => name === 'eventsPerPlay')!;

test('what is sampled in the thread of runs is the same run', async () => {
  const [measure] = inThread([eventsPerPlay]);
  expect(measure!.model).toBe(eventsPerPlay.model);
  expect(await measure!.sample()).toBe(await eventsPerPlay.sample());
});

test('a sample that fails says of what', async () => {
  const [measure] = inThread([{ ...eventsPerPlay, name: 'noSuchMeasure' }]);
  await expect(measure!.sample()).rejects.toThrow(/^noSuchMeasure: /);
});
