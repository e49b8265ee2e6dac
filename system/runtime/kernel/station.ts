import { ProcessorSharing } from './processor-sharing.ts';
import type { HandlerId, Simulation } from './simulation.ts';

/**
 * 'fifo', 'lifo': by arrival. 'priority': by the job's priority, then by arrival. 'processor-sharing': nobody waits,
 * all jobs share the servers evenly (time slices of a CPU); a job never uses more than one server.
 */
export type Discipline = 'fifo' | 'lifo' | 'priority' | 'processor-sharing';
/** A job's number while it is at a station. Valid until its handler was called or it was cancelled. */
export type Ticket = number;

export interface StationOptions {
  readonly name: string;
  /** Jobs served at once. Infinity: a delay without queueing. */
  readonly servers: number;
  /** Order in which waiting jobs start; default first in, first out. */
  readonly discipline?: Discipline;
  /** Jobs that may wait (with processor sharing: jobs present beyond `servers`); further ones are shed. Default: no bound. */
  readonly queueLimit?: number;
}

/** Sums since the start of the run; figures of a window are differences of two readings. */
export interface StationReading {
  readonly atNs: number;
  readonly arrivals: number;
  readonly completions: number;
  readonly shed: number;
  readonly cancelled: number;
  /** Integral of busy servers over time: busyNs / (servers × elapsed) is the utilisation. */
  readonly busyNs: number;
  /** Integral of jobs present (waiting and in service): by Little's law, mean jobs = rate × mean time in system. */
  readonly presentNs: number;
  /** Summed over jobs whose service has begun; with processor sharing over completed jobs: time beyond their service. */
  readonly waitNs: number;
  readonly started: number;
  readonly waitedCount: number;
}

const DISCIPLINES: readonly Discipline[] = ['fifo', 'lifo', 'priority', 'processor-sharing'];

const FREE = 0;
const WAITING = 1;
const IN_SERVICE = 2;
/** Cancelled while waiting: skipped when its turn comes. */
const WITHDRAWN = 3;
/** Cancelled in service: its completion event is still in the heap. */
const ABANDONED = 4;

// What is kept of a job, in its slot.
const STATE = 0;
const HANDLER = 1;
const ARGUMENT = 2;
const SERVICE_NS = 3;
const ENTERED_NS = 4;
const STARTED_NS = 5;
/** Paused time that had passed when service began. */
const PAUSE_MARK = 6;
/** Paused time since then that the completion event allows for. */
const HELD_NS = 7;
/** The slot behind it in its queue, or among those that are free; -1: none. */
const NEXT = 8;
const FIELDS = 9;

/** Priorities 0 (first) to 3; other disciplines than 'priority' use the first alone. */
const PRIORITIES = 4;

/**
 * A queue with one or several servers. Jobs carry their own service time and the handler to call on completion; all
 * state is in typed arrays. A pause (garbage collection, a stopped machine) freezes service and lengthens what is in it.
 */
export class Station {
  readonly name: string;
  readonly servers: number;
  /**
   * During a completion handler: how long the completed job waited and was served, pauses during service included. With
   * processor sharing: by how much sharing and pauses delayed it, and its service time.
   */
  lastWaitNs = 0;
  lastServiceNs = 0;
  busy = 0;
  waiting = 0;
  readonly #simulation: Simulation;
  readonly #discipline: Discipline;
  readonly #sharing: ProcessorSharing | null;
  readonly #queueLimit: number;
  readonly #doneHandler: HandlerId;
  /** A job's numbers lie side by side, FIELDS for each slot: whoever reads one of them has the others in its cache. */
  #jobs = new Float64Array(64 * FIELDS);
  #freeHead = -1;
  #top = 0;
  readonly #heads = new Int32Array(PRIORITIES).fill(-1);
  readonly #tails = new Int32Array(PRIORITIES).fill(-1);
  #pausedUntilNs = 0;
  #pausedTotalNs = 0;
  #arrivals = 0;
  #completions = 0;
  #shed = 0;
  #cancelled = 0;
  #started = 0;
  #waitedCount = 0;
  #waitNs = 0;
  #busyNs = 0;
  #presentNs = 0;
  #changedNs = 0;

