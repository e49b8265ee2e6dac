/** The figures that every renderer shows first: an arm's headline operation and the objective that decides its case. */
import {
  counted,
  formatCount,
  formatDuration,
  formatLarge,
  formatNumber,
  formatQuantity,
  percentileName,
  type Spread,
  spreadOf,
  withUnit,
} from './numbers.ts';
import { mergeHistograms, quantileMs } from './percentiles.ts';
import type {
  ArmResult,
  ArmRun,
  CaseResult,
  HistogramData,
  NotRun,
  ObjectiveResult,
  OperationResult,
  Outcome,
  RunResult,
  ScenarioResult,
  Verdict,
} from './result.ts';
import { seedText, sentenceSeedText } from './seeds.ts';

export interface ArmFigures {
  readonly p50: Spread | null;
  /** Of the slow requests: the headline's percentile. */
  readonly slow: Spread | null;
  readonly errorPercent: Spread | null;
  readonly goodput: Spread | null;
  /** The case's deciding objective, as this arm measured it. */
  readonly objective: { readonly result: ObjectiveResult; readonly measured: Spread } | null;
}

/** The phase whose figures tell the story: the trigger, or whatever the objectives look at. */
export function focusPhase(scenario: ScenarioResult): string {
  const measured = scenario.phases.filter((phase) => phase.measured);
  if (measured.some(({ name }) => name === 'trigger')) return 'trigger';
  const judged = scenario.cases[0]?.arms[0]?.runs[0]?.objectives[0]?.phase;
  return judged ?? measured.at(-1)?.name ?? scenario.phases.at(-1)?.name ?? '';
}

/** What was made to fail, when and in which phase, as a sentence: what it begins with, and the rest; null: nothing was. */
export function faultSentence({ faults = [], phases, cases }: ScenarioResult): [string, string] | null {
  if (faults.length === 0) return null;
  const live = cases.some(({ arms }) => arms.some(({ role }) => role === 'live'));
  const begin = live ? 'Made to fail while it ran' : 'Made to fail in arms that have the fault';
  const phaseAt = (second: number) => phases.find(({ startS, endS }) => second >= startS && second < endS);
  const moments = faults.map(
    ({ startS, what }) => `at ${formatNumber(startS)} s (${phaseAt(startS)?.name ?? ''}) ${what}`,
  );
  return [begin, `${moments.join('; ')}.`];
}

export function operationIn(run: ArmRun, operation: string, phase: string): OperationResult | undefined {
  return run.phases
    .find(({ name }) => name === phase)
    ?.operations.find((result) => result.operation === operation);
}

/** Failed among the finished, in per cent; null when nothing finished. */
export function errorPercentOf({ conservation }: OperationResult): number | null {
  const finished = conservation.completed + conservation.failed;
  return finished === 0 ? null : (100 * conservation.failed) / finished;
}

/** What demand and servers were multiplied by, and what the user set beside it; null at the scenario's own size. */
export function scaleText({ factor, asSet = [] }: RunResult['scale']): string | null {
  if (factor === 1) return null;
  const scaled = `demand and servers × ${formatNumber(factor)} of what titles and notes say`;
  return asSet.length === 0 ? scaled : `${scaled}, but ${asSet.join(', ')} as set`;
}

/** Which percentile stands for the slow requests of the headline, beside the median. */
export const slowPercentile = ({ headline }: CaseResult): number => headline.percentile ?? 99;

/** Whether the objective that decides the case is that percentile: shown beside it, it would stand there twice. */
export function slowIsJudged(testCase: CaseResult): boolean {
  const { operation } = testCase.headline;
  return decidingObjective(testCase)?.name === `${operation} ${percentileName(slowPercentile(testCase))}`;
}

export function armFigures(scenario: ScenarioResult, testCase: CaseResult, arm: ArmResult): ArmFigures {
  const phase = focusPhase(scenario);
  const operations = arm.runs
    .map((run) => operationIn(run, testCase.headline.operation, phase))
    .filter((operation) => operation !== undefined);
  const timed = operations.filter(({ latency }) => latency.count > 0);
  const key = decidingObjective(testCase);
  const judged = key === null ? [] : arm.runs.flatMap(({ objectives }) => objectives.filter(sameAs(key)));
  const measured = spreadOf(judged.map((objective) => objective.measured));
  return {
    p50: spreadOf(timed.map(({ latency }) => quantileMs(latency, 0.5))),
    slow: spreadOf(timed.map(({ latency }) => quantileMs(latency, slowPercentile(testCase) / 100))),
    errorPercent: spreadOf(operations.map(errorPercentOf).filter((share) => share !== null)),
    goodput: spreadOf(
      operations.map(({ goodputPerSecond }) => goodputPerSecond).filter((rate) => rate !== null),
    ),
    objective: measured === null ? null : { result: judged[0]!, measured },
  };
}

