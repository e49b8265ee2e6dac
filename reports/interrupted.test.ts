import { expect, it } from 'vitest';
import { confirmedText } from './figures.ts';
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

/** Three of five arms were begun, one of them at one of two seeds, and of another scenario nothing was. */
function withArmsNotRun() {
  const { result, arm } = interrupted();
  arm.runs.pop();
  const [testCase] = result.scenarios[0]!.cases;
  const left = testCase!.arms.splice(3);
  expect(left.map(({ name }) => name)).toEqual(['xfetch', 'longer ttl']);
  result.verdicts = testCase!.arms.map(({ verdict }) => verdict);
  const place = { scenario: 'cache-stampede', case: testCase!.name };
  const seeds = [1, 2];
  result.interrupted = {
    notRun: [
      { ...place, arm: 'lock', role: 'fixed', seeds: [2] },
      ...left.map(({ name, role }) => ({ ...place, arm: name, role, seeds })),
      { scenario: 'hot-partition', case: 'hot-partition', arm: 'broken', role: 'broken', seeds },
    ],
  };
  return result;
}

const NOT_RUN =
  'Interrupted; not run: cache-stampede / lock at seed 2, cache-stampede / xfetch, cache-stampede / longer ttl, hot-partition / broken. A part confirms nothing.';

it('arms that were not begun are counted and named, with the reason', () => {
  const result = withArmsNotRun();
  expect(confirmedText(result)).toBe('2 of 6 arms did what they say');
  const table = renderTable(result, { width: 100 });
  expect(table).toContain('? Inconclusive: 2 of 6 arms did what they say at seeds 1 to 2.');
  expect(table).toMatch(/ {2}\? fixed {4}xfetch {6}not run\n {2}\? decoy {4}longer ttl {2}not run\n/);
  expect(table.replaceAll(/\s+/g, ' ')).toContain(NOT_RUN);
  const markdown = renderMarkdown(result);
  expect(markdown).toContain(`> ${NOT_RUN}`);
  expect(markdown).toMatch(/^\| ⚠️ \| decoy \| \*\*longer ttl\*\* \| – \| .* \| no result\. \|$/m);
  const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
  expect(new Set(rows.map((line) => line.split('|').length)).size).toBe(1);
  const html = renderHtml(result);
  expect(html).toContain(`2 of 6 arms did what they say. ${NOT_RUN}`);
  expect(html).toMatch(/<tr class="inconclusive not-run">\n.*\n<th scope="row">longer ttl/);
  for (const text of [table, markdown, html]) expect(text).not.toContain('Only a part was run');
});

it('JUnit skips what was not begun, in a suite of its own where its scenario has none', () => {
  const xml = renderJunit(withArmsNotRun());
  expect(xml).toMatch(/name="longer ttl \(decoy\)">\s*<skipped message="not run: it was stopped before"\/>/);
  expect(xml).toMatch(/<testsuite name="hot-partition" tests="1" failures="0" errors="0" skipped="1"/);
  expect(xml).toMatch(/classname="hot-partition" name="broken \(broken\)">\s*<skipped/);
});

it('what an error ended says the error wherever it is read, and is an error to CI', () => {
  const result = withArmsNotRun();
  const error = "mine / broken at seed 1: measure of evidence 'reads' gives NaN, and must give a number";
  result.interrupted!.error = error;
  const table = renderTable(result, { width: 100 }).replaceAll(/\s+/g, ' ');
  for (const text of [table, renderMarkdown(result), renderHtml(result).replaceAll('&#39;', "'")]) {
    expect(text).toContain('Ended by an error; without a result: ');
    expect(text).toContain(`A part confirms nothing. ${error}.`);
    expect(text).not.toMatch(/interrupted; not run/i);
  }
  const xml = renderJunit(result);
  expect(xml).toMatch(/<testsuites name="rehearse" tests="\d+" failures="\d+" errors="1"/);
  expect(xml).toMatch(
    /name="runs to its end">\s*<error message="mine \/ broken at seed 1: .*, and must give a number"\/>/,
  );
});

it('a part that was chosen is not called interrupted, and nothing of it is missing', () => {
  const result = { ...sampleResult({ seeds: [4] }), partial: true, confirmed: false };
  for (const text of [renderTable(result), renderMarkdown(result), renderHtml(result)]) {
    expect(text).toContain('Only a part was run');
    expect(text).not.toMatch(/interrupted;/i);
  }
});

it('arms that a chosen part leaves out are named, and skipped by CI, which would otherwise be green', () => {
  const result = { ...sampleResult({ scenarios: ['cache-stampede'] }), partial: true, confirmed: false };
  const [testCase] = result.scenarios[0]!.cases;
  const left = testCase!.arms.splice(1);
  result.verdicts = testCase!.arms.map(({ verdict }) => verdict);
  result.leftOut = left.map(({ name, role }) => ({
    ...{ scenario: 'cache-stampede', case: testCase!.name, arm: name, role },
    seeds: result.seeds,
  }));
  const names = left.map(({ name }) => `cache-stampede / ${name}`);
  for (const text of [renderTable(result), renderMarkdown(result), renderHtml(result)])
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      `Only a part was run, without ${names.join(', ')}: a part confirms nothing.`,
    );
  expect(confirmedText(result)).toBe('1 of 1 arm did what it says');
  const xml = renderJunit(result);
  expect(xml).toContain(`failures="0" errors="0" skipped="${left.length}"`);
  expect(xml).toMatch(/name="xfetch \(fixed\)">\s*<skipped message="left out by --arm"\/>/);
  result.leftOut.push(...result.leftOut, ...result.leftOut);
  expect(renderMarkdown(result)).toContain(` and ${3 * left.length - 6} more: a part confirms nothing.`);
});
