/** What the verdicts rest on, as tables with an arm a column: objectives, evidence, invariants, errors, configuration. */
import {
  errorPercentOf,
  focusPhase,
  mergedLatency,
  operationIn,
  settingText,
  targetText,
} from '../figures.ts';
import { invariantProblem } from '../junit.ts';
import { formatCount, formatNumber, formatSpread, spreadOf } from '../numbers.ts';
import { quantileMs } from '../percentiles.ts';
import type { ArmResult, ArmRun, CaseResult, ScenarioResult } from '../result.ts';
import { armStyles, swatch } from './arm-style.ts';
import { html, type Markup, type Shown } from './escape.ts';
import { spreadMarkup } from './spread.ts';

function matrix(testCase: CaseResult, caption: string, corner: string, rows: Shown): Markup {
  const styles = armStyles(testCase);
  return html`<div class="scroll" tabindex="0"><table><caption>${caption}</caption>
<thead><tr><th scope="col">${corner}</th>${testCase.arms.map((arm) => html`<th scope="col" class="num ${styles.get(arm)!.tone}">${swatch(styles.get(arm)!)} ${arm.name}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

const yes = (text: Shown) => html`<span class="good">✓</span> ${text}`;
const no = (text: Shown) => html`<span class="bad">✗ ${text}</span>`;
const nothing = html`<td class="num faint">–</td>`;

/** One row for each thing that runs list under a name; `cell` sees what every seed of the arm has under it. */
function rowsByName<T>(
  testCase: CaseResult,
  list: (run: ArmRun) => readonly T[],
  nameOf: (item: T) => string,
  heading: (item: T) => Shown,
  cell: (items: readonly T[]) => Shown,
): Markup[] {
  const items = new Map<string, T>();
  for (const { runs } of testCase.arms)
    for (const run of runs)
      for (const item of list(run)) if (!items.has(nameOf(item))) items.set(nameOf(item), item);
  return [...items].map(([name, item]) => {
    const cells = testCase.arms.map(({ runs }) => {
      const found = runs.flatMap((run) => list(run).filter((other) => nameOf(other) === name));
      return found.length === 0 ? nothing : html`<td class="num">${cell(found)}</td>`;
    });
    return html`<tr><th scope="row">${heading(item)}</th>${cells}</tr>`;
  });
}

export function objectivesTable(testCase: CaseResult): Markup {
  const rows = rowsByName(
    testCase,
    ({ objectives }) => objectives,
    ({ name, phase }) => `${phase} ${name}`,
    (o) => html`${o.name} <small>${targetText(o)}, ${o.phase}</small>`,
    (found) => {
      const text = spreadMarkup(spreadOf(found.map(({ measured }) => measured)), found[0]!.unit);
      return found.every(({ met }) => met) ? yes(text) : no(text);
    },
  );
  return matrix(testCase, 'Objectives: median over seeds (lowest–highest)', 'objective', rows);
}

export function evidenceTable(testCase: CaseResult): Markup | null {
  const rows = rowsByName(
    testCase,
    ({ evidence }) => evidence,
    ({ name }) => name,
    (e) => html`${e.sentence} <small>${e.name} ${targetText(e)}</small>`,
    (found) => {
      const text = spreadMarkup(spreadOf(found.map(({ measured }) => measured)), found[0]!.unit);
      return found.every(({ holds }) => holds) ? yes(text) : no(text);
    },
  );
  if (rows.length === 0) return null;
  return matrix(testCase, 'Evidence that it failed for the stated reason', 'evidence', rows);
}

export function invariantsTable(testCase: CaseResult): Markup {
  const rows = rowsByName(
    testCase,
    // What an interrupted run had no time to check proves nothing.
    ({ invariants, partial }) => invariants.filter(({ violations }) => !partial || violations > 0),
    ({ name }) => name,
    ({ name }) => name,
    (found) => {
      const checked = found.reduce((sum, i) => sum + i.checked, 0);
      const violations = found.reduce((sum, i) => sum + i.violations, 0);
      const problem = found.map(invariantProblem).find((text) => text !== null);
      const counts =
        violations === 0
          ? `${formatCount(checked)} checked`
          : `${formatCount(violations)} of ${formatCount(checked)} violated`;
      if (problem !== undefined) return no(html`${counts}<small>${problem}</small>`);
      return yes(violations === 0 ? counts : html`${counts}<small>as expected</small>`);
    },
  );
  const examples = testCase.arms.flatMap((arm) =>
    arm.runs.flatMap(({ seed, invariants }) =>
      invariants
        .filter((invariant) => invariant.examples.length > 0)
        .map(({ name, examples: [first] }) => html`<li>${arm.name}, seed ${seed}, ${name}: ${first}</li>`),
    ),
  );
  return html`${matrix(testCase, 'Invariants, all seeds together', 'invariant', rows)}
${examples.length > 0 && html`<ul class="examples">${examples.slice(0, 6)}</ul>`}`;
}

const SHOWN_PERCENTILES = [50, 99, 99.9];

export function operationsTable(scenario: ScenarioResult, testCase: CaseResult): Markup {
  const phase = focusPhase(scenario);
  const operations = new Set(
    testCase.arms
      .flatMap(({ runs }) =>
        runs.flatMap((run) => run.phases.find(({ name }) => name === phase)?.operations ?? []),
      )
      .map(({ operation }) => operation),
  );
  const rows = [...operations].map((operation) => {
    const cells = testCase.arms.map((arm) => {
      const latency = mergedLatency(arm, operation, phase);
      const shares = arm.runs
        .map((run) => operationIn(run, operation, phase))
        .filter((found) => found !== undefined)
        .map(errorPercentOf)
        .filter((share) => share !== null);
      if (latency === undefined && shares.length === 0) return nothing;
      const quantiles =
        latency === undefined
          ? '–'
          : SHOWN_PERCENTILES.map((q) => formatNumber(quantileMs(latency, q / 100))).join(' / ');
      return html`<td class="num">${quantiles}<br><small>${formatSpread(spreadOf(shares), '%')} errors</small></td>`;
    });
    return html`<tr><th scope="row">${operation}</th>${cells}</tr>`;
  });
  return matrix(
    testCase,
    `Every operation in the ${phase} phase, all seeds together: p50 / p99 / p99.9 in ms`,
    'operation',
    rows,
  );
}

export function errorsTable(scenario: ScenarioResult, testCase: CaseResult): Markup | null {
  const phase = focusPhase(scenario);
  const kinds = new Map<string, { kind: string; definite: boolean }>();
  const countsOf = (arm: ArmResult) => {
    const counts = new Map<string, number>();
    for (const run of arm.runs)
      for (const { kind, definite, count } of operationIn(run, testCase.headline.operation, phase)?.errors ??
        []) {
        const key = `${kind} ${definite}`;
        kinds.set(key, { kind, definite });
        counts.set(key, (counts.get(key) ?? 0) + count);
      }
    return counts;
  };
  const counts = testCase.arms.map(countsOf);
  if (kinds.size === 0) return null;
  const rows = [...kinds].map(
    ([key, { kind, definite }]) =>
      html`<tr><th scope="row">${kind} <small>${definite ? 'certainly did not happen' : 'outcome unknown'}</small></th>${counts.map((of) => html`<td class="num">${of.has(key) ? formatCount(of.get(key)!) : '–'}</td>`)}</tr>`,
  );
  return matrix(
    testCase,
    `Errors of ${testCase.headline.operation} in the ${phase} phase, all seeds`,
    'error',
    rows,
  );
}

export function figuresTable(testCase: CaseResult): Markup | null {
  const rows = rowsByName(
    testCase,
    ({ figures }) => figures,
    ({ name }) => name,
    ({ name }) => name,
    (found) => spreadMarkup(spreadOf(found.map(({ value }) => value)), found[0]!.unit),
  );
  return rows.length === 0 ? null : matrix(testCase, 'Other figures', 'figure', rows);
}

/** Knobs that any arm sets, with what differs from the broken arm marked. */
export function configurationTable(testCase: CaseResult): Markup {
  const reference = testCase.arms.find(({ role }) => role === 'broken') ?? testCase.arms[0];
  const knobs = [
    ...new Set(
      testCase.arms.flatMap((arm) => (arm === reference ? [] : arm.difference.map(({ knob }) => knob))),
    ),
  ];
  const rows = knobs.map((knob) => {
    const base = reference?.configuration[knob];
    const cells = testCase.arms.map(({ configuration, units }) => {
      const value = configuration[knob];
      if (value === undefined) return nothing;
      const text = settingText(value, units[knob]);
      return value === base
        ? html`<td class="num faint">${text}</td>`
        : html`<td class="num"><mark>${text}</mark></td>`;
    });
    return html`<tr><th scope="row"><code>${knob}</code></th>${cells}</tr>`;
  });
  const shared = reference?.difference ?? [];
  return html`${
    rows.length === 0
      ? html`<p class="faint">The arms differ in their fault alone: their configuration is the same.</p>`
      : matrix(testCase, 'Configuration: what differs between the arms', 'knob', rows)
  }
${
  shared.length > 0 &&
  html`<p class="set">Set for the whole case: ${shared.map(
    ({ knob, from, to, unit }, index) =>
      html`${index > 0 && ', '}<code>${knob}</code> ${settingText(to, unit)} <small>(default ${settingText(from, unit)})</small>`,
  )}</p>`
}`;
}

export function fullConfiguration(testCase: CaseResult): Markup | null {
  const reference = testCase.arms.find(({ role }) => role === 'broken') ?? testCase.arms[0];
  if (reference === undefined) return null;
  const { configuration, units, name } = reference;
  return html`<details class="data"><summary>Every knob of the arm ‘${name}’</summary><dl class="knobs">${Object.keys(
    configuration,
  ).map(
    (knob) =>
      html`<div><dt><code>${knob}</code></dt><dd>${settingText(configuration[knob]!, units[knob])}</dd></div>`,
  )}</dl></details>`;
}
