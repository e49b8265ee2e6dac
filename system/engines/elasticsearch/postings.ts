/**
 * Posting lists in one typed array: a list is a chain of slices, each twice as long as the one before, as in Lucene's
 * `ByteBlockPool`. A posting is `document << 8 | frequency`; the last entry of a slice is negative: the next slice's
 * place, or in the newest slice the slice's level. No object is made per term or posting.
 */
const FREQUENCY_BITS = 8;
export const FREQUENCY_MASK = 0xff;
/** 8.4 million: postings stay positive in 32 bits. */
export const DOCUMENT_LIMIT = 2 ** 23;
/** Slices of 2 to 1,024 entries, the closing one included. */
const TOP_LEVEL = 9;

export class PostingArena {
  entries = new Int32Array(256);
  /** Place 0 stays unused, so that 0 means 'none' and a negated place is negative. */
  used = 1;

  /** Begins a list of one posting; returns its place. */
  begin(): number {
    return this.#slice(0);
  }

  /** Writes a posting at `place`, the end of a list; returns the new end. */
  write(place: number, document: number, frequency: number): number {
    let at = place;
    const mark = this.entries[at]!;
    if (mark < 0) {
      const level = Math.min(-mark, TOP_LEVEL);
      const next = this.#slice(level);
      this.entries[at] = -next;
      at = next;
    }
    this.entries[at] = (document << FREQUENCY_BITS) | frequency;
    return at + 1;
  }

  /** A fresh slice; its last entry holds −(level + 1). */
  #slice(level: number): number {
    const size = 2 << level;
    const start = this.used;
    if (start + size > this.entries.length) {
      const wider = new Int32Array(Math.max(this.entries.length * 2, start + size));
      wider.set(this.entries);
      this.entries = wider;
    }
    this.used = start + size;
    this.entries[start + size - 1] = -(level + 1);
    return start;
  }
}

/** The words of a field, numbered; all shards of an index share it. */
export class Dictionary {
  readonly #numbers = new Map<string, number>();
  #sorted: string[] = [];

  get size(): number {
    return this.#numbers.size;
  }

  /** -1: no such word. */
  find(word: string): number {
    return this.#numbers.get(word) ?? -1;
  }

  /** Words that begin so, in order; Lucene's dictionary is sorted, this one is when it is asked. */
  beginningWith(prefix: string): string[] {
    if (this.#sorted.length !== this.#numbers.size) this.#sorted = [...this.#numbers.keys()].sort();
    const words = this.#sorted;
    let from = 0;
    for (let to = words.length; from < to; ) {
      const middle = (from + to) >>> 1;
      if (words[middle]! < prefix) from = middle + 1;
      else to = middle;
    }
    let end = from;
    while (end < words.length && words[end]!.startsWith(prefix)) end++;
    return words.slice(from, end);
  }

  number(word: string): number {
    let number = this.#numbers.get(word);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(word, number);
    }
    return number;
  }
}

/** The inverted index of one text field in one shard. */
export class InvertedField {
  readonly name: string;
  /** The field of a document that it is made of. */
  readonly source: string;
  /** Its terms are the beginnings of words. */
  readonly prefixes: boolean;
  readonly dictionary: Dictionary;
  /** Documents that have the field, and words in them; deleted ones count until they are merged away, as in Lucene. */
  documents = 0;
  words = 0;
  /** Encoded length by document; 0: without the field. */
  norms = new Uint8Array(64);
  /** By term: first posting, end of the list, length of the list. */
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  frequencies = new Int32Array(64);
  /** Terms that may have a list here. */
  terms = 0;

  constructor(name: string, dictionary: Dictionary, source = name) {
    this.name = name;
    this.dictionary = dictionary;
    this.source = source;
    this.prefixes = source !== name;
  }

  /** Counts one occurrence of a term; documents come in ascending order. */
  add(arena: PostingArena, term: number, document: number): void {
    if (term >= this.terms) this.#reach(term);
    const end = this.ends[term]!;
    if (end === 0) {
      const start = arena.begin();
      this.starts[term] = start;
      this.ends[term] = arena.write(start, document, 1);
      this.frequencies[term] = 1;
      return;
    }
    const last = arena.entries[end - 1]!;
    if (last >>> FREQUENCY_BITS === document) {
      if ((last & FREQUENCY_MASK) < FREQUENCY_MASK) arena.entries[end - 1] = last + 1;
      return;
    }
    this.ends[term] = arena.write(end, document, 1);
    this.frequencies[term]!++;
  }

  setNorm(document: number, norm: number): void {
    if (document >= this.norms.length) {
      const wider = new Uint8Array(Math.max(this.norms.length * 2, document + 1));
      wider.set(this.norms);
      this.norms = wider;
    }
    this.norms[document] = norm;
  }

  /** Copies what survives: `renumbered[old]` is the new number, or -1 for a deleted document. */
  merge(from: InvertedField, fromArena: PostingArena, arena: PostingArena, renumbered: Int32Array): void {
    if (from.terms > 0) this.#reach(from.terms - 1);
    const entries = fromArena.entries;
    for (let term = 0; term < from.terms; term++) {
      const end = from.ends[term]!;
      let place = from.starts[term]!;
      let to = 0;
      while (place !== end) {
        const posting = entries[place]!;
        if (posting < 0) {
          place = -posting;
          continue;
        }
        place++;
        const document = renumbered[posting >>> FREQUENCY_BITS]!;
        if (document < 0) continue;
        if (to === 0) {
          to = arena.begin();
          this.starts[term] = to;
        }
        const frequency = posting & FREQUENCY_MASK;
        to = arena.write(to, document, frequency);
        this.frequencies[term]!++;
        this.words += frequency;
      }
      this.ends[term] = to;
    }
    for (let old = 0; old < renumbered.length; old++) {
      const document = renumbered[old]!;
      const norm = from.norms[old] ?? 0;
      if (document < 0 || norm === 0) continue;
      this.setNorm(document, norm);
      this.documents++;
    }
  }

  #reach(term: number): void {
    this.terms = term + 1;
    if (term < this.starts.length) return;
    const capacity = Math.max(this.starts.length * 2, term + 1);
    const wider = (old: Int32Array) => {
      const array = new Int32Array(capacity);
      array.set(old);
      return array;
    };
    this.starts = wider(this.starts);
    this.ends = wider(this.ends);
    this.frequencies = wider(this.frequencies);
  }
}
