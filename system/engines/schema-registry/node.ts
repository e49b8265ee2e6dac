/** One node of the registry: it answers what it has read, and hands the rest to the leader, which alone writes. */
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

  /** A node that lags asks the leader before it says that there is no such thing. */
  async function found<T>(
    name: keyof SchemaRegistry,
    what: string,
    here: T | undefined,
    there: (from: SchemaRegistry) => Promise<T>,
  ): Promise<T> {
    if (here !== undefined) return here;
    const other = leader();
    if (other !== null) return there(other);
    throw new PortError('not-found', operation(name), true, `there is no ${what}`);
  }

  /** Checked before and after the wait: another write may have come first. */
  function settled(subject: string, parsed: Schema): RegisteredSchema | undefined {
    const known = store.find(subject, parsed, now());
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
      const here = store.find(subject, parsed, asOfNs());
      if (here !== undefined) return here;
      const other = leader();
      if (other !== null) return other.register(context, subject, schema);
      const known = settled(subject, parsed);
      if (known !== undefined) return known;
      await write(context);
      return settled(subject, parsed) ?? store.append(subject, schema, parsed, now());
    },

    async lookUp(context, subject, schema) {
      const here = store.find(subject, checked('lookUp', subject, schema), asOfNs());
      const what = `version of ${subject} with this schema`;
      return found('lookUp', what, here, (from) => from.lookUp(context, subject, schema));
    },

    schemaById(context, id) {
      const here = store.schemaById(id, asOfNs());
      return found('schemaById', `schema ${id}`, here, (from) => from.schemaById(context, id));
    },

    version(context, subject, version) {
      const versions = store.versions(subject, asOfNs());
      const here = version === 'latest' ? versions.at(-1) : versions[version - 1];
      const what = `version ${version} of ${subject}`;
      return found('version', what, here, (from) => from.version(context, subject, version));
    },

    versions(context, subject) {
      const numbers = store.versions(subject, asOfNs()).map(({ version }) => version);
      const here = numbers.length > 0 ? numbers : undefined;
      return found('versions', `subject ${subject}`, here, (from) => from.versions(context, subject));
    },

    subjects: async () => store.subjects(asOfNs()),

    async testCompatibility(context, subject, schema) {
      const other = leader();
      if (other !== null) return other.testCompatibility(context, subject, schema);
      return store.objections(subject, checked('testCompatibility', subject, schema), now());
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
