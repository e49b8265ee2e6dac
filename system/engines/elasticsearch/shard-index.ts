import type { FieldType, IndexDefinition, IndexDocument } from '../../ports/search-index.ts';
import { analyze } from './analyzer.ts';
import { encodeLength } from './bm25.ts';
import { type Dictionary, DOCUMENT_LIMIT, InvertedField, PostingArena } from './postings.ts';

/**
 * The documents of one shard: a buffer of what was written since the last refresh, and the searchable part behind it.
 *
 *   put, remove ──▶ buffer ──beginRefresh──▶ segment being made ──finishRefresh──▶ searchable
 *
 * Deleted documents stay in the posting lists, and count in the statistics, until a merge drops them, as in Lucene.
 */

/** `TieredMergePolicy.deletesPctAllowed`: Lucene keeps deleted documents below a fifth. */
const DELETED_SHARE = 0.2;
/** estimate: below this a merge would cost more turns than it saves memory. */
const DELETED_MINIMUM = 64;

/** `SearchAsYouTypeFieldMapper`: edge n-grams of 1 to 20 characters. Its shingles are left out. */
export const LONGEST_PREFIX = 20;

export const isText = (type: FieldType | undefined) => type === 'text' || type === 'search-as-you-type';

/** Where Elasticsearch keeps the beginnings of a field's words. */
export const prefixFieldOf = (name: string) => `${name}._index_prefix`;

/** What a numeric field does as a boost: ln(1 + value); absent, negative or not a number counts as 0. */
class BoostColumn {
  factors = new Float64Array(64);

  set(document: number, value: IndexDocument[string] | undefined): void {
    if (document >= this.factors.length) {
      const wider = new Float64Array(Math.max(this.factors.length * 2, document + 1));
      wider.set(this.factors);
      this.factors = wider;
    }
    this.factors[document] = typeof value === 'number' && value > 0 ? Math.log1p(value) : 0;
  }
}

type Buffer = Map<string, IndexDocument | null>;

export class ShardIndex {
  readonly fields: InvertedField[];
  arena = new PostingArena();
  /** By document number; null: deleted. */
  documents: (IndexDocument | null)[] = [];
  ids: string[] = [];
  /** By document number: which change of the shard it was; they grow. */
  sequences: number[] = [];
  /** Of numeric fields, by document number, apart from the documents as Lucene's doc values are. */
  readonly boosts = new Map<string, BoostColumn>();
  /** Characters of text that were indexed, deleted documents included until merged. */
  textLength = 0;
  readonly #byId = new Map<string, number>();
  #buffer: Buffer = new Map();
  #segment: Buffer = new Map();
  readonly #words: string[] = [];
  readonly #beginnings: string[] = [];
  readonly #versionField: string | undefined;
  #changes = 0;

  constructor(definition: IndexDefinition, dictionaries: ReadonlyMap<string, Dictionary>) {
    this.#versionField = definition.versionField;
    const field = (name: string, source = name) => new InvertedField(name, dictionaries.get(name)!, source);
    this.fields = Object.entries(definition.fields).flatMap(([name, type]) => {
      if (!isText(type)) return [];
      return type === 'text' ? [field(name)] : [field(name), field(prefixFieldOf(name), name)];
    });
    for (const [name, type] of Object.entries(definition.fields))
      if (type === 'long' || type === 'double') this.boosts.set(name, new BoostColumn());
  }

  /** Documents that a search can find. */
  get searchable(): number {
    return this.#byId.size;
  }

