import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, digestOf } from './digest.ts';
import { sampleResult } from './sample-result.ts';

const small = () => sampleResult({ seeds: [1], scenarios: ['hot-partition'] });

/** The same value with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

it('the digest is the same whatever the order of keys', () => {
  const result = small();
  expect(digestOf(reversed(result) as typeof result)).toBe(digestOf(result));
});

it('the digest survives writing and reading', () => {
  const result = small();
  expect(digestOf(JSON.parse(JSON.stringify(result)))).toBe(digestOf(result));
});

it('machine, wall time, commands, what was not run and the digest itself are left out', () => {
  const result = small();
  const before = digestOf(result);
  result.environment.wallSeconds = 1;
  result.environment.commit = null;
  result.environment.drain = 'checkpoint';
  result.command = 'another';
  result.scenarios[0]!.command = 'another';
  result.digest = 'another';
  result.interrupted = { notRun: [] };
  expect(digestOf(result)).toBe(before);
});

it('any measured figure changes the digest', () => {
  const result = small();
  const before = digestOf(result);
  const run = result.scenarios[0]!.cases[0]!.arms[0]!.runs[0]!;
  run.events++;
  expect(digestOf(result)).not.toBe(before);
});

it('canonical JSON is JSON with the same content', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
    }),
  );
});

it('what JSON cannot carry is null in a list and left out of an object, as in JSON', () => {
  const value = { b: undefined, a: [undefined, Number.NaN, () => 0], c: null };
  expect(canonicalJson(value)).toBe('{"a":[null,null,null],"c":null}');
  expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
});
