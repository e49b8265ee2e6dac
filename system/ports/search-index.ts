import type { Context } from './context.ts';

/** A full-text index as Elasticsearch is one: what was indexed can be found only after the next refresh. */
export type FieldType = 'text' | 'keyword' | 'long' | 'double';
export type IndexDocument = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface IndexDefinition {
  readonly name: string;
  readonly shards: number;
  readonly replicas: number;
  readonly fields: Readonly<Record<string, FieldType>>;
  /** Milliseconds between refreshes; Elasticsearch's default is 1000. */
  readonly refreshIntervalMs: number;
}

export interface IndexOperation {
  readonly action: 'index' | 'delete';
  readonly id: string;
  readonly document?: IndexDocument;
}

export interface SearchRequest {
  readonly index: string;
  /** Words, matched on `fields` (BM25, OR). */
  readonly text: string;
  readonly fields: readonly string[];
  /** Exact values on keyword fields. */
  readonly filter?: Readonly<Record<string, string>>;
  /** Field whose value, as ln(1 + value), multiplies the score (function_score field_value_factor log1p). */
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

/** Errors: `overloaded` (a shard's queue was full: HTTP 429), `unavailable`, `deadline-exceeded`, `not-found` (no such index). */
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

export interface PortFailure {
  readonly id: string;
  readonly reason: string;
}
