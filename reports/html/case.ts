/** One case: first who did what, then the pictures, then what the verdicts rest on. */
import {
  type ArmFigures,
  armFigures,
  armsNotRun,
  capital,
  decidingObjective,
  focusPhase,
  MARK_WORDS,
  markOf,
  markWord,
  mergedLatency,
  outcomeText,
  slowIsJudged,
  slowPercentile,
  targetText,
} from '../figures.ts';
import { formatMs, formatQuantity, percentileName } from '../numbers.ts';
import { quantileMs } from '../percentiles.ts';
import type {
  ArmResult,
  CaseResult,
  ObjectiveResult,
  PhaseWindow,
  RunResult,
  ScenarioResult,
} from '../result.ts';
import { type DrawnSeed, drawnSeed, namesSeeds, sentenceSeedText } from '../seeds.ts';
import { type ArmStyle, armStyles, swatch } from './arm-style.ts';
import { breakdownFigure } from './breakdown.ts';
import { type ChartCase, type ChartSeries, isDrawn, type Spectrum } from './chart-data.ts';
import { html, keepTogether, type Markup } from './escape.ts';
import { nodeFigures } from './nodes.ts';
import { spreadMarkup } from './spread.ts';
import {
  configurationTable,
  errorsTable,
  evidenceTable,
  figuresTable,
  fullConfiguration,
  invariantsTable,
  objectivesTable,
  operationsTable,
} from './tables.ts';

export interface CaseContext {
  readonly result: RunResult;
  readonly scenario: ScenarioResult;
  readonly testCase: CaseResult;
  readonly charts: ChartCase;
}

export function renderCase(context: CaseContext): Markup {
  const { scenario, testCase, charts } = context;
  const several = scenario.cases.length > 1;
  const drawn = drawnSeed(testCase);
  const breakdown = breakdownFigure(scenario, testCase, drawn);
  const spectrum = charts.spectra.length > 0 ? spectrumFigure(context) : null;
  const others = [breakdown, spectrum].filter((panel) => panel !== null).length;
  return html`<section class="case" data-case="${charts.id}"${several ? html` id="${charts.id}"` : null}>
${several && html`<h3>${testCase.title}</h3>`}
${verdictTable(context)}
${legend(testCase)}
${drawn.by !== null && html`<p class="hint drawn">Every arm is drawn at ${drawn.text} by what ‘${drawn.by}’ is judged by; curves by percentile merge all seeds.</p>`}
<div class="panels">
${slots(context, others).map((series) => seriesFigure(context, drawn, series))}
${spectrum}
${breakdown}
${nodeFigures(scenario, testCase, drawn)}
</div>
<details class="more"><summary>Objectives, evidence and invariants</summary>
${objectivesTable(testCase)}
${evidenceTable(testCase)}
${invariantsTable(testCase)}
</details>
<details class="more"><summary>Configuration</summary>
${configurationTable(testCase)}
${fullConfiguration(testCase)}
</details>
<details class="more"><summary>All operations and figures</summary>
${operationsTable(scenario, testCase)}
${errorsTable(scenario, testCase)}
${figuresTable(testCase)}
</details>
</section>`;
}

function verdictTable({ result, scenario, testCase }: CaseContext): Markup {
  const styles = armStyles(testCase);
  const key = decidingObjective(testCase);
  const { operation } = testCase.headline;
  // Where the percentile is the objective it has a column already, and the median takes its place.
  const beside = slowIsJudged(testCase) ? 'p50' : percentileName(slowPercentile(testCase));
  return html`<table class="verdicts">
<caption class="unseen">What every arm did; ${testCase.title}</caption>
<thead><tr><th scope="col"><span class="unseen">confirmed</span></th><th scope="col">arm</th><th scope="col">what happened${namesSeeds(testCase) && html` <small>at the seed in the middle, and whether it meets its objectives; figures are medians</small>`}</th>${
    key !== null && html`<th scope="col" class="num">${key.name} <small>${targetText(key)}</small></th>`
  }<th scope="col" class="num">${beside} <small>${operation}</small></th><th scope="col" class="num">errors <small>${focusPhase(scenario)}</small></th></tr></thead>
<tbody>${testCase.arms.map((arm) => verdictRow(arm, styles.get(arm)!, armFigures(scenario, testCase, arm), key, beside))}${notRunRows(result, scenario, testCase, key === null ? 2 : 3)}</tbody>
</table>`;
}

/** Arms that the case has, and that a stopped run had not come to. */
function notRunRows(result: RunResult, scenario: ScenarioResult, testCase: CaseResult, figures: number) {
  return armsNotRun(result)
    .filter((one) => one.scenario === scenario.name && one.case === testCase.name)
    .map(
      ({ arm, role }) => html`<tr class="inconclusive not-run">
<td class="mark" title="not run"><span aria-hidden="true">?</span><span class="unseen">not run</span></td>
<th scope="row">${arm} <span class="role">${role}</span></th>
<td class="says" colspan="${1 + figures}">Not run: interrupted.</td>
</tr>`,
    );
}