  /** Documents as written, whether searchable or not. */
  get stored(): number {
    let count = this.#byId.size;
    const seen = this.#segment;
    for (const [id, document] of seen) count += Number(document !== null) - Number(this.#byId.has(id));
    for (const [id, document] of this.#buffer) {
      const before = seen.has(id) ? seen.get(id) !== null : this.#byId.has(id);
      count += Number(document !== null) - Number(before);
    }
    return count;
  }

  /** Writes that no search shows yet. */
  get buffered(): number {
    return this.#buffer.size;
  }

  put(id: string, document: IndexDocument): void {
    this.#buffer.set(id, document);
  }

  /** Whether what is stored under this id is newer than the document, by the field that says so. */
  outdates(id: string, document: IndexDocument): boolean {
    const version = this.#versionField === undefined ? undefined : document[this.#versionField];
    if (typeof version !== 'number') return false;
    const stored = this.read(id)?.[this.#versionField!];
    return typeof stored === 'number' && stored > version;
  }

  remove(id: string): void {
    this.#buffer.set(id, null);
  }

  has(id: string): boolean {
    return this.read(id) !== null;
  }

  /** The document as it was last written, searchable or not; null: there is none. */
  read(id: string): IndexDocument | null {
    // A null in the map is a delete; undefined: nothing was written.
    let written = this.#buffer.get(id);
    if (written === undefined) written = this.#segment.get(id);
    if (written !== undefined) return written;
    const number = this.#byId.get(id);
    return number === undefined ? null : this.documents[number]!;
  }

  isSearchable(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Searchable documents that changed after `sequence`, oldest change first. */
  changedSince(
    sequence: number,
    limit: number,
  ): { documents: { id: string; document: IndexDocument }[]; next: number } {
    const { sequences, documents, ids } = this;
    let from = 0;
    for (let to = sequences.length; from < to; ) {
      const middle = (from + to) >>> 1;
      if (sequences[middle]! <= sequence) from = middle + 1;
      else to = middle;
    }
    const found: { id: string; document: IndexDocument }[] = [];
    let next = sequence;
    for (let i = from; i < documents.length && found.length < limit; i++) {
      const document = documents[i]!;
      next = sequences[i]!;
      if (document !== null) found.push({ id: ids[i]!, document });
    }
    return { documents: found, next };
  }

  /** Beginnings of words that a document brings: what its fields cost beside their words. */
  prefixesIn(document: IndexDocument): number {
    let count = 0;
    for (const field of this.fields) {
      const value = document[field.source];
      if (!field.prefixes || value === undefined) continue;
      for (const word of this.#wordsOf(value)) count += Math.min(word.length, LONGEST_PREFIX);
    }
    return count;
  }

  /** Closes the buffer: what comes later waits for the next refresh. Returns how many writes it holds. */
  beginRefresh(): number {
    const closed = this.#buffer;
    this.#buffer = this.#segment;
    this.#segment = closed;
    return closed.size;
  }

  finishRefresh(): void {
    for (const [id, document] of this.#segment) this.#apply(id, document);
    this.#segment.clear();
    const deleted = this.documents.length - this.#byId.size;
    if (deleted > DELETED_MINIMUM && deleted > DELETED_SHARE * this.documents.length) this.#merge();
  }

  /** The refresh was lost in a crash: its writes wait for the next one, behind none that came later. */
  abortRefresh(): void {
    for (const [id, document] of this.#segment) {
      if (!this.#buffer.has(id)) this.#buffer.set(id, document);
    }
    this.#segment.clear();
  }

  /** Memory of the posting lists and text of the stored fields. */
  get bytes(): number {
    return this.arena.used * 4 + this.textLength;
  }

  #apply(id: string, document: IndexDocument | null): void {
    const old = this.#byId.get(id);
    if (old !== undefined) this.documents[old] = null;
    if (document === null) {
      this.#byId.delete(id);
      return;
    }
    const number = this.documents.length;
    if (number === DOCUMENT_LIMIT)
      throw new RangeError(`A shard holds at most ${DOCUMENT_LIMIT} documents: give the index more shards.`);
    this.documents.push(document);
    this.ids.push(id);
    this.sequences.push(++this.#changes);
    this.#byId.set(id, number);
    for (const field of this.fields) {
      const value = document[field.source];
      if (value !== undefined) this.#invert(field, number, value);
    }
    for (const [name, column] of this.boosts) column.set(number, document[name]);
  }

  #invert(field: InvertedField, document: number, value: IndexDocument[string]): void {
    const words = field.prefixes ? this.#beginningsOf(value) : this.#wordsOf(value);
    if (!field.prefixes) this.textLength += lengthOf(value);
    if (words.length === 0) return;
    const { dictionary } = field;
    for (let i = 0; i < words.length; i++) field.add(this.arena, dictionary.number(words[i]!), document);
    field.setNorm(document, encodeLength(words.length));
    field.documents++;
    field.words += words.length;
  }

  /** The array is the same one every time. */
  #wordsOf(value: IndexDocument[string]): string[] {
    const words = this.#words;
    words.length = 0;
    if (typeof value === 'string') analyze(value, words);
    else if (typeof value === 'object') for (const text of value) analyze(text, words);
    else analyze(String(value), words);
    return words;
  }

  #beginningsOf(value: IndexDocument[string]): string[] {
    const beginnings = this.#beginnings;
    beginnings.length = 0;
    for (const word of this.#wordsOf(value)) {
      const longest = Math.min(word.length, LONGEST_PREFIX);
      for (let length = 1; length <= longest; length++) beginnings.push(word.slice(0, length));
    }
    return beginnings;
  }

  #merge(): void {
    const renumbered = new Int32Array(this.documents.length);
    const documents: (IndexDocument | null)[] = [];
    const ids: string[] = [];
    const sequences: number[] = [];
    for (let old = 0; old < renumbered.length; old++) {
      const document = this.documents[old]!;
      if (document === null) {
        renumbered[old] = -1;
        continue;
      }
      renumbered[old] = documents.length;
      this.#byId.set(this.ids[old]!, documents.length);
      documents.push(document);
      ids.push(this.ids[old]!);
      sequences.push(this.sequences[old]!);
    }
    const arena = new PostingArena();
    for (let i = 0; i < this.fields.length; i++) {
      const old = this.fields[i]!;
      const field = new InvertedField(old.name, old.dictionary, old.source);
      field.merge(old, this.arena, arena, renumbered);
      this.fields[i] = field;
    }
    for (const [name, column] of this.boosts)
      for (let number = 0; number < documents.length; number++) column.set(number, documents[number]![name]);
    this.textLength = Math.round((this.textLength * documents.length) / renumbered.length);
    this.arena = arena;
    this.documents = documents;
    this.ids = ids;
    this.sequences = sequences;
  }
}

/** Characters of text; what is indexed twice is stored once. */
function lengthOf(value: IndexDocument[string]): number {
  if (typeof value === 'string') return value.length;
  if (typeof value === 'object') return value.reduce((sum, text) => sum + text.length, 0);
  return String(value).length;
}
