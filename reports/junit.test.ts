import { expect, it } from 'vitest';
import { renderJunit, xml } from './junit.ts';
import { sampleResult } from './sample-result.ts';

/** Balanced tags and quoted attributes without bare '<' or '&': what a parser needs. Returns the open tags by name. */
function elements(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const open: string[] = [];
  const token = /<\?xml[^?]*\?>|<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`Not XML at ${text.slice(at, at + 60)}`);
    const [, closing, name, attributes, selfClosing, content] = match;
    for (const part of [attributes, content]) {
      expect((part ?? '').replaceAll(/&(?:amp|lt|gt|quot|#10);/g, '')).not.toContain('&');
    }
    if (name === undefined) continue;
    if (closing === '/') expect(open.pop()).toBe(name);
    else {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (selfClosing === '') open.push(name);
    }
  }
  expect(open).toEqual([]);
  return counts;
}

it('is well formed, with a suite a scenario and a case for every arm and each of its invariants', () => {
  const result = sampleResult();
  const counts = elements(renderJunit(result));
  expect(counts.get('testsuite')).toBe(3);
  expect(counts.get('testcase')).toBe(17 * (1 + 3));
  expect(counts.get('failure')).toBeUndefined();
});

it('an arm that did not do what it says fails with its sentence and the figures', () => {
  const result = sampleResult({ seeds: [1], scenarios: ['hot-partition'] });
  const arm = result.scenarios[0]!.cases[0]!.arms[1]!;
  arm.title = 'a < b && "c"';
  Object.assign(arm.verdict, { confirmed: false, observed: 'meets', sentence: 'p99 < 100 ms & "fine".' });
  const text = renderJunit(result);
  expect(elements(text).get('failure')).toBe(1);
  expect(text).toContain('<testsuite name="hot-partition" tests="24" failures="1"');
  expect(text).toContain('message="refuted: meets, should miss"');
  expect(text).toContain('p99 &lt; 100 ms &amp; &quot;fine&quot;.');
  expect(text).toContain('seed 1: playlist.get hot (usual) errors in trigger');
});

it('limits of objectives and evidence have their unit beside them, as what was measured has', () => {
  const result = sampleResult({ seeds: [1], scenarios: ['hot-partition'] });
  const arm = result.scenarios[0]!.cases[0]!.arms[1]!;
  Object.assign(arm.verdict, { confirmed: false });
  arm.runs[0]!.objectives[0]!.unit = '1';
  const detail = /<failure [^>]*>([^<]*)/.exec(renderJunit(result))![1]!;
  expect(detail).toMatch(/errors in trigger: [\d.]+ %, target &lt;= 1 % \(missed\)/);
  expect(detail).toMatch(
    /evidence 'skew over replicas': [\d.]+ × the mean, needs &gt;= 2 × the mean \(holds\)/,
  );
  expect(detail).toMatch(/p99 in trigger: [\d.]+, target &lt;= 100 \(/);
});

it('an invariant that nobody checked, or that broke unasked, fails', () => {
  const result = sampleResult({ seeds: [1], scenarios: ['cache-stampede'] });
  const [first, second] = result.scenarios[0]!.cases[0]!.arms[0]!.runs[0]!.invariants;
  first!.checked = 0;
  second!.violations = 2;
  second!.examples.push('track 7 is gone');
  const text = renderJunit(result);
  expect(text).toContain('it was never checked');
  expect(text).toContain('2 violations among 612 checked');
  expect(text).toContain('track 7 is gone');
});

it('letters that XML forbids are replaced', () => {
  expect(xml('a\u0000b\u001bc\ud800')).toBe('a�b�c�');
});
