/** The whole page: head, overview, scenarios, environment; styles, scripts and data inside. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { baselineVerdict, type Compared, wholeVerdict } from '../baseline.ts';
import {
  activeText,
  capital,
  confirmedText,
  MARK_WORDS,
  markOf,
  markWord,
  partText,
  scaleText,
  scenarioMark,
} from '../figures.ts';
import { formatBytes, formatCount, formatDuration, formatLarge, formatNumber } from '../numbers.ts';
import type { RunResult, ScenarioResult } from '../result.ts';
import { seedText } from '../seeds.ts';
import { armStyles } from './arm-style.ts';
import { chartCase, pointsPerSeries } from './chart-data.ts';
import { CLIENT_CHARTS } from './client-charts.ts';
import { CLIENT_PAGE } from './client-page.ts';
import { html, jsonForScript, type Markup, raw } from './escape.ts';
import { command, renderScenario } from './scenario.ts';
import { STYLES } from './styles.ts';

export function renderHtml(result: RunResult, compared: Compared | null = null): string {
  const points = pointsPerSeries(result);
  const scenarios = result.scenarios.map((scenario, index) => ({
    scenario,
    id: `scenario-${index + 1}`,
    charts: scenario.cases.map((testCase, c) =>
      chartCase(scenario, testCase, `scenario-${index + 1}-${c + 1}`, points),
    ),
  }));
  const data = jsonForScript({ cases: scenarios.flatMap(({ charts }) => charts) });
  const scripts = [chartLibrary(), `${CLIENT_CHARTS}\n${CLIENT_PAGE}`];
  const { mark, words } = wholeVerdict(result, compared);
  const title = `${mark} Rehearsal ${words}: ${result.scenarios.map(({ name }) => name).join(', ')}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(scripts)}">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(STYLES)}</style>
</head>
<body>
${navigation(result, scenarios)}
<main>
${overview(result, scenarios, compared)}
${scenarios.map(({ scenario, id, charts }) => renderScenario(result, scenario, id, charts))}
</main>
${footer(result)}
<script type="application/json" id="rehearsal-data">${raw(data)}</script>
${scripts.map((script) => html`<script>${raw(script)}</script>`)}
</body>
</html>
`;
  return page.text;
}

/** Nothing is fetched, and no script runs but ours: whatever a result may contain, it stays text. */
function contentPolicy(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${hashes.join(' ')}`;
}

let library: string | undefined;

/** Chart.js as one script for browsers, from the installed package. */
function chartLibrary(): string {
  if (library === undefined) {
    const entry = createRequire(import.meta.url).resolve('chart.js');
    library = readFileSync(join(dirname(entry), 'chart.umd.min.js'), 'utf8')
      .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
      .replaceAll('</script', '<\\/script');
  }
  return library;
}

interface Section {
  readonly scenario: ScenarioResult;
  readonly id: string;
}

function navigation(result: RunResult, sections: readonly Section[]): Markup {
  const links = sections.map(({ scenario, id }) => {
    const mark = scenarioMark(scenario, result.partial);
    return html`<a href="#${id}"><span class="${MARK_WORDS[mark]}">${mark}</span> ${scenario.name}</a>`;
  });
  return html`<nav class="top" aria-label="Scenarios"><a class="brand" href="#overview">Rehearsal</a><span class="links">${links}</span><button type="button" class="small" data-theme-button hidden>dark</button></nav>`;
}

function overview(result: RunResult, sections: readonly Section[], compared: Compared | null): Markup {
  const { totals, environment, scale } = result;
  const { mark, words } = wholeVerdict(result, compared);
  const active = activeText(result);
  const part = partText(result);
  const scaled = scaleText(scale);
  const facts: [string, string, string][] = [
    [formatCount(scale.listeners), 'addressable listeners', active ?? ''],
    totals.plays === 0
      ? [formatLarge(totals.requests), 'requests', '']
      : [formatLarge(totals.plays), 'plays', `${formatLarge(totals.requests)} requests`],
  ];
  const wall = `in ${formatDuration(environment.wallSeconds)}`;
  const duration = formatDuration(totals.virtualSeconds);
  // A live system has neither model events nor virtual time.
  if (result.mode === 'simulated')
    facts.push([formatLarge(totals.events), 'events', speed(result)], [duration, 'of virtual time', wall]);
  else facts.push([duration, 'of load', wall]);
  return html`<header class="overview" id="overview">
<p class="eyebrow">${result.mode} run, ${seedText(result.seeds)}${scaled !== null && `, ${scaled}`}</p>
<h1 class="${MARK_WORDS[mark]}"><span aria-hidden="true">${mark}</span> ${capital(words)}</h1>
<p class="lead">${confirmedText(result)}.${part !== null && ` ${part}`}</p>
${compared !== null && baseline(compared)}
<ul class="facts">${facts.map(([value, name, more]) => html`<li><strong>${value}</strong> ${name} <small>${more}</small></li>`)}</ul>
<ul class="index">${sections.map((section) => indexEntry(section))}</ul>
<p class="replay"><span>Replay</span>${command(result.command)}</p>
<noscript><p class="hint">Charts over time need JavaScript; every one has its figures in a table.</p></noscript>
</header>`;
}

/** The verdict of the comparison, and all of it to open. */
function baseline(compared: Compared): Markup {
  const { mark, sentence, text } = baselineVerdict(compared);
  const verdict = html`<span class="${MARK_WORDS[mark]}"><span class="mark" aria-hidden="true">${mark}</span></span> Compared with the baseline: ${sentence}`;
  if (text === sentence) return html`<p class="lead">${verdict}</p>`;
  return html`<p class="lead">${verdict}</p>
<details class="data"><summary>All that changed</summary><div class="scroll" tabindex="0"><pre>${text}</pre></div></details>`;
}

function speed({ totals, environment }: RunResult): string {
  const { cpuSeconds } = environment;
  return cpuSeconds > 0 ? `${formatLarge(totals.events / cpuSeconds)} a CPU-second` : '';
}

/** A scenario in a line a case: a chip for every arm. */
function indexEntry({ scenario, id }: Section): Markup {
  const several = scenario.cases.length > 1;
  const rows = scenario.cases.map((testCase) => {
    const styles = armStyles(testCase);
    const chips = testCase.arms.map((arm) => {
      const mark = markOf(arm.verdict);
      return html`<li class="${styles.get(arm)!.tone} ${MARK_WORDS[mark]}" title="${arm.role}: ${markWord(arm)}"><span aria-hidden="true">${mark}</span> ${arm.name}<span class="unseen"> (${arm.role}, ${markWord(arm)})</span></li>`;
    });
    return html`<ul class="chips">${several && html`<li class="of">${testCase.title}</li>`}${chips}</ul>`;
  });
  return html`<li><a href="#${id}">${scenario.title}</a>${rows}</li>`;
}

function footer({ environment, digest, seeds, scale }: RunResult): Markup {
  const facts: [string, string][] = [
    ['product', environment.product],
    ['commit', environment.commit ?? 'unknown'],
    ['Node', environment.node],
    ['platform', environment.platform],
    ['cores, workers', `${environment.cores}, ${environment.workers}`],
    ['drain', environment.drain],
    ['started', environment.startedAt],
    ['wall time', formatDuration(environment.wallSeconds)],
    ['CPU time', formatDuration(environment.cpuSeconds)],
    ['peak memory', formatBytes(environment.peakMemoryBytes)],
    ['seeds', seeds.join(', ')],
    ['scale', `× ${formatNumber(scale.factor)}`],
    ['digest', digest],
  ];
  return html`<footer><h2>Environment</h2><dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p class="hint">Figures are medians over seeds with the lowest and highest beside them; percentiles and curves merge all seeds; charts over time, loads per node and breakdowns are of the one seed that they name. The digest is the same wherever the same seeds are replayed with the same code.</p></footer>`;
}
