/** A stage of Cassandra's staged architecture: so many tasks run at once, the others wait in order of arrival. */
export class Stage {
  readonly limit: number;
  running = 0;
  waiting = 0;
  #ids = new Int32Array(64);
  #head = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get hasRoom(): boolean {
    return this.running < this.limit;
  }

  push(id: number): void {
    if (this.waiting === this.#ids.length) this.#grow();
    this.#ids[(this.#head + this.waiting++) & (this.#ids.length - 1)] = id;
  }

  /** The task that has waited longest; ask only while `waiting` is not zero. */
  shift(): number {
    const id = this.#ids[this.#head]!;
    this.#head = (this.#head + 1) & (this.#ids.length - 1);
    this.waiting--;
    return id;
  }

  clear(): void {
    this.running = 0;
    this.waiting = 0;
  }

  #grow(): void {
    const ids = new Int32Array(this.#ids.length * 2);
    for (let k = 0; k < this.waiting; k++) ids[k] = this.#ids[(this.#head + k) & (this.#ids.length - 1)]!;
    this.#ids = ids;
    this.#head = 0;
  }
}
