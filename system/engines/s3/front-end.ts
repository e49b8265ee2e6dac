/**
 * The way of a request to the store and back. The front end has no queue that one customer could fill: a request within
 * its partition's rate takes the time to the first byte, then its bytes at the throughput of a connection.
 *
 *   client ──network──▶ [rate of the partition?] ▸ first byte ▸ bytes ──network──▶ client
 */
import type { Context, Hop } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import {
  type Distribution,
  type HandlerId,
  type KeyedRandom,
  type Machine,
  type Network,
  type PendingCall,
  type Simulation,
  Station,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import { firstByte, HEADER_BYTES, PUT_FACTOR, SLOW_DOWN_MS } from './cost.ts';
import type { S3Knobs } from './knobs.ts';
import type { Partitions, RequestClass } from './partitions.ts';

/** What requests are counted and priced by. */
export type RequestKind = 'get' | 'put' | 'list' | 'delete';

/** A request, and what it does at the store. */
export interface Work {
  readonly operation: string;
  readonly key: string;
  readonly kind: RequestKind;
  /** Bytes that the request brings along. */
  readonly bodyBytes: number;
  /** Gives the answer and the bytes that it carries, or throws a `PortError` that the caller gets. */
  run(): { readonly answer: unknown; readonly bytes: number };
}

const FREE = 0;
const TRAVELLING = 1;
const AT_STORE = 2;
const RETURNING = 3;

class Flight {
  state = FREE;
  generation = 0;
  call: PendingCall<unknown> | null = null;
  work: Work | null = null;
  client = 0;
  salt = 0;
  answer: unknown = undefined;
  answerBytes = 0;
  error: PortError | null = null;
  outNs = 0;
  backNs = 0;
  firstByteNs = 0;
  serviceNs = 0;
}

/** Slot in the low bits, generation above: a message that arrives twice, or late, cannot hit the slot's next owner. */
const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7ff;

export class FrontEnd {
  readonly machine: Machine;
  readonly station: Station;
  /** Requests that were served, whether well or not: 503 is not billed (S3 user guide, billing for error responses). */
  readonly served: Record<RequestKind, number> = { get: 0, put: 0, list: 0, delete: 0 };
  refused = 0;
  egressBytes = 0;
  readonly #simulation: Simulation;
  readonly #network: Network;
  readonly #partitions: Partitions;
  readonly #random: KeyedRandom;
  readonly #firstByte: Distribution;
  readonly #byteNs: number;
  readonly #flights: Flight[] = [];
  readonly #free: number[] = [];
  readonly #arrived: HandlerId;
  readonly #served: HandlerId;
  readonly #returned: HandlerId;
  readonly #networkHop: Hop;
  readonly #firstByteHop: Hop;
  readonly #transferHop: Hop;

  constructor(environment: EngineEnvironment, name: string, knobs: S3Knobs, partitions: Partitions) {
    const { simulation } = environment;
    this.#simulation = simulation;
    this.#network = environment.network;
    this.#partitions = partitions;
    this.#firstByte = firstByte(knobs.firstByteMs);
    this.#byteNs = 1e3 / knobs.connectionMBps;
    this.machine = environment.createMachine(name);
    this.station = new Station(simulation, {
      name: `${name} requests`,
      servers: Number.POSITIVE_INFINITY,
    });
    this.machine.attach(this.station);
    this.#random = simulation.random(`${name} first byte`);
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#served = simulation.register((argument) => this.#serve(argument));
    this.#returned = simulation.register((argument) => this.#return(argument));
    this.#networkHop = environment.hop(`${name}.network`);
    this.#firstByteHop = environment.hop(`${name}.first byte`);
    this.#transferHop = environment.hop(`${name}.transfer`);
    this.machine.onCrash(() => this.#crashed());
  }

  request<T>(client: Machine, context: Context, work: Work): Promise<T> {
    const call = this.#simulation.open<T>(context, work.operation);
    if (call.settled) return call.promise;
    const slot = this.#free.pop() ?? this.#flights.push(new Flight()) - 1;
    const flight = this.#flights[slot]!;
    flight.state = TRAVELLING;
    flight.call = call as PendingCall<unknown>;
    flight.work = work;
    flight.client = client.id;
    flight.salt = saltOf(work.key, context.attempt);
    const argument = (flight.generation << SLOT_BITS) | slot;
    call.cancelArgument = argument;
    call.onCancel = this.#abandon;
    const { request } = context;
    flight.outNs = this.#network.send(
      client.id,
      this.machine.id,
      request,
      flight.salt,
      this.#arrived,
      argument,
    );
    return call.promise;
  }

  #arrive(argument: number): void {
    const flight = this.#find(argument, TRAVELLING);
    if (flight === null) return;
    const { operation, key, kind } = flight.work!;
    if (!this.machine.up) {
      const call = flight.call!;
      this.#release(argument);
      call.reject(new PortError('unavailable', operation, true));
      return;
    }
    const rate = classOf(kind);
    if (!this.#partitions.admit(key, rate, this.#simulation.nowNs)) {
      this.refused++;
      const detail = `SlowDown: more requests for keys around '${key}' than their partition takes`;
      flight.error = new PortError('overloaded', operation, true, detail, SLOW_DOWN_MS);
      this.#answer(argument);
      return;
    }
    this.served[kind]++;
    // A read takes its place in the order of events here, a write when its last byte has been stored.
    if (rate === 'get') this.#run(flight);
    const u = this.#random.uniform(flight.salt, flight.call!.context.request);
    flight.firstByteNs = this.#firstByte.at(u) * (rate === 'put' ? PUT_FACTOR : 1);
    flight.state = AT_STORE;
    const transferNs = (flight.work!.bodyBytes + flight.answerBytes) * this.#byteNs;
    this.station.enter(this.#served, argument, flight.firstByteNs + transferNs);
  }

  #serve(argument: number): void {
    const flight = this.#find(argument, AT_STORE);
    if (flight === null) return;
    flight.serviceNs = this.station.lastServiceNs;
    if (classOf(flight.work!.kind) === 'put') this.#run(flight);
    this.#answer(argument);
  }

  #run(flight: Flight): void {
    try {
      const { answer, bytes } = flight.work!.run();
      flight.answer = answer;
      flight.answerBytes = bytes;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      flight.error = error;
    }
  }

  #answer(argument: number): void {
    const flight = this.#flights[argument & SLOT_MASK]!;
    flight.state = RETURNING;
    this.egressBytes += flight.answerBytes + HEADER_BYTES;
    const { request } = flight.call!.context;
    const salt = flight.salt + 1;
    flight.backNs = this.#network.send(
      this.machine.id,
      flight.client,
      request,
      salt,
      this.#returned,
      argument,
    );
    if (flight.backNs < 0 && flight.call!.settled) this.#release(argument);
  }

  #return(argument: number): void {
    const flight = this.#find(argument, RETURNING);
    if (flight === null) return;
    const { answer, error, serviceNs } = flight;
    const call = flight.call!;
    if (!call.settled) {
      const { trace } = call.context;
      const firstByteNs = Math.min(serviceNs, Math.round(flight.firstByteNs));
      trace.add(this.#networkHop, flight.outNs + flight.backNs);
      trace.add(this.#firstByteHop, firstByteNs);
      trace.add(this.#transferHop, serviceNs - firstByteNs);
    }
    this.#release(argument);
    if (error === null) call.resolve(answer);
    else call.reject(error);
  }

  /** The caller gave up. What was sent runs to its end; only what the network has lost is over. */
  readonly #abandon = (argument: number): void => {
    const flight = this.#flights[argument & SLOT_MASK]!;
    if (flight.generation !== argument >>> SLOT_BITS) return;
    const lost =
      (flight.state === TRAVELLING && flight.outNs < 0) || (flight.state === RETURNING && flight.backNs < 0);
    if (lost) this.#release(argument);
  };

  #crashed(): void {
    for (let slot = 0; slot < this.#flights.length; slot++) {
      const flight = this.#flights[slot]!;
      if (flight.state !== AT_STORE) continue;
      const call = flight.call!;
      const definite = classOf(flight.work!.kind) === 'get';
      this.#release((flight.generation << SLOT_BITS) | slot);
      call.reject(new PortError('reset', call.operation, definite));
    }
  }

  #find(argument: number, state: number): Flight | null {
    const flight = this.#flights[argument & SLOT_MASK]!;
    return flight.generation === argument >>> SLOT_BITS && flight.state === state ? flight : null;
  }

  #release(argument: number): void {
    const slot = argument & SLOT_MASK;
    const flight = this.#flights[slot]!;
    flight.state = FREE;
    flight.generation = (flight.generation + 1) & GENERATION_MASK;
    flight.call = null;
    flight.work = null;
    flight.answer = undefined;
    flight.error = null;
    flight.answerBytes = 0;
    flight.serviceNs = 0;
    flight.firstByteNs = 0;
    this.#free.push(slot);
  }
}

/** By which of a partition's two rates a request is limited. */
function classOf(kind: RequestKind): RequestClass {
  return kind === 'get' || kind === 'list' ? 'get' : 'put';
}

/** Keys the draws of a request: by its key and the attempt. The low bit is left for the direction. */
function saltOf(key: string, attempt: number): number {
  let h = 0x811c9dc5 ^ (attempt << 8);
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return ((h >>> 8) & 0xffffff) << 1;
}
