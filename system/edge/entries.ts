/**
 * The chunks in a cache, as numbered places in typed arrays: each lies in one of a few lists that are ordered by use, the
 * newest first. Everything takes constant time, and a chunk costs some thirty bytes.
 */
export type Place = number;

/** Lists that a policy may use. */
const LISTS = 3;

export class Entries<Owner> {
  /** Towards the older neighbour; the first places are the ends of the lists. */
  #older = new Int32Array(64);
  #newer = new Int32Array(64);
  #list = new Uint8Array(64);
  #bytes = new Float64Array(64);
  #chunk = new Int32Array(64);
  #hash = new Int32Array(64);
  readonly #owners: (Owner | null)[] = [];
  readonly #listBytes = new Float64Array(LISTS);
  #free = -1;
  #top = LISTS;
  count = 0;

  constructor() {
    this.#emptyLists();
  }

  /** A place for a chunk; it lies in no list yet. */
  create(owner: Owner, chunk: number, bytes: number, hash: number): Place {
    let place = this.#free;
    if (place >= 0) this.#free = this.#older[place]!;
    else {
      if (this.#top === this.#older.length) this.#grow();
      place = this.#top++;
    }
    this.#owners[place] = owner;
    this.#chunk[place] = chunk;
    this.#bytes[place] = bytes;
    this.#hash[place] = hash;
    this.count++;
    return place;
  }

  /** The place is free again; it must lie in no list. */
  release(place: Place): void {
    this.#owners[place] = null;
    this.#older[place] = this.#free;
    this.#free = place;
    this.count--;
  }

  /** Puts a place that lies in no list in as the newest. */
  push(list: number, place: Place): void {
    const newest = this.#older[list]!;
    this.#older[place] = newest;
    this.#newer[place] = list;
    this.#newer[newest] = place;
    this.#older[list] = place;
    this.#list[place] = list;
    this.#listBytes[list]! += this.#bytes[place]!;
  }

  unlink(place: Place): void {
    const older = this.#older[place]!;
    const newer = this.#newer[place]!;
    this.#newer[older] = newer;
    this.#older[newer] = older;
    this.#listBytes[this.#list[place]!]! -= this.#bytes[place]!;
  }

  move(list: number, place: Place): void {
    this.unlink(place);
    this.push(list, place);
  }

  /** The oldest place of a list; -1: it is empty. */
  oldest(list: number): Place {
    const place = this.#newer[list]!;
    return place === list ? -1 : place;
  }

  bytesOf(list: number): number {
    return this.#listBytes[list]!;
  }

  listOf(place: Place): number {
    return this.#list[place]!;
  }

  hashOf(place: Place): number {
    return this.#hash[place]!;
  }

  bytesAt(place: Place): number {
    return this.#bytes[place]!;
  }

  chunkAt(place: Place): number {
    return this.#chunk[place]!;
  }

  ownerAt(place: Place): Owner {
    return this.#owners[place]!;
  }

  clear(): void {
    this.#owners.length = 0;
    this.#listBytes.fill(0);
    this.#free = -1;
    this.#top = LISTS;
    this.count = 0;
    this.#emptyLists();
  }

  #emptyLists(): void {
    for (let list = 0; list < LISTS; list++) {
      this.#older[list] = list;
      this.#newer[list] = list;
    }
  }

  #grow(): void {
    const capacity = this.#older.length * 2;
    const wider = <A extends Int32Array | Uint8Array | Float64Array>(copy: A, of: A): A => {
      copy.set(of);
      return copy;
    };
    this.#older = wider(new Int32Array(capacity), this.#older);
    this.#newer = wider(new Int32Array(capacity), this.#newer);
    this.#list = wider(new Uint8Array(capacity), this.#list);
    this.#bytes = wider(new Float64Array(capacity), this.#bytes);
    this.#chunk = wider(new Int32Array(capacity), this.#chunk);
    this.#hash = wider(new Int32Array(capacity), this.#hash);
  }
}
