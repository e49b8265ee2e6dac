/** One scenario of the page: what it claims, what its cases showed, and what to take away from it. */
import { faultSentence, MARK_WORDS, scenarioMark } from '../figures.ts';
import { formatNumber } from '../numbers.ts';
import type { Notes, RunResult, ScenarioResult } from '../result.ts';
import { renderCase } from './case.ts';
import type { ChartCase } from './chart-data.ts';
import { html, keepTogether, type Markup } from './escape.ts';

export function renderScenario(
  result: RunResult,
  scenario: ScenarioResult,
  id: string,
  charts: readonly ChartCase[],
): Markup {
  const mark = scenarioMark(scenario, result.partial);
  return html`<section class="scenario" id="${id}" aria-labelledby="${id}-title">
<header>
<p class="eyebrow"><code>${scenario.name}</code> <span class="badge ${MARK_WORDS[mark]}">${mark} ${MARK_WORDS[mark]}</span></p>
<h2 id="${id}-title">${scenario.title}</h2>
<p class="lead">${keepTogether(scenario.hypothesis)}</p>
${renderFaults(scenario)}
</header>
${scenario.cases.map((testCase, index) => renderCase({ result, scenario, testCase, charts: charts[index]! }))}
${renderNotes(scenario.notes, result.scale.factor)}
<p class="replay"><span>Replay this scenario</span>${command(scenario.command)}</p>
</section>`;
}

function renderFaults(scenario: ScenarioResult): Markup | null {
  const sentence = faultSentence(scenario);
  if (sentence === null) return null;
  const [begin, what] = sentence;
  return html`<p class="faults"><b>${begin}</b> (red bars in the charts): ${keepTogether(what)}</p>`;
}

/** A command line with a button that copies it; the button appears only where JavaScript runs. */
export function command(text: string): Markup {
  return html`<span class="command"><code>${text}</code><button type="button" class="small" data-copy hidden>copy</button></span>`;
}

function renderNotes(notes: Notes, factor: number): Markup {
  const cards = [
    ['What you see', notes.see],
    ['Why', notes.why],
    ['The fix', notes.fix],
    ['What it costs', notes.costs],
  ] as const;
  return html`<div class="notes">
<div class="cards">${cards.filter(([, text]) => text !== '').map(([title, text]) => html`<section><h4>${title}</h4><p>${keepTogether(text)}</p></section>`)}</div>
${notes.triage.length > 0 && html`<div class="triage"><h4>Where to look first</h4>${notes.triage.map(command)}</div>`}
${list('Questions to answer before you read on', notes.questions, true)}
${list(factor === 1 ? 'Capacity arithmetic' : `Capacity arithmetic, at × 1; this run was at × ${formatNumber(factor)}`, notes.arithmetic)}
${list('What the model does not show', notes.caveats)}
${list('Sources', notes.sources)}
</div>`;
}

function list(title: string, items: readonly string[], numbered = false): Markup | null {
  if (items.length === 0) return null;
  const entries = items.map((item) => html`<li>${keepTogether(item)}</li>`);
  return html`<details class="more"><summary>${title}</summary>${numbered ? html`<ol>${entries}</ol>` : html`<ul>${entries}</ul>`}</details>`;
}
