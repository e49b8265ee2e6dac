/** Holds the direction of imports and the bans of the architecture over every source file, tracked or new. */
import { expect, test } from 'vitest';
import { checkBans, checkForm, checkImports } from './architecture/check.ts';
import { LONGER_FILES } from './architecture/rules.ts';
import { blank, importsOf, readSources } from './architecture/source.ts';

const sources = readSources();
const report = (check: (file: (typeof sources)[number]) => string[]) => sources.flatMap(check).join('\n');

test('imports go one way', () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(report(checkImports)).toBe('');
});

test('time, randomness, output and global state stay where they belong', () => {
  expect(report(checkBans)).toBe('');
});

test('files are named in kebab-case and short enough to read', () => {
  expect(report(checkForm)).toBe('');
});

test('no exception outlives its file', () => {
  const paths = new Set(sources.map(({ path }) => path));
  expect(Object.keys(LONGER_FILES).filter((path) => !paths.has(path))).toEqual([]);
});

test('a forbidden import is found, with file, line and what to do instead', () => {
  const text =
    "import type { Clock } from '../../ports/clock.ts';\nimport { x } from '../../engines/redis/index.ts';\n";
  expect(checkImports({ path: 'system/services/playlist/service.ts', text })).toEqual([
    "system/services/playlist/service.ts:2 (services) may not import '../../engines/redis/index.ts': take it as a dependency of the factory, typed by a port or a contract.",
  ]);
});

test('engines do not know each other, nor services', () => {
  const find = (path: string, from: string) => checkImports({ path, text: `import { x } from '${from}';` });
  expect(find('system/engines/redis/embedded.ts', '../kafka/log.ts')).toHaveLength(1);
  expect(find('system/engines/redis/embedded.ts', '../engine.ts')).toEqual([]);
  expect(find('system/services/search/service.ts', '../playlist/service.ts')).toHaveLength(1);
});

test('a client package is allowed in real.ts alone, and Node’s modules only near the host', () => {
  const find = (path: string, from: string) =>
    checkImports({ path, text: `const x = await import('${from}');` });
  expect(find('system/engines/kafka/real.ts', 'kafkajs')).toEqual([]);
  expect(find('system/engines/kafka/embedded.ts', 'kafkajs')[0]).toContain('use the engine');
  expect(find('system/engines/kafka/embedded.ts', 'node:fs')).toHaveLength(1);
  expect(find('system/runtime/guard.ts', 'node:fs')).toEqual([]);
});

test('a banned call is found in code, not in comments and texts', () => {
  const text = [
    '// Math.random would not repeat',
    "const sentence = 'Date.now is banned';",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text under test holds a template.
    'const template = `setTimeout() ${Math.random()} Date.now`;',
    'const pattern = /Date.now/;',
    'const now = Date.now();',
  ].join('\n');
  const found = checkBans({ path: 'system/engines/redis/embedded.ts', text });
  expect(found.map((finding) => finding.split(' uses ')[0])).toEqual([
    'system/engines/redis/embedded.ts:5',
    'system/engines/redis/embedded.ts:3',
  ]);
  expect(found[0]).toContain('clock.now()');
  expect(checkBans({ path: 'cli/progress.ts', text: 'performance.now()' })).toEqual([]);
});

test('a host function is found by whatever way it is reached', () => {
  const found = (text: string) => checkBans({ path: 'system/services/search/service.ts', text }).length;
  for (const text of [
    'const { random } = Math;',
    "Math['random']();",
    'const M = Math;',
    'const D = Date; D.now();',
    'const today = Date();',
    'const today = new Date;',
    'Reflect.construct(Date, []);',
    'globalThis.setTimeout(work, 5);',
    'const timer = setTimeout;',
    'const { now } = performance;',
    'const { hrtime } = process;',
    "globalThis['setTimeout'](work, 5);",
    'const later = queueMicrotask;',
    'const { nextTick } = process;',
  ])
    expect(found(text), text).toBeGreaterThan(0);
  for (const text of [
    'Math.round(random.uniform(1));',
    'const at: Date = new Date(startedAt);',
    'const ms = Date.UTC(2026, 1, 1) + Date.parse(text);',
    'if (value instanceof Date) work(value.toISOString());',
    'interface Span { startedAt: Date; readonly ends?: Date }',
    'const setTimeoutMs = 5;',
  ])
    expect(found(text), text).toBe(0);
});

test('enums, namespaces and tests that hide others are found', () => {
  const text =
    'export enum Kind { A }\nnamespace N {}\ndescribe.only("x", () => {});\nvi.mock("./a.ts");\nconst enumerated = 1;\n';
  expect(checkBans({ path: 'fixtures/day.ts', text })).toHaveLength(4);
});

test('a long or misnamed file is found', () => {
  expect(checkForm({ path: 'cli/readPlays.ts', text: '' })[0]).toContain('read-plays.ts');
  expect(checkForm({ path: 'cli/long.ts', text: '\n'.repeat(401) })[0]).toContain('401 lines');
});

test('blanking keeps every line where it is', () => {
  for (const { text } of sources) expect(blank(text, true).split('\n').length).toBe(text.split('\n').length);
});

test('imports inside templates are text', () => {
  const text = "const t = `import { x } from './a.ts';`;\nexport * from './b.ts';";
  expect(importsOf({ path: 'cli/x.ts', text })).toEqual([
    { specifier: './b.ts', target: 'cli/b.ts', line: 2 },
  ]);
});
