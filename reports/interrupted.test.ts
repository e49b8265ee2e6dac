import { expect, it } from 'vitest';
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { sampleResult } from './sample-result.ts';
import { renderTable } from './terminal.ts';

/** As the harness leaves it after Ctrl-C: the arm's runs have no figures, and nothing was checked in them. */
function interrupted() {
  const result = sampleResult({ scenarios: ['cache-stampede'], seeds: [1, 2] });
  const arm = result.scenarios[0]!.cases[0]!.arms.find(({ name }) => name === 'lock')!;
  for (const run of arm.runs) {
    Object.assign(run, { partial: true, objectives: [], evidence: [] });
    for (const invariant of run.invariants) invariant.checked = 0;
  }
  Object.assign(arm.verdict, {
    observed: 'inconclusive',
    confirmed: false,
    sentence: 'Interrupted before its end.',
  });
  result.partial = true;
  result.confirmed = result.scenarios[0]!.confirmed = false;
  return { result, arm };
}

it('an arm that was interrupted is called that in the table, on the page and in Markdown, and never too close to call', () => {
  const { result } = interrupted();
  const table = renderTable(result, { width: 140 });
  expect(table).toMatch(/\? fixed {4}lock .*interrupted\n/);
  const html = renderHtml(result);
  expect(html).toMatch(/title="interrupted"/);
  expect(html).toContain('<span class="outcome">Interrupted.</span>');
  const markdown = renderMarkdown(result);
  expect(markdown).toMatch(/\*\*lock\*\* .*interrupted\./);
  for (const text of [table, html, markdown]) expect(text).not.toContain('too close to call');
});

it('JUnit skips an arm that was interrupted, and what nobody could check in it', () => {
  const { result, arm } = interrupted();
  const xml = renderJunit(result);
  expect(xml).toMatch(/name="lock \(fixed\) meets its objectives">\s*<skipped message="interrupted"\/>/);
  const skipped = 1 + arm.runs[0]!.invariants.length;
  expect(xml).toContain(`failures="0" errors="0" skipped="${skipped}"`);
});

it('what was violated before the interruption is still a failure', () => {
  const { result, arm } = interrupted();
  Object.assign(arm.runs[0]!.invariants[0]!, { checked: 10, violations: 2, expectedToBreak: false });
  expect(renderJunit(result)).toMatch(/failures="1" errors="0"/);
});
