import { expect, it } from 'vitest';
import { sampleResult } from './sample-result.ts';
import { drawnSeed, sentenceSeedText } from './seeds.ts';

const caseAt = (seeds: number[]) =>
  sampleResult({ seeds, scenarios: ['hot-partition'] }).scenarios[0]!.cases[0]!;

it('says where the seed of a sentence stands among the seeds, of an even number which', () => {
  const text = (seeds: number[]) => sentenceSeedText(caseAt(seeds).arms[0]!);
  expect([text([7]), text([1, 2]), text([1, 2, 3]), text([1, 2, 3, 4])]).toEqual([
    null,
    'seed 1, the lower of two',
    'seed 2, the middle of three',
    'seed 2, the lower middle of four',
  ]);
});

it('a case is drawn at the seed in the middle of its broken arm', () => {
  const testCase = caseAt([1, 2, 3]);
  testCase.arms.find(({ role }) => role === 'broken')!.verdict.sentenceSeed = 3;
  expect(drawnSeed(testCase)).toEqual({ seed: 3, text: 'seed 3, the middle of three', by: 'broken' });
  expect(drawnSeed(caseAt([7]))).toEqual({ seed: 7, text: 'seed 7', by: null });
});

it('an interrupted run is not counted, and the middle is of whole ones', () => {
  const testCase = caseAt([1, 2, 3]);
  const broken = testCase.arms.find(({ role }) => role === 'broken')!;
  broken.runs[2]!.partial = true;
  broken.verdict.sentenceSeed = 1;
  expect(drawnSeed(testCase).text).toBe('seed 1, the lower of two');
});
