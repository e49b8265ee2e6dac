/**
 * What is registered, in the order in which it was written: the registry's topic of schemas, which survives its nodes.
 * Nodes that follow see it with a lag, so every question is asked as of a time.
 */
import type { AvroSchema, CompatibilityLevel, RegisteredSchema } from '../../ports/schema-registry.ts';
import { objections, type Version } from './compatibility.ts';
import { identityOf, type Schema } from './schema.ts';

interface Entry extends Version {
  readonly registered: RegisteredSchema;
  readonly identity: string;
  readonly writtenNs: number;
}

interface LevelChange {
  readonly subject: string | null;
  readonly level: CompatibilityLevel;
  readonly writtenNs: number;
}

export class SchemaStore {
  readonly #default: CompatibilityLevel;
  readonly #subjects = new Map<string, Entry[]>();
  readonly #byId: Entry[] = [];
  readonly #idByIdentity = new Map<string, number>();
  readonly #levels: LevelChange[] = [];

  constructor(level: CompatibilityLevel) {
    this.#default = level;
  }

  /** Distinct schemas. */
  get size(): number {
    return this.#byId.length;
  }

  schemaById(id: number, asOfNs: number): AvroSchema | undefined {
    const entry = this.#byId[id - 1];
    return entry !== undefined && entry.writtenNs <= asOfNs ? entry.registered.schema : undefined;
  }

  /** Ascending; empty: there is no such subject. */
  versions(subject: string, asOfNs: number): readonly RegisteredSchema[] {
    return this.#entries(subject, asOfNs).map(({ registered }) => registered);
  }

  subjects(asOfNs: number): string[] {
    return [...this.#subjects.keys()].filter((subject) => this.#entries(subject, asOfNs).length > 0).sort();
  }

  find(subject: string, parsed: Schema, asOfNs: number): RegisteredSchema | undefined {
    const identity = identityOf(parsed);
    return this.#entries(subject, asOfNs).find((entry) => entry.identity === identity)?.registered;
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
    const identity = identityOf(parsed);
    const entries = this.#subjects.get(subject) ?? [];
    const id = this.#idByIdentity.get(identity) ?? this.#byId.length + 1;
    const version = entries.length + 1;
    const registered = { subject, version, id, schema: deepFreeze(schema) };
    const entry = { version, parsed, registered, identity, writtenNs: nowNs };
    this.#subjects.set(subject, entries);
    entries.push(entry);
    if (id > this.#byId.length) {
      this.#byId.push(entry);
      this.#idByIdentity.set(identity, id);
    }
    return registered;
  }

  setLevel(subject: string | null, level: CompatibilityLevel, nowNs: number): void {
    this.#levels.push({ subject, level, writtenNs: nowNs });
  }

  #entries(subject: string, asOfNs: number): readonly Entry[] {
    return this.#subjects.get(subject)?.filter(({ writtenNs }) => writtenNs <= asOfNs) ?? [];
  }
}

/** Everybody who asks gets the same object. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const one of Object.values(value)) deepFreeze(one);
  return Object.freeze(value);
}
