import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationIn } from '../figures.ts';
import { renderHtml } from '../html.ts';
import type { RunResult } from '../result.ts';
import { sampleResult } from '../sample-result.ts';
import { drawnSeed } from '../seeds.ts';
import { breakdownFigure } from './breakdown.ts';
import { isDrawn, percentileCurve, reduce } from './chart-data.ts';
import { CLIENT_CHARTS } from './client-charts.ts';
import { CLIENT_PAGE } from './client-page.ts';
import { escapeHtml, html, jsonForScript } from './escape.ts';
import { STYLES } from './styles.ts';

describe('markup', () => {
  it('a value put into a template is text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { text: shown } = html`<p title="${text}">${text}</p>`;
        expect(shown.slice(10, -4)).not.toMatch(/[<]/);
        expect(shown.match(/"/g)).toHaveLength(2);
      }),
    );
    expect(escapeHtml(`<a href='x'>&"`)).toBe('&lt;a href=&#39;x&#39;&gt;&amp;&quot;');
  });

  it('JSON in a script cannot end it and reads back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = jsonForScript({ value, evil: '</script><!--\u2028' });
        expect(text).not.toMatch(/[<>&\u2028]/);
        expect(JSON.parse(text).value).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('the page', () => {
  const page = renderHtml(sampleResult());

  it('fetches nothing', () => {
    const markup = page.replaceAll(/<script>[\s\S]*?<\/script>/g, '');
    expect(markup).not.toMatch(/(?:src|href)="(?!#)/);
    expect(markup).not.toMatch(/url\(|@import|https?:/);
  });

  it('names in its policy the hash of each of its scripts and allows no other', () => {
    const policy = /script-src ([^"]*)"/.exec(page)![1]!.replaceAll('&#39;', "'").split(' ');
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => script!);
    expect(scripts).toHaveLength(2);
    expect(policy).toEqual(
      scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`),
    );
  });

  it('says what was made to fail and when, and nothing where nothing was', () => {
    const result = sampleResult();
    expect(page).not.toContain('Made to fail');
    result.scenarios[0]!.faults = [{ startS: 55, endS: 75, what: 'kafka-1 crashes, & is back after 20 s' }];
    const text = renderHtml(result);
    expect(text).toMatch(
      /Made to fail[^<]*<\/b>[^<]*at\s55\ss \(trigger\) kafka-1 crashes, &amp; is back after 20\ss\./,
    );
    expect(text.match(/Made to fail/g)).toHaveLength(1);
  });

  it('says where the arithmetic is that of another size', () => {
    const result = sampleResult();
    expect(renderHtml(result)).toContain('<summary>Capacity arithmetic</summary>');
    result.scale.factor = 0.5;
    expect(renderHtml(result)).toContain('Capacity arithmetic, at × 1; this run was at × 0.5</summary>');
  });

  it('has scripts that parse', () => {
    expect(() => new Function(CLIENT_CHARTS + CLIENT_PAGE)).not.toThrow();
  });

  it('breaks down the percentile that the case is told by, at the seed that is drawn, and never a mean over seeds', () => {
    const result = sampleResult();
    const testCase = result.scenarios[0]!.cases[0]!;
    testCase.headline.percentile = 99.9;
    const broken = testCase.arms.find(({ role }) => role === 'broken')!;
    const totals = [70, 900, 90];
    broken.runs.forEach((run, i) => {
      const hot = operationIn(run, testCase.headline.operation, 'trigger')!;
      hot.breakdown = [50, 99.9].map((percentile) => ({
        percentile,
        totalMs: totals[i]!,
        requests: 10 ** (i + 1),
        parts: [{ hop: 'cassandra.read', ms: totals[i]! }],
      }));
    });
    const figure = breakdownFigure(result.scenarios[0]!, testCase, drawnSeed(testCase))!.toString();
    expect(figure).toContain('>p99.9</p>');
    // A percentile of the tables is the middle of its bucket, a bar the mean of what is in it: the last digit may differ.
    expect(figure).toContain('>Means of the requests within 1\u00a0% of each percentile.</p>');
    expect(figure).toMatch(/broken<\/span>.*?<span class="num">900 ms<\/span>/);
    expect(figure).toContain('<td class="num">100</td>');
  });

  it('the table under the percentile chart has the histogram’s own percentiles, those of the table of all operations', () => {
    const scenarios = ['hot-partition'];
    const shown = renderHtml(sampleResult({ scenarios })).replaceAll('\u00a0', ' ');
    const drawn = /data-chart="spectrum">.*?<table>(.*?)<\/table>/s.exec(shown)![1]!;
    const operation = /<caption>Latency of (.*?) in the trigger phase/.exec(drawn)![1]!;
    const all = new RegExp(`<tr><th scope="row">${operation.replaceAll(/[()]/g, '.')}</th>(.*?)</tr>`).exec(
      shown.slice(shown.indexOf('All operations and figures')),
    )![1]!;
    const others = [...all.matchAll(/<td class="num">([\d.,]+) \/ ([\d.,]+) \/ ([\d.,]+)<br>/g)].map(
      ([, ...figures]) => figures.map((figure) => `${figure} ms`),
    );
    const rows = [...drawn.matchAll(/<tr><th scope="row">.*?<\/tr>/g)].map(([row]) => {
      const cells = [...row.matchAll(/<td class="num">(.*?)<\/td>/g)].map(([, cell]) => cell!);
      return [cells[0]!, cells[2]!, cells[3]!];
    });
    expect(rows.length).toBeGreaterThan(3);
    expect(rows).toEqual(others);
  });

  it('a percentile that fewer than two requests are above is not in the table, as it is not drawn', () => {
    const latency = { count: 199, sumMs: 0, maxMs: 50, buckets: [[1_500, 199]] as [number, number][] };
    expect(isDrawn(latency, 99)).toBe(false);
    expect(isDrawn({ ...latency, count: 200 }, 99)).toBe(true);
    expect(isDrawn({ ...latency, count: 2_000 }, 99.9)).toBe(true);
  });

  it('titles the cases of a scenario that has several, at one seed too, and the only case of another not', () => {
    const titles = (name: string) =>
      [...renderHtml(sampleResult({ seeds: [1], scenarios: [name] })).matchAll(/<h3>(.*?)<\/h3>/g)].length;
    expect(titles('consumer-lag')).toBe(
      sampleResult({ seeds: [1], scenarios: ['consumer-lag'] }).scenarios[0]!.cases.length,
    );
    expect(titles('cache-stampede')).toBe(0);
  });

  it('says of every arm what happened, and shows notes, command and both counts of listeners', () => {
    const result = sampleResult();
    for (const { sentence } of result.verdicts) {
      expect(page.replaceAll('\u00a0', ' ')).toContain(escapeHtml(sentence));
    }
    expect(page).toContain(escapeHtml(result.scenarios[0]!.notes.triage[2]!));
    expect(page).toContain(escapeHtml(result.command));
    expect(page).toMatch(/1,000,000<\/strong> addressable listeners <small>[\d,]+ of them played/);
    expect(page).toContain('aria-label="broken: 12 nodes');
  });

  it('says which seed a sentence speaks of beside medians, and nothing of it with one seed', () => {
    expect(renderHtml(sampleResult())).toContain('<span class="seed">Seed 2, the middle of three:</span> ');
    expect(renderHtml(sampleResult({ seeds: [7] }))).not.toContain('class="seed"');
  });

  it('draws charts, loads per node and the breakdown at one seed, the middle of the broken arm, and names it', () => {
    const result = sampleResult({ scenarios: ['hot-partition'] });
    const [testCase] = result.scenarios[0]!.cases;
    const broken = testCase!.arms.find(({ role }) => role === 'broken')!;
    broken.verdict.sentenceSeed = 3;
    for (const { runs } of testCase!.arms)
      for (const { seed, nodes, series, phases } of runs) {
        for (const node of nodes) node.utilisation = seed / 10;
        for (const one of series) one.values = one.values.map(() => seed);
        for (const { operations } of phases)
          for (const { breakdown } of operations) for (const one of breakdown) one.totalMs = 1_000 + seed;
      }
    const shown = renderHtml(result).replaceAll('\u00a0', ' ');
    const figures = [...shown.matchAll(/<figcaption>.*?<\/figcaption>/gs)].map(([caption]) => caption);
    const ofOneSeed = figures.filter((caption) => !caption.includes('all seeds'));
    expect(ofOneSeed.length).toBeGreaterThanOrEqual(4);
    for (const caption of ofOneSeed) expect(caption).toContain('seed 3, the middle of three');
    expect(shown).toContain(
      'Every arm is drawn at seed 3, the middle of three by what ‘broken’ is judged by',
    );
    expect(shown).toContain('<caption>Utilisation of each cassandra node, trigger phase, seed 3</caption>');
    expect(shown).toContain('mean 30 %, busiest 30 %');
    expect(shown).not.toContain('mean 10 %, busiest 10 %');
    expect(shown).toContain('<span class="num">1,003 ms</span>');
    const data = JSON.parse(/id="rehearsal-data">(.*?)<\/script>/s.exec(shown)![1]!);
    for (const { lines } of data.cases[0].series)
      for (const { values } of lines)
        expect(new Set(values.filter((v: unknown) => v !== null))).toEqual(new Set([3]));
  });

  it('every arm of the legend has a line in a chart that is drawn at once', () => {
    const result = sampleResult();
    const shown = renderHtml(result);
    const { cases } = JSON.parse(/id="rehearsal-data">(.*?)<\/script>/s.exec(shown)![1]!);
    const sections = shown.split('<section class="case"').slice(1);
    expect(sections).toHaveLength(cases.length);
    for (const [index, section] of sections.entries()) {
      const [, ...figures] = section.split('<figure class="panel" data-chart="series">');
      const chosen = figures.map((figure) => Number(/<option value="(\d+)" selected>/.exec(figure)![1]));
      const { series, arms } = cases[index];
      const drawn = new Set(
        chosen.flatMap((one) => series[one].lines.map(({ arm }: { arm: number }) => arm)),
      );
      expect([...drawn].sort(), cases[index].id).toEqual(arms.map((_: unknown, arm: number) => arm));
    }
  });

  it('labels the axis of loads per node, and what an invariant did on lines of its own', () => {
    expect(page).toContain('<span class="axis" aria-hidden="true"><i>100\u00a0%</i><i>50</i><i>0</i></span>');
    expect(page).toMatch(/\d+ of [\d,]+ violated<small>as expected<\/small>/);
  });

  it('shades no phase where only one is measured, as under load', () => {
    const result = sampleResult({ seeds: [1], scenarios: ['cache-stampede'] });
    const shaded = () =>
      JSON.parse(/id="rehearsal-data">(.*?)<\/script>/s.exec(renderHtml(result))![1]!).cases[0].shaded;
    expect(shaded()).toBe('trigger');
    for (const phase of result.scenarios[0]!.phases) phase.measured = phase.name === 'steady';
    expect(shaded()).toBeNull();
  });

  it('a knob whose name and value do not fit one line has its value on the next, never a letter a line', () => {
    const rules = (selector: string) =>
      [...STYLES.matchAll(/([^{}]+)\{([^{}]*)\}/g)]
        .filter(([, selectors]) => selectors!.split(',').includes(selector))
        .map(([, , rule]) => rule!)
        .join(';');
    expect(rules('.knobs div')).toContain('flex-wrap:wrap');
    // `anywhere` lets a value shrink to the width of a letter before it wraps.
    expect(rules('.knobs dd')).not.toContain('anywhere');
    expect(rules('.knobs dd')).toContain('margin-left:auto');
  });

  it('has ids that are unique, and links that lead somewhere', () => {
    const ids = [...page.replaceAll(/<script>[\s\S]*?<\/script>/g, '').matchAll(/ id="([^"]+)"/g)].map(
      ([, id]) => id,
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it('a hostile result stays text', () => {
    const result = sampleResult({ seeds: [1], scenarios: ['hot-partition'] });
    poison(result, '</script><script>alert(1)</script><img src=x onerror=alert(1)>" onload="x');
    const hostile = renderHtml(result);
    expect(hostile).not.toContain('<script>alert');
    expect(hostile).not.toContain('<img');
    expect(hostile).not.toMatch(/" onload="/);
  });

  it('stays below 1.5 MB with 24 arms at three seeds, and a day of seconds changes little', () => {
    const result = sampleResult({ scenarios: ['hot-partition'] });
    const { arms } = result.scenarios[0]!.cases[0]!;
    for (const { runs } of arms)
      for (const run of runs)
        run.series = Array.from({ length: 50 }, (_, i) => ({
          ...run.series[1]!,
          name: `series ${i}`,
          values: Array.from({ length: 3_600 }, (_, s) => (s * 7919) % 997),
        }));
    const cases = result.scenarios[0]!.cases;
    for (let i = 1; i < 4; i++) cases.push({ ...cases[0]!, name: `case ${i}` });
    expect(cases.flatMap((c) => c.arms)).toHaveLength(24);
    expect(Buffer.byteLength(renderHtml(result))).toBeLessThan(1.5e6);
  });

  it('an arm without runs, series or requests does not break it', () => {
    const result = sampleResult({ seeds: [1] });
    const [first, second, third] = result.scenarios[0]!.cases[0]!.arms;
    first!.runs = [];
    Object.assign(second!.runs[0]!, { series: [], nodes: [], phases: [], objectives: [], partial: true });
    third!.difference = [];
    result.scenarios[1]!.cases = [];
    expect(renderHtml(result)).toContain('</html>');
    expect(renderHtml({ ...result, scenarios: [], verdicts: [] })).toContain('</html>');
  });
});

/** Puts `evil` into every text of the result that is not an enumeration. */
function poison(result: RunResult, evil: string): void {
  const kept = new Set(['role', 'mode', 'expected', 'observed', 'comparison', 'phase', 'drain']);
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const fields = value as Record<string, unknown>;
    for (const key of Object.keys(fields)) {
      if (typeof fields[key] === 'string' && !kept.has(key)) fields[key] = `${fields[key]}${evil}`;
      else walk(fields[key]);
    }
  };
  walk(result);
}

describe('what charts draw', () => {
  it('many points become few without losing the highest', () => {
    expect(reduce([1, 9, null, 3, null, null, 4], 2, true)).toEqual([9, 3, null, 4]);
    expect(reduce([1, 3, 5], 2, false)).toEqual([2, 5]);
  });

  it('a percentile curve never falls and ends where two requests are left', () => {
    const curve = percentileCurve({
      count: 2_000,
      sumMs: 0,
      maxMs: 50,
      buckets: [
        [1_500, 1_900],
        [1_800, 100],
      ],
    });
    expect(curve.at(-1)![0]).toBeCloseTo(3, 5);
    for (let i = 1; i < curve.length; i++) expect(curve[i]![1]).toBeGreaterThanOrEqual(curve[i - 1]![1]);
  });
});