function verdictRow(
  arm: ArmResult,
  style: ArmStyle,
  figures: ArmFigures,
  key: ObjectiveResult | null,
  beside: string,
): Markup {
  const mark = markOf(arm.verdict);
  const { errorPercent } = figures;
  const latency = beside === 'p50' ? figures.p50 : figures.slow;
  const judged = figures.objective;
  const seed = sentenceSeedText(arm);
  const met = arm.runs.every(({ objectives }) => objectives.every((o) => o.name !== key?.name || o.met));
  return html`<tr class="${style.tone} ${MARK_WORDS[mark]}">
<td class="mark" title="${markWord(arm)}"><span aria-hidden="true">${mark}</span><span class="unseen">${markWord(arm)}</span></td>
<th scope="row">${swatch(style)} ${arm.name} <span class="role">${arm.role}</span><span class="title">${arm.title}</span></th>
<td class="says">${seed !== null && html`<span class="seed">${capital(seed)}:</span> `}${keepTogether(arm.verdict.sentence)} <span class="outcome">${capital(outcomeText(arm))}.</span></td>
${key !== null && html`<td class="num objective" data-label="${key.name} ${targetText(key)}:"><span class="${judged === null ? 'faint' : met ? 'good' : 'bad'}">${spreadMarkup(judged?.measured ?? null, judged?.result.unit ?? '')}</span></td>`}
<td class="num" data-label="${beside}">${spreadMarkup(latency, 'ms')}</td>
<td class="num" data-label="errors">${spreadMarkup(errorPercent, '%')}</td>
</tr>`;
}

/** Shows and hides arms in all charts of the case. Without JavaScript it is a plain legend. */
function legend(testCase: CaseResult): Markup {
  const styles = armStyles(testCase);
  return html`<div class="legend" role="group" aria-label="Arms shown in the charts">${testCase.arms.map(
    (arm, index) =>
      html`<button type="button" class="${styles.get(arm)!.tone}" data-arm="${index}" aria-pressed="true">${swatch(styles.get(arm)!)} ${arm.name}</button>`,
  )}</div>`;
}

/** Charts over time that are drawn at once; every other series can be chosen in their place. */
const MOST_SLOTS = 4;

/**
 * The headline first, then what belongs beside it; one more or one less, so that two in a row leave no gap. An arm that
 * has no line in any of them (a healthy one has none of the fault's own requests) brings a series where it has one.
 */
function slots({ testCase, charts }: CaseContext, otherPanels: number): ChartSeries[] {
  const { operation, series } = testCase.headline;
  const byName = (name: string) => charts.series.find((s) => s.name === name);
  const lag = charts.series.filter(({ group }) => group === 'lag').find(tellsArmsApart);
  const wanted = [...series.map(byName), byName(`${operation} p99`), byName(`${operation} errors`), lag];
  const found = [...new Set(wanted.filter((s) => s !== undefined))].slice(0, MOST_SLOTS);
  const judged = charts.series.filter(({ target }) => target !== null);
  const latencies = charts.series.filter(({ group }) => group === 'latency');
  // The same operation by other callers: 'playlist.get hot (usual) p99'.
  const alike = latencies.filter(({ name }) => name.startsWith(`${operation} (`) && name.endsWith(' p99'));
  const others = [...judged, ...alike, byName(`${operation} p50`), ...latencies, ...charts.series].filter(
    (s) => s !== undefined && !found.includes(s),
  ) as ChartSeries[];
  const needed = whereAllAreDrawn(found, others, charts.arms.length);
  if (needed !== null) found.splice(Math.min(found.length, MOST_SLOTS - 1), 1, needed);
  if ((found.length + otherPanels) % 2 === 0) return found;
  const more = others.find((s) => s !== needed && s.group !== 'rate');
  if (found.length < MOST_SLOTS && more !== undefined) return [...found, more];
  const kept = needed === null ? found.slice(0, -1) : [...found.slice(0, -2), needed];
  return kept.length === 0 ? found : kept;
}

/** The first of `others` with a line of every arm that has none in `found`; of the most of them where none has all. */
function whereAllAreDrawn(
  found: readonly ChartSeries[],
  others: readonly ChartSeries[],
  arms: number,
): ChartSeries | null {
  const drawn = new Set(found.flatMap(({ lines }) => lines.map(({ arm }) => arm)));
  const missing = Array.from({ length: arms }, (_, arm) => arm).filter((arm) => !drawn.has(arm));
  const brings = ({ lines }: ChartSeries) => lines.filter(({ arm }) => missing.includes(arm)).length;
  const most = Math.max(0, ...others.map(brings));
  return most === 0 ? null : others.find((series) => brings(series) === most)!;
}

