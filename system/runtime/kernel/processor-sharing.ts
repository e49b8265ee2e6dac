import { EventHeap } from './event-heap.ts';
import type { HandlerId, Simulation } from './simulation.ts';

/** What processor sharing needs from the station that owns the jobs. */
export interface SharedJobs {
  /** False when the job was withdrawn: its place in the heap is passed over. */
  isLive(slot: number): boolean;
  /** The job is no longer in the heap: its slot may be used again. */
  release(slot: number): void;
  complete(slot: number): void;
}

/**
 * Processor sharing: all jobs present are served at once, each at the rate min(1, servers / jobs). Work is measured on
 * a clock of attained service that moves for every job by the same amount, so a job's end is fixed on that clock when
 * it enters, whatever comes or goes later. A heap holds the ends and one event stands for the first of them:
 * O(log n) an arrival or a departure, where moving every job's end in real time would cost O(n).
 *
 *   attained service: ──┬────────┬──────────┬────▶   runs at min(1, servers / jobs) of real time, not during a pause
 *                      now   job 7 ends  job 3 ends
 */
export class ProcessorSharing {
  /** Jobs in service. */
  jobs = 0;
  readonly #simulation: Simulation;
  readonly #servers: number;
  readonly #owner: SharedJobs;
  readonly #wakeHandler: HandlerId;
  readonly #ends = new EventHeap(64);
  #order = 0;
  /** Service in ns that each job got since the station was last empty, as of `#movedNs`. */
  #attainedNs = 0;
  #movedNs = 0;
  #pausedUntilNs = 0;
  /** Attained service when the job of a slot entered. */
  #enteredAt = new Float64Array(64);
  /** When the event that stands for the first end fires; Infinity: there is none. */
  #wakeNs = Number.POSITIVE_INFINITY;
  /** Argument of that event: an older one is stale. */
  #wakeNumber = 0;

  constructor(simulation: Simulation, servers: number, owner: SharedJobs) {
    this.#simulation = simulation;
    this.#servers = servers;
    this.#owner = owner;
    this.#wakeHandler = simulation.register((number) => this.#wake(number));
  }

  add(slot: number, serviceNs: number): void {
    this.#move();
    if (slot >= this.#enteredAt.length) {
      const wider = new Float64Array(Math.max(slot + 1, this.#enteredAt.length * 2));
      wider.set(this.#enteredAt);
      this.#enteredAt = wider;
    }
    this.#enteredAt[slot] = this.#attainedNs;
    this.jobs++;
    this.#ends.push(this.#attainedNs + serviceNs, this.#order++, 0, slot);
    this.#arm();
  }

  /** Ends a job that the owner no longer calls live. Returns the service that it had, in ns. */
  remove(slot: number): number {
    this.#move();
    const usedNs = this.#attainedNs - this.#enteredAt[slot]!;
    this.jobs--;
    this.#arm();
    return usedNs;
  }

  pauseUntil(untilNs: number): void {
    this.#move();
    this.#pausedUntilNs = untilNs;
  }

  /** All jobs are gone; the owner no longer calls any of them live. */
  clear(): void {
    this.#pausedUntilNs = 0;
    this.jobs = 0;
    this.#reset();
  }

  /** Brings the clock of attained service up to now. */
  #move(): void {
    const nowNs = this.#simulation.nowNs;
    const fromNs = this.#pausedUntilNs > this.#movedNs ? this.#pausedUntilNs : this.#movedNs;
    this.#movedNs = nowNs;
    if (nowNs <= fromNs || this.jobs === 0) return;
    const share = this.jobs > this.#servers ? this.#servers / this.jobs : 1;
    this.#attainedNs += (nowNs - fromNs) * share;
  }

  /** Makes sure that an event fires when the first job ends, or earlier: too early costs a look, too late would be wrong. */
  #arm(): void {
    this.#passRemoved();
    if (this.jobs === 0) return;
    const nowNs = this.#simulation.nowNs;
    const slowdown = this.jobs > this.#servers ? this.jobs / this.#servers : 1;
    const heldNs = this.#pausedUntilNs > nowNs ? this.#pausedUntilNs - nowNs : 0;
    const leftNs = this.#ends.times[0]! - this.#attainedNs;
    const delayNs = heldNs + (leftNs > 0 ? Math.ceil(leftNs * slowdown) : 0);
    if (nowNs + delayNs >= this.#wakeNs) return;
    this.#wakeNs = nowNs + delayNs;
    this.#wakeNumber = (this.#wakeNumber + 1) | 0;
    this.#simulation.schedule(delayNs, this.#wakeHandler, this.#wakeNumber);
  }

  #wake(number: number): void {
    if (number !== this.#wakeNumber) return;
    this.#wakeNs = Number.POSITIVE_INFINITY;
    this.#move();
    this.#passRemoved();
    if (this.jobs === 0) return;
    if (this.#ends.times[0]! > this.#attainedNs) {
      this.#arm();
      return;
    }
    this.#ends.pop();
    const slot = this.#ends.poppedArgument;
    this.jobs--;
    this.#arm();
    this.#owner.complete(slot);
  }

  #passRemoved(): void {
    if (this.jobs === 0) {
      this.#reset();
      return;
    }
    const ends = this.#ends;
    for (;;) {
      const pendingSlot = ends.firstArgument();
      if (this.#owner.isLive(pendingSlot)) return;
      ends.pop();
      this.#owner.release(pendingSlot);
    }
  }

  /** An empty station starts its clock anew, which keeps it exact: rounding cannot add up over a long run. */
  #reset(): void {
    while (this.#ends.size > 0) {
      this.#ends.pop();
      this.#owner.release(this.#ends.poppedArgument);
    }
    this.#attainedNs = 0;
    this.#movedNs = this.#simulation.nowNs;
    // Whatever event is still on its way is stale.
    this.#wakeNs = Number.POSITIVE_INFINITY;
    this.#wakeNumber = (this.#wakeNumber + 1) | 0;
  }
}
