/** A check that cannot fail is a defect: here every law is measured on a model that is wrong, and has to notice. */
import { beforeAll, expect, test } from 'vitest';
import { type LawResult, laws, runLaws } from './index.ts';

let results: Map<string, LawResult>;

beforeAll(async () => {
  const wrong = await runLaws({ seeds: [1, 2], strainOf: (law) => law.wrong });
  results = new Map(wrong.map((result) => [result.name, result]));
}, 600_000);

test.each(laws.map(({ name }) => name))('a wrong model fails: %s', (name) => {
  const { measured, expected, tolerance, verdict } = results.get(name)!;
  expect(verdict).toBe('fail');
  // Not by its noise (two seeds make a wide interval) but by its mean.
  expect(Math.abs(measured - expected)).toBeGreaterThan(tolerance);
});

test('results come in the order of the laws, of those asked for, with progress by experiment', async () => {
  const seen: string[] = [];
  const chosen = await runLaws({
    seeds: [1, 2],
    filter: (law) => law.name.startsWith('3 '),
    onProgress: ({ done, total, running }) => seen.push(`${done}/${total} ${running}`),
  });
  expect(chosen.map(({ name }) => name)).toEqual(
    laws.map(({ name }) => name).filter((name) => name.startsWith('3 ')),
  );
  expect(seen[0]).toBe('0/4 3 attempts, all fail');
  expect(seen.at(-1)).toBe('4/4 ');
});

test('the same seeds give the same results', async () => {
  const options = { seeds: [7, 8], filter: (law: { name: string }) => law.name.includes('K = 1.5') };
  expect(await runLaws(options)).toEqual(await runLaws(options));
});