/** A lag that is about the same in every arm is not what the case is about. */
const TELLING_RATIO = 3;

function tellsArmsApart({ lines }: ChartSeries): boolean {
  const heights = lines.map(({ values }) => Math.max(0, ...values.filter((value) => value !== null)));
  return Math.max(...heights) >= TELLING_RATIO * Math.max(1, Math.min(...heights));
}

function seriesFigure(
  { scenario, testCase, charts }: CaseContext,
  drawn: DrawnSeed,
  shown: ChartSeries,
): Markup {
  const groups = [...new Set(charts.series.map(({ group }) => group))];
  const options = groups.map(
    (group) =>
      html`<optgroup label="${group}">${charts.series.map(
        (series, index) =>
          series.group === group &&
          html`<option value="${index}"${series === shown ? html` selected` : null}>${series.name}</option>`,
      )}</optgroup>`,
  );
  const label = `${shown.name} in ${unitName(shown.unit)} over time, one line an arm, phases shaded; the table below has its figures by phase.`;
  return html`<figure class="panel" data-chart="series">
<figcaption><select class="name" aria-label="Series shown">${options}</select><span class="hint"><span data-unit>${unitName(shown.unit)}</span>, ${drawn.text}<span data-note>${shown.note && `; ${shown.note}`}</span></span></figcaption>
<div class="plot"><canvas role="img" aria-label="${label}"></canvas></div>
${seriesTable(scenario.phases, testCase, drawn, shown)}
</figure>`;
}

/** A pure number has the unit '1' in results, and a word for people. */
const unitName = (unit: string) => (unit === '1' || unit === '' ? 'count' : unit);

function seriesTable(
  phases: readonly PhaseWindow[],
  testCase: CaseResult,
  drawn: DrawnSeed,
  series: ChartSeries,
): Markup {
  const measured = phases.filter((phase) => phase.measured);
  const cell = (line: ChartSeries['lines'][number], { startS, endS }: PhaseWindow) => {
    const values = line.values.filter((value, index): value is number => {
      const at = line.start + index * line.step;
      return value !== null && at >= startS && at < endS;
    });
    if (values.length === 0) return html`<td class="num faint">–</td>`;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return html`<td class="num">${formatQuantity(mean, series.unit)} / ${formatQuantity(Math.max(...values), series.unit)}</td>`;
  };
  return html`<details class="data"><summary>Figures</summary><div class="scroll" tabindex="0"><table>
<caption>${series.name}: mean and highest point of each phase, seed ${drawn.seed}</caption>
<thead><tr><th scope="col">arm</th>${measured.map(({ name }) => html`<th scope="col" class="num">${name}</th>`)}</tr></thead>
<tbody>${series.lines.map((line) => html`<tr><th scope="row">${testCase.arms[line.arm]!.name}</th>${measured.map((phase) => cell(line, phase))}</tr>`)}</tbody>
</table></div></details>`;
}

function spectrumFigure({ testCase, charts }: CaseContext): Markup {
  const options = charts.spectra.map(
    ({ operation }, index) => html`<option value="${index}">${operation}</option>`,
  );
  const [first] = charts.spectra;
  const label = `Latency of ${first!.operation} by percentile, one line an arm, both axes logarithmic; the table below has its figures.`;
  return html`<figure class="panel" data-chart="spectrum">
<figcaption><select class="name" aria-label="Operation shown">${options}</select><span class="hint">latency by percentile, ${charts.focus} phase, all seeds</span></figcaption>
<div class="plot"><canvas role="img" aria-label="${label}"></canvas></div>
${spectrumTable(testCase, first!, charts.focus)}
</figure>`;
}

/** Percentiles of the table. */
const COLUMNS = [50, 90, 99, 99.9, 99.99];

/** From the histograms, as every other table: a point of the curve is only near a percentile that people name. */
function spectrumTable(testCase: CaseResult, { operation, lines }: Spectrum, focus: string): Markup {
  const rows = lines.map(({ arm: index }) => {
    const arm = testCase.arms[index]!;
    const latency = mergedLatency(arm, operation, focus)!;
    const cells = COLUMNS.map((percentile) => {
      const shown = isDrawn(latency, percentile) ? formatMs(quantileMs(latency, percentile / 100)) : '–';
      return html`<td class="num">${shown}</td>`;
    });
    return html`<tr><th scope="row">${arm.name}</th>${cells}</tr>`;
  });
  return html`<details class="data"><summary>Figures</summary><div class="scroll" tabindex="0"><table>
<caption>Latency of ${operation} in the ${focus} phase, all seeds together</caption>
<thead><tr><th scope="col">arm</th>${COLUMNS.map((p) => html`<th scope="col" class="num">${percentileName(p)}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div></details>`;
}
