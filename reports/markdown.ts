/** The result as Markdown: the comment under a pull request, short enough to be read there. */
import { baselineVerdict, type Compared, wholeVerdict } from './baseline.ts';
import {
  activeText,
  armFigures,
  armsNotRun,
  confirmedText,
  decidingObjective,
  faultSentence,
  focusPhase,
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
import { formatCount, formatSpread, percentileName } from './numbers.ts';
import type { CaseResult, RunResult, ScenarioResult } from './result.ts';
import { namesSeeds, seedText } from './seeds.ts';

const EMOJI: Readonly<Record<Mark, string>> = { '✓': '✅', '✗': '❌', '?': '⚠️' };

export function renderMarkdown(result: RunResult, compared: Compared | null = null): string {
  const { environment, scale } = result;
  const work = workDone(result);
  const { mark, words } = wholeVerdict(result, compared);
  const active = activeText(result);
  const scaled = scaleText(scale);
  const lines = [
    `## ${EMOJI[mark]} Rehearsal ${words}: ${confirmedText(result)}`,
    '',
    `${work.slice(0, -1).join(', ')} and ${work.at(-1)}, at ${seedText(result.seeds)}; ${formatCount(scale.listeners)} addressable listeners${active === null ? '' : `, ${active}`}${scaled === null ? '' : `; ${text(scaled)}`}.`,
  ];
  const part = partText(result);
  if (part !== null) lines.push('', `> ${text(part)}`);
  if (compared !== null) lines.push('', ...baselineLines(compared));
  for (const scenario of result.scenarios) lines.push('', ...scenarioLines(scenario, result));
  lines.push(
    '',
    'Replay:',
    '',
    ...codeBlock(result.command, 'sh'),
    '',
    `<sub>${text(environment.product)}${environment.commit === null ? '' : `, commit ${text(environment.commit)}`}, digest ${text(result.digest.slice(0, 12))}</sub>`,
    '',
  );
  return lines.join('\n');
}

/** The verdict, why, and all of it to open. */
function baselineLines(compared: Compared): string[] {
  const { mark, sentence, reasons, text: whole } = baselineVerdict(compared);
  const lines = [`### ${EMOJI[mark]} Compared with the baseline`, '', text(sentence)];
  if (reasons.length > 0) lines.push('');
  for (const { arm, why } of reasons) lines.push(`- **${text(arm)}**: ${text(why.join('; '))}`);
  if (whole === sentence) return lines;
  const opened = ['', '<details><summary>All that changed</summary>', ''];
  return [...lines, ...opened, ...codeBlock(whole, ''), '', '</details>'];
}

function scenarioLines(scenario: ScenarioResult, result: RunResult): string[] {
  const lines = [
    `### ${EMOJI[scenarioMark(scenario, result.partial)]} ${text(scenario.title)} (${code(scenario.name)})`,
    '',
    text(scenario.hypothesis),
  ];
  const faults = faultSentence(scenario);
  if (faults !== null) lines.push('', text(faults.join(': ')));
  for (const testCase of scenario.cases) {
    if (scenario.cases.length > 1) lines.push('', `**${text(testCase.title)}**`);
    lines.push('', ...caseTable(scenario, testCase, result));
  }
  return lines;
}

function caseTable(scenario: ScenarioResult, testCase: CaseResult, result: RunResult): string[] {
  const key = decidingObjective(testCase);
  const slowName = percentileName(slowPercentile(testCase));
  const judged = slowIsJudged(testCase);
  const headings = ['', 'role', 'arm', 'p50', ...(judged ? [] : [slowName]), 'errors'];
  if (key !== null) headings.push(`${text(key.name)} ${targetText(key)}`);
  headings.push('verdict');
  const aligns = headings.map((_, index) => (index >= 3 && index < headings.length - 1 ? '---:' : '---'));
  const rows = testCase.arms.map((arm) => {
    const { p50, slow, errorPercent, objective } = armFigures(scenario, testCase, arm);
    const what = arm.role === 'live' ? `<br>${text(arm.title)}` : '';
    const cells = [EMOJI[markOf(arm.verdict)], arm.role, `**${text(arm.name)}**${what}`];
    cells.push(formatSpread(p50, 'ms'));
    if (!judged) cells.push(formatSpread(slow, 'ms'));
    cells.push(formatSpread(errorPercent, '%'));
    if (key !== null) cells.push(formatSpread(objective?.measured ?? null, objective?.result.unit ?? ''));
    cells.push(`${outcomeText(arm)}.<br>${text(sentenceText(arm))}`);
    return row(cells);
  });
  for (const { scenario: of, case: within, arm, role } of armsNotRun(result)) {
    if (of !== scenario.name || within !== testCase.name) continue;
    const figures = headings.slice(3, -1).map(() => '–');
    rows.push(row([EMOJI['?'], role, `**${text(arm)}**`, ...figures, 'no result.']));
  }
  const note = `<sub>p50${judged ? '' : `, ${slowName}`} and errors of ${text(testCase.headline.operation)} in the ${text(focusPhase(scenario))} phase; median over seeds (lowest–highest)${namesSeeds(testCase) ? '; sentences are those of the seed in the middle' : ''}.</sub>`;
  return [row(headings), row(aligns), ...rows, '', note];
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** Text that must not become markup: not a heading, a link, a table cell or HTML. */
function text(words: string): string {
  return words
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|#~&@]/g, (letter) => `&#${letter.codePointAt(0)};`);
}

const code = (words: string) => `<code>${text(words)}</code>`;

/** A fence longer than any run of backticks inside. */
function codeBlock(content: string, language: string): string[] {
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return [`${fence}${language}`, content, fence];
}