  constructor(simulation: Simulation, options: StationOptions) {
    if (!(options.servers >= 1))
      throw new RangeError(`Station ${options.name} needs at least one server, not ${options.servers}.`);
    if (!Number.isInteger(options.servers) && options.servers !== Number.POSITIVE_INFINITY)
      throw new RangeError(`Station ${options.name} has whole servers, or Infinity, not ${options.servers}.`);
    const { discipline = 'fifo', queueLimit = Number.POSITIVE_INFINITY } = options;
    if (!DISCIPLINES.includes(discipline))
      throw new RangeError(
        `Station ${options.name} has the discipline '${discipline}', and can have ${DISCIPLINES.join(', ')}.`,
      );
    if (!(queueLimit >= 0))
      throw new RangeError(`Station ${options.name} cannot have ${queueLimit} waiting.`);
    this.name = options.name;
    this.servers = options.servers;
    this.#simulation = simulation;
    this.#discipline = discipline;
    this.#queueLimit = queueLimit;
    this.#doneHandler = simulation.register((slot) => this.#done(slot));
    this.#sharing = this.#discipline === 'processor-sharing' ? this.#share() : null;
  }

  /**
   * A job arrives. After waiting and `serviceNs` of service, `handler(argument)` is called.
   * Returns its ticket, or -1 if it was shed because the queue was full. `priority` (0 first, to 3) counts at a station
   * with that discipline only.
   */
  enter(handler: HandlerId, argument: number, serviceNs: number, priority = 0): Ticket {
    if (!(serviceNs >= 0 && serviceNs < Number.POSITIVE_INFINITY))
      throw new RangeError(`${this.name}: a service cannot take ${serviceNs} ns.`);
    const lane = this.#discipline === 'priority' ? this.#checked(priority) : 0;
    this.#account();
    this.#arrivals++;
    const idle = this.busy < this.servers;
    if (!idle && this.waiting >= this.#queueLimit) {
      this.#shed++;
      return -1;
    }
    const slot = this.#allocate();
    const jobs = this.#jobs;
    const at = slot * FIELDS;
    jobs[at + HANDLER] = handler;
    jobs[at + ARGUMENT] = argument;
    jobs[at + SERVICE_NS] = this.#simulation.costs ? Math.floor(serviceNs + 0.5) : 0;
    jobs[at + ENTERED_NS] = this.#simulation.nowNs;
    if (this.#sharing !== null) {
      jobs[at + STATE] = IN_SERVICE;
      this.#started++;
      jobs[at + STARTED_NS] = this.#simulation.nowNs;
      this.#sharing.add(slot, jobs[at + SERVICE_NS]!);
      this.#countShared();
    } else if (idle) {
      this.busy++;
      this.#start(slot);
    } else {
      jobs[at + STATE] = WAITING;
      this.waiting++;
      this.#append(slot, lane);
    }
    return slot;
  }

  /** Takes a job out, waiting or in service; its handler is not called. Returns the service time it had used, in ns. */
  withdraw(ticket: Ticket): number {
    const state = this.#jobs[ticket * FIELDS + STATE]!;
    if (state !== WAITING && state !== IN_SERVICE) return 0;
    this.#account();
    this.#cancelled++;
    if (state === WAITING) {
      this.#jobs[ticket * FIELDS + STATE] = WITHDRAWN;
      this.waiting--;
      return 0;
    }
    this.#jobs[ticket * FIELDS + STATE] = ABANDONED;
    if (this.#sharing !== null) {
      const usedNs = this.#sharing.remove(ticket);
      this.#countShared();
      return usedNs;
    }
    const usedNs = this.#servedNs(ticket);
    this.#startNext();
    return usedNs;
  }

