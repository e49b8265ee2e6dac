import { expect, it } from 'vitest';
import { confirmedText } from './figures.ts';
import { renderMarkdown } from './markdown.ts';
import { sampleResult } from './sample-result.ts';

it('leads with the verdict and has a row an arm', () => {
  const text = renderMarkdown(sampleResult());
  expect(text.split('\n')[0]).toBe('## ✅ Rehearsal confirmed: 17 of 17 arms did what they say');
  expect(text.match(/^\| ✅ \| /gm)).toHaveLength(17);
  expect(text.length).toBeLessThan(12_000);
});

it('says what was made to fail and when', () => {
  const result = sampleResult();
  expect(renderMarkdown(result)).not.toContain('Made to fail');
  result.scenarios[0]!.faults = [
    { startS: 55, endS: 75, what: 'kafka-1 crashes, and is back after 20 s' },
    { startS: 60, endS: 63, what: 'redis stands still for 3 s' },
  ];
  expect(renderMarkdown(result)).toContain(
    'Made to fail in arms that have the fault: at 55 s (trigger) kafka-1 crashes, and is back after 20 s; at 60 s (trigger) redis stands still for 3 s.',
  );
});

it('every row of a table has as many cells as its head', () => {
  const rows = renderMarkdown(sampleResult())
    .split('\n')
    .filter((line) => line.startsWith('|'));
  expect(new Set(rows.map((row) => row.split('|').length))).toEqual(new Set([10]));
});

it('says which seed a sentence speaks of, where there are several', () => {
  const scenarios = ['hot-partition'];
  const text = renderMarkdown(sampleResult({ scenarios }));
  expect(text).toContain('Seed 2, the middle of three: 27 % of its reads failed');
  expect(text).toContain('sentences are those of the seed in the middle');
  expect(renderMarkdown(sampleResult({ scenarios, seeds: [1, 5, 9] }))).toContain(
    'Seed 5, the middle of three: 27 %',
  );
  const one = renderMarkdown(sampleResult({ scenarios, seeds: [4] }));
  expect(one).toContain('<br>27 % of its reads failed');
  expect(one).not.toContain('in the middle');
});

it('what a result says stays text', () => {
  const result = sampleResult({ seeds: [1], scenarios: ['hot-partition'] });
  result.scenarios[0]!.title = '<img src=x> | [link](http://x) @someone #1';
  result.command = 'rehearse run ```x```';
  const text = renderMarkdown(result);
  expect(text).not.toMatch(/<img|\[link\]|@someone| #1/);
  expect(text).toContain('````sh\nrehearse run ```x```\n````');
});

it('one arm did what it says, several did what they say', () => {
  const verdicts = sampleResult({ seeds: [1] }).verdicts;
  expect(confirmedText({ verdicts: verdicts.slice(0, 1) })).toBe('1 of 1 arm did what it says');
  expect(confirmedText({ verdicts: verdicts.slice(0, 2) })).toBe('2 of 2 arms did what they say');
});

it('the note under a table names the figures that are columns, and no other', () => {
  const noteOf = (result: ReturnType<typeof sampleResult>) =>
    /<sub>(.*) of playlist/.exec(renderMarkdown(result))![1];
  const result = sampleResult({ scenarios: ['hot-partition'] });
  expect(noteOf(result)).toBe('p50, p99 and errors');
  for (const { runs } of result.scenarios[0]!.cases[0]!.arms)
    for (const { objectives } of runs)
      for (const objective of objectives) objective.name = objective.name.replace(' (usual) errors', ' p99');
  expect(noteOf(result)).toBe('p50 and errors');
});
