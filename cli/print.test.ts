import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { sampleResult } from '../reports/sample-result.ts';
import { FORMATS, printResult } from './print.ts';

const folder = mkdtempSync(join(tmpdir(), 'rehearse-print-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is printed is kept from the terminal of whoever runs the tests. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation(() => true),
  );
  try {
    return await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const scenarios = ['cache-stampede'];
const worse = () => {
  const result = sampleResult({ seeds: [1, 2, 3], scenarios });
  result.digest = 'another';
  for (const { objectives } of result.scenarios[0]!.cases[0]!.arms[0]!.runs)
    for (const objective of objectives) objective.measured = 2 * objective.measured + 2;
  return result;
};

it('the reports that are written know what a baseline made of the run', async () => {
  const baseline = sampleResult({ seeds: [1, 2, 3], scenarios });
  const out = join(folder, 'worse');
  expect(await quietly(() => printResult(worse(), baseline, { out, format: FORMATS }))).toBe(true);
  expect(readFileSync(join(out, 'summary.md'), 'utf8')).toMatch(/^## ❌ .*worse than the baseline/);
  expect(readFileSync(join(out, 'junit.xml'), 'utf8')).toContain('<failure type="regression"');
});

it('a baseline with nothing in common is refused after the reports are written, which say so', async () => {
  const baseline = sampleResult({ seeds: [9], scenarios });
  const out = join(folder, 'other');
  const refused = quietly(() => printResult(worse(), baseline, { out, format: FORMATS }));
  await expect(refused).rejects.toThrow('nothing to compare');
  expect(readFileSync(join(out, 'summary.md'), 'utf8')).toMatch(/^## ❌ .*not comparable with the baseline/);
});
