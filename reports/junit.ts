/** The result as JUnit XML for CI: a suite a scenario, a case an arm, and a case for each of the arm's invariants; a suite for the baseline. */
import { baselineVerdict, type Compared } from './baseline.ts';
import { armsNotRun, isInterrupted, markOf, outcomeText, sentenceText } from './figures.ts';
import { withUnit } from './numbers.ts';
import type { ArmResult, InvariantResult, NotRun, RunResult } from './result.ts';

interface TestCase {
  readonly name: string;
  readonly className: string;
  /** Why it was not looked at to the end; such a case neither passed nor failed. */
  readonly skipped?: string;
  /** What ended everything: no verdict, and no case that failed. */
  readonly error?: string;
  /** Null: passed, or skipped. */
  readonly failure: { readonly type: string; readonly message: string; readonly detail: string } | null;
}

export function renderJunit(result: RunResult, compared: Compared | null = null): string {
  const notRun = [
    ...armsNotRun(result).map((arm) => ({ ...arm, why: 'not run: it was stopped before' })),
    ...(result.leftOut ?? []).map((arm) => ({ ...arm, why: 'left out by --arm' })),
  ];
  const suites = result.scenarios.map(({ name, command, cases }) => {
    const seen = cases.flatMap((testCase) => {
      const className = classNameOf(name, testCase.name);
      return testCase.arms.flatMap((arm) => [armCase(arm, className), ...invariantCases(arm, className)]);
    });
    return { name, command, cases: [...seen, ...casesNotRun(notRun, name)] };
  });
  const without = notRun
    .map(({ scenario }) => scenario)
    .filter((name) => suites.every((s) => s.name !== name));
  for (const name of new Set(without))
    suites.push({ name, command: result.command, cases: casesNotRun(notRun, name) });
  const baseline = compared === null ? [] : [baselineCase(compared)];
  const ended = errorCases(result);
  const all = [...suites.flatMap(({ cases }) => cases), ...ended, ...baseline];
  const seconds = result.environment.wallSeconds.toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="rehearse" ${counts(all)} time="${seconds}">`,
    ...suites.flatMap(({ name, command, cases }) => suite(result, name, command, cases)),
    ...(ended.length === 0 ? [] : suite(result, RUN, result.command, ended)),
    ...(baseline.length === 0 ? [] : suite(result, BASELINE, result.command, baseline)),
    '</testsuites>',
    '',
  ].join('\n');
}

const classNameOf = (scenario: string, testCase: string) =>
  testCase === scenario ? scenario : `${scenario}.${testCase}`;

function casesNotRun(arms: readonly (NotRun & { readonly why: string })[], scenario: string): TestCase[] {
  return arms
    .filter((arm) => arm.scenario === scenario)
    .map(({ case: testCase, arm, role, why }) => ({
      name: `${arm} (${role})`,
      className: classNameOf(scenario, testCase),
      failure: null,
      skipped: why,
    }));
}

const RUN = 'run';

/** An error is nobody's verdict, and still the build has to fail by it. */
function errorCases({ interrupted }: RunResult): TestCase[] {
  const error = interrupted?.error;
  return error === undefined ? [] : [{ name: 'runs to its end', className: RUN, failure: null, error }];
}

function suite(result: RunResult, name: string, command: string, cases: readonly TestCase[]): string[] {
  const properties = {
    seeds: result.seeds.join(','),
    listeners: String(result.scale.listeners),
    digest: result.digest,
    partial: String(result.partial),
    command,
  };
  return [
    `  <testsuite name="${xml(name)}" ${counts(cases)} timestamp="${xml(result.environment.startedAt)}">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([property, value]) => `      <property name="${property}" value="${xml(value)}"/>`,
    ),
    '    </properties>',
    ...cases.flatMap(testCase),
    '  </testsuite>',
  ];
}

