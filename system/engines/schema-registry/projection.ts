/**
 * Reads a value that was written with one schema as another one wants it, as decoding its bytes would: what the reader
 * does not know is gone, what the writer did not know has its default. Values are plain: texts, numbers, bytes, lists,
 * objects; nothing (null of a union) is an absent property.
 */
import { readingProblems, sameName, sourcesOf } from './compatibility.ts';
import { type RecordSchema, type Schema, SchemaError } from './schema.ts';

export type Projection = (value: unknown) => unknown;

/** A value that its writer's schema cannot have written. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** Throws SchemaError, with what is in the way, where data of `writer` cannot be read as `reader`. */
export function createProjection(reader: Schema, writer: Schema): Projection {
  const problem = readingProblems(reader, writer)[0];
  if (problem !== undefined)
    throw new SchemaError(`${problem.path || 'the schema'} (${problem.rule}): ${problem.message}.`);
  return new Compiler().compile(reader, writer);
}

class Compiler {
  /** Records under way, so that recursive ones end. */
  readonly #records = new Map<RecordSchema, Map<RecordSchema, { project: Projection }>>();

  compile(reader: Schema, writer: Schema): Projection {
    if (writer.kind === 'union') return this.#fromUnion(reader, writer.branches);
    if (reader.kind === 'union') {
      const branch = reader.branches.find((one) => readingProblems(one, writer).length === 0)!;
      return this.compile(branch, writer);
    }
    if (writer.kind === 'record') return this.#record(reader as RecordSchema, writer);
    const project = this.#container(reader, writer) ?? scalar(reader, writer);
    return (value) => {
      if (!accepts(writer, value)) throw new ValueError(`${String(value)} is no ${writer.kind}`);
      return project(value);
    };
  }

  #fromUnion(reader: Schema, branches: readonly Schema[]): Projection {
    const projections = branches.map((branch) => this.compile(reader, branch));
    return (value) => {
      const index = branches.findIndex((branch) => accepts(branch, value));
      if (index < 0) throw new ValueError(`${String(value)} fits no branch of the union`);
      return projections[index]!(value);
    };
  }

  #container(reader: Schema, writer: Schema): Projection | null {
    if (writer.kind === 'array') {
      const item = this.compile((reader as typeof writer).items, writer.items);
      return (value) => (value as unknown[]).map(item);
    }
    if (writer.kind !== 'map') return null;
    const one = this.compile((reader as typeof writer).values, writer.values);
    return (value) => Object.fromEntries(Object.entries(value as object).map(([key, v]) => [key, one(v)]));
  }

  #record(reader: RecordSchema, writer: RecordSchema): Projection {
    const known = this.#records.get(reader)?.get(writer);
    if (known !== undefined) return (value) => known.project(value);
    const entry = { project: (value: unknown) => value };
    const ofReader = this.#records.get(reader) ?? new Map();
    this.#records.set(reader, ofReader.set(writer, entry));
    const fields = reader.fields.map((field) => {
      const source = sourcesOf(field, writer)[0];
      if (source !== undefined)
        return { name: field.name, source: source.name, project: this.compile(field.type, source.type) };
      const value = defaultOf(field.type, field.default);
      return { name: field.name, source: null, project: () => value };
    });
    entry.project = (value) => {
      if (!accepts(writer, value)) throw new ValueError(`${String(value)} is no ${writer.name}`);
      const made: Record<string, unknown> = {};
      for (const { name, source, project } of fields) {
        const one = project(source === null ? null : (value as Record<string, unknown>)[source]);
        if (one !== null && one !== undefined) made[name] = one;
      }
      return made;
    };
    return entry.project;
  }
}

/** Whether a plain value is one of this type, without looking into it. */
function accepts(schema: Schema, value: unknown): boolean {
  switch (schema.kind) {
    case 'null':
      return value === null || value === undefined;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return value === ((value as number) | 0);
    case 'long':
      return Number.isSafeInteger(value);
    case 'float':
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'enum':
      return schema.symbols.includes(value as string);
    case 'bytes':
      return value instanceof Uint8Array;
    case 'fixed':
      return value instanceof Uint8Array && value.length === schema.size;
    case 'array':
      return Array.isArray(value);
    default:
      return (
        typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
      );
  }
}

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function scalar(reader: Schema, writer: Schema): Projection {
  if (reader.kind === 'bytes' && writer.kind === 'string') return (value) => utf8.encode(value as string);
  if (reader.kind === 'string' && writer.kind === 'bytes')
    return (value) => fromUtf8.decode(value as Uint8Array);
  if (reader.kind === 'enum' && sameName(reader, writer)) {
    const { symbols, default: other } = reader;
    return (value) => (symbols.includes(value as string) ? value : other);
  }
  return (value) => value;
}

/** A default is JSON; bytes are written in it as text, one letter a byte. */
function defaultOf(schema: Schema, value: unknown): unknown {
  switch (schema.kind) {
    case 'union':
      return defaultOf(schema.branches[0]!, value);
    case 'bytes':
    case 'fixed':
      return Uint8Array.from(value as string, (letter) => letter.codePointAt(0)!);
    case 'array':
      return (value as unknown[]).map((item) => defaultOf(schema.items, item));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as object).map(([key, one]) => [key, defaultOf(schema.values, one)]),
      );
    case 'record': {
      const given = value as Record<string, unknown>;
      const entries = schema.fields.map(({ name, type, default: own }) => {
        return [name, defaultOf(type, Object.hasOwn(given, name) ? given[name] : own)] as const;
      });
      return Object.fromEntries(entries.filter(([, one]) => one !== null));
    }
    default:
      return value;
  }
}
