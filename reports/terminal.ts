/**
 * The result as a table for a terminal: ten seconds should be enough to see which arm did what. Sentences appear only
 * where they explain something: under the broken arm, and under an arm that did not do what it says.
 */
import {
  type ArmFigures,
  activeText,
  armFigures,
  armsNotRun,
  capital,
  confirmedText,
  decidingObjective,
  faultSentence,
  focusPhase,
  MARK_WORDS,
  type Mark,
  markOf,
  outcomeText,
  partText,
  scaleText,
  scenarioMark,
  sentenceText,
  slowIsJudged,
  slowPercentile,
  targetText,
  workDone,
} from './figures.ts';
import { formatCount, formatSpread, percentileName, type Spread } from './numbers.ts';
import type { ArmResult, CaseResult, RunResult, ScenarioResult } from './result.ts';
import { seedText } from './seeds.ts';

export interface TableOptions {
  /** Letters a line; 100 when left out. */
  readonly width?: number;
  readonly color?: boolean;
}

const STANDARD_WIDTH = 100;
const NARROWEST = 40;

/** What a stream can show: its width, and colours unless NO_COLOR (no-color.org) or a pipe says otherwise. */
export function terminalOptions(
  stream: { readonly columns?: number; readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Required<TableOptions> {
  const refused = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  const forced = !['', '0', 'false'].includes(environment.FORCE_COLOR ?? '');
  return {
    width: stream.columns ?? STANDARD_WIDTH,
    color: !refused && (forced || stream.isTTY === true),
  };
}

export function renderTable(result: RunResult, options: TableOptions = {}): string {
  const width = Math.max(NARROWEST, options.width ?? STANDARD_WIDTH);
  const paint = painter(options.color ?? false);
  const blocks = result.scenarios.map((scenario) => scenarioBlock(scenario, result, width, paint));
  return `${[...blocks, summary(result, width, paint)].join('\n\n')}\n`;
}

function scenarioBlock(scenario: ScenarioResult, result: RunResult, width: number, paint: Paint): string {
  const mark = scenarioMark(scenario, result.partial);
  // Never cut: of load it is the end of the title that says what is served.
  const [first = '', ...more] = wrap(`${scenario.name} ${scenario.title}`, width - 3);
  const named = `${paint(scenario.name, 'bold')} ${first.slice(scenario.name.length)}`.trimEnd();
  const lines = [`${paint(mark, MARK_STYLES[mark])} ${named}`, ...more.map((line) => `  ${line}`)];
  const faults = faultSentence(scenario);
  // What a scenario always makes fail stands in its report; who loads a live system may not know of it.
  if (faults !== null && result.mode !== 'simulated')
    lines.push(...wrap(faults.join(': '), width - 2).map((line) => `  ${paint(line, 'dim')}`));
  for (const testCase of scenario.cases) {
    if (scenario.cases.length > 1)
      lines.push(...wrap(testCase.title, width - 2).map((line) => `  ${paint(line, 'bold')}`));
    lines.push(...caseLines(scenario, testCase, width, paint));
    lines.push(...linesNotRun(scenario, testCase, result, width, paint));
  }
  return lines.join('\n');
}

/** Arms that a stopped run had not come to, in line with the others. */
function linesNotRun(
  scenario: ScenarioResult,
  testCase: CaseResult,
  result: RunResult,
  width: number,
  paint: Paint,
): string[] {
  const missing = armsNotRun(result).filter(
    (one) => one.scenario === scenario.name && one.case === testCase.name,
  );
  const names = [...testCase.arms.map(({ name }) => name), ...missing.map(({ arm }) => arm)];
  const room = width - '  ?   '.length - ROLE_WIDTH - '  not run'.length;
  const wide = Math.min(room, Math.max(...names.map(({ length }) => length)));
  return missing.map(
    ({ arm, role }) =>
      `  ${paint('?', MARK_STYLES['?'])} ${paint(role.padEnd(ROLE_WIDTH), ROLE_STYLES[role])}  ${cut(arm, wide).padEnd(wide)}  not run`,
  );
}

function caseLines(scenario: ScenarioResult, testCase: CaseResult, width: number, paint: Paint): string[] {
  const key = decidingObjective(testCase);
  const { operation } = testCase.headline;
  const slow = percentileName(slowPercentile(testCase));
  const rows = testCase.arms.map((arm) => ({ arm, figures: armFigures(scenario, testCase, arm) }));
  const layout = layoutFor(rows, width, slow, slowIsJudged(testCase));
  const about: string[] = [];
  if (layout.figures.length > 0)
    about.push(`${layout.figures.join(', ')}: ${operation}, ${focusPhase(scenario)}`);
  if (key !== null) about.push(`objective: ${key.name} ${targetText(key)}`);
  const caption = about.length === 0 ? [] : wrap(about.join(' · '), width - 2);
  const lines = caption.map((line) => `  ${paint(line, 'dim')}`);
  for (const { arm } of rows)
    if (arm.role === 'live')
      lines.push(...wrap(arm.title, width - 2).map((line) => `  ${paint(line, 'dim')}`));
  lines.push(paint(layout.header.trimEnd(), 'dim'));
  for (const { arm, figures } of rows) {
    const mark = markOf(arm.verdict);
    const role = paint(arm.role.padEnd(ROLE_WIDTH), ROLE_STYLES[arm.role]);
    lines.push(
      `  ${paint(mark, MARK_STYLES[mark])} ${role}  ${layout.cells(arm, figures).join('  ')}`.trimEnd(),
    );
    if (arm.verdict.confirmed && arm.role !== 'broken') continue;
    const style = arm.verdict.confirmed ? 'dim' : MARK_STYLES[mark];
    for (const line of wrap(sentenceText(arm), width - 6)) lines.push(`      ${paint(line, style)}`);
  }
  return lines;
}

const ROLE_WIDTH = 'healthy'.length;

interface Row {
  readonly arm: ArmResult;
  readonly figures: ArmFigures;
}

interface Column {
  readonly title: string;
  readonly left?: boolean;
  readonly text: (row: Row) => string;
}

const middle = (spread: Spread | null) => (spread === null ? null : { ...spread, count: 1 });

const ARM: Column = { title: 'arm', left: true, text: ({ arm }) => arm.name };
const P50: Column = { title: 'p50', text: ({ figures }) => formatSpread(middle(figures.p50), 'ms') };
/** Its title is the headline's percentile. */
const SLOW: Column = { title: '', text: ({ figures }) => formatSpread(middle(figures.slow), 'ms') };
const ERRORS: Column = {
  title: 'errors',
  text: ({ figures }) => formatSpread(middle(figures.errorPercent), '%'),
};
const OBJECTIVE: Column = {
  title: 'objective',
  text: ({ figures: { objective } }) =>
    formatSpread(middle(objective?.measured ?? null), objective?.result.unit ?? ''),
};
const OBJECTIVE_RANGE: Column = {
  title: 'objective (seeds)',
  text: ({ figures: { objective } }) =>
    formatSpread(objective?.measured ?? null, objective?.result.unit ?? ''),
};
const VERDICT: Column = { title: 'verdict', left: true, text: ({ arm }) => outcomeText(arm) };
/** From everything to the least that still tells the story; the first that fits the width is taken. */
const LAYOUTS: readonly (readonly Column[])[] = [
  [ARM, P50, SLOW, ERRORS, OBJECTIVE_RANGE, VERDICT],
  [ARM, P50, SLOW, ERRORS, OBJECTIVE, VERDICT],
  [ARM, SLOW, ERRORS, OBJECTIVE, VERDICT],
  [ARM, SLOW, OBJECTIVE, VERDICT],
  [ARM, OBJECTIVE, VERDICT],
  [ARM, OBJECTIVE],
];

interface Layout {
  /** The columns that are of the headline's operation: there is not room for all of them everywhere. */
  readonly figures: readonly string[];
  readonly header: string;
  readonly cells: (arm: ArmResult, figures: ArmFigures) => string[];
}

function layoutFor(rows: readonly Row[], width: number, slow: string, judged: boolean): Layout {
  const available = width - 4 - ROLE_WIDTH;
  const measure = (columns: readonly Column[]) =>
    columns.map(({ title, text }) => Math.max(title.length, ...rows.map((row) => text(row).length)));
  const needs = (columns: readonly Column[]) => measure(columns).reduce((sum, w) => sum + w + 2, 0);
  const several = rows.some(({ arm }) => arm.runs.length > 1);
  // The percentile that is the objective stands there, with its target: not twice.
  const once = judged ? LAYOUTS.map((layout) => layout.filter((column) => column !== SLOW)) : LAYOUTS;
  const layouts = several ? once : once.filter((layout) => !layout.includes(OBJECTIVE_RANGE));
  const chosen = layouts.find((layout) => needs(layout) <= available) ?? layouts.at(-1)!;
  const columns = chosen.map((column) => (column === SLOW ? { ...SLOW, title: slow } : column));
  const widths = measure(columns);
  const excess = Math.max(0, needs(columns) - available);
  // Only names may be cut: a number that is cut is a wrong number.
  widths[0] = Math.max(Math.min(8, widths[0]!), widths[0]! - excess);
  const pad = (text: string, index: number) => {
    const shown = index === 0 ? cut(text, widths[0]!) : text;
    return columns[index]!.left ? shown.padEnd(widths[index]!) : shown.padStart(widths[index]!);
  };
  const ofHeadline = chosen.map((column) => [P50, SLOW, ERRORS].includes(column));
  return {
    figures: columns.filter((_, index) => ofHeadline[index]).map(({ title }) => title),
    header: `${' '.repeat(6 + ROLE_WIDTH)}${columns.map(({ title }, index) => pad(title, index)).join('  ')}`,
    cells: (arm, figures) => columns.map(({ text }, index) => pad(text({ arm, figures }), index)),
  };
}

function summary(result: RunResult, width: number, paint: Paint): string {
  const { scale } = result;
  const mark = resultMark(result);
  const active = activeText(result);
  const scaled = scaleText(scale);
  const word = `${mark} ${capital(MARK_WORDS[mark])}`;
  const said = `${word}: ${confirmedText(result)} at ${seedText(result.seeds)}.`;
  const lines = (said.length <= width ? [said] : wrap(said, width - 2)).map((line, index) => {
    return index === 0 ? line.replace(word, paint(word, MARK_STYLES[mark], 'bold')) : `  ${line}`;
  });
  const part = partText(result);
  if (part !== null) lines.push(...wrap(part, width - 2).map((line) => `  ${line}`));
  const facts = [
    ...workDone(result),
    `${formatCount(scale.listeners)} addressable listeners${active === null ? '' : `, ${active}`}`,
    ...(scaled === null ? [] : [scaled]),
  ];
  for (const line of wrap(facts.join(' · '), width - 2)) lines.push(`  ${line}`);
  // Never wrapped: it is there to be copied.
  lines.push(`  Replay: ${result.command}`);
  return lines.join('\n');
}

export function resultMark(result: RunResult): Mark {
  if (result.confirmed) return '✓';
  const marks = result.scenarios.map((scenario) => scenarioMark(scenario, result.partial));
  return marks.includes('✗') ? '✗' : '?';
}

const cut = (text: string, width: number) =>
  text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;

/** Lines of at most `width` letters; a number stays with its unit. */
export function wrap(text: string, width: number): string[] {
  const lines = [''];
  const bound = text.replaceAll(/(\d) (?=(?:%|×|ms|s|kB|MB|GB)(?![\w]))/g, '$1\u00a0');
  for (const word of bound.split(/[ \n\t]+/)) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => line.replaceAll('\u00a0', ' '));
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;
type Style = keyof typeof STYLES;
type Paint = (text: string, ...styles: Style[]) => string;

const MARK_STYLES: Readonly<Record<Mark, Style>> = { '✓': 'green', '✗': 'red', '?': 'yellow' };
const ROLE_STYLES: Readonly<Record<ArmResult['role'], Style>> = {
  healthy: 'blue',
  live: 'blue',
  broken: 'red',
  fixed: 'green',
  decoy: 'yellow',
};

function painter(color: boolean): Paint {
  if (!color) return (text) => text;
  return (text, ...styles) => `\u001b[${styles.map((style) => STYLES[style]).join(';')}m${text}\u001b[0m`;
}
