/** Random Avro schemas, what they may have evolved to, and values of them, for the tests of compatibility. */
import fc from 'fast-check';
import type { AvroSchema } from '../../ports/schema-registry.ts';

type Gen = fc.GeneratorValue;
type Json = Record<string, unknown>;

const NUMBERS = ['int', 'long', 'float', 'double'];
const PRIMITIVES = ['null', 'boolean', 'string', 'bytes', ...NUMBERS];
const SYMBOLS = ['A', 'B', 'C', 'D'];
const FIELDS = ['a', 'b', 'c', 'd', 'e'];

/** Numbers the types of a schema: in a union they must not share a JavaScript type, or the library wraps them. */
class Names {
  #count = 0;
  readonly records: string[] = [];
  next(kind: string): string {
    return `${kind}${++this.#count}`;
  }
}

export function randomSchema(g: Gen): AvroSchema {
  return record(g, new Names(), 3);
}

function any(g: Gen, names: Names, depth: number): AvroSchema {
  const kinds = ['primitive', 'primitive', 'primitive', 'enum', 'fixed', 'union', 'union'];
  if (depth > 0) kinds.push('array', 'map', 'record', 'record');
  const kind = g(fc.constantFrom, ...kinds);
  if (kind === 'primitive') return g(fc.constantFrom, ...PRIMITIVES);
  return complex(g, kind, names, depth);
}

function complex(g: Gen, kind: string, names: Names, depth: number): AvroSchema {
  switch (kind) {
    case 'enum':
      return { type: 'enum', name: names.next('Enum'), ...symbolsOf(g) };
    case 'fixed':
      return { type: 'fixed', name: names.next('Fixed'), size: g(fc.nat, { max: 3 }) };
    case 'array':
      return { type: 'array', items: any(g, names, depth - 1) };
    case 'map':
      return { type: 'map', values: any(g, names, depth - 1) };
    case 'union':
      return union(g, names, depth);
    default:
      return record(g, names, depth);
  }
}

/** Symbols of an enum, some with a default. */
function symbolsOf(g: Gen): { symbols: string[]; default?: string } {
  const symbols = g(fc.subarray, SYMBOLS, { minLength: 1 }) as string[];
  return g(fc.nat, { max: 2 }) === 0 ? { symbols, default: symbols[0]! } : { symbols };
}

/** One branch of each JavaScript type. */
function union(g: Gen, names: Names, depth: number): AvroSchema {
  const buckets: (() => AvroSchema)[] = [
    () => 'null',
    () => 'boolean',
    () => g(fc.constantFrom, ...NUMBERS),
    () => g(fc.constantFrom, 'string', 'enum'),
    () => g(fc.constantFrom, 'bytes', 'fixed'),
    ...(depth > 0 ? [() => 'array', () => g(fc.constantFrom, 'map', 'record')] : []),
  ];
  const chosen = g(fc.shuffledSubarray<() => AvroSchema>, buckets, { minLength: 1, maxLength: 4 });
  return chosen.map((make) => {
    const kind = make() as string;
    return PRIMITIVES.includes(kind) ? kind : complex(g, kind, names, depth - 1);
  });
}

function record(g: Gen, names: Names, depth: number): AvroSchema {
  const name = names.next('Record');
  const chosen = g(fc.subarray<string>, FIELDS, { minLength: depth === 3 ? 1 : 0, maxLength: 4 });
  names.records.push(name);
  const fields = chosen.map((field) => {
    // Recursion, where it can end.
    if (g(fc.nat, { max: 9 }) === 0) return { name: field, type: ['null', names.records[0]!], default: null };
    const type = any(g, names, depth - 1);
    return g(fc.nat, { max: 3 }) === 0
      ? { name: field, type, default: defaultOf(g, type) }
      : { name: field, type };
  });
  return { type: 'record', name, fields: fields.map(withoutUndefined) };
}

const withoutUndefined = (field: Json) => (field.default === undefined ? omitDefault(field) : field);
const omitDefault = ({ default: _, ...rest }: Json) => rest;

/** JSON for types whose default is simply made; undefined: none. */
function defaultOf(g: Gen, type: AvroSchema): unknown {
  const first = Array.isArray(type) ? (type as AvroSchema[])[0]! : type;
  if (first === 'null') return null;
  if (first === 'boolean') return g(fc.boolean);
  if (NUMBERS.includes(first as string)) return g(fc.nat, { max: 100 });
  if (first === 'string' || first === 'bytes') return g(fc.constantFrom, '', 'x', 'ÿ');
  if (typeof first !== 'object') return undefined;
  const definition = first as Json;
  if (definition.type === 'array') return [];
  if (definition.type === 'map') return {};
  if (definition.type === 'enum') return (definition.symbols as string[])[0];
  if (definition.type === 'fixed') return 'z'.repeat(definition.size as number);
  return undefined;
}

