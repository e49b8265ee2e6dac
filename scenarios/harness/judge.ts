/**
 * From figures to verdicts. An objective counts only when it is met or missed by the stated margin; a missed objective
 * confirms nothing without the evidence for the stated reason; and an invariant that nobody checked is a failure.
 */
import type {
  ArmResult,
  ArmRun,
  EvidenceResult,
  InvariantResult,
  ObjectiveResult,
  Outcome,
  Verdict,
} from '../../reports/result.ts';
import type { RunFigures } from './figures.ts';
import {
  type Arm,
  type Case,
  type Evidence,
  type Objective,
  type Scenario,
  ScenarioError,
} from './scenario.ts';

/** Figures of a run whose links were made to fail. */
export const MESSAGES_LOST = 'messages lost';
export const MESSAGES_SLOWED = 'messages slowed down';

/** Share of the target by which an objective must be met or missed, unless the scenario says otherwise. */
export const DEFAULT_MARGIN = 0.05;

const compare = (measured: number, comparison: '<=' | '>=', target: number) =>
  comparison === '<=' ? measured <= target : measured >= target;

const asSentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What a function of the scenario's file gives; whatever is wrong with it is told by the place where it stands. */
function ask<T>(what: string, answer: (run: RunFigures) => T, run: RunFigures): T {
  try {
    return answer(run);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ScenarioError(`${what} fails: ${asSentence(why)}`);
  }
}

const kindOf = (value: unknown) =>
  value === undefined || value === null
    ? String(value)
    : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;

function measured(what: string, { measure }: Objective | Evidence, run: RunFigures): number {
  const value: unknown = ask(`measure of ${what}`, measure, run);
  // NaN would meet nothing and miss nothing: a slip would pass for a figure that is too close to call.
  if (Number.isNaN(value))
    throw new ScenarioError(
      `measure of ${what} gives NaN, and must give a number: 0 / 0 has none, and neither has what is undefined.`,
    );
  if (typeof value === 'number') return value;
  throw new ScenarioError(`measure of ${what} gives ${kindOf(value)}, and must give a number.`);
}

/** What an arm says of a run, as a sentence. */
export function sentenceOf(arm: Arm, run: RunFigures): string {
  const said: unknown = ask('says', arm.says, run);
  if (typeof said !== 'string') throw new ScenarioError(`says gives ${kindOf(said)}, and must give a text.`);
  return asSentence(said);
}

export function judgeObjectives(testCase: Case, run: RunFigures): ObjectiveResult[] {
  return testCase.objectives.map((objective) => {
    const { name, phase, comparison, target, unit } = objective;
    const value = measured(`objective '${name}'`, objective, run);
    const margin = target === 0 ? Math.abs(value) : Math.abs(value - target) / Math.abs(target);
    return {
      name,
      phase,
      measured: value,
      comparison,
      target,
      unit,
      met: compare(value, comparison, target),
      margin,
    };
  });
}

export function judgeEvidence(testCase: Case, arm: Arm, run: RunFigures): EvidenceResult[] {
  return testCase.evidence
    .filter((evidence) => evidence.in.includes(arm.name) || evidence.in.includes(arm.role))
    .map((evidence) => {
      const { name, sentence, comparison, target, unit } = evidence;
      const value = measured(`evidence '${name}'`, evidence, run);
      return {
        name,
        sentence,
        measured: value,
        comparison,
        target,
        unit,
        holds: compare(value, comparison, target),
      };
    });
}

const brokenOnPurpose = (invariant: InvariantResult) => invariant.expectedToBreak && invariant.violations > 0;

/** What one run was seen to do. */
export function outcomeOf(run: ArmRun, margin: number): Outcome {
  if (run.partial) return 'inconclusive';
  const missed = run.objectives.some((objective) => !objective.met && objective.margin >= margin);
  if (missed || run.invariants.some(brokenOnPurpose)) return 'misses';
  // A target of zero ('no error at all') has no margin to keep: met is met.
  const clear = run.objectives.every(({ met, margin: by, target }) => met && (by >= margin || target === 0));
  return clear ? 'meets' : 'inconclusive';
}

export const expectedOutcome = (arm: Arm): Outcome =>
  arm.role === 'broken' || arm.role === 'decoy' ? 'misses' : 'meets';

