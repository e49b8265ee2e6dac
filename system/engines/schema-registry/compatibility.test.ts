import avsc from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AvroSchema, CompatibilityLevel } from '../../ports/schema-registry.ts';
import { objections, readingProblems } from './compatibility.ts';
import { createProjection } from './projection.ts';
import { parseSchema, SchemaError } from './schema.ts';
import { evolvedSchema, randomSchema, randomValue } from './test-schemas.ts';

const libraryType = (schema: AvroSchema) =>
  avsc.Type.forSchema(structuredClone(schema) as unknown as avsc.Schema, { omitRecordMethods: true });

/** Null: the library refuses to read one as the other. */
function libraryResolver(reader: avsc.Type, writer: avsc.Type) {
  try {
    return reader.createResolver(writer, { ignoreNamespaces: true });
  } catch {
    return null;
  }
}

/** The library's values in the form of ours: nothing is an absent property. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) return [...value];
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  return Object.fromEntries(entries.map(([key, one]) => [key, plain(one)]));
}

/** Null: not a schema (the random change has made no sense, such as a union with two numbers of one type). */
function parsed(schema: AvroSchema) {
  try {
    return parseSchema(schema);
  } catch (error) {
    if (error instanceof SchemaError) return null;
    throw error;
  }
}

test('what the checker calls readable the library reads, every value of it; what it refuses the library refuses', () => {
  let readable = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.gen(), (g) => {
      const written = randomSchema(g);
      const read = evolvedSchema(g, written);
      const [reader, writer] = [parsed(read), parsed(written)];
      fc.pre(reader !== null && writer !== null);
      const [readerType, writerType] = [libraryType(read), libraryType(written)];
      const resolver = libraryResolver(readerType, writerType);
      const problems = readingProblems(reader, writer);
      expect(problems.length === 0).toBe(resolver !== null);
      if (resolver === null) {
        refused++;
        expect(() => createProjection(reader, writer)).toThrow(SchemaError);
        return;
      }
      readable++;
      const project = createProjection(reader, writer);
      for (let i = 0; i < 3; i++) {
        const value = randomValue(g, written);
        const decoded = readerType.fromBuffer(writerType.toBuffer(value), resolver);
        expect(plain(project(value))).toEqual(plain(decoded));
      }
    }),
    { seed: 21, numRuns: 250 },
  );
  // The property says nothing unless both kinds of pairs come up.
  expect(readable).toBeGreaterThan(60);
  expect(refused).toBeGreaterThan(60);
  // Two generators a run: a second on an idle machine.
}, 30_000);

const record = (...fields: unknown[]): AvroSchema => ({
  type: 'record',
  name: 'Play',
  namespace: 'music',
  fields,
});
const trackId = { name: 'trackId', type: 'string' };
const enumOf = (...symbols: string[]) => ({ type: 'enum', name: 'Kind', symbols });
const fieldOf = (type: unknown, more = {}) => record({ name: 'x', type, ...more });

test.each<[string, AvroSchema, AvroSchema]>([
  [
    'a field with a default is new',
    record(trackId, { name: 'ms', type: 'int', default: 0 }),
    record(trackId),
  ],
  ['a field is gone', record(), record(trackId)],
  [
    'fields change places',
    record({ name: 'a', type: 'int' }, trackId),
    record(trackId, { name: 'a', type: 'int' }),
  ],
  ['int becomes long', fieldOf('long'), fieldOf('int')],
  ['int becomes float', fieldOf('float'), fieldOf('int')],
  ['int becomes double', fieldOf('double'), fieldOf('int')],
  ['long becomes float', fieldOf('float'), fieldOf('long')],
  ['long becomes double', fieldOf('double'), fieldOf('long')],
  ['float becomes double', fieldOf('double'), fieldOf('float')],
  ['string becomes bytes', fieldOf('bytes'), fieldOf('string')],
  ['bytes become string', fieldOf('string'), fieldOf('bytes')],
  ['a type becomes optional', fieldOf(['null', 'string']), fieldOf('string')],
  ['a union loses nothing and gains a branch', fieldOf(['null', 'int', 'string']), fieldOf(['int', 'null'])],
  ['a branch of a union is widened', fieldOf(['null', 'long']), fieldOf(['null', 'int'])],
  ['a union of one is unwrapped', fieldOf('long'), fieldOf(['int'])],
  ['an enum gains a symbol', fieldOf(enumOf('A', 'B')), fieldOf(enumOf('A'))],
  [
    'an enum with a default loses a symbol',
    fieldOf({ ...enumOf('A'), default: 'A' }),
    fieldOf(enumOf('A', 'B')),
  ],
  ['a field is renamed with an alias', fieldOf('int', { name: 'y', aliases: ['x'] }), fieldOf('int')],
  [
    'a record is renamed with an alias',
    { type: 'record', name: 'Listen', namespace: 'music', aliases: ['Play'], fields: [] },
    record(),
  ],
  ['a record moves to another namespace', { type: 'record', name: 'other.Play', fields: [] }, record()],
  ['items are widened', fieldOf({ type: 'array', items: 'long' }), fieldOf({ type: 'array', items: 'int' })],
  ['values are widened', fieldOf({ type: 'map', values: 'long' }), fieldOf({ type: 'map', values: 'int' })],
])('readable: %s', (_, reader, writer) => {
  expect(readingProblems(parseSchema(reader), parseSchema(writer))).toEqual([]);
  expect(libraryResolver(libraryType(reader), libraryType(writer))).not.toBeNull();
});