  /** Nothing is served until `untilNs`; jobs in service take that much longer. */
  pauseUntil(untilNs: number): void {
    const fromNs = Math.max(this.#simulation.nowNs, this.#pausedUntilNs);
    if (untilNs <= fromNs) return;
    this.#pausedTotalNs += untilNs - fromNs;
    this.#pausedUntilNs = untilNs;
    this.#sharing?.pauseUntil(untilNs);
  }

  /** Everything at the station is lost (a crash), a pause too: no handler is called. */
  clear(): void {
    for (let slot = 0; slot < this.#top; slot++) {
      const state = this.#jobs[slot * FIELDS + STATE]!;
      if (state !== WAITING && state !== IN_SERVICE) continue;
      this.#cancelled++;
      this.#jobs[slot * FIELDS + STATE] = state === WAITING ? WITHDRAWN : ABANDONED;
    }
    this.#account();
    this.waiting = 0;
    this.busy = 0;
    for (let priority = 0; priority < PRIORITIES; priority++) {
      while (this.#heads[priority]! >= 0) this.#release(this.#shift(priority));
    }
    const leftNs = this.#pausedUntilNs - this.#simulation.nowNs;
    if (leftNs > 0) {
      this.#pausedTotalNs -= leftNs;
      this.#pausedUntilNs = this.#simulation.nowNs;
    }
    this.#sharing?.clear();
  }

  read(): StationReading {
    this.#account();
    return {
      atNs: this.#simulation.nowNs,
      arrivals: this.#arrivals,
      completions: this.#completions,
      shed: this.#shed,
      cancelled: this.#cancelled,
      busyNs: this.#busyNs,
      presentNs: this.#presentNs,
      waitNs: this.#waitNs,
      started: this.#started,
      waitedCount: this.#waitedCount,
    };
  }

  #start(slot: number): void {
    const nowNs = this.#simulation.nowNs;
    const jobs = this.#jobs;
    const at = slot * FIELDS;
    jobs[at + STATE] = IN_SERVICE;
    const waitedNs = nowNs - jobs[at + ENTERED_NS]!;
    this.#started++;
    if (waitedNs > 0) this.#waitedCount++;
    this.#waitNs += waitedNs;
    jobs[at + STARTED_NS] = nowNs;
    const heldNs = this.#pausedUntilNs > nowNs ? this.#pausedUntilNs - nowNs : 0;
    jobs[at + PAUSE_MARK] = this.#pausedTotalNs - heldNs;
    jobs[at + HELD_NS] = heldNs;
    this.#simulation.schedule(heldNs + jobs[at + SERVICE_NS]!, this.#doneHandler, slot);
  }

  #done(slot: number): void {
    const jobs = this.#jobs;
    const at = slot * FIELDS;
    if (jobs[at + STATE] === ABANDONED) {
      this.#release(slot);
      return;
    }
    const heldNs = this.#pausedTotalNs - jobs[at + PAUSE_MARK]!;
    const allowedNs = jobs[at + HELD_NS]!;
    if (heldNs > allowedNs) {
      this.#simulation.schedule(heldNs - allowedNs, this.#doneHandler, slot);
      jobs[at + HELD_NS] = heldNs;
      return;
    }
    this.#account();
    this.#completions++;
    // Whole numbers again: what is kept in a list of doubles comes out as one.
    const handler = jobs[at + HANDLER]! | 0;
    const argument = jobs[at + ARGUMENT]! | 0;
    const startedNs = jobs[at + STARTED_NS]!;
    const waitNs = startedNs - jobs[at + ENTERED_NS]!;
    this.#release(slot);
    this.#startNext();
    this.lastWaitNs = waitNs;
    this.lastServiceNs = this.#simulation.nowNs - startedNs;
    this.#simulation.call(handler, argument);
  }

