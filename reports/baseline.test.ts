import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { comparedWith } from './baseline.ts';
import type { RunResult } from './result.ts';
import { sampleResult } from './sample-result.ts';
import { writeReports } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'rehearse-baseline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OCTAVE = 128;

/** Confirmed, and every latency of the arm 'lock' twice that of the baseline. */
function twiceAsSlow(count: number): { baseline: RunResult; result: RunResult } {
  const seeds = Array.from({ length: count }, (_, index) => index + 1);
  const baseline = sampleResult({ seeds, scenarios: ['cache-stampede'] });
  const result = structuredClone(baseline);
  result.digest = 'another';
  const lock = result.scenarios[0]!.cases[0]!.arms.find(({ name }) => name === 'lock')!;
  for (const { phases } of lock.runs)
    for (const { latency } of phases.flatMap(({ operations }) => operations)) {
      latency.maxMs *= 2;
      latency.buckets = latency.buckets.map(([bucket, requests]) => [bucket + OCTAVE, requests]);
    }
  return { baseline, result };
}

async function reportsOf(result: RunResult, baseline: RunResult) {
  const directory = mkdtempSync(join(folder, 'run-'));
  await writeReports(result, { directory, compared: comparedWith(baseline, result) });
  const read = (file: string) => readFileSync(join(directory, file), 'utf8');
  return { markdown: read('summary.md'), junit: read('junit.xml'), html: read('report.html') };
}

describe('a run that fails because of its baseline says so in every report', () => {
  it('a regression: no tick at the top, a section with the verdict first, a failure in JUnit', async () => {
    const { baseline, result } = twiceAsSlow(3);
    expect(result.confirmed).toBe(true);
    const { markdown, junit, html } = await reportsOf(result, baseline);
    expect(markdown.split('\n')[0]).toBe(
      '## ❌ Rehearsal confirmed, but worse than the baseline: 5 of 5 arms did what they say',
    );
    expect(markdown).toContain(
      '### ❌ Compared with the baseline\n\nRegressed: cache-stampede / lock.\n\n- **cache-stampede / lock**: playlist.get hot p50 is worse by more than 10 % in each of 3 pairs',
    );
    expect(markdown).toContain('playlist.get hot p99');
    expect(junit).toMatch(
      /<testsuite name="baseline" tests="1" failures="1" .*>[\s\S]*<testcase classname="baseline" name="compared with the baseline">\s*<failure type="regression" message="Regressed: cache-stampede \/ lock\.">[^<]*playlist\.get hot p99 is worse by/,
    );
    expect(junit).toMatch(/<testsuites name="rehearse" tests="\d+" failures="1"/);
    expect(html).toMatch(/<title>✗ Rehearsal confirmed, but worse than the baseline: /);
    expect(html).toMatch(/<h1 class="refuted"><span aria-hidden="true">✗<\/span> Confirmed, but worse/);
    expect(html).toContain('Compared with the baseline: Regressed: cache-stampede / lock.');
  });

  it('too few seeds to tell: neither a tick nor a passed case', async () => {
    const { baseline, result } = twiceAsSlow(2);
    const { markdown, junit, html } = await reportsOf(result, baseline);
    expect(markdown.split('\n')[0]).toMatch(
      /^## ⚠️ Rehearsal confirmed, but too few seeds to tell whether it is worse than the baseline: 5 of 5/,
    );
    expect(markdown).toContain(
      '### ⚠️ Compared with the baseline\n\nCannot tell: cache-stampede / lock is worse',
    );
    expect(junit).toMatch(/<failure type="cannot tell" message="Cannot tell: cache-stampede/);
    expect(html).toMatch(
      /<h1 class="inconclusive"><span aria-hidden="true">\?<\/span> Confirmed, but too few/,
    );
  });

  it('another load: neither a regression nor a tick', async () => {
    const { baseline, result } = twiceAsSlow(3);
    const lock = result.scenarios[0]!.cases[0]!.arms.find(({ name }) => name === 'lock')!;
    for (const { phases } of lock.runs) phases.at(-1)!.operations[0]!.conservation.arrivals += 7;
    const { markdown, junit } = await reportsOf(result, baseline);
    expect(markdown.split('\n')[0]).toMatch(
      /^## ⚠️ Rehearsal confirmed, but not comparable with the baseline: 5 of 5/,
    );
    expect(markdown).toMatch(
      /Not comparable: cache-stampede \/ lock was sent another load, .*\n\n- \*\*cache-stampede \/ lock\*\*: was sent another load: /,
    );
    expect(junit).toMatch(/<failure type="not comparable" message="Not comparable: cache-stampede/);
  });

  it('results that have nothing in common: the command fails, and so do the reports', async () => {
    const { baseline } = twiceAsSlow(1);
    const result = sampleResult({ seeds: [9], scenarios: ['cache-stampede'] });
    const { markdown, junit } = await reportsOf(result, baseline);
    expect(markdown.split('\n')[0]).toMatch(
      /^## ❌ Rehearsal confirmed, but not comparable with the baseline: /,
    );
    expect(junit).toContain('there is nothing to compare');
    expect(junit).toContain('failures="1"');
  });

  it('an arm that is refuted stays refuted, whatever the baseline lets be said', async () => {
    const { baseline, result } = twiceAsSlow(2);
    Object.assign(result.scenarios[0]!.cases[0]!.arms[1]!.verdict, { confirmed: false, observed: 'meets' });
    result.scenarios[0]!.confirmed = result.confirmed = false;
    result.verdicts = result.scenarios[0]!.cases[0]!.arms.map(({ verdict }) => verdict);
    const { markdown } = await reportsOf(result, baseline);
    expect(markdown.split('\n')[0]).toMatch(/^## ❌ Rehearsal refuted, and worse than the baseline: 4 of 5/);
  });
});

it('no regression is a passed case, and a line of its own under the tick', async () => {
  const { baseline } = twiceAsSlow(3);
  const { markdown, junit, html } = await reportsOf(baseline, baseline);
  expect(markdown.split('\n')[0]).toBe('## ✅ Rehearsal confirmed: 5 of 5 arms did what they say');
  expect(markdown).toContain(
    '### ✅ Compared with the baseline\n\nThe two results are identical (same digest).',
  );
  expect(junit).toContain('<testcase classname="baseline" name="compared with the baseline"/>');
  expect(junit).toMatch(/<testsuites name="rehearse" tests="\d+" failures="0"/);
  expect(html).toContain('Compared with the baseline: The two results are identical (same digest).');
});

it('without a baseline no report has a word of one', async () => {
  const { result } = twiceAsSlow(1);
  const directory = mkdtempSync(join(folder, 'none-'));
  await writeReports(result, { directory });
  for (const file of ['summary.md', 'junit.xml', 'report.html'])
    expect(readFileSync(join(directory, file), 'utf8')).not.toMatch(/the baseline|"baseline"/);
});
