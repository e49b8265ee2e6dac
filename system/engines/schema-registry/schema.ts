/**
 * Avro schemas as the registry understands them (avro.apache.org, specification 1.12, "Schema Declaration"): names
 * qualified, references resolved, defaults checked. What is not Avro is an error that says where.
 */
import type { AvroSchema } from '../../ports/schema-registry.ts';
import { checkDefault } from './default-value.ts';

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
export type PrimitiveKind = (typeof PRIMITIVES)[number];

export interface Field {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: Schema;
  /** Undefined: it has none. */
  readonly default: unknown;
}

export interface RecordSchema {
  readonly kind: 'record';
  readonly name: string;
  readonly aliases: readonly string[];
  readonly fields: readonly Field[];
}

export interface EnumSchema {
  readonly kind: 'enum';
  readonly name: string;
  readonly aliases: readonly string[];
  readonly symbols: readonly string[];
  readonly default: string | undefined;
}

export interface FixedSchema {
  readonly kind: 'fixed';
  readonly name: string;
  readonly aliases: readonly string[];
  readonly size: number;
}

/** Names are full: 'rehearsal.events.Play'. */
export type NamedSchema = RecordSchema | EnumSchema | FixedSchema;

export type Schema =
  | { readonly kind: PrimitiveKind }
  | NamedSchema
  | { readonly kind: 'array'; readonly items: Schema }
  | { readonly kind: 'map'; readonly values: Schema }
  | { readonly kind: 'union'; readonly branches: readonly Schema[] };

export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** Schemas nest no deeper: more is an attack, or a mistake. estimate: ten times what people write. */
const DEEPEST = 64;
/** `__proto__` would be a name to Avro, and no field to a JavaScript object. */
const NAME = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/;
const FULL_NAME = /^(?!(.*\.)?__proto__(\.|$))[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

type Definition = Readonly<Record<string, unknown>>;

export const isNamed = (schema: Schema): schema is NamedSchema => 'name' in schema;

/** How a union tells its branches apart: by name, or by kind. */
export const branchName = (schema: Schema): string => (isNamed(schema) ? schema.name : schema.kind);

export function unqualified(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Throws SchemaError. */
export function parseSchema(schema: AvroSchema): Schema {
  try {
    return new Parser().parse(schema, '', '', 0);
  } catch (error) {
    // A default can be nested deeper than the stack.
    if (error instanceof RangeError) fail('', 'it is nested too deep');
    throw error;
  }
}

class Parser {
  readonly #named = new Map<string, NamedSchema>();

  parse(schema: unknown, namespace: string, path: string, depth: number): Schema {
    if (depth > DEEPEST) fail(path, `it is nested more than ${DEEPEST} deep`);
    if (typeof schema === 'string') return this.#reference(schema, namespace, path);
    if (Array.isArray(schema)) return this.#union(schema, namespace, path, depth);
    if (typeof schema !== 'object' || schema === null) fail(path, 'a type is a name, a list or an object');
    const definition = schema as Definition;
    const { type } = definition;
    if (type === 'record' || type === 'error') return this.#record(definition, namespace, path, depth);
    if (type === 'enum') return this.#enum(definition, namespace, path);
    if (type === 'fixed') return this.#fixed(definition, namespace, path);
    if (type === 'array')
      return { kind: 'array', items: this.parse(definition.items, namespace, `${path}[]`, depth + 1) };
    if (type === 'map')
      return { kind: 'map', values: this.parse(definition.values, namespace, `${path}{}`, depth + 1) };
    // { "type": "string", "logicalType": … } and a schema in the place of a type's name.
    return this.parse(type, namespace, path, depth + 1);
  }

  #reference(name: string, namespace: string, path: string): Schema {
    if ((PRIMITIVES as readonly string[]).includes(name)) return { kind: name as PrimitiveKind };
    const full = name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
    return this.#named.get(full) ?? fail(path, `there is no type '${name}'`);
  }

  #union(schemas: readonly unknown[], namespace: string, path: string, depth: number): Schema {
    if (schemas.length === 0) fail(path, 'a union needs a branch');
    const branches = schemas.map((one) => this.parse(one, namespace, path, depth + 1));
    const seen = new Set<string>();
    for (const branch of branches) {
      if (branch.kind === 'union') fail(path, 'a union cannot stand directly in a union');
      const name = branchName(branch);
      if (seen.has(name)) fail(path, `the union has two branches '${name}'`);
      seen.add(name);
    }
    return { kind: 'union', branches };
  }

  #record(definition: Definition, outer: string, path: string, depth: number): Schema {
    const { name, namespace, aliases } = names(definition, outer, path);
    const { fields } = definition;
    if (!Array.isArray(fields)) fail(path, `record ${name} needs a list of fields`);
    const parsed: Field[] = [];
    const record: RecordSchema = { kind: 'record', name, aliases, fields: parsed };
    // Known before its fields are read: they may name it.
    this.#define(record, path);
    for (const field of fields as unknown[]) {
      const one = this.#field(field, namespace, path, depth);
      if (parsed.some((other) => other.name === one.name))
        fail(path, `record ${name} has two fields '${one.name}'`);
      parsed.push(one);
    }
    return record;
  }

  #field(field: unknown, namespace: string, path: string, depth: number): Field {
    if (typeof field !== 'object' || field === null) fail(path, 'a field is an object');
    const { name, type, aliases, default: value } = field as Definition;
    if (typeof name !== 'string' || !NAME.test(name)) fail(path, `'${String(name)}' cannot name a field`);
    const inner = path === '' ? name : `${path}.${name}`;
    const parsed: Field = {
      name,
      aliases: texts(aliases, NAME, inner),
      type: this.parse(type, namespace, inner, depth + 1),
      default: value,
    };
    const problem = value === undefined ? null : checkDefault(parsed.type, value);
    if (problem !== null) fail(inner, `its default ${problem}`);
    return parsed;
  }

  #enum(definition: Definition, outer: string, path: string): Schema {
    const { name, aliases } = names(definition, outer, path);
    const symbols = texts(definition.symbols, NAME, path);
    if (symbols.length === 0) fail(path, `enum ${name} needs symbols`);
    if (new Set(symbols).size < symbols.length) fail(path, `enum ${name} has a symbol twice`);
    const { default: value } = definition;
    if (value !== undefined && !symbols.includes(value as string))
      fail(path, `the default of enum ${name} is none of its symbols`);
    return this.#define({ kind: 'enum', name, aliases, symbols, default: value as string | undefined }, path);
  }

  #fixed(definition: Definition, outer: string, path: string): Schema {
    const { name, aliases } = names(definition, outer, path);
    const size = definition.size as number;
    if (!Number.isInteger(size) || size < 0 || size > 2 ** 31 - 1)
      fail(path, `fixed ${name} needs a size in bytes`);
    return this.#define({ kind: 'fixed', name, aliases, size }, path);
  }

  #define(schema: NamedSchema, path: string): Schema {
    if (this.#named.has(schema.name)) fail(path, `${schema.name} is defined twice`);
    this.#named.set(schema.name, schema);
    return schema;
  }
}

