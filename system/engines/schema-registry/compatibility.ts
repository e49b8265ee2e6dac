/**
 * Whether what was written with one schema can be read with another, decided from the schemas alone
 * (avro.apache.org, specification, "Schema Resolution"), and what the levels of compatibility make of it.
 *
 *   BACKWARD  new version reads the old one's data      FORWARD  old version reads the new one's data
 */
import type { CompatibilityLevel } from '../../ports/schema-registry.ts';
import {
  branchName,
  type EnumSchema,
  type Field,
  isNamed,
  type NamedSchema,
  type PrimitiveKind,
  type RecordSchema,
  type Schema,
  SchemaError,
  unqualified,
} from './schema.ts';

export type Rule =
  | 'type-mismatch'
  | 'name-mismatch'
  | 'missing-default'
  | 'ambiguous-alias'
  | 'missing-enum-symbols'
  | 'fixed-size-mismatch'
  | 'missing-union-branch';

export interface Incompatibility {
  readonly rule: Rule;
  /** From the top: 'track.title', 'tags[]', 'limits{}'; '': the schema itself. */
  readonly path: string;
  readonly message: string;
}

/** What a writer's type may be read as beyond itself. */
const PROMOTIONS: Readonly<Partial<Record<PrimitiveKind, readonly string[]>>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
};

/** Recursive and nested unions are tried branch by branch; a schema that makes that explode is refused. estimate */
const MOST_STEPS = 100_000;

/** What keeps `reader` from reading data of `writer`; empty: nothing does. Throws SchemaError where it is too complex. */
export function readingProblems(reader: Schema, writer: Schema): readonly Incompatibility[] {
  return new Comparison().compare(reader, writer, '');
}

class Comparison {
  /** Pairs of records being compared further up: taken for compatible, since they are reported there if not. */
  readonly #open = new Map<RecordSchema, Set<RecordSchema>>();
  #steps = 0;

  compare(reader: Schema, writer: Schema, path: string): readonly Incompatibility[] {
    if (++this.#steps > MOST_STEPS) throw new SchemaError('the schemas are too complex to be compared.');
    if (writer.kind === 'union')
      return writer.branches.flatMap((branch) => this.compare(reader, branch, path));
    if (reader.kind === 'union') return this.#readAsUnion(reader.branches, writer, path);
    if (reader.kind !== writer.kind) {
      const allowed = PROMOTIONS[writer.kind as PrimitiveKind]?.includes(reader.kind) ?? false;
      return allowed ? [] : [mismatch(reader, writer, path)];
    }
    if (reader.kind === 'array')
      return this.compare(reader.items, (writer as typeof reader).items, `${path}[]`);
    if (reader.kind === 'map')
      return this.compare(reader.values, (writer as typeof reader).values, `${path}{}`);
    return isNamed(reader) ? this.#named(reader, writer as NamedSchema, path) : [];
  }

  /** The first branch that can read it does. If just one is of the same kind and name, its problems tell most. */
  #readAsUnion(branches: readonly Schema[], writer: Schema, path: string): readonly Incompatibility[] {
    const tried = branches.map((branch) => ({ branch, problems: this.compare(branch, writer, path) }));
    if (tried.some(({ problems }) => problems.length === 0)) return [];
    const near = tried.filter(({ branch }) => branch.kind === writer.kind && sameName(branch, writer));
    if (near.length === 1) return near[0]!.problems;
    const message = `the reader's union has no branch for ${branchName(writer)}`;
    return [{ rule: 'missing-union-branch', path, message }];
  }

  #named(reader: NamedSchema, writer: NamedSchema, path: string): readonly Incompatibility[] {
    if (!sameName(reader, writer)) {
      const message = `${writer.name} is not ${reader.name}, and none of its aliases`;
      return [{ rule: 'name-mismatch', path, message }];
    }
    if (reader.kind === 'record') return this.#records(reader, writer as RecordSchema, path);
    if (reader.kind === 'enum') return enumProblems(reader, writer as EnumSchema, path);
    const { size } = writer as typeof reader;
    if (reader.size === size) return [];
    const message = `${size} bytes were written, ${reader.size} are read`;
    return [{ rule: 'fixed-size-mismatch', path, message }];
  }

  #records(reader: RecordSchema, writer: RecordSchema, path: string): readonly Incompatibility[] {
    let open = this.#open.get(reader);
    if (open?.has(writer)) return [];
    if (open === undefined) {
      open = new Set();
      this.#open.set(reader, open);
    }
    open.add(writer);
    const problems = reader.fields.flatMap((field) =>
      this.#field(field, writer, path === '' ? field.name : `${path}.${field.name}`),
    );
    open.delete(writer);
    return problems;
  }

  #field(field: Field, writer: RecordSchema, path: string): readonly Incompatibility[] {
    const sources = sourcesOf(field, writer);
    if (sources.length > 1) {
      const message = `the writer has ${sources.map(({ name }) => name).join(' and ')}, which it is both`;
      return [{ rule: 'ambiguous-alias', path, message }];
    }
    const source = sources[0];
    if (source !== undefined) return this.compare(field.type, source.type, path);
    if (field.default !== undefined) return [];
    const message = 'the writer does not write it, and it has no default';
    return [{ rule: 'missing-default', path, message }];
  }
}

/** The writer's fields that a reader's field may be read from: by its name or an alias. */
export function sourcesOf(field: Field, writer: RecordSchema): Field[] {
  return writer.fields.filter(({ name }) => name === field.name || field.aliases.includes(name));
}

/** Types are one by their unqualified names, or by an alias of the reader. */
export function sameName(reader: Schema, writer: Schema): boolean {
  if (!isNamed(reader) || !isNamed(writer)) return true;
  return unqualified(reader.name) === unqualified(writer.name) || reader.aliases.includes(writer.name);
}

function enumProblems(reader: EnumSchema, writer: EnumSchema, path: string): Incompatibility[] {
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
  if (missing.length === 0 || reader.default !== undefined) return [];
  const message = `the reader does not know ${missing.join(', ')}, and has no default`;
  return [{ rule: 'missing-enum-symbols', path, message }];
}

function mismatch(reader: Schema, writer: Schema, path: string): Incompatibility {
  const message = `${branchName(writer)} cannot be read as ${branchName(reader)}`;
  return { rule: 'type-mismatch', path, message };
}

export interface Version {
  readonly version: number;
  readonly parsed: Schema;
}

/** What the level forbids about `next`, each a sentence that names field, rule and the version it breaks with. */
export function objections(
  level: CompatibilityLevel,
  versions: readonly Version[],
  next: Schema,
): readonly string[] {
  if (level === 'NONE') return [];
  const transitive = level.endsWith('_TRANSITIVE');
  const backward = level.startsWith('BACKWARD') || level.startsWith('FULL');
  const forward = level.startsWith('FORWARD') || level.startsWith('FULL');
  return (transitive ? versions : versions.slice(-1)).flatMap(({ version, parsed }) => [
    ...(backward ? readingProblems(next, parsed).map(said(`cannot read version ${version}`)) : []),
    ...(forward ? readingProblems(parsed, next).map(said(`cannot be read by version ${version}`)) : []),
  ]);
}

const said =
  (what: string) =>
  ({ rule, path, message }: Incompatibility) =>
    `${what}: ${path === '' ? 'the schema' : `field '${path}'`} (${rule}): ${message}`;