/** What is doubted of a run, and the figures that it rests on: told together where several seeds have the same doubt. */
interface Doubt {
  readonly what: string;
  readonly figures: readonly {
    readonly name: string;
    readonly measured: number;
    readonly unit: string;
    readonly limit: string;
  }[];
}

/** A pure number, unit '1', has none. */
const withUnit = (figure: string, unit: string) =>
  unit === '1' || unit === '' ? figure : `${figure} ${unit}`;

const plain = (what: string): Doubt => ({ what, figures: [] });

function figureOfObjective({
  name,
  measured,
  unit,
  comparison,
  target,
}: ObjectiveResult): Doubt['figures'][number] {
  const limit = ` (target ${comparison} ${withUnit(format(target), unit)})`;
  return { name: `${name} `, measured, unit, limit };
}

function doubtsOf(run: ArmRun, expected: Outcome, margin: number): Doubt[] {
  const seen = outcomeOf(run, margin);
  const found: Doubt[] = [];
  // Told last: what is missed weighs more.
  const near: Doubt[] = [];
  if (run.partial) found.push(plain('the run was interrupted'));
  else if (seen !== expected) {
    const wrong = run.objectives.filter((o) => o.met !== (expected === 'meets'));
    // Met is met where a target of zero leaves no margin to keep.
    const close = run.objectives.filter((o) => !wrong.includes(o) && o.margin < margin && o.target !== 0);
    const apart = expected === 'meets' && seen === 'misses' && close.length > 0;
    const within = `the margin of ${format(100 * margin)} %`;
    found.push({
      what: `expected that it ${expected} its objectives, it ${seenWords[seen]}${seen === 'inconclusive' ? `, within ${within}` : ''}`,
      figures: (apart ? wrong : [...wrong, ...close]).map(figureOfObjective),
    });
    if (apart) near.push({ what: `met by less than ${within}`, figures: close.map(figureOfObjective) });
  }
  for (const { holds, name, measured, unit, comparison, target } of run.evidence) {
    if (holds) continue;
    const limit = `, not ${comparison} ${withUnit(format(target), unit)}`;
    found.push({ what: `no evidence of ${name}`, figures: [{ name: '', measured, unit, limit }] });
  }
  if (touchedNoMessage(run)) found.push(plain('a fault of links lasted its time and touched no message'));
  const bugs = run.phases
    .flatMap(({ operations }) => operations)
    .flatMap(({ errors }) => errors)
    .filter(({ kind }) => kind === 'internal')
    .reduce((sum, { count }) => sum + count, 0);
  if (bugs > 0)
    found.push(
      plain(`${bugs} ${bugs === 1 ? 'request' : 'requests'} failed by an error of the program itself`),
    );
  return [...found, ...run.invariants.flatMap(doubtsOfInvariant), ...near];
}

/** Nobody sent anything over the links that were to fail: nothing was rehearsed (`scheduleFaults`). */
function touchedNoMessage({ figures, partial }: ArmRun): boolean {
  const counts = figures.filter(({ name }) => name === MESSAGES_LOST || name === MESSAGES_SLOWED);
  return !partial && counts.length > 0 && counts.every(({ value }) => value === 0);
}

function doubtsOfInvariant({
  name,
  checked,
  violations,
  expectedToBreak,
  examples,
}: InvariantResult): Doubt[] {
  if (checked === 0) return [plain(`'${name}' was never checked`)];
  if (expectedToBreak && violations === 0)
    return [plain(`'${name}' should have been violated and was not (${checked} checked)`)];
  if (!expectedToBreak && violations > 0)
    return [
      plain(
        `'${name}' was violated ${violations === 1 ? 'once' : `${violations} times`}: ${examples[0] ?? ''}`,
      ),
    ];
  return [];
}

/** The same doubt of several runs as one text: figures as their range. */
function doubtText(same: readonly Doubt[]): string {
  const named = new Map<string, Doubt['figures'][number][]>();
  for (const figure of same.flatMap(({ figures }) => figures)) {
    const key = `${figure.name}${figure.limit}`;
    named.set(key, [...(named.get(key) ?? []), figure]);
  }
  const shown = [...named.values()].map((figures) => {
    const [{ name, unit, limit }] = figures as [Doubt['figures'][number]];
    const values = figures.map(({ measured }) => measured);
    const [low, high] = [format(Math.min(...values)), format(Math.max(...values))];
    return `${name}${withUnit(low === high ? low : `${low}–${high}`, unit)}${limit}`;
  });
  return `${same[0]!.what}${shown.length > 0 ? `: ${shown.join(', ')}` : ''}`;
}