/** An operation's latencies over all seeds; undefined where the arm had no such requests in the phase. */
export function mergedLatency(arm: ArmResult, operation: string, phase: string): HistogramData | undefined {
  const histograms = arm.runs
    .map((run) => operationIn(run, operation, phase)?.latency)
    .filter((latency) => latency !== undefined && latency.count > 0);
  return histograms.length === 0 ? undefined : mergeHistograms(histograms as HistogramData[]);
}

const sameAs = (key: ObjectiveResult) => (objective: ObjectiveResult) =>
  objective.name === key.name && objective.phase === key.phase;

/** The objective that the broken arm misses most clearly: the one column that separates the arms. */
export function decidingObjective(testCase: CaseResult): ObjectiveResult | null {
  const broken = testCase.arms.filter(({ role }) => role === 'broken');
  for (const arms of [broken, testCase.arms]) {
    const missed = arms.flatMap(({ runs }) => runs.flatMap((run) => run.objectives.filter((o) => !o.met)));
    const worst = missed.reduce<ObjectiveResult | null>(
      (most, objective) => (most === null || objective.margin > most.margin ? objective : most),
      null,
    );
    if (worst !== null) return worst;
  }
  return testCase.arms[0]?.runs[0]?.objectives[0] ?? null;
}

const SIGNS = { '<=': '≤', '>=': '≥' } as const;

/** 'at most' as a sign and the target: '≤ 100 ms'. */
export function targetText({
  comparison,
  target,
  unit,
}: Pick<ObjectiveResult, 'comparison' | 'target' | 'unit'>) {
  return `${SIGNS[comparison]} ${formatQuantity(target, unit)}`;
}

export function settingText(value: number | string | boolean, unit = ''): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  if (unit === 'bytes') return formatQuantity(value, unit);
  // A price of 0.0004 $ is a setting too: small values keep their digits.
  const number =
    Math.abs(value) < 1
      ? value.toLocaleString('en-US', { maximumSignificantDigits: 6 })
      : Number.isInteger(value)
        ? value.toLocaleString('en-US')
        : formatNumber(value);
  return withUnit(number, unit);
}

/** ✓ did what it says, ✗ did not, ? too close to call or not looked at to the end. */
export type Mark = '✓' | '✗' | '?';

export function markOf({ confirmed, observed }: Pick<Verdict, 'confirmed' | 'observed'>): Mark {
  if (confirmed) return '✓';
  return observed === 'inconclusive' ? '?' : '✗';
}

export const MARK_WORDS: Readonly<Record<Mark, string>> = {
  '✓': 'confirmed',
  '✗': 'refuted',
  '?': 'inconclusive',
};

const SEEN: Readonly<Record<Outcome, string>> = {
  meets: 'meets',
  misses: 'misses',
  inconclusive: 'too close to call',
};

/** Stopped before the end of one of its runs at least: nothing can be said of it, not even that it was close. */
export const isInterrupted = ({ verdict, runs }: ArmResult): boolean =>
  verdict.observed === 'inconclusive' && runs.some(({ partial }) => partial);

/** 'confirmed', 'refuted', 'inconclusive' or 'interrupted'. */
export const markWord = (arm: ArmResult): string =>
  isInterrupted(arm) ? 'interrupted' : MARK_WORDS[markOf(arm.verdict)];

/** The one wording of a verdict, of its objectives: 'misses, as expected', 'violates read-your-writes, as expected', 'meets, should miss'. */
export function outcomeText(arm: ArmResult): string {
  if (isInterrupted(arm)) return 'interrupted';
  const { expected, observed, confirmed, overridden } = arm.verdict;
  if (overridden !== undefined) return 'not judged: overridden';
  const seen = seenText(arm);
  if (expected === observed) return confirmed ? `${seen}, as expected` : `${seen}, but not as stated`;
  return `${seen}, should ${expected === 'misses' ? 'miss' : 'meet'}`;
}

/** What the arm was seen to do. One that keeps every objective and breaks a promise is named by the promise. */
function seenText(arm: ArmResult): string {
  if (isInterrupted(arm)) return 'interrupted';
  if (arm.verdict.overridden !== undefined) return 'not judged';
  // Under load it is the generator that was unfit to judge, as often as the figures are close.
  if (arm.role === 'live' && arm.verdict.observed === 'inconclusive') return 'inconclusive';
  const broken = brokenPromises(arm);
  const missed = arm.runs.some(({ objectives }) => objectives.some(({ met }) => !met));
  if (arm.verdict.observed === 'misses' && !missed && broken.length > 0)
    return `violates ${broken.join(', ')}`;
  return SEEN[arm.verdict.observed];
}

/** The verdict's sentence, after the seed that it speaks of: 'Seed 2, the middle of three: 27 % failed.' */
export function sentenceText(arm: ArmResult): string {
  const seed = sentenceSeedText(arm);
  return seed === null ? arm.verdict.sentence : `${capital(seed)}: ${arm.verdict.sentence}`;
}

/**
 * Why an arm is not confirmed, without what it says of itself. Results of older versions have the reasons in their sentence
 * alone: they are known by its wording, and where that fails it is the whole sentence.
 */
