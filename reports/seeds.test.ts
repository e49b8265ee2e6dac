import { expect, it } from 'vitest';
import { sampleResult } from './sample-result.ts';
import { drawnSeed, namesSeeds, runAt, seedText, sentenceSeedText } from './seeds.ts';

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

it('several seeds are named by the first and the last where they are in a row, and each otherwise', () => {
  expect([[7], [7, 8], [1, 2, 3], [1, 2, 4], [3, 2, 1], [1, 5]].map(seedText)).toEqual([
    'seed 7',
    'seeds 7 to 8',
    'seeds 1 to 3',
    'seeds 1, 2 and 4',
    'seeds 3, 2 and 1',
    'seeds 1 and 5',
  ]);
});

it('a case of interrupted runs alone is drawn at one of them, one without a broken arm at its first, and none at none', () => {
  const testCase = caseAt([4, 5]);
  const [first] = testCase.arms;
  expect([namesSeeds(testCase), namesSeeds(caseAt([4]))]).toEqual([true, false]);
  const without = { ...testCase, arms: testCase.arms.filter(({ role }) => role !== 'broken') };
  expect(drawnSeed(without).by).toBe(first!.name);
  for (const run of first!.runs) run.partial = true;
  expect(drawnSeed({ ...without, arms: [first!] }).text).toBe('seed 4, the lower of two');
  const empty = testCase.arms.map((arm) => ({ ...arm, runs: [] }));
  expect(drawnSeed({ ...testCase, arms: empty })).toEqual({ seed: 0, text: 'no seed', by: null });
  expect([runAt(first!, 5)?.seed, runAt(first!, 6)]).toEqual([5, undefined]);
});