function names(definition: Definition, outer: string, path: string) {
  const { name, namespace: own = outer, aliases } = definition;
  if (typeof name !== 'string' || !FULL_NAME.test(name)) fail(path, `'${String(name)}' cannot name a type`);
  if (typeof own !== 'string' || (own !== '' && !FULL_NAME.test(own)))
    fail(path, `'${String(own)}' is no namespace`);
  if ((PRIMITIVES as readonly string[]).includes(name)) fail(path, `'${name}' is a type of Avro's own`);
  const namespace = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : own;
  const qualify = (one: string) => (one.includes('.') || namespace === '' ? one : `${namespace}.${one}`);
  return { name: qualify(name), namespace, aliases: texts(aliases, FULL_NAME, path).map(qualify) };
}

function texts(value: unknown, form: RegExp, path: string): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) fail(path, 'a list of names was expected');
  for (const one of value)
    if (typeof one !== 'string' || !form.test(one)) fail(path, `'${String(one)}' is no name`);
  return value as string[];
}

function fail(path: string, what: string): never {
  throw new SchemaError(`${path === '' ? 'the schema' : path}: ${what}.`);
}

/**
 * A text that is the same for schemas that write and read the same: names in full, documentation and unknown
 * attributes left out, defaults and aliases kept, since readers need them.
 */
export function identityOf(schema: Schema): string {
  return JSON.stringify(normalised(schema, new Set()));
}

/**
 * A text that is the same for schemas that say the same: documentation and attributes that Avro does not know count, where
 * they stand does not. By this Confluent's registry tells versions apart (`AvroSchema.canonicalString`).
 */
export function wordingOf(schema: AvroSchema, parsed: Schema): string {
  const remarks: string[] = [];
  remark(schema, '', remarks);
  return [identityOf(parsed), ...remarks.sort()].join('\n');
}

/** What says nothing beyond the type. */
const KNOWN: ReadonlySet<string> = new Set(
  'type name namespace aliases fields symbols size items values default'.split(' '),
);

function remark(schema: unknown, path: string, remarks: string[]): void {
  if (typeof schema !== 'object' || schema === null) return;
  if (Array.isArray(schema)) {
    for (const [i, branch] of schema.entries()) remark(branch, `${path}|${i}`, remarks);
    return;
  }
  const definition = schema as Definition;
  for (const [key, value] of Object.entries(definition))
    if (!KNOWN.has(key)) remarks.push(`${path}/${key} ${JSON.stringify(value)}`);
  const { type, items, values, fields } = definition;
  remark(type, path, remarks);
  remark(items, `${path}[]`, remarks);
  remark(values, `${path}{}`, remarks);
  if (!Array.isArray(fields)) return;
  for (const field of fields as readonly Definition[]) remark(field, `${path}.${field.name}`, remarks);
}

function normalised(schema: Schema, defined: Set<string>): unknown {
  switch (schema.kind) {
    case 'array':
      return { type: 'array', items: normalised(schema.items, defined) };
    case 'map':
      return { type: 'map', values: normalised(schema.values, defined) };
    case 'union':
      return schema.branches.map((branch) => normalised(branch, defined));
    case 'record':
    case 'enum':
    case 'fixed': {
      if (defined.has(schema.name)) return schema.name;
      defined.add(schema.name);
      const { kind, name, aliases } = schema;
      if (kind === 'fixed') return { type: kind, name, aliases, size: schema.size };
      if (kind === 'enum')
        return { type: kind, name, aliases, symbols: schema.symbols, default: schema.default };
      const fields = schema.fields.map((field) => ({
        name: field.name,
        aliases: field.aliases,
        type: normalised(field.type, defined),
        default: field.default,
      }));
      return { type: kind, name, aliases, fields };
    }
    default:
      return schema.kind;
  }
}