export function reasonsText(arm: ArmResult): string {
  const { reasons = [] } = arm.verdict;
  if (reasons.length > 0) return asSentence(reasons.join('; '));
  const said = sentenceText(arm);
  return /(?:^| )(?:Not confirmed|Inconclusive): (.*)$/s.exec(said)?.[1] ?? said;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Names of the invariants that were violated at any seed. */
export function brokenPromises(arm: ArmResult): string[] {
  const names = arm.runs.flatMap(({ invariants }) =>
    invariants.filter(({ violations }) => violations > 0).map(({ name }) => name),
  );
  return [...new Set(names)];
}

type Part = Pick<RunResult, 'verdicts' | 'interrupted' | 'leftOut'>;

/** Arms without a run at any seed when all was stopped: they have no verdict, and stand nowhere else. */
export function armsNotRun({ verdicts, interrupted }: Part): readonly NotRun[] {
  const isJudged = (arm: NotRun) =>
    verdicts.some((v) => v.scenario === arm.scenario && v.case === arm.case && v.arm === arm.arm);
  return (interrupted?.notRun ?? []).filter((arm) => !isJudged(arm));
}

/** Why a result is partial, in a sentence; null where it is whole. */
export function partText(result: Part & Pick<RunResult, 'partial'>): string | null {
  const { partial, interrupted } = result;
  if (!partial) return null;
  if (interrupted === undefined) return `Only a part was run${withoutText(result)}: a part confirms nothing.`;
  const whole = armsNotRun(result);
  const names = interrupted.notRun.map((arm) => {
    const name = nameOf(arm.scenario, arm.case, arm.arm);
    return whole.includes(arm) ? name : `${name} at ${seedText(arm.seeds)}`;
  });
  const notRun = names.length === 0 ? '' : `; without a result: ${names.join(', ')}`;
  if (interrupted.error !== undefined)
    return `Ended by an error${notRun}. A part confirms nothing. ${asSentence(interrupted.error)}`;
  if (names.length === 0) return 'Interrupted: a part confirms nothing.';
  return `Interrupted; not run: ${names.join(', ')}. A part confirms nothing.`;
}

/** Above this many, what `--arm` left out is only counted: it was chosen so. */
const LEFT_OUT_SHOWN = 6;

function withoutText({ leftOut = [] }: Part): string {
  if (leftOut.length === 0) return '';
  const names = leftOut.slice(0, LEFT_OUT_SHOWN).map((arm) => nameOf(arm.scenario, arm.case, arm.arm));
  const more = leftOut.length - names.length;
  return `, without ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const asSentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** 'hot-partition / broken'; with the case between where it has a name of its own. */
export function nameOf(scenario: string, caseName: string, arm: string): string {
  return scenario === caseName ? `${scenario} / ${arm}` : `${scenario} / ${caseName} / ${arm}`;
}

/** '4 of 5 arms did what they say', '1 of 1 arm did what it says'; of all that were to be run. */
export function confirmedText(result: Part): string {
  const { verdicts } = result;
  const confirmed = verdicts.filter((verdict) => verdict.confirmed).length;
  const all = verdicts.length + armsNotRun(result).length;
  const one = all === 1;
  return `${confirmed} of ${counted(all, 'arm')} did what ${one ? 'it says' : 'they say'}`;
}

/** A scenario that was run in part or with an arm too close to call is inconclusive, not refuted. */
export function scenarioMark(scenario: ScenarioResult, partial: boolean): Mark {
  if (scenario.confirmed) return '✓';
  const marks = scenario.cases.flatMap(({ arms }) => arms.map(({ verdict }) => markOf(verdict)));
  if (marks.includes('✗')) return '✗';
  return partial || marks.includes('?') ? '?' : '✗';
}

/** How many of the addressable listeners a run saw: '39,812 of them played'; the middle over all runs. Null: no run. */
export function activeText({ mode, scenarios }: Pick<RunResult, 'mode' | 'scenarios'>): string | null {
  const active = spreadOf(
    scenarios.flatMap(({ cases }) =>
      cases.flatMap(({ arms }) => arms.flatMap(({ runs }) => runs.map((run) => run.activeListeners))),
    ),
  );
  if (active === null) return null;
  return `${formatCount(active.median)} of them ${mode === 'simulated' ? 'played' : 'logged in'}`;
}

/** How much was run, in phrases. Against a live system there are neither model events nor virtual time. */
export function workDone({ mode, totals, environment }: RunResult): string[] {
  const { plays, requests, events, virtualSeconds } = totals;
  const wall = formatDuration(environment.wallSeconds);
  // Load that plays nothing has none to speak of.
  const phrases = plays === 0 ? [] : [`${formatLarge(plays)} plays`];
  if (mode === 'simulated')
    phrases.push(
      `${formatLarge(events)} events`,
      `${formatDuration(virtualSeconds)} of virtual time in ${wall}`,
    );
  else
    phrases.unshift(
      `${formatLarge(requests)} requests`,
      `${formatDuration(virtualSeconds)} of load in ${wall}`,
    );
  return phrases;
}