  /** Service that a job in service has had: the time since its start without the pauses that have passed. */
  #servedNs(slot: number): number {
    const nowNs = this.#simulation.nowNs;
    const aheadNs = this.#pausedUntilNs > nowNs ? this.#pausedUntilNs - nowNs : 0;
    const pausedNs = this.#pausedTotalNs - aheadNs - this.#jobs[slot * FIELDS + PAUSE_MARK]!;
    return nowNs - this.#jobs[slot * FIELDS + STARTED_NS]! - pausedNs;
  }

  #share(): ProcessorSharing {
    return new ProcessorSharing(this.#simulation, this.servers, {
      isLive: (slot) => this.#jobs[slot * FIELDS + STATE] === IN_SERVICE,
      release: (slot) => this.#release(slot),
      complete: (slot) => this.#doneShared(slot),
    });
  }

  #doneShared(slot: number): void {
    this.#account();
    this.#completions++;
    const serviceNs = this.#jobs[slot * FIELDS + SERVICE_NS]!;
    const delayedNs = this.#simulation.nowNs - this.#jobs[slot * FIELDS + ENTERED_NS]! - serviceNs;
    if (delayedNs > 0) this.#waitedCount++;
    this.#waitNs += delayedNs;
    const handler = this.#jobs[slot * FIELDS + HANDLER]! | 0;
    const argument = this.#jobs[slot * FIELDS + ARGUMENT]! | 0;
    this.#release(slot);
    this.#countShared();
    this.lastWaitNs = delayedNs;
    this.lastServiceNs = serviceNs;
    this.#simulation.call(handler, argument);
  }

  #countShared(): void {
    const jobs = this.#sharing!.jobs;
    this.busy = jobs < this.servers ? jobs : this.servers;
    this.waiting = jobs - this.busy;
  }

  /** A server became free: the next waiting job, by priority, takes it. */
  #startNext(): void {
    if (this.waiting > 0) {
      for (let priority = 0; priority < PRIORITIES; priority++) {
        while (this.#heads[priority]! >= 0) {
          const slot = this.#shift(priority);
          if (this.#jobs[slot * FIELDS + STATE] === WITHDRAWN) {
            this.#release(slot);
            continue;
          }
          this.waiting--;
          this.#start(slot);
          return;
        }
      }
    }
    this.busy--;
  }

  #append(slot: number, priority: number): void {
    if (this.#discipline === 'lifo') {
      this.#jobs[slot * FIELDS + NEXT] = this.#heads[priority]!;
      this.#heads[priority] = slot;
      return;
    }
    this.#jobs[slot * FIELDS + NEXT] = -1;
    const tail = this.#tails[priority]!;
    if (this.#heads[priority]! < 0) this.#heads[priority] = slot;
    else this.#jobs[tail * FIELDS + NEXT] = slot;
    this.#tails[priority] = slot;
  }

  #checked(priority: number): number {
    if (Number.isInteger(priority) && priority >= 0 && priority < PRIORITIES) return priority;
    throw new RangeError(`${this.name}: priorities are 0 to ${PRIORITIES - 1}, not ${priority}.`);
  }

  #shift(priority: number): number {
    const slot = this.#heads[priority]!;
    this.#heads[priority] = this.#jobs[slot * FIELDS + NEXT]! | 0;
    return slot;
  }

  #account(): void {
    const nowNs = this.#simulation.nowNs;
    const elapsedNs = nowNs - this.#changedNs;
    if (elapsedNs === 0) return;
    this.#busyNs += this.busy * elapsedNs;
    this.#presentNs += (this.busy + this.waiting) * elapsedNs;
    this.#changedNs = nowNs;
  }

  #allocate(): number {
    const slot = this.#freeHead;
    if (slot >= 0) {
      this.#freeHead = this.#jobs[slot * FIELDS + NEXT]! | 0;
      return slot;
    }
    if (this.#top * FIELDS === this.#jobs.length) this.#grow();
    return this.#top++;
  }

  #release(slot: number): void {
    const at = slot * FIELDS;
    this.#jobs[at + STATE] = FREE;
    this.#jobs[at + NEXT] = this.#freeHead;
    this.#freeHead = slot;
  }

  #grow(): void {
    const jobs = new Float64Array(this.#jobs.length * 2);
    jobs.set(this.#jobs);
    this.#jobs = jobs;
  }
}
