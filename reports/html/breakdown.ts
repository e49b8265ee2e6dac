/** Where the time of a request goes: its critical path by hop, stacked, for the middle request and for the slow ones. */
import { focusPhase, operationIn, slowPercentile } from '../figures.ts';
import { formatCount, formatMs, percentileName } from '../numbers.ts';
import type { ArmResult, CaseResult, ScenarioResult } from '../result.ts';
import { type DrawnSeed, runAt } from '../seeds.ts';
import { armStyles, swatch } from './arm-style.ts';
import { html, type Markup } from './escape.ts';

/** Colours that the style sheet has for hops; the smallest hops share one more. */
const HOP_COLOURS = 8;
const REST = 'smaller parts';

interface Row {
  readonly arm: ArmResult;
  readonly totalMs: number;
  /** How many requests its means are over: those in the percentile's bucket, which is at most 1/128 of its value wide. */
  readonly requests: number;
  readonly parts: ReadonlyMap<string, number>;
}

/** Null when no arm has such requests in the phase. */
export function breakdownFigure(
  scenario: ScenarioResult,
  testCase: CaseResult,
  drawn: DrawnSeed,
): Markup | null {
  const phase = focusPhase(scenario);
  const { operation } = testCase.headline;
  const percentiles = [50, slowPercentile(testCase)]
    .map((percentile) => ({
      percentile,
      rows: testCase.arms.flatMap((arm) => rowOf(arm, operation, phase, percentile, drawn)),
    }))
    .filter(({ rows }) => rows.length > 0);
  if (percentiles.length === 0) return null;
  const hops = hopsOf(percentiles.flatMap(({ rows }) => rows));
  return html`<figure class="panel breakdown">
<figcaption><span class="name">Where the time goes</span><span class="hint">critical path of ${operation}, ${phase}, ${drawn.text}</span><button type="button" class="small" data-toggle="share" aria-pressed="false" hidden>as shares</button></figcaption>
${percentiles.map(({ percentile, rows }) => bars(testCase, percentile, rows, hops))}
<p class="hint">Means of the requests within 1\u00a0% of each percentile.</p>
<ul class="hops">${hops.map((hop, index) => html`<li><i class="hop-${index}"></i>${hop}</li>`)}</ul>
${table(percentiles, hops)}
</figure>`;
}

function rowOf(
  arm: ArmResult,
  operation: string,
  phase: string,
  percentile: number,
  { seed }: DrawnSeed,
): Row[] {
  // Of one seed: a mean of parts over seeds would be of no request that there was.
  const run = runAt(arm, seed);
  const operationThere = run === undefined ? undefined : operationIn(run, operation, phase);
  const found = operationThere?.breakdown.find((b) => b.percentile === percentile);
  if (found === undefined) return [];
  const { totalMs, requests, parts } = found;
  return [{ arm, totalMs, requests, parts: new Map(parts.map(({ hop, ms }) => [hop, ms])) }];
}

/** The hops that matter in any arm, by their largest share of a total, and one name for all others. */
function hopsOf(rows: readonly Row[]): string[] {
  const shares = new Map<string, number>();
  for (const { totalMs, parts } of rows)
    for (const [hop, ms] of parts)
      shares.set(hop, Math.max(shares.get(hop) ?? 0, totalMs === 0 ? 0 : ms / totalMs));
  const ordered = [...shares].sort((a, b) => b[1] - a[1]).map(([hop]) => hop);
  if (ordered.length <= HOP_COLOURS) return ordered;
  return [...ordered.slice(0, HOP_COLOURS - 1), REST];
}

function partOf(row: Row, hop: string, hops: readonly string[]): number {
  if (hop !== REST || row.parts.has(REST)) return row.parts.get(hop) ?? 0;
  return [...row.parts].reduce((sum, [name, ms]) => sum + (hops.includes(name) ? 0 : ms), 0);
}

function bars(
  testCase: CaseResult,
  percentile: number,
  rows: readonly Row[],
  hops: readonly string[],
): Markup {
  const styles = armStyles(testCase);
  const longest = Math.max(...rows.map(({ totalMs }) => totalMs), 1e-9);
  return html`<p class="sub">${percentileName(percentile)}</p><div class="stacks">${rows.map((row) => {
    const style = styles.get(row.arm)!;
    const parts = hops.map((hop, index) => ({ hop, index, ms: Math.max(0, partOf(row, hop, hops)) }));
    const sum = parts.reduce((total, { ms }) => total + ms, 0) || 1;
    const spans = parts
      .filter(({ ms }) => ms > 0)
      .map(
        ({ hop, index, ms }) =>
          html`<i class="hop-${index}" style="width:${((100 * ms) / sum).toFixed(2)}%" title="${hop}: ${formatMs(ms)}"></i>`,
      );
    return html`<div class="stack ${style.tone}" style="--part:${(row.totalMs / longest).toFixed(4)}"><span class="who">${swatch(style)} ${row.arm.name}</span><span class="track"><span class="bar">${spans}</span></span><span class="num">${formatMs(row.totalMs)}</span></div>`;
  })}</div>`;
}

function table(
  percentiles: readonly { percentile: number; rows: readonly Row[] }[],
  hops: readonly string[],
): Markup {
  const cells = percentiles.flatMap(({ percentile, rows }) => rows.map((row) => ({ percentile, row })));
  return html`<details class="data"><summary>Figures</summary><div class="scroll" tabindex="0"><table>
<caption>Milliseconds on each hop; the parts add up to the total</caption>
<thead><tr><th scope="col">hop</th>${cells.map(({ percentile, row }) => html`<th scope="col" class="num">${row.arm.name} ${percentileName(percentile)}</th>`)}</tr></thead>
<tbody>${hops.map((hop) => html`<tr><th scope="row">${hop}</th>${cells.map(({ row }) => html`<td class="num">${formatMs(partOf(row, hop, hops))}</td>`)}</tr>`)}
<tr class="total"><th scope="row">total</th>${cells.map(({ row }) => html`<td class="num">${formatMs(row.totalMs)}</td>`)}</tr>
<tr><th scope="row">requests</th>${cells.map(({ row }) => html`<td class="num">${formatCount(row.requests)}</td>`)}</tr></tbody>
</table></div></details>`;
}