/** The schema after some changes that people make: allowed ones and others. */
export function evolvedSchema(g: Gen, schema: AvroSchema): AvroSchema {
  const names = new Names();
  const defined = new Set<string>();
  const renamed = new Map<string, string>();
  const chance = (one: number) => g(fc.nat, { max: one - 1 }) === 0;

  function change(type: AvroSchema, depth: number): AvroSchema {
    if (chance(40)) return g(fc.constantFrom, ...PRIMITIVES);
    if (typeof type === 'string') {
      if (NUMBERS.includes(type) && chance(6)) return g(fc.constantFrom, ...NUMBERS);
      if (type === 'string' && chance(10)) return 'bytes';
      if (type === 'bytes' && chance(10)) return 'string';
      if (PRIMITIVES.includes(type) && type !== 'null' && chance(12)) return ['null', type];
      if (PRIMITIVES.includes(type)) return type;
      const name = renamed.get(type) ?? type;
      return defined.has(name) ? name : 'null';
    }
    if (Array.isArray(type)) return changeUnion(type as AvroSchema[], depth);
    return changeDefinition(type as Json, depth) as unknown as AvroSchema;
  }

  function changeUnion(branches: readonly AvroSchema[], depth: number): AvroSchema {
    if (branches.length > 1 && chance(8)) return change(branches[0]!, depth);
    const kept = chance(8) && branches.length > 1 ? branches.slice(1) : branches;
    const changed = kept.map((branch) => (typeof branch === 'string' ? branch : change(branch, depth)));
    return chance(8) && !changed.includes('null') ? ['null', ...changed] : changed;
  }

  function changeDefinition(type: Json, depth: number): Json {
    if (type.type === 'array') return { ...type, items: change(type.items as AvroSchema, depth - 1) };
    if (type.type === 'map') return { ...type, values: change(type.values as AvroSchema, depth - 1) };
    let name = type.name as string;
    let aliases: Json = {};
    if (chance(15)) {
      aliases = chance(3) ? {} : { aliases: [name] };
      renamed.set(name, `${name}x`);
      name = `${name}x`;
    }
    defined.add(name);
    const named = { ...type, ...aliases, name };
    if (type.type === 'enum') return chance(3) ? { ...omitDefault(named), ...symbolsOf(g) } : named;
    if (type.type === 'fixed') return chance(10) ? { ...named, size: 4 } : named;
    const fields = (type.fields as Json[]).filter(() => !chance(8)).map((field) => changeField(field, depth));
    for (const extra of ['f', 'g'])
      if (chance(5)) fields.push(gained(extra, g(fc.constantFrom, ...PRIMITIVES)));
    return { ...named, fields: chance(5) ? fields.toReversed() : fields };
  }

  function changeField(field: Json, depth: number): Json {
    const type = change(field.type as AvroSchema, depth);
    const changed: Json = { ...omitDefault(field), type };
    if (chance(10)) {
      changed.name = `${field.name}x`;
      if (!chance(4)) changed.aliases = [field.name];
    }
    return 'default' in field ? withoutUndefined({ ...changed, default: defaultOf(g, type) }) : changed;
  }

  function gained(name: string, type: AvroSchema): Json {
    return withoutUndefined({
      name: names.next(name),
      type,
      default: chance(3) ? undefined : defaultOf(g, type),
    });
  }

  return change(schema, 4);
}

/** A value that the schema writes; `named` has the types defined so far. */
export function randomValue(g: Gen, schema: AvroSchema, named = new Map<string, Json>(), depth = 0): unknown {
  if (typeof schema === 'string') return randomNamed(g, schema, named, depth);
  if (Array.isArray(schema)) {
    // Deep down the way out of a recursion is taken.
    const branches = schema as AvroSchema[];
    const branch =
      depth > 6 && branches.includes('null') ? 'null' : branches[g(fc.nat, { max: branches.length - 1 })]!;
    for (const other of branches) collect(other, named);
    return randomValue(g, branch, named, depth);
  }
  const type = schema as Json;
  collect(schema, named);
  switch (type.type) {
    case 'array':
    case 'map': {
      const one = (type.items ?? type.values) as AvroSchema;
      const count = depth > 6 ? 0 : g(fc.nat, { max: 3 });
      const items = Array.from({ length: count }, () => randomValue(g, one, named, depth + 1));
      return type.type === 'array' ? items : Object.fromEntries(items.map((item, i) => [`key${i}`, item]));
    }
    case 'enum':
      return g(fc.constantFrom, ...(type.symbols as string[]));
    case 'fixed':
      return Buffer.alloc(type.size as number, g(fc.nat, { max: 255 }));
    default:
      return Object.fromEntries(
        (type.fields as Json[]).map((field) => [
          field.name,
          randomValue(g, field.type as AvroSchema, named, depth + 1),
        ]),
      );
  }
}

function collect(schema: AvroSchema, named: Map<string, Json>): void {
  if (typeof schema === 'string') return;
  if (Array.isArray(schema)) {
    for (const branch of schema as AvroSchema[]) collect(branch, named);
    return;
  }
  const type = schema as Json;
  if (typeof type.name === 'string') named.set(type.name, type);
  if (type.items !== undefined) collect(type.items as AvroSchema, named);
  if (type.values !== undefined) collect(type.values as AvroSchema, named);
  for (const field of (type.fields as Json[] | undefined) ?? []) collect(field.type as AvroSchema, named);
}

function randomNamed(g: Gen, name: string, named: Map<string, Json>, depth: number): unknown {
  switch (name) {
    case 'null':
      return null;
    case 'boolean':
      return g(fc.boolean);
    case 'int':
      return g(fc.integer);
    case 'long':
      return g(fc.integer, { min: -(2 ** 52), max: 2 ** 52 });
    case 'float':
      return g(fc.float, { noNaN: true });
    case 'double':
      return g(fc.double, { noNaN: true });
    case 'string':
      return g(fc.string, { unit: 'grapheme', maxLength: 5 });
    case 'bytes':
      return Buffer.from(g(fc.string, { unit: 'grapheme', maxLength: 5 }));
    default:
      return randomValue(g, named.get(name) as unknown as AvroSchema, named, depth + 1);
  }
}
