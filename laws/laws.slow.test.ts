import { beforeAll, expect, test } from 'vitest';
import { type LawResult, laws, runLaws } from './index.ts';

/** Fewer than `rehearse validate` takes; the tolerances are wide enough for the wider intervals. */
const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);
/** About 20 s of CPU. */
const TIMEOUT_MS = 600_000;

let results: Map<string, LawResult>;

beforeAll(async () => {
  results = new Map((await runLaws({ seeds: SEEDS })).map((result) => [result.name, result]));
}, TIMEOUT_MS);

test.each(laws.map(({ name }) => name))('the kernel obeys: %s', (name) => {
  expect(results.get(name)).toMatchObject({ verdict: 'pass', reason: null });
});

test('laws have names of their own, a source and a tolerance', () => {
  expect(new Set(laws.map(({ name }) => name)).size).toBe(laws.length);
  for (const law of laws) {
    expect(law.source).not.toBe('');
    expect(law.tolerance).toBeGreaterThan(0);
    expect(law.bias ?? 0).toBeLessThan(law.tolerance);
    expect(law.wrong).not.toBe(1);
  }
});
