/** Books where the time of a call went: the way of the answer that decided it, part by part, adding up exactly. */
import type { Hop } from '../../ports/context.ts';
import type { Operation } from './operation.ts';

export class Bookings {
  readonly #network: Hop;
  readonly #coordinatorQueue: Hop;
  readonly #coordinator: Hop;
  readonly #contention: Hop;
  readonly #readQueue: Hop;
  readonly #read: Hop;
  readonly #writeQueue: Hop;
  readonly #write: Hop;
  readonly #pause: Hop;
  readonly #vain: Hop;
  readonly #disk: Hop;

  constructor(hop: (name: string) => Hop) {
    this.#network = hop('cassandra.network');
    this.#coordinatorQueue = hop('cassandra.coordinator queue');
    this.#coordinator = hop('cassandra.coordinator');
    this.#contention = hop('cassandra.contention');
    this.#readQueue = hop('cassandra.read queue');
    this.#read = hop('cassandra.read');
    this.#writeQueue = hop('cassandra.write queue');
    this.#write = hop('cassandra.write');
    this.#pause = hop('cassandra.pause');
    this.#vain = hop('cassandra.no answer');
    this.#disk = hop('cassandra.disk');
  }

  /** What is not accounted for by parts of the way was waited for in vain. */
  book(operation: Operation, nowNs: number): void {
    const { trace } = operation.context;
    const { coordinatorQueueNs, coordinatorNs, contentionNs, queueNs, diskNs, workNs, pauseNs } = operation;
    const known = coordinatorQueueNs + coordinatorNs + contentionNs + queueNs + diskNs + workNs + pauseNs;
    const totalNs = nowNs - operation.calledNs;
    const restNs = totalNs - known - operation.networkNs;
    // Cut short in the middle of a message: only the part of its way that has passed counts.
    trace.add(this.#network, restNs < 0 ? operation.networkNs + restNs : operation.networkNs);
    trace.add(this.#coordinatorQueue, coordinatorQueueNs);
    trace.add(this.#coordinator, coordinatorNs);
    const reading = operation.kind === 0;
    trace.add(reading ? this.#readQueue : this.#writeQueue, queueNs);
    trace.add(reading ? this.#read : this.#write, workNs);
    if (contentionNs > 0) trace.add(this.#contention, contentionNs);
    if (diskNs > 0) trace.add(this.#disk, diskNs);
    if (pauseNs > 0) trace.add(this.#pause, pauseNs);
    if (restNs > 0) trace.add(this.#vain, restNs);
  }
}
