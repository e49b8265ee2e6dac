/**
 * Runs a query over the shards of an index: scores per shard with that shard's own statistics (`query_then_fetch`), the
 * best `size` of all shards in one heap. Several fields score as `multi_match` does by default (`best_fields`): the
 * words of a field add up, the best field counts. Scratch arrays are kept between queries.
 */
import type { IndexDocument, SearchRequest, SearchResponse } from '../../ports/search-index.ts';
import { fillNormCache, inverseDocumentFrequency, termScore } from './bm25.ts';
import { FREQUENCY_MASK, type InvertedField } from './postings.ts';
import type { ShardIndex } from './shard-index.ts';
import { TopHits } from './top-hits.ts';

export class Searcher {
  readonly #normCache = new Float32Array(256);
  readonly #top = new TopHits();
  /** By document: sum of the present field, best of the fields before. */
  #sums = new Float64Array(1024);
  #best = new Float64Array(1024);
  /** Documents with a sum, and documents with any score. */
  #inField = new Int32Array(1024);
  #matched = new Int32Array(1024);

  /** `words` are the analyzed words of the request. */
  search(shards: readonly ShardIndex[], request: SearchRequest, words: readonly string[]): SearchResponse {
    const top = this.#top;
    top.clear(request.size);
    let total = 0;
    for (const shard of shards) total += this.#searchShard(shard, request, words);
    return { total, hits: top.take() };
  }

  #searchShard(shard: ShardIndex, request: SearchRequest, words: readonly string[]): number {
    this.#reach(shard.documents.length);
    let matched = 0;
    for (const field of shard.fields) {
      if (field.documents > 0 && request.fields.includes(field.name))
        matched = this.#scoreField(shard, field, words, matched);
    }
    const filter = request.filter === undefined ? null : Object.entries(request.filter);
    const { boostBy } = request;
    const boosts = boostBy === undefined ? null : (shard.boosts.get(boostBy)?.factors ?? null);
    const { documents, ids } = shard;
    const top = this.#top;
    const best = this.#best;
    let total = 0;
    for (let i = 0; i < matched; i++) {
      const number = this.#matched[i]!;
      let score = best[number]!;
      best[number] = 0;
      if (filter !== null && !passes(documents[number]!, filter)) continue;
      total++;
      if (boosts !== null) score = Math.fround(score * boosts[number]!);
      // Most matches are not among the best: they cost no look at the document.
      if (score >= top.threshold) top.offer(score, ids[number]!, documents[number]!);
    }
    return total;
  }

  /** Adds the field's scores to the best so far; returns the number of documents that have any. */
  #scoreField(shard: ShardIndex, field: InvertedField, words: readonly string[], before: number): number {
    const { entries } = shard.arena;
    const { documents } = shard;
    const { norms } = field;
    const sums = this.#sums;
    const inField = this.#inField;
    const cache = this.#normCache;
    let touched = 0;
    for (const word of words) {
      const term = field.dictionary.find(word);
      if (term < 0 || term >= field.terms) continue;
      // The cache is filled for the first word that occurs: most queries touch few shards' fields in vain.
      if (touched === 0) fillNormCache(cache, field.words, field.documents);
      const weight = inverseDocumentFrequency(field.documents, field.frequencies[term]!);
      const end = field.ends[term]!;
      let place = field.starts[term]!;
      while (place !== end) {
        const posting = entries[place]!;
        if (posting < 0) {
          place = -posting;
          continue;
        }
        place++;
        const number = posting >>> 8;
        if (documents[number] === null) continue;
        if (sums[number] === 0) inField[touched++] = number;
        sums[number]! += termScore(weight, posting & FREQUENCY_MASK, cache[norms[number]!]!);
      }
    }
    let matched = before;
    for (let i = 0; i < touched; i++) {
      const number = inField[i]!;
      const score = Math.fround(sums[number]!);
      sums[number] = 0;
      if (this.#best[number] === 0) this.#matched[matched++] = number;
      if (score > this.#best[number]!) this.#best[number] = score;
    }
    return matched;
  }

  #reach(documents: number): void {
    if (documents <= this.#sums.length) return;
    const capacity = Math.max(documents, this.#sums.length * 2);
    this.#sums = new Float64Array(capacity);
    this.#best = new Float64Array(capacity);
    this.#inField = new Int32Array(capacity);
    this.#matched = new Int32Array(capacity);
  }
}

/** Postings that a query has to read in a shard: what its service time grows with. */
export function postingsOf(shard: ShardIndex, request: SearchRequest, words: readonly string[]): number {
  let postings = 0;
  for (const field of shard.fields) {
    if (!request.fields.includes(field.name)) continue;
    for (const word of words) {
      const term = field.dictionary.find(word);
      if (term >= 0 && term < field.terms) postings += field.frequencies[term]!;
    }
  }
  return postings;
}

function passes(document: IndexDocument, filter: readonly (readonly [string, string])[]): boolean {
  for (const [name, wanted] of filter) {
    const value = document[name];
    if (value === wanted) continue;
    if (Array.isArray(value) ? !value.includes(wanted) : value === undefined || String(value) !== wanted)
      return false;
  }
  return true;
}
