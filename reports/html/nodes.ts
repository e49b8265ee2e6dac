/** Load per replica: for each arm a column a node, the hot ones in colour, and the mean as a line. Drawn as SVG. */
import { focusPhase } from '../figures.ts';
import { formatBytes, formatNumber } from '../numbers.ts';
import type { ArmResult, CaseResult, ScenarioResult } from '../result.ts';
import { type DrawnSeed, runAt } from '../seeds.ts';
import { armStyles } from './arm-style.ts';
import { html, type Markup, raw } from './escape.ts';

interface Node {
  readonly name: string;
  /** 0 to 1. */
  readonly utilisation: number;
  readonly requestsPerSecond: number;
  readonly resource: string;
  readonly largestBytes: number | null;
  readonly hot: boolean;
}

interface ArmNodes {
  readonly arm: ArmResult;
  readonly nodes: readonly Node[];
}

/** Engines that idle in every arm have nothing to show. */
const WORTH_SHOWING = 0.02;

/** The engine with the hottest nodes openly, the others to open. Empty when no engine has more than one node. */
export function nodeFigures(scenario: ScenarioResult, testCase: CaseResult, drawn: DrawnSeed): Markup | null {
  const phase = focusPhase(scenario);
  const engines = [
    ...new Set(testCase.arms.flatMap(({ runs }) => runs.flatMap(({ nodes }) => nodes.map((n) => n.engine)))),
  ];
  const figures = engines
    .map((engine) => ({
      engine,
      arms: testCase.arms.map((arm) => ({ arm, nodes: nodesOf(arm, engine, phase, drawn) })),
    }))
    .map((figure) => ({ ...figure, arms: figure.arms.filter(({ nodes }) => nodes.length > 0) }))
    .filter(({ arms }) => arms.some(({ nodes }) => nodes.length > 1))
    .filter(({ arms }) => arms.some(({ nodes }) => nodes.some((n) => n.utilisation > WORTH_SHOWING)))
    .sort((a, b) => importance(b.arms) - importance(a.arms));
  const [first, ...others] = figures;
  if (first === undefined) return null;
  return html`${figure(testCase, first.engine, first.arms, phase, drawn)}
${others.map(
  ({ engine, arms }) =>
    html`<details class="more wide"><summary>Load per node of ${engine}</summary>${figure(testCase, engine, arms, phase, drawn)}</details>`,
)}`;
}

/** Skew counts most: hot nodes first, then the highest load. */
function importance(arms: readonly ArmNodes[]): number {
  const nodes = arms.flatMap((arm) => arm.nodes);
  return (nodes.some(({ hot }) => hot) ? 10 : 0) + Math.max(...nodes.map((n) => n.utilisation));
}

/** Of one seed: which node is hot differs between seeds, so a median over them would show none. */
function nodesOf(arm: ArmResult, engine: string, phase: string, { seed }: DrawnSeed): Node[] {
  const loads = runAt(arm, seed)?.nodes ?? [];
  return loads
    .filter((load) => load.engine === engine && load.phase === phase)
    .map(({ node, utilisation, requestsPerSecond, resource, largestBytes, hot }) => {
      return { name: node, utilisation, requestsPerSecond, resource, largestBytes, hot };
    });
}

function figure(
  testCase: CaseResult,
  engine: string,
  arms: readonly ArmNodes[],
  phase: string,
  drawn: DrawnSeed,
): Markup {
  const styles = armStyles(testCase);
  return html`<figure class="panel wide">
<figcaption><span class="name">Load per node of ${engine}</span><span class="hint">share of its busiest resource in use, ${phase} phase, ${drawn.text}; hot nodes in colour, line: mean</span></figcaption>
<div class="multiples">${arms.map(
    ({ arm, nodes }) =>
      html`<div class="multiple ${styles.get(arm)!.tone}"><p><strong>${arm.name}</strong> ${summary(nodes)}</p>${columns(arm, nodes)}</div>`,
  )}</div>
${table(engine, arms, phase, drawn)}
</figure>`;
}

const mean = (nodes: readonly Node[]) => nodes.reduce((sum, n) => sum + n.utilisation, 0) / nodes.length;
const percent = (share: number) => `${formatNumber(Math.round(share * 1000) / 10)}\u00a0%`;

function summary(nodes: readonly Node[]): string {
  const busiest = Math.max(...nodes.map((n) => n.utilisation));
  return `mean ${percent(mean(nodes))}, busiest ${percent(busiest)}`;
}

const HEIGHT = 64;
const COLUMN = 10;

function columns(arm: ArmResult, nodes: readonly Node[]): Markup {
  const width = nodes.length * COLUMN;
  const y = (share: number) => (HEIGHT * (1 - Math.min(1, share))).toFixed(1);
  const bars = nodes.map(({ name, utilisation, resource, requestsPerSecond, hot }, index) => {
    const about = `${name}: ${percent(utilisation)} of ${resource}, ${formatNumber(requestsPerSecond)} requests/s`;
    const height = (HEIGHT * Math.min(1, utilisation)).toFixed(1);
    return html`<rect class="${hot ? 'hot' : 'cool'}" x="${index * COLUMN + 1}" y="${y(utilisation)}" width="${COLUMN - 2}" height="${height}"><title>${about}</title></rect>`;
  });
  const line = y(mean(nodes));
  const hot = nodes.filter((n) => n.hot).map(({ name }) => name);
  const label = `${arm.name}: ${nodes.length} nodes, ${summary(nodes)}${hot.length === 0 ? '' : `; hot: ${hot.join(', ')}`}`;
  return html`<div class="framed"><span class="axis" aria-hidden="true"><i>100\u00a0%</i><i>50</i><i>0</i></span><svg class="columns" role="img" aria-label="${label}" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none">${gridLines(width)}${bars}<line class="mean" x1="0" x2="${width}" y1="${line}" y2="${line}"/></svg></div>`;
}

function gridLines(width: number): Markup {
  return raw(
    [0.5, HEIGHT / 2, HEIGHT - 0.5]
      .map((y) => `<line class="rule" x1="0" x2="${width}" y1="${y}" y2="${y}"/>`)
      .join(''),
  );
}

function table(engine: string, arms: readonly ArmNodes[], phase: string, { seed }: DrawnSeed): Markup {
  const names = [...new Set(arms.flatMap(({ nodes }) => nodes.map(({ name }) => name)))];
  const cell = (nodes: readonly Node[], name: string) => {
    const node = nodes.find((n) => n.name === name);
    if (node === undefined) return html`<td class="num">–</td>`;
    const bytes = node.largestBytes === null ? '' : `, largest ${formatBytes(node.largestBytes)}`;
    return html`<td class="num${node.hot ? ' bad' : ''}" title="${node.resource}, ${formatNumber(node.requestsPerSecond)} requests/s${bytes}">${percent(node.utilisation)}</td>`;
  };
  return html`<details class="data"><summary>Figures</summary><div class="scroll" tabindex="0"><table>
<caption>Utilisation of each ${engine} node, ${phase} phase, seed ${seed}</caption>
<thead><tr><th scope="col">node</th>${arms.map(({ arm }) => html`<th scope="col" class="num">${arm.name}</th>`)}</tr></thead>
<tbody>${names.map((name) => html`<tr><th scope="row">${name}</th>${arms.map(({ nodes }) => cell(nodes, name))}</tr>`)}</tbody>
</table></div></details>`;
}