function counts(cases: readonly TestCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== null).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  const errors = cases.filter(({ error }) => error !== undefined).length;
  return `tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
}

function testCase({ name, className, failure, skipped, error }: TestCase): string[] {
  const attributes = `classname="${xml(className)}" name="${xml(name)}"`;
  if (skipped !== undefined)
    return [`    <testcase ${attributes}>`, `      <skipped message="${xml(skipped)}"/>`, '    </testcase>'];
  if (error !== undefined)
    return [`    <testcase ${attributes}>`, `      <error message="${xml(error)}"/>`, '    </testcase>'];
  if (failure === null) return [`    <testcase ${attributes}/>`];
  return [
    `    <testcase ${attributes}>`,
    `      <failure type="${xml(failure.type)}" message="${xml(failure.message)}">${xml(failure.detail)}</failure>`,
    '    </testcase>',
  ];
}

const BASELINE = 'baseline';

/** A run that cannot tell fails as one that is worse does: the command does too. */
function baselineCase(compared: Compared): TestCase {
  const { kind, sentence, text } = baselineVerdict(compared);
  const failure = kind === 'no regression' ? null : { type: kind, message: sentence, detail: text };
  return { name: 'compared with the baseline', className: BASELINE, failure };
}

const INTERRUPTED = 'interrupted';

function armCase(arm: ArmResult, className: string): TestCase {
  const { verdict } = arm;
  const name = `${arm.name} (${arm.role}) ${verdict.expected} its objectives`;
  if (verdict.confirmed) return { name, className, failure: null };
  if (isInterrupted(arm)) return { name, className, failure: null, skipped: INTERRUPTED };
  const word = markOf(verdict) === '?' ? 'inconclusive' : 'refuted';
  const detail = [sentenceText(arm), ...missedLines(arm)].join('\n');
  return { name, className, failure: { type: word, message: `${word}: ${outcomeText(arm)}`, detail } };
}

function missedLines(arm: ArmResult): string[] {
  return arm.runs.flatMap(({ seed, objectives, evidence }) => [
    ...objectives.map(
      (o) =>
        `seed ${seed}: ${o.name} in ${o.phase}: ${exact(o.measured, o)}, target ${o.comparison} ${exact(o.target, o)} (${o.met ? 'met' : 'missed'})`,
    ),
    ...evidence.map(
      (e) =>
        `seed ${seed}: evidence '${e.name}': ${exact(e.measured, e)}, needs ${e.comparison} ${exact(e.target, e)} (${e.holds ? 'holds' : 'missing'})`,
    ),
  ]);
}

/** Every digit, with its unit. */
const exact = (value: number, { unit }: { readonly unit: string }) => withUnit(`${value}`, unit);

function invariantCases(arm: ArmResult, className: string): TestCase[] {
  const names = [...new Set(arm.runs.flatMap(({ invariants }) => invariants.map(({ name }) => name)))];
  return names.map((name) => {
    const found = arm.runs.map((run) => ({
      seed: run.seed,
      partial: run.partial,
      invariant: run.invariants.find((i) => i.name === name),
    }));
    // An interrupted run is only asked for what it did violate: what it had no time to check proves nothing.
    const wrong = found
      .filter(({ partial, invariant }) => !partial || violatesUnexpectedly(invariant))
      .map(({ seed, invariant }) => ({ seed, invariant, problem: invariantProblem(invariant) }))
      .filter(({ problem }) => problem !== null);
    const failure =
      wrong.length === 0
        ? null
        : {
            type: 'invariant',
            message: `invariant: ${wrong[0]!.problem}`,
            detail: wrong
              .map(({ seed, invariant, problem }) =>
                [`seed ${seed}: ${problem}`, ...(invariant?.examples ?? [])].join('\n  '),
              )
              .join('\n'),
          };
    const unchecked = failure === null && found.some(({ partial }) => partial);
    return {
      name: `${arm.name}: ${name}`,
      className,
      failure,
      ...(unchecked ? { skipped: INTERRUPTED } : {}),
    };
  });
}

const violatesUnexpectedly = (invariant: InvariantResult | undefined): boolean =>
  invariant !== undefined && !invariant.expectedToBreak && invariant.violations > 0;

/** Why an invariant speaks against its arm; null when it does not. */
export function invariantProblem(invariant: InvariantResult | undefined): string | null {
  if (invariant === undefined || invariant.checked === 0) return 'it was never checked';
  const { checked, violations, expectedToBreak } = invariant;
  if (expectedToBreak && violations === 0)
    return `it should have been violated and was not (${checked} checked)`;
  if (!expectedToBreak && violations > 0) return `${violations} violations among ${checked} checked`;
  return null;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** XML 1.0 allows no other control characters, not even as entities. */
export function xml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to remove
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '�')
      .toWellFormed()
      .replaceAll(/[&<>"\n]/g, (letter) => ENTITIES[letter]!)
  );
}
