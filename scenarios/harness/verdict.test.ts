/** From what a scenario states and a run shows to figures, sentences and the verdict of an arm. */
import { describe, expect, it } from 'vitest';
import type { ArmResult } from '../../reports/result.ts';
import { figuresOf } from './figures.ts';
import { confirmsAll, format, judgeEvidence, judgeObjectives, sentenceOf, verdictOf } from './judge.ts';
import { type Arm, type Case, type Objective, type Scenario, ScenarioError } from './scenario.ts';
import { invariant, objective, run } from './test-runs.ts';

const arm = (changes: Partial<Arm> = {}): Arm => ({
  name: 'as it was',
  role: 'broken',
  title: '',
  says: () => 'It was slow',
  ...changes,
});

const asks = (value: unknown, comparison: '<=' | '>=' = '<=', target = 100): Objective => ({
  name: 'p99',
  phase: 'trigger',
  measure: () => value as number,
  comparison,
  target,
  unit: 'ms',
});

const testCase = (changes: Partial<Case> = {}): Case => ({
  name: 'case',
  title: '',
  set: {},
  headline: { operation: 'get', series: [] },
  objectives: [],
  evidence: [],
  arms: [],
  ...changes,
});

const figures = figuresOf(run(), []);

describe('a figure against its target', () => {
  it.each([
    [95, '<=', 100, true, 0.05],
    [100, '<=', 100, true, 0],
    [105, '<=', 100, false, 0.05],
    [100, '>=', 100, true, 0],
    [150, '>=', 100, true, 0.5],
    [50, '>=', 100, false, 0.5],
    [-50, '>=', -100, true, 0.5],
    [0, '<=', 0, true, 0],
    [3, '<=', 0, false, 3],
    [3, '<=', 1, false, 2],
  ] as const)('%d is to be %s %d: met %s, by %d', (value, comparison, target, met, margin) => {
    const objectives = [asks(value, comparison, target)];
    const [result] = judgeObjectives(testCase({ objectives }), figures);
    expect(result).toMatchObject({ name: 'p99', phase: 'trigger', measured: value, met, margin });
  });

  it('is evidence in the arms of the roles and names it is listed for, and in no other', () => {
    const listed = { ...asks(3, '>=', 2), sentence: '' };
    const evidence = [
      { ...listed, name: 'of a role', in: ['broken'] },
      { ...listed, name: 'of an arm', in: ['as it was'], target: 4 },
      { ...listed, name: 'of another', in: ['fixed', 'as it is'] },
    ];
    const found = judgeEvidence(testCase({ evidence }), arm(), figures);
    expect(found.map(({ name, holds }) => [name, holds])).toEqual([
      ['of a role', true],
      ['of an arm', false],
    ]);
  });

  it.each([
    [Number.NaN, 'gives NaN'],
    ['12', 'gives a string'],
    [undefined, 'gives undefined'],
    [null, 'gives null'],
    [[12], 'gives an object'],
  ])('%j is no figure', (value, said) => {
    const judged = () => judgeObjectives(testCase({ objectives: [asks(value)] }), figures);
    expect(judged).toThrow(ScenarioError);
    expect(judged).toThrow(said);
  });

  it('is told as the mistake of its place where it cannot be had, and a sentence that is none likewise', () => {
    const fails = (thrown: unknown) => () => {
      throw thrown;
    };
    const objectives = [{ ...asks(0), measure: fails(new Error('There is no phase')) }];
    expect(() => judgeObjectives(testCase({ objectives }), figures)).toThrow(
      "measure of objective 'p99' fails: There is no phase.",
    );
    expect(() => sentenceOf(arm({ says: fails('Why?') }), figures)).toThrow(/^says fails: Why\?$/);
    expect(() => sentenceOf(arm({ says: () => 3 as never }), figures)).toThrow('says gives a number');
    expect(sentenceOf(arm(), figures)).toBe('It was slow.');
  });
});

describe('the verdict of an arm', () => {
  const scenario = (margin?: number) =>
    ({ name: 'test', ...(margin === undefined ? {} : { margin }) }) as Scenario;
  const done = (...measured: readonly number[]) =>
    measured.map((value, i) => ({
      run: run({ seed: i + 1, objectives: [objective(value)] }),
      sentence: `It took ${value} ms.`,
    }));
  const verdict = (role: Arm['role'], runs: ReturnType<typeof done>, margin?: number) =>
    verdictOf(scenario(margin), testCase(), arm({ role }), runs);

  it.each([
    ['healthy', 'meets', 50, 150],
    ['broken', 'misses', 150, 50],
    ['fixed', 'meets', 50, 150],
    ['decoy', 'misses', 150, 50],
  ] as const)(
    '%s: confirmed where it %s its objectives, and refuted otherwise',
    (role, expected, as, not) => {
      expect(verdict(role, done(as))).toMatchObject({ expected, observed: expected, confirmed: true });
      expect(verdict(role, done(not))).toMatchObject({ expected, confirmed: false });
      expect(verdict(role, done(not)).observed).not.toBe(expected);
    },
  );

  it('is confirmed only where every seed did what the arm says', () => {
    expect(verdict('fixed', done(50, 60, 40))).toMatchObject({
      observed: 'meets',
      confirmed: true,
      sentence: 'It took 50 ms.',
      sentenceSeed: 1,
    });
    const apart = verdict('fixed', done(50, 60, 150));
    expect(apart).toMatchObject({ observed: 'inconclusive', confirmed: false });
    expect(apart.sentence).toMatch(/^It took 60 ms\. Not confirmed: seed 3: .+ p99 150 ms .+\.$/);
    expect(verdict('fixed', done(60, 50)).sentenceSeed).toBe(2);
    expect('sentenceSeed' in verdict('fixed', done(50))).toBe(false);
  });

  it('asks for the margin of the scenario, and for a twentieth of the target where it states none', () => {
    expect(verdict('fixed', done(94)).confirmed).toBe(true);
    expect(verdict('fixed', done(96)).confirmed).toBe(false);
    expect(verdict('fixed', done(94), 0.1).confirmed).toBe(false);
    expect(verdict('fixed', done(96), 0.01).confirmed).toBe(true);
  });

  it('tells three doubts, and is not more sure where there are more', () => {
    const invariants = ['a', 'b', 'c', 'd'].map((name) => invariant({ name, checked: 0 }));
    const { sentence, confirmed } = verdict('fixed', [
      { run: run({ invariants }), sentence: 'It was fast.' },
    ]);
    expect(confirmed).toBe(false);
    expect(sentence).toBe(
      "It was fast. Not confirmed: seed 1: 'a' was never checked; seed 1: 'b' was never checked; seed 1: 'c' was never checked.",
    );
  });

  it('makes a case of the verdicts of all its arms, and of none no proof', () => {
    const arms = (...confirmed: readonly boolean[]) =>
      confirmed.map((one) => ({ verdict: { confirmed: one } }) as ArmResult);
    expect([arms(true, true), arms(true), arms(true, false), arms()].map(confirmsAll)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

it('a figure of a sentence has about three digits, and a whole number all of its own', () => {
  expect(
    [1_234_567, 123.45, 100.4, 99.96, 12.345, 10.04, 9.996, 1.2345, 0.99964, 0.012345].map(format),
  ).toEqual(['1,234,567', '123', '100', '100', '12.3', '10', '10', '1.23', '1', '0.012']);
});