test.each<[string, string, string, AvroSchema, AvroSchema]>([
  [
    'a field without a default is new',
    'missing-default',
    'ms',
    record(trackId, { name: 'ms', type: 'int' }),
    record(trackId),
  ],
  ['long becomes int', 'type-mismatch', 'x', fieldOf('int'), fieldOf('long')],
  ['double becomes float', 'type-mismatch', 'x', fieldOf('float'), fieldOf('double')],
  ['float becomes long', 'type-mismatch', 'x', fieldOf('long'), fieldOf('float')],
  ['string becomes long', 'type-mismatch', 'x', fieldOf('long'), fieldOf('string')],
  ['an optional type becomes required', 'type-mismatch', 'x', fieldOf('string'), fieldOf(['null', 'string'])],
  [
    'a union loses a branch',
    'missing-union-branch',
    'x',
    fieldOf(['null', 'int']),
    fieldOf(['null', 'string']),
  ],
  ['an enum loses a symbol', 'missing-enum-symbols', 'x', fieldOf(enumOf('A')), fieldOf(enumOf('A', 'B'))],
  [
    'bytes of fixed size take another size',
    'fixed-size-mismatch',
    'x',
    fieldOf({ type: 'fixed', name: 'F', size: 4 }),
    fieldOf({ type: 'fixed', name: 'F', size: 8 }),
  ],
  [
    'a record is renamed without an alias',
    'name-mismatch',
    '',
    { type: 'record', name: 'Listen', fields: [] },
    record(),
  ],
  [
    'a field is renamed without an alias',
    'missing-default',
    'y',
    fieldOf('int', { name: 'y' }),
    fieldOf('int'),
  ],
  [
    'a field is two of the writer at once',
    'ambiguous-alias',
    'x',
    fieldOf('int', { aliases: ['old'] }),
    record({ name: 'x', type: 'int' }, { name: 'old', type: 'int' }),
  ],
  [
    'items are narrowed',
    'type-mismatch',
    'x[]',
    fieldOf({ type: 'array', items: 'int' }),
    fieldOf({ type: 'array', items: 'long' }),
  ],
  [
    'values are narrowed',
    'type-mismatch',
    'x{}',
    fieldOf({ type: 'map', values: 'int' }),
    fieldOf({ type: 'map', values: 'long' }),
  ],
  [
    'a field within an optional record is new and has no default',
    'missing-default',
    'x.ms',
    fieldOf(['null', { type: 'record', name: 'T', fields: [{ name: 'ms', type: 'int' }] }]),
    fieldOf(['null', { type: 'record', name: 'T', fields: [] }]),
  ],
])('not readable: %s', (_, rule, path, reader, writer) => {
  expect(readingProblems(parseSchema(reader), parseSchema(writer))).toMatchObject([{ rule, path }]);
  expect(libraryResolver(libraryType(reader), libraryType(writer))).toBeNull();
});

test('recursive records are compared to their end', () => {
  const list = (value: unknown) => ({
    type: 'record',
    name: 'Node',
    fields: [
      { name: 'value', type: value },
      { name: 'next', type: ['null', 'Node'] },
    ],
  });
  const [int, long] = [parseSchema(list('int') as AvroSchema), parseSchema(list('long') as AvroSchema)];
  expect(readingProblems(long, int)).toEqual([]);
  expect(readingProblems(int, long)).toMatchObject([{ rule: 'type-mismatch', path: 'value' }]);
  expect(createProjection(long, int)({ value: 1, next: { value: 2, next: null } })).toEqual({
    value: 1,
    next: { value: 2 },
  });
});

test('schemas that would take for ever to compare are refused', () => {
  // Each record names the one below four times: 4^12 ways down.
  const wide = (n: number): unknown => {
    const below = (i: number) => (n === 0 ? 'int' : i === 0 ? wide(n - 1) : `R${n - 1}`);
    const fields = ['a', 'b', 'c', 'd'].map((name, i) => ({ name, type: below(i) }));
    return { type: 'record', name: `R${n}`, fields };
  };
  const schema = parseSchema(wide(12) as AvroSchema);
  expect(() => readingProblems(schema, parseSchema(wide(12) as AvroSchema))).toThrow(/too complex/);
});

/** Version 1 has the track; 2 gains `ms` with a default; 3 loses the default; each is compatible with its neighbour. */
const [first, second, third] = [
  record(trackId),
  record(trackId, { name: 'ms', type: 'int', default: 0 }),
  record(trackId, { name: 'ms', type: 'int' }),
].map(parseSchema) as [
  ReturnType<typeof parseSchema>,
  ReturnType<typeof parseSchema>,
  ReturnType<typeof parseSchema>,
];
const versions = [
  { version: 1, parsed: first },
  { version: 2, parsed: second },
];

test.each<[CompatibilityLevel, boolean]>([
  ['NONE', true],
  ['BACKWARD', true],
  ['BACKWARD_TRANSITIVE', false],
  ['FORWARD', true],
  ['FORWARD_TRANSITIVE', true],
  ['FULL', true],
  ['FULL_TRANSITIVE', false],
])('at level %s, a version that fits its neighbour and not the one before passes: %s', (level, passes) => {
  const found = objections(level, versions, third);
  expect(found.length === 0).toBe(passes);
  if (!passes)
    expect(found).toEqual([
      "cannot read version 1: field 'ms' (missing-default): the writer does not write it, and it has no default",
    ]);
});

test.each<[CompatibilityLevel, string[]]>([
  ['BACKWARD', []],
  ['FORWARD', ["cannot be read by version 1: field 'trackId' (missing-default)"]],
  ['FULL', ["cannot be read by version 1: field 'trackId' (missing-default)"]],
])('at level %s, a field that is taken out: %j', (level, expected) => {
  const found = objections(level, [{ version: 1, parsed: first }], parseSchema(record()));
  expect(found.map((one) => one.slice(0, expected[0]?.length))).toEqual(expected);
});
