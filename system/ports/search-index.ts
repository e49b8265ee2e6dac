import type { Context } from './context.ts';

/** A full-text index as Elasticsearch is one: what was indexed can be found only after the next refresh. */
export type FieldType =
  | 'text'
  | 'keyword'
  | 'long'
  | 'double'
  /** A text that keeps the beginnings of its words as well (edge n-grams): quick to complete, larger, dearer to write. */
  | 'search-as-you-type';
export type IndexDocument = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface IndexDefinition {
  readonly name: string;
  /** Other names for it. Readers and writers that use one are moved to another index in one step. */
  readonly aliases?: readonly string[];
  readonly shards: number;
  readonly replicas: number;
  readonly fields: Readonly<Record<string, FieldType>>;
  /**
   * A number by which documents say how new they are: one with a smaller number than what is stored under its id is passed
   * over, which counts as done (`version_type=external_gte`). Documents without one are always written.
   */
  readonly versionField?: string;
  /** Milliseconds between refreshes; Elasticsearch's default is 1000. */
  readonly refreshIntervalMs: number;
}

export interface IndexOperation {
  readonly action: 'index' | 'delete';
  readonly id: string;
  readonly document?: IndexDocument;
}

export interface SearchRequest {
  /** An index or an alias. */
  readonly index: string;
  /** Words, matched on `fields` (BM25, OR). */
  readonly text: string;
  /**
   * 'any' (default): one of the words is enough. 'prefix': every word occurs in one of the fields, the last one as the
   * beginning of a word (match_bool_prefix with the operator `and`).
   */
  readonly match?: 'any' | 'prefix';
  readonly fields: readonly string[];
  /** Exact values on keyword fields. */
  readonly filter?: Readonly<Record<string, string>>;
  /** What has one of these values is left out. */
  readonly exclude?: Readonly<Record<string, string>>;
  /** Field whose value, as ln(1 + value), multiplies the score (function_score, field_value_factor, modifier ln1p). */
  readonly boostBy?: string;
  readonly size: number;
}

export interface SearchHit {
  readonly id: string;
  readonly score: number;
  readonly document: IndexDocument;
}

export interface SearchResponse {
  readonly total: number;
  readonly hits: readonly SearchHit[];
}

/** Errors: `overloaded` (queues were full: HTTP 429), `unavailable`, `deadline-exceeded`, `not-found` (no such index). */
export interface SearchIndex {
  /** One document in one request: the costly way. */
  index(context: Context, index: string, id: string, document: IndexDocument): Promise<void>;
  /** Many in one request; the outcome of each, in order. */
  bulk(
    context: Context,
    index: string,
    operations: readonly IndexOperation[],
  ): Promise<readonly (PortFailure | null)[]>;
  search(context: Context, request: SearchRequest): Promise<SearchResponse>;
  refresh(context: Context, index: string): Promise<void>;
}

export interface ScanRequest {
  readonly index: string;
  /** From 0; the shards of an index are scanned one by one. */
  readonly shard: number;
  /** `next` of the page before; 0: from the start. */
  readonly after: number;
  readonly size: number;
}

export interface ScanPage {
  /** What searches can find, in the order in which it became so: what is written again comes again, at the end. */
  readonly documents: readonly { readonly id: string; readonly document: IndexDocument }[];
  readonly next: number;
}

/**
 * What operators do with indices while others read and write. Errors as above, and `conflict` (the name is taken).
 * Changes of indices and aliases take effect in one step.
 */
export interface SearchIndexAdmin {
  createIndex(context: Context, definition: IndexDefinition): Promise<void>;
  deleteIndex(context: Context, index: string): Promise<void>;
  /** Names of all indices, in no order. */
  list(context: Context): Promise<readonly string[]>;
  /** The index that a name stands for, and its shards; undefined: there is none. */
  resolve(
    context: Context,
    name: string,
  ): Promise<{ readonly index: string; readonly shards: number } | undefined>;
  /** From now on the alias stands for this index and no other. Idempotent. */
  pointAlias(context: Context, alias: string, index: string): Promise<void>;
  /** Further writes are refused as `unavailable`; resolves when those under way are over. */
  blockWrites(context: Context, index: string): Promise<void>;
  allowWrites(context: Context, index: string): Promise<void>;
  scan(context: Context, request: ScanRequest): Promise<ScanPage>;
  /** How many documents searches can find. */
  count(context: Context, index: string): Promise<number>;
  /** Those of the ids that are not stored, whether searches would find them or not. */
  missing(context: Context, index: string, ids: readonly string[]): Promise<readonly string[]>;
}

export interface PortFailure {
  readonly id: string;
  readonly reason: string;
}
