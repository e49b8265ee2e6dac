import { expect, test } from 'vitest';
import type { AvroSchema } from '../../ports/schema-registry.ts';
import { identityOf, parseSchema, SchemaError } from './schema.ts';

const record = (fields: unknown[], more = {}): AvroSchema => ({ type: 'record', name: 'R', fields, ...more });
const field = (type: unknown, more = {}) => record([{ name: 'x', type, ...more }]);

test('names are qualified by the nearest namespace, and references find them', () => {
  const schema = parseSchema({
    type: 'record',
    name: 'Outer',
    namespace: 'a.b',
    aliases: ['Old', 'c.Older'],
    fields: [
      { name: 'one', type: { type: 'record', name: 'Inner', fields: [] } },
      { name: 'two', type: { type: 'enum', name: 'z.Kind', symbols: ['A'] } },
      { name: 'again', type: 'Inner' },
      { name: 'elsewhere', type: 'z.Kind' },
    ],
  });
  expect(schema).toMatchObject({ name: 'a.b.Outer', aliases: ['a.b.Old', 'c.Older'] });
  const names =
    schema.kind === 'record' ? schema.fields.map(({ type }) => (type as { name: string }).name) : [];
  expect(names).toEqual(['a.b.Inner', 'z.Kind', 'a.b.Inner', 'z.Kind']);
});

test('the identity of a schema does not know its documentation, layout and unknown attributes', () => {
  const plain = { type: 'record', name: 'a.R', fields: [{ name: 'x', type: 'int', default: 1 }] };
  const dressed = {
    fields: [{ default: 1, type: { type: 'int', logicalType: 'date' }, name: 'x', doc: 'a day' }],
    doc: 'said',
    namespace: 'a',
    name: 'R',
    type: 'record',
    owner: 'somebody',
  };
  expect(identityOf(parseSchema(dressed))).toBe(identityOf(parseSchema(plain)));
  const other = { ...plain, fields: [{ name: 'x', type: 'int', default: 2 }] };
  expect(identityOf(parseSchema(other))).not.toBe(identityOf(parseSchema(plain)));
});

let nested: unknown = 'int';
for (let i = 0; i < 100; i++) nested = { type: 'array', items: nested };
let value: unknown = 1;
for (let i = 0; i < 200_000; i++) value = { next: value };
const recursive = record([
  {
    name: 'next',
    type: { type: 'record', name: 'N', fields: [{ name: 'next', type: 'N' }] },
    default: value,
  },
]);

test.each<[unknown, RegExp]>([
  [null, /a type is a name, a list or an object/],
  [7, /a type is a name/],
  ['strnig', /there is no type 'strnig'/],
  [{ type: 'rekord', name: 'R' }, /there is no type 'rekord'/],
  [[], /a union needs a branch/],
  [['null', ['int']], /a union cannot stand directly in a union/],
  [['int', 'int'], /two branches 'int'/],
  [record([], { name: '7up' }), /'7up' cannot name a type/],
  [record([], { name: undefined }), /'undefined' cannot name a type/],
  [record([], { name: 'a.__proto__' }), /cannot name a type/],
  [record([], { name: 'string' }), /a type of Avro's own/],
  [record([], { namespace: 'a..b' }), /'a\.\.b' is no namespace/],
  [record([], { fields: 7 }), /needs a list of fields/],
  [record([null]), /a field is an object/],
  [record([{ name: '__proto__', type: 'int' }]), /'__proto__' cannot name a field/],
  [
    record([
      { name: 'x', type: 'int' },
      { name: 'x', type: 'int' },
    ]),
    /two fields 'x'/,
  ],
  [field('int', { aliases: 'y' }), /x: a list of names was expected/],
  [field('int', { default: 'a' }), /x: its default "a" does not fit int/],
  [field('int', { default: 2 ** 31 }), /does not fit int/],
  [field('long', { default: 1.5 }), /does not fit long/],
  [field(['null', 'int'], { default: 1 }), /does not fit null, the union's first branch/],
  [field({ type: 'enum', name: 'E', symbols: ['A'] }, { default: 'B' }), /does not fit E/],
  [field({ type: 'fixed', name: 'F', size: 2 }, { default: 'a' }), /does not fit F/],
  [field('bytes', { default: '€' }), /does not fit bytes/],
  [field({ type: 'enum', name: 'E', symbols: [] }), /x: enum E needs symbols/],
  [field({ type: 'enum', name: 'E', symbols: ['A', 'A'] }), /a symbol twice/],
  [field({ type: 'enum', name: 'E', symbols: ['A'], default: 'B' }), /none of its symbols/],
  [field({ type: 'fixed', name: 'F', size: -1 }), /needs a size/],
  [record([{ name: 'a', type: { type: 'record', name: 'R', fields: [] } }]), /a: R is defined twice/],
  [nested, /nested more than 64 deep/],
  [recursive, /nested too deep/],
])('what is no schema is refused and says where: %#', (schema, message) => {
  expect(() => parseSchema(schema as AvroSchema)).toThrow(SchemaError);
  expect(() => parseSchema(schema as AvroSchema)).toThrow(message);
});
