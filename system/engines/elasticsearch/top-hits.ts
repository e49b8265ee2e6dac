import type { IndexDocument, SearchHit } from '../../ports/search-index.ts';

/**
 * The best hits seen, in a binary heap whose root is the worst of them. Equal scores are ordered by id, so that a
 * result does not depend on which shard or document number came first.
 */
export class TopHits {
  /** A score below this cannot get in. */
  threshold = Number.NEGATIVE_INFINITY;
  #limit = 0;
  #size = 0;
  readonly #scores: number[] = [];
  readonly #ids: string[] = [];
  readonly #documents: IndexDocument[] = [];

  clear(limit: number): void {
    this.#limit = limit;
    this.#size = 0;
    this.threshold = limit > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  offer(score: number, id: string, document: IndexDocument): void {
    if (this.#size < this.#limit) {
      this.#set(this.#size, score, id, document);
      this.#rise(this.#size++);
    } else {
      if (this.#limit === 0 || !isWorse(this.#scores[0]!, this.#ids[0]!, score, id)) return;
      this.#set(0, score, id, document);
      this.#sink(this.#size);
    }
    if (this.#size === this.#limit) this.threshold = this.#scores[0]!;
  }

  /** The hits, best first; the heap is empty afterwards. */
  take(): SearchHit[] {
    const hits: SearchHit[] = new Array(this.#size);
    while (this.#size > 0) {
      const last = --this.#size;
      hits[last] = { id: this.#ids[0]!, score: this.#scores[0]!, document: this.#documents[0]! };
      this.#set(0, this.#scores[last]!, this.#ids[last]!, this.#documents[last]!);
      this.#sink(last);
    }
    this.#scores.length = 0;
    this.#ids.length = 0;
    this.#documents.length = 0;
    return hits;
  }

  #set(at: number, score: number, id: string, document: IndexDocument): void {
    this.#scores[at] = score;
    this.#ids[at] = id;
    this.#documents[at] = document;
  }

  #worse(a: number, b: number): boolean {
    return isWorse(this.#scores[a]!, this.#ids[a]!, this.#scores[b]!, this.#ids[b]!);
  }

  #swap(a: number, b: number): void {
    const score = this.#scores[a]!;
    const id = this.#ids[a]!;
    const document = this.#documents[a]!;
    this.#set(a, this.#scores[b]!, this.#ids[b]!, this.#documents[b]!);
    this.#set(b, score, id, document);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#worse(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(size: number): void {
    let at = 0;
    for (;;) {
      let worst = at;
      const left = 2 * at + 1;
      if (left < size && this.#worse(left, worst)) worst = left;
      if (left + 1 < size && this.#worse(left + 1, worst)) worst = left + 1;
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }
}

function isWorse(scoreA: number, idA: string, scoreB: number, idB: string): boolean {
  return scoreA === scoreB ? idA > idB : scoreA < scoreB;
}