/** Why a run does not confirm its arm, in words; empty when it does. */
export const doubts = (run: ArmRun, expected: Outcome, margin: number): string[] =>
  doubtsOf(run, expected, margin).map((doubt) => doubtText([doubt]));

/** The doubts of all runs of an arm, each told once after the seeds that have it: 'seeds 1 to 3: …'. */
export function doubtsOverSeeds(runs: readonly ArmRun[], expected: Outcome, margin: number): string[] {
  const same = new Map<string, { seed: number; doubt: Doubt }[]>();
  for (const run of runs)
    for (const doubt of doubtsOf(run, expected, margin))
      same.set(doubt.what, [...(same.get(doubt.what) ?? []), { seed: run.seed, doubt }]);
  return [...same.values()].map(
    (found) => `${seedsText(found.map(({ seed }) => seed))}: ${doubtText(found.map(({ doubt }) => doubt))}`,
  );
}

function seedsText(seeds: readonly number[]): string {
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  const inARow = seeds.every((seed, index) => seed === seeds[0]! + index);
  if (inARow && seeds.length > 2) return `seeds ${seeds[0]} to ${seeds.at(-1)}`;
  return `seeds ${seeds.slice(0, -1).join(', ')} and ${seeds.at(-1)}`;
}

const seenWords: Record<Outcome, string> = {
  meets: 'met them',
  misses: 'missed them',
  inconclusive: 'came too close to call',
};

/**
 * The run whose sentence stands for its arm: tables show medians over the seeds, so it is the one whose figure is the
 * median, the lower of two. The figure is that of the objective which the arm misses most clearly, else of the first one.
 */
export function speakerOf<Run extends { readonly run: ArmRun }>(done: readonly Run[]): Run {
  const whole = done.filter(({ run }) => !run.partial);
  const candidates = whole.length > 0 ? whole : done;
  const objectives = candidates.flatMap(({ run }) => run.objectives);
  const key = objectives.reduce<ObjectiveResult | undefined>(
    (most, one) => (!one.met && (most === undefined || most.met || one.margin > most.margin) ? one : most),
    objectives[0],
  );
  const figureOf = ({ run }: Run) =>
    run.objectives.find(({ name, phase }) => name === key?.name && phase === key.phase)?.measured ?? 0;
  const sorted = candidates.toSorted((a, b) => figureOf(a) - figureOf(b) || a.run.seed - b.run.seed);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}

/** The arm's verdict over its seeds: confirmed only if every seed did what the arm says. */
export function verdictOf(
  scenario: Scenario,
  testCase: Case,
  arm: Arm,
  done: readonly { readonly run: ArmRun; readonly sentence: string }[],
): Verdict {
  const runs = done.map(({ run }) => run);
  const speaker = speakerOf(done);
  const { sentence } = speaker;
  const margin = scenario.margin ?? DEFAULT_MARGIN;
  const expected = expectedOutcome(arm);
  const outcomes = new Set(runs.map((run) => outcomeOf(run, margin)));
  const observed: Outcome = outcomes.size === 1 ? [...outcomes][0]! : 'inconclusive';
  const failures = doubtsOverSeeds(runs, expected, margin);
  const confirmed = failures.length === 0;
  return {
    scenario: scenario.name,
    case: testCase.name,
    arm: arm.name,
    role: arm.role,
    expected,
    observed,
    confirmed,
    sentence: confirmed ? sentence : `${sentence} Not confirmed: ${failures.slice(0, 3).join('; ')}.`,
    ...(confirmed ? {} : { reasons: failures }),
    ...(runs.length > 1 ? { sentenceSeed: speaker.run.seed } : {}),
  };
}

/** A case is a proof only with all its arms. */
export function confirmsAll(arms: readonly ArmResult[]): boolean {
  return arms.length > 0 && arms.every((arm) => arm.verdict.confirmed);
}

export function format(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
