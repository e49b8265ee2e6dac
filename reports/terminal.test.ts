import { expect, it } from 'vitest';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { sampleResult } from './sample-result.ts';
import { seedText } from './seeds.ts';
import { renderTable, terminalOptions, wrap } from './terminal.ts';

const result = sampleResult();
const lines = (text: string) => text.split('\n');

it('shows a scenario as one row an arm', () => {
  expect(renderTable(sampleResult({ scenarios: ['hot-partition'] }), { width: 120 })).toMatchInlineSnapshot(`
    "✓ hot-partition  Release Friday: one playlist, three replicas
      p50, p99, errors: playlist.get hot, trigger · objective: playlist.get hot (usual) errors ≤ 1 %
                 arm                  p50      p99  errors   objective (seeds)  verdict
      ✓ healthy  healthy                –        –       –                 0 %  meets, as expected
      ✓ broken   broken           47.4 ms   499 ms  27.9 %    26.8 % (26.3–27)  misses, as expected
          Seed 2, the middle of three: 27 % of its reads failed, p99 500 ms; its three replicas were 93 % busy, the cluster
          34 %.
      ✓ fixed    bucketed key     9.28 ms  44.6 ms     0 %                 0 %  meets, as expected
      ✓ fixed    cache-aside      1.44 ms  6.92 ms     0 %                 0 %  meets, as expected
      ✓ decoy    twice the nodes  47.4 ms   499 ms  25.8 %  24.8 % (24.3–24.9)  misses, as expected
      ✓ decoy    reads at ONE     7.23 ms  34.6 ms     0 %                 0 %  violates read-your-writes, as expected

    ✓ Confirmed: 6 of 6 arms did what they say at seeds 1 to 3.
      2.01 million plays · 44 million events · 63 min of virtual time in 42 s · 1,000,000 addressable listeners, 42,352 of
      them played
      Replay: npx rehearse run hot-partition --seed 1 --repeat 3 --listeners 1000000
    "
  `);
});

it('a narrow terminal loses columns, never digits', () => {
  const table = renderTable(sampleResult({ scenarios: ['cache-stampede'] }), { width: 60 });
  expect(table).toMatchInlineSnapshot(`
    "✓ cache-stampede  Cache stampede: everybody rebuilds at once
      objective: database reads per expiry ≤ 3 reads/s
                 arm            objective  verdict
      ✓ healthy  healthy     1.03 reads/s  meets, as expected
      ✓ broken   broken      53.7 reads/s  misses, as expected
          Seed 2, the middle of three: 52 rebuilds per expiry
          (worst 71), each key expired at least 3 times; p99
          260 ms.
      ✓ fixed    lock        1.14 reads/s  meets, as expected
      ✓ fixed    xfetch      1.86 reads/s  meets, as expected
      ✓ decoy    longer ttl  55.7 reads/s  misses, as expected

    ✓ Confirmed: 5 of 5 arms did what they say at seeds 1 to 3.
      1.67 million plays · 36.7 million events · 52 min 30 s of
      virtual time in 42 s · 1,000,000 addressable listeners,
      42,352 of them played
      Replay: npx rehearse run cache-stampede --seed 1 --repeat 3 --listeners 1000000
    "
  `);
});

it.each([40, 60, 80, 100, 140])('no line but the replay command is longer than %d letters', (width) => {
  const long = lines(renderTable(result, { width })).filter((line) => line.length > width);
  expect(long.filter((line) => !line.includes('Replay:'))).toEqual([]);
});

it.each([44, 60, 72, 80, 100, 140])(
  'at %d letters the caption names the figures that are columns, and no other',
  (width) => {
    const judged = sampleResult({ scenarios: ['hot-partition'] });
    const [testCase] = judged.scenarios[0]!.cases;
    for (const { runs } of testCase!.arms)
      for (const { objectives } of runs)
        for (const objective of objectives)
          objective.name = objective.name.replace(' (usual) errors', ' p95');
    testCase!.headline.percentile = 95;
    for (const text of [renderTable(result, { width }), renderTable(judged, { width })]) {
      const tables = text.split(/\n(?= +arm )/);
      expect(tables.length).toBeGreaterThan(1);
      for (const [index, table] of tables.slice(1).entries()) {
        const head = lines(table)[0]!.split(/ +/).slice(1);
        const before = lines(tables[index]!).slice(-3).join('\n');
        const said = /^ {2}((?:(?:p[\d.]+|errors)(?:, )?)+): /m.exec(before)?.[1];
        expect(said?.split(', ') ?? []).toEqual(head.filter((word) => /^(?:p[\d.]+|errors)$/.test(word)));
      }
    }
  },
);

