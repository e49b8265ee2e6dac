/**
 * Runs a query over the shards of an index: scores per shard with that shard's own statistics (`query_then_fetch`), the
 * best `size` of all shards in one heap. Several fields score as `multi_match` does by default (`best_fields`): the
 * words of a field add up, the best field counts. Scratch arrays are kept between queries.
 */
import type { IndexDocument, SearchRequest, SearchResponse } from '../../ports/search-index.ts';
import { fillNormCache, inverseDocumentFrequency, termScore } from './bm25.ts';
import { POSTING_NS, SHARD_QUERY_NS, TERM_NS } from './cost.ts';
import { FREQUENCY_MASK, type InvertedField } from './postings.ts';
import { LONGEST_PREFIX, type ShardIndex } from './shard-index.ts';
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
  /** By document: how many of the words it has, in a query for all of them. */
  #counts = new Uint16Array(1024);

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
    const prefix = request.match === 'prefix';
    let matched = 0;
    for (const field of shard.fields) {
      if (field.documents > 0 && request.fields.includes(field.name))
        matched = prefix
          ? this.#completeField(shard, field, words, matched)
          : this.#scoreField(shard, field, words, matched);
    }
    const filter = request.filter === undefined ? null : Object.entries(request.filter);
    const exclude = request.exclude === undefined ? null : Object.entries(request.exclude);
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
      if (exclude?.some((one) => passes(documents[number]!, [one]))) continue;
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

  /**
   * Documents in whose field every word occurs, the last one as the beginning of a word. Whole words score as ever, the
   * beginning counts 1, as a prefix query does. Returns as `#scoreField`.
   */
  #completeField(shard: ShardIndex, field: InvertedField, words: readonly string[], before: number): number {
    if (words.length === 0) return before;
    const counts = this.#counts;
    const sums = this.#sums;
    const last = words.length - 1;
    fillNormCache(this.#normCache, field.words, field.documents);
    let touched = 0;
    for (let at = 0; at < last; at++) {
      const term = field.dictionary.find(words[at]!);
      if (term < 0 || term >= field.terms) break;
      const weight = inverseDocumentFrequency(field.documents, field.frequencies[term]!);
      forEachPosting(shard, field, term, (number, frequency) => {
        if (counts[number] !== at) return;
        if (at === 0) this.#inField[touched++] = number;
        counts[number] = at + 1;
        sums[number]! += termScore(weight, frequency, this.#normCache[field.norms[number]!]!);
      });
    }
    for (const { field: where, term } of beginnings(shard, field, words[last]!)) {
      forEachPosting(shard, where, term, (number) => {
        if (counts[number] !== last) return;
        if (last === 0) this.#inField[touched++] = number;
        counts[number] = last + 1;
        sums[number]! += 1;
      });
    }
    return this.#collect(touched, words.length, before);
  }

  /** Of the documents touched, those with all words. */
  #collect(touched: number, wanted: number, before: number): number {
    let matched = before;
    for (let i = 0; i < touched; i++) {
      const number = this.#inField[i]!;
      const score = Math.fround(this.#sums[number]!);
      const complete = this.#counts[number] === wanted;
      this.#sums[number] = 0;
      this.#counts[number] = 0;
      if (!complete) continue;
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
    this.#counts = new Uint16Array(capacity);
  }
}

/** Mean CPU time of a query in a shard: it grows with the postings that have to be read, and the words they are of. */
export function queryNs(shard: ShardIndex, request: SearchRequest, words: readonly string[]): number {
  const completed = request.match === 'prefix' ? words.at(-1) : undefined;
  let postings = 0;
  let found = 0;
  for (const field of shard.fields) {
    if (!request.fields.includes(field.name)) continue;
    for (let i = 0; i < words.length; i++) {
      if (completed !== undefined && i === words.length - 1) continue;
      const term = field.dictionary.find(words[i]!);
      if (term >= 0 && term < field.terms) postings += field.frequencies[term]!;
    }
    if (completed === undefined) continue;
    for (const { field: where, term } of beginnings(shard, field, completed)) {
      postings += where.frequencies[term]!;
      found++;
    }
  }
  return SHARD_QUERY_NS + postings * POSTING_NS + found * TERM_NS;
}

interface FieldTerm {
  readonly field: InvertedField;
  readonly term: number;
}

/**
 * The terms that stand for words which begin so: one, where the field keeps beginnings; otherwise every word of the
 * dictionary that does.
 */
function beginnings(shard: ShardIndex, field: InvertedField, beginning: string): FieldTerm[] {
  const kept = shard.fields.find(({ prefixes, source }) => prefixes && source === field.name);
  const { dictionary } = kept ?? field;
  const words =
    kept === undefined ? dictionary.beginningWith(beginning) : [beginning.slice(0, LONGEST_PREFIX)];
  const where = kept ?? field;
  return words
    .map((word) => ({ field: where, term: dictionary.find(word) }))
    .filter(({ term }) => term >= 0 && term < where.terms && where.frequencies[term]! > 0);
}

/** Calls back for every document that is not deleted. */
function forEachPosting(
  { arena, documents }: ShardIndex,
  field: InvertedField,
  term: number,
  use: (document: number, frequency: number) => void,
): void {
  const { entries } = arena;
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
    if (documents[number] !== null) use(number, posting & FREQUENCY_MASK);
  }
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
