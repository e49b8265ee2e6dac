/**
 * A fixed thread pool with a bounded queue, as a node has one for writes and one for searches. A thread is held for a
 * whole shard request, CPU and syncing alike; the cores are a station that all pools share.
 */
export class ThreadPool {
  readonly threads: number;
  readonly queueSize: number;
  active = 0;
  queued = 0;
  rejected = 0;
  readonly #start: (argument: number) => boolean;
  #ring = new Int32Array(64);
  #head = 0;

  /** `start` begins a request on a thread; false: nobody wants it any more. */
  constructor(threads: number, queueSize: number, start: (argument: number) => boolean) {
    this.threads = threads;
    this.queueSize = queueSize;
    this.#start = start;
  }

  /** False: refused because the queue is full. Replication is forced: it was accepted at the primary. */
  submit(argument: number, forced: boolean): boolean {
    if (this.active < this.threads) {
      this.active++;
      if (!this.#start(argument)) this.release();
      return true;
    }
    if (!forced && this.queued >= this.queueSize) {
      this.rejected++;
      return false;
    }
    if (this.queued === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.queued++) & (this.#ring.length - 1)] = argument;
    return true;
  }

  /** A thread is free: the next request takes it. */
  release(): void {
    while (this.queued > 0) {
      const argument = this.#ring[this.#head]!;
      this.#head = (this.#head + 1) & (this.#ring.length - 1);
      this.queued--;
      if (this.#start(argument)) return;
    }
    this.active--;
  }

  /** The process died. */
  clear(): void {
    this.active = 0;
    this.queued = 0;
  }

  #grow(): void {
    const length = this.#ring.length;
    const ring = new Int32Array(length * 2);
    for (let i = 0; i < this.queued; i++) ring[i] = this.#ring[(this.#head + i) & (length - 1)]!;
    this.#ring = ring;
    this.#head = 0;
  }
}