it.each([40, 80, 100])(
  'a title that is longer than %d letters is wrapped: what it ends with is there too',
  (width) => {
    const served = sampleResult({ seeds: [1], scenarios: ['consumer-lag'] });
    const [scenario] = served.scenarios;
    scenario!.name = 'load-hot-partition';
    scenario!.title =
      'Release Friday: one playlist, three replicas (hot-partition / twice the nodes is served)';
    scenario!.cases[0]!.title =
      'One after the other: a case with a title that no narrow terminal has the room to show in one line';
    const text = renderTable(served, { width });
    expect(lines(text).filter((line) => line.length > width && !line.includes('Replay:'))).toEqual([]);
    const words = text.replaceAll(/\s+/g, ' ');
    expect(words).toContain(`load-hot-partition ${scenario!.title}`);
    expect(words).toContain(scenario!.cases[0]!.title);
  },
);

it('colours add nothing but colours', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  const bare = renderTable(result, { color: true }).replaceAll(/\u001b\[[\d;]*m/g, '');
  expect(bare).toBe(renderTable(result, { color: false }));
});

it('NO_COLOR, a pipe and a dumb terminal get no colour', () => {
  const terminal = { isTTY: true, columns: 90 };
  expect(terminalOptions(terminal, {})).toEqual({ width: 90, color: true });
  expect(terminalOptions(terminal, { NO_COLOR: '1' }).color).toBe(false);
  expect(terminalOptions(terminal, { TERM: 'dumb' }).color).toBe(false);
  expect(terminalOptions({}, {})).toEqual({ width: 100, color: false });
});

it('an arm that did not do what it says is marked and explained, and the whole is refuted', () => {
  const refuted = sampleResult({ scenarios: ['cache-stampede'] });
  const arm = refuted.scenarios[0]!.cases[0]!.arms[2]!;
  Object.assign(arm.verdict, { confirmed: false, observed: 'misses', sentence: 'It fails. Not confirmed.' });
  refuted.scenarios[0]!.confirmed = refuted.confirmed = false;
  const text = renderTable(refuted);
  expect(text).toContain('✗ cache-stampede');
  expect(text).toMatch(
    /✗ fixed {4}lock .*should meet\n {6}Seed 2, the middle of three: It fails\. Not confirmed\./,
  );
  expect(text).toContain('✗ Refuted: 4 of 5 arms did what they say at seeds 1 to 3.');
});

it('a part of a run confirms nothing and says so', () => {
  const partial = { ...sampleResult({ seeds: [4] }), partial: true, confirmed: false };
  for (const scenario of partial.scenarios) scenario.confirmed = false;
  const text = renderTable(partial);
  expect(text).toContain('? Inconclusive: 17 of 17 arms');
  expect(text).toContain('at seed 4.');
  expect(text).toContain('a part confirms nothing');
});

it('names seeds shortly', () => {
  expect([seedText([7]), seedText([1, 2, 3]), seedText([1, 5, 9])]).toEqual([
    'seed 7',
    'seeds 1 to 3',
    'seeds 1, 5 and 9',
  ]);
});

it('a number keeps its unit on its line', () => {
  expect(wrap('it took 500 ms', 12)).toEqual(['it took', '500 ms']);
});

it('a live run has load in place of virtual time and model events', () => {
  const table = renderTable({ ...result, mode: 'embedded' }, { width: 120 });
  expect(table).toMatch(/ requests · [^·]+ of load in 42 s · /);
  expect(table).not.toMatch(/virtual time|\d events/);
});

it('names what was set and is not scaled, beside the factor', () => {
  const scale = { listeners: 500_000, factor: 0.5, asSet: ['cassandra.coresPerNode=2', 'gateway.cores=4'] };
  const words =
    'demand and servers × 0.5 of what titles and notes say, but cassandra.coresPerNode=2, gateway.cores=4 as set';
  const half = { ...result, scale };
  const plain = (text: string) => text.replaceAll(/<[^>]*>|\\/g, '').replaceAll(/\s+/g, ' ');
  for (const render of [renderTable, renderMarkdown, renderHtml]) {
    expect(plain(render(half))).toContain(words);
    expect(plain(render({ ...half, scale: { listeners: 500_000, factor: 0.5 } }))).not.toContain('as set');
  }
});

it('an arm that --set overrides is not judged, whatever its figures are', () => {
  const result = sampleResult({ scenarios: ['cache-stampede'], seeds: [1] });
  const { verdict } = result.scenarios[0]!.cases[0]!.arms.find(({ name }) => name === 'longer ttl')!;
  Object.assign(verdict, { observed: 'inconclusive', confirmed: false, overridden: ['playlist.cacheTtlMs'] });
  const table = renderTable(result, { width: 140 });
  expect(table).toMatch(/\? decoy {4}longer ttl .*not judged: overridden\n/);
  expect(table).not.toContain('too close to call');
});
