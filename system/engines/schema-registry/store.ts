/**
 * What is registered, in the order in which it was written: the registry's topic of schemas, which survives its nodes.
 * Nodes that follow see it with a lag, so every question is asked as of a time. Where somebody journals it, it outlives the
 * process: messages that were written with an id must find the same schema under it.
 */
import type { AvroSchema, CompatibilityLevel, RegisteredSchema } from '../../ports/schema-registry.ts';
import type { Durable } from '../engine.ts';
import { objections, type Version } from './compatibility.ts';
import { parseSchema, type Schema, wordingOf } from './schema.ts';

interface Entry extends Version {
  readonly registered: RegisteredSchema;
  /** `wordingOf` it. */
  readonly wording: string;
  readonly writtenNs: number;
}

interface LevelChange {
  readonly subject: string | null;
  readonly level: CompatibilityLevel;
  readonly writtenNs: number;
}

export type RegistryChange =
  | readonly ['schema', RegisteredSchema]
  | readonly ['level', subject: string | null, level: CompatibilityLevel];

const BEFORE = Number.NEGATIVE_INFINITY;
const ALWAYS = Number.POSITIVE_INFINITY;

export class SchemaStore implements Durable {
  readonly #default: CompatibilityLevel;
  readonly #subjects = new Map<string, Entry[]>();
  readonly #byId: Entry[] = [];
  readonly #idByWording = new Map<string, number>();
  readonly #levels: LevelChange[] = [];
  /** Registered when it is first asked for something: what an earlier process had comes before. */
  #initial: { subject: string; schema: AvroSchema }[] = [];
  #listener: ((change: RegistryChange) => void) | null = null;
  /** Initial schemas that were registered before anybody listened. */
  #untold: RegistryChange[] = [];

  constructor(level: CompatibilityLevel) {
    this.#default = level;
  }

  /** Distinct schemas. */
  get size(): number {
    this.#begin();
    return this.#byId.length;
  }

  /** A schema that is there from the start, whatever the level says. */
  preload(subject: string, schema: AvroSchema): void {
    this.#initial.push({ subject, schema });
  }

  schemaById(id: number, asOfNs: number): AvroSchema | undefined {
    this.#begin();
    const entry = this.#byId[id - 1];
    return entry !== undefined && entry.writtenNs <= asOfNs ? entry.registered.schema : undefined;
  }

  /** Ascending; empty: there is no such subject. */
  versions(subject: string, asOfNs: number): readonly RegisteredSchema[] {
    return this.#entries(subject, asOfNs).map(({ registered }) => registered);
  }

  subjects(asOfNs: number): string[] {
    this.#begin();
    return [...this.#subjects.keys()].filter((subject) => this.#entries(subject, asOfNs).length > 0).sort();
  }

  find(subject: string, schema: AvroSchema, parsed: Schema, asOfNs: number): RegisteredSchema | undefined {
    const wording = wordingOf(schema, parsed);
    return this.#entries(subject, asOfNs).find((entry) => entry.wording === wording)?.registered;
  }

  objections(subject: string, parsed: Schema, asOfNs: number): readonly string[] {
    return objections(this.level(subject, asOfNs), this.#entries(subject, asOfNs), parsed);
  }

  level(subject: string | null, asOfNs: number): CompatibilityLevel {
    const seen = this.#levels.filter(({ writtenNs }) => writtenNs <= asOfNs);
    const own = seen.findLast((change) => change.subject === subject);
    return (own ?? seen.findLast((change) => change.subject === null))?.level ?? this.#default;
  }

  append(subject: string, schema: AvroSchema, parsed: Schema, nowNs: number): RegisteredSchema {
    const id = this.#idByWording.get(wordingOf(schema, parsed)) ?? this.#byId.length + 1;
    const version = (this.#subjects.get(subject)?.length ?? 0) + 1;
    const registered = { subject, version, id, schema: deepFreeze(schema) };
    this.#add(registered, parsed, nowNs);
    this.#tell(['schema', registered]);
    return registered;
  }

  setLevel(subject: string | null, level: CompatibilityLevel, nowNs: number): void {
    this.#levels.push({ subject, level, writtenNs: nowNs });
    this.#tell(['level', subject, level]);
  }

  onChange(listener: (change: unknown) => void): void {
    this.#listener = listener;
    // Messages name ids of initial schemas too: a later version, whose schemas are others, must find these under them.
    for (const change of this.#untold.splice(0)) listener(change);
  }

  restore(change: unknown): void {
    const known = change as RegistryChange;
    if (known[0] === 'level') {
      this.#levels.push({ subject: known[1], level: known[2], writtenNs: BEFORE });
      return;
    }
    const { subject, version, id, schema } = known[1];
    const there = this.#subjects.get(subject)?.[version - 1];
    const parsed = parseSchema(schema);
    if (there === undefined) this.#add({ subject, version, id, schema: deepFreeze(schema) }, parsed, BEFORE);
    else if (there.registered.id !== id || there.wording !== wordingOf(schema, parsed))
      throw new RangeError(`Version ${version} of ${subject} is another schema than before.`);
  }

  restored(): void {}

  *changes(): Generator<RegistryChange> {
    this.#begin();
    for (const { subject, level } of this.#levels) yield ['level', subject, level];
    // Ids first come up in their order.
    const entries = [...this.#subjects.values()].flat();
    entries.sort((a, b) => a.registered.id - b.registered.id || a.version - b.version);
    for (const { registered } of entries) yield ['schema', registered];
  }

  #begin(): void {
    if (this.#initial.length === 0) return;
    const initial = this.#initial;
    this.#initial = [];
    for (const { subject, schema } of initial) {
      const parsed = parseSchema(schema);
      if (this.find(subject, schema, parsed, ALWAYS) === undefined)
        this.append(subject, schema, parsed, BEFORE);
    }
  }

  #tell(change: RegistryChange): void {
    if (this.#listener === null) this.#untold.push(change);
    else this.#listener(change);
  }

  #add(registered: RegisteredSchema, parsed: Schema, writtenNs: number): void {
    const { subject, version, id, schema } = registered;
    const wording = wordingOf(schema, parsed);
    const entry = { version, parsed, registered, wording, writtenNs };
    let entries = this.#subjects.get(subject);
    if (entries === undefined) {
      entries = [];
      this.#subjects.set(subject, entries);
    }
    entries[version - 1] = entry;
    if (this.#byId[id - 1] !== undefined) return;
    this.#byId[id - 1] = entry;
    this.#idByWording.set(wording, id);
  }

  #entries(subject: string, asOfNs: number): readonly Entry[] {
    this.#begin();
    return this.#subjects.get(subject)?.filter(({ writtenNs }) => writtenNs <= asOfNs) ?? [];
  }
}

/** Everybody who asks gets the same object. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const one of Object.values(value)) deepFreeze(one);
  return Object.freeze(value);
}
