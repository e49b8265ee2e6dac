/** The schema registry: what composition roots and scenarios may use of it. */
export { createSchemaRegistry, type EmbeddedSchemaRegistry } from './embedded.ts';
export { type SchemaRegistryKnobs, schemaRegistryKnobs } from './knobs.ts';
export { createObjectFormat, ObjectPayload } from './object-format.ts';
