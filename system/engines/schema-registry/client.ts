/**
 * The registry's client in a process: what it was told once it does not ask again, since a schema never changes under its
 * id. What it was refused it asks again.
 */
import type { Context } from '../../ports/context.ts';
import type {
  AvroSchema,
  CompatibilityLevel,
  RegisteredSchema,
  SchemaRegistry,
} from '../../ports/schema-registry.ts';

export class Client implements SchemaRegistry {
  readonly #nodes: SchemaRegistry;
  readonly #byId = new Map<number, AvroSchema>();
  readonly #bySchema = new Map<string, RegisteredSchema>();

  constructor(nodes: SchemaRegistry) {
    this.#nodes = nodes;
  }

  /** The process is gone, and what it knew. */
  readonly forget = (): void => {
    this.#byId.clear();
    this.#bySchema.clear();
  };

  register(context: Context, subject: string, schema: AvroSchema): Promise<RegisteredSchema> {
    return this.#kept(subject, schema, () => this.#nodes.register(context, subject, schema));
  }

  lookUp(context: Context, subject: string, schema: AvroSchema): Promise<RegisteredSchema> {
    return this.#kept(subject, schema, () => this.#nodes.lookUp(context, subject, schema));
  }

  async schemaById(context: Context, id: number): Promise<AvroSchema> {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const schema = await this.#nodes.schemaById(context, id);
    this.#byId.set(id, schema);
    return schema;
  }

  version(context: Context, subject: string, version: number | 'latest'): Promise<RegisteredSchema> {
    return this.#nodes.version(context, subject, version);
  }

  versions(context: Context, subject: string): Promise<readonly number[]> {
    return this.#nodes.versions(context, subject);
  }

  subjects(context: Context): Promise<readonly string[]> {
    return this.#nodes.subjects(context);
  }

  testCompatibility(context: Context, subject: string, schema: AvroSchema): Promise<readonly string[]> {
    return this.#nodes.testCompatibility(context, subject, schema);
  }

  compatibility(context: Context, subject: string | null): Promise<CompatibilityLevel> {
    return this.#nodes.compatibility(context, subject);
  }

  setCompatibility(context: Context, subject: string | null, level: CompatibilityLevel): Promise<void> {
    return this.#nodes.setCompatibility(context, subject, level);
  }

  async #kept(
    subject: string,
    schema: AvroSchema,
    ask: () => Promise<RegisteredSchema>,
  ): Promise<RegisteredSchema> {
    const key = `${subject}\n${JSON.stringify(schema)}`;
    const known = this.#bySchema.get(key);
    if (known !== undefined) return known;
    const registered = await ask();
    this.#bySchema.set(key, registered);
    this.#byId.set(registered.id, registered.schema);
    return registered;
  }
}
