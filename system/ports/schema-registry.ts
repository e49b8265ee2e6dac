import type { Context } from './context.ts';

/** Schemas of what goes through the log, by subject and version, as Confluent's Schema Registry keeps them. */

/** An Avro schema as parsed JSON: the name of a type, a union, or a definition. */
export type AvroSchema = string | readonly AvroSchema[] | AvroDefinition;

export interface AvroDefinition {
  /** 'record', 'enum', 'fixed', 'array', 'map', a primitive's name, or a schema in its place. */
  readonly type: AvroSchema;
  readonly [attribute: string]: unknown;
}

/**
 * What a new version must be able to do. BACKWARD: read what the version before it wrote (consumers move first);
 * FORWARD: be read by the version before it (producers move first); FULL: both; TRANSITIVE: with all versions.
 */
export const COMPATIBILITY_LEVELS = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const;
export type CompatibilityLevel = (typeof COMPATIBILITY_LEVELS)[number];

export interface RegisteredSchema {
  readonly subject: string;
  /** Counted from 1 within the subject. */
  readonly version: number;
  /** Counted from 1 over all subjects: what a message carries. The same schema has one id, whatever its subjects. */
  readonly id: number;
  readonly schema: AvroSchema;
}

/**
 * Every call may reject with `unavailable` (no node, or no leader for a write), `reset`, `overloaded`.
 * Answers about what is registered may come from a node that lags behind and does not know yet what was just registered.
 */
export interface SchemaRegistry {
  /**
   * A new version of the subject, or the one that has this schema already: calling again changes nothing.
   * `invalid`: no Avro schema (the message says where); `conflict`: not compatible (it names field and rule).
   */
  register(context: Context, subject: string, schema: AvroSchema): Promise<RegisteredSchema>;
  /** The version of the subject that has this schema; `not-found`. */
  lookUp(context: Context, subject: string, schema: AvroSchema): Promise<RegisteredSchema>;
  /** `not-found`: nobody has registered it, as far as the node knows that was asked. Answers are kept by the client. */
  schemaById(context: Context, id: number): Promise<AvroSchema>;
  /** `not-found`: no such subject or version. */
  version(context: Context, subject: string, version: number | 'latest'): Promise<RegisteredSchema>;
  /** Numbers, ascending; `not-found`: no such subject. */
  versions(context: Context, subject: string): Promise<readonly number[]>;
  subjects(context: Context): Promise<readonly string[]>;
  /** What `register` would object to in this schema; empty: it would take it. */
  testCompatibility(context: Context, subject: string, schema: AvroSchema): Promise<readonly string[]>;
  /** The level of the subject; null: of all subjects without one of their own. */
  compatibility(context: Context, subject: string | null): Promise<CompatibilityLevel>;
  setCompatibility(context: Context, subject: string | null, level: CompatibilityLevel): Promise<void>;
}
