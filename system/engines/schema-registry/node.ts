/**
 * One node of the registry: it answers from what it has read, and hands writes to the leader. What it has not read yet it
 * does not know, as Confluent's nodes do not: they hand on requests to register, and configurations, and nothing else
 * (KafkaSchemaRegistry: `registerOrForward`, but `get` from the local store; confluentinc/schema-registry#437).
 */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import {
  type AvroSchema,
  COMPATIBILITY_LEVELS,
  type CompatibilityLevel,
  type RegisteredSchema,
  type SchemaRegistry,
} from '../../ports/schema-registry.ts';
import { parseSchema, type Schema, SchemaError } from './schema.ts';
import type { SchemaStore } from './store.ts';

export interface NodeParts {
  readonly store: SchemaStore;
  readonly now: () => number;
  readonly followerLagNs: number;
  /** Null: this node leads. */
  readonly leader: () => SchemaRegistry | null;
  /** Resolves when a write is safe in the topic of schemas; writes take turns. */
  readonly write: (context: Context) => Promise<void>;
}

const operation = (name: keyof SchemaRegistry) => `schema-registry.${name}`;

export function createNode(parts: NodeParts): SchemaRegistry {
  const { store, now, followerLagNs, leader, write } = parts;
  const asOfNs = () => (leader() === null ? now() : now() - followerLagNs);

  function found<T>(name: keyof SchemaRegistry, what: string, here: T | undefined): T {
    if (here !== undefined) return here;
    throw new PortError('not-found', operation(name), true, `there is no ${what}`);
  }

  /** Checked before and after the wait: another write may have come first. */
  function settled(subject: string, schema: AvroSchema, parsed: Schema): RegisteredSchema | undefined {
    const known = store.find(subject, schema, parsed, now());
    if (known !== undefined) return known;
    const objection = store.objections(subject, parsed, now())[0];
    if (objection === undefined) return undefined;
    const level = store.level(subject, now());
    throw new PortError(
      'conflict',
      operation('register'),
      true,
      `${subject} is ${level}, and it ${objection}`,
    );
  }

  const node: SchemaRegistry = {
    async register(context, subject, schema) {
      const parsed = checked('register', subject, schema);
      const here = store.find(subject, schema, parsed, asOfNs());
      if (here !== undefined) return here;
      const other = leader();
      if (other !== null) return other.register(context, subject, schema);
      const known = settled(subject, schema, parsed);
      if (known !== undefined) return known;
      await write(context);
      return settled(subject, schema, parsed) ?? store.append(subject, schema, parsed, now());
    },

    async lookUp(_, subject, schema) {
      const here = store.find(subject, schema, checked('lookUp', subject, schema), asOfNs());
      return found('lookUp', `version of ${subject} with this schema`, here);
    },

    schemaById: async (_, id) => found('schemaById', `schema ${id}`, store.schemaById(id, asOfNs())),

    async version(_, subject, version) {
      const versions = store.versions(subject, asOfNs());
      const here = version === 'latest' ? versions.at(-1) : versions[version - 1];
      return found('version', `version ${version} of ${subject}`, here);
    },

    async versions(_, subject) {
      const numbers = store.versions(subject, asOfNs()).map(({ version }) => version);
      return found('versions', `subject ${subject}`, numbers.length > 0 ? numbers : undefined);
    },

    subjects: async () => store.subjects(asOfNs()),

    async testCompatibility(_, subject, schema) {
      return store.objections(subject, checked('testCompatibility', subject, schema), asOfNs());
    },

    compatibility: async (_, subject) => store.level(subject, asOfNs()),

    async setCompatibility(context, subject, level: CompatibilityLevel) {
      if (!COMPATIBILITY_LEVELS.includes(level))
        throw new PortError('invalid', operation('setCompatibility'), true, `there is no level '${level}'`);
      const other = leader();
      if (other !== null) return other.setCompatibility(context, subject, level);
      await write(context);
      store.setLevel(subject, level, now());
    },
  };
  return node;
}

function checked(name: keyof SchemaRegistry, subject: string, schema: AvroSchema): Schema {
  try {
    if (typeof subject !== 'string' || subject === '') throw new SchemaError('a subject needs a name.');
    return parseSchema(schema);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new PortError('invalid', operation(name), true, error.message);
  }
}
