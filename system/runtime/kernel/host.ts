/**
 * A service instance on a machine, and calls to it: a message over the network, a turn on the instance's processor, the
 * handler (ordinary async code), and a message back. One promise per call; everything else is events on slots.
 *
 *   caller ──network──▶ [queue ▸ processor] ──▶ handler(context, request) ──network──▶ caller
 */
import type { Context, Hop, Trace } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { PendingCall } from './call.ts';
import { CallContext, type ProcessLife } from './context.ts';
import type { Distribution } from './distribution.ts';
import {
  AT_PROCESSOR,
  Flight,
  FREE,
  GENERATION_MASK,
  RETURNING,
  RUNNING,
  SLOT_BITS,
  SLOT_MASK,
  saltOf,
  TRAVELLING,
} from './flight.ts';
import type { Machine } from './machine.ts';
import { type Carrier, retransmitAfterNs } from './network.ts';
import type { KeyedRandom } from './random.ts';
import { Running } from './running.ts';
import type { HandlerId, Simulation } from './simulation.ts';
import { Station } from './station.ts';

export interface HostOptions<Api> {
  /** How many cores its processor has; or the processor itself, where something else runs on the machine already. */
  readonly cores: number | Station;
  /** Requests that may wait for a core; further ones are shed with `overloaded`. Default: no bound. */
  readonly queueLimit?: number;
  /** Called at the start and again after a restart: the state of the old life is gone. */
  readonly start: (life: ProcessLife) => Api;
}

/** One instance of a service: a machine, its processor, and the implementation that runs there. */
export class Host<Api> {
  readonly machine: Machine;
  readonly cpu: Station;
  api: Api;

  constructor(simulation: Simulation, machine: Machine, options: HostOptions<Api>) {
    this.machine = machine;
    const { cores, queueLimit } = options;
    if (cores instanceof Station) this.cpu = cores;
    else {
      const queue = queueLimit === undefined ? {} : { queueLimit };
      this.cpu = new Station(simulation, { name: `${machine.name} cpu`, servers: cores, ...queue });
      machine.attach(this.cpu);
    }
    this.api = options.start(machine.life);
    machine.onRestart(() => {
      this.api = options.start(machine.life);
    });
  }
}

/**
 * Which instance gets the next request: each in turn, the one with the fewest requests of this caller's side in flight,
 * or the better of two drawn at random (Mitzenmacher 2001: nearly as good, and without a look at all of them).
 */
export type Balancing = 'round-robin' | 'least-requests' | 'two-choices';

export interface RemoteOptions {
  /** Name of the service, as hops and errors show it: 'playlist'. */
  readonly service: string;
  /** Gives out hop numbers. */
  readonly hop: (name: string) => Hop;
  /**
   * Whether a caller that gives up stops the work at the callee (gRPC does); false: abandoned work burns on.
   * Default: true.
   */
  readonly cancellation?: boolean;
  /** Default: 'round-robin'. */
  readonly balancing?: Balancing;
  readonly observer?: CallObserver | null;
}

/** Told of every call that instances serve: metrics and spans come from here. Without one nothing is measured. */
export interface CallObserver {
  /** An instance begins to work. Returns the trace that the work below it carries: the caller's, or one of its own. */
  begin(operation: string, instance: string, caller: Context): Trace;
  /** The work is over, after `durationNs` since the request arrived (waiting for a core included). */
  end(operation: string, instance: string, trace: Trace, durationNs: number, error: Error | null): void;
  /** The instance had no place for the request. */
  shed(operation: string, instance: string): void;
}

export interface RemoteMethod<Api, Request, Response> {
  readonly operation: string;
  /** Number of the method within its remote: keys its random draws. */
  readonly number: number;
  readonly cost: Distribution;
  readonly invoke: (api: Api, context: Context, request: Request) => Promise<Response>;
}

/** The instances of a service as its callers see them, with the way in which requests are spread over them. */
export class Remote<Api> {
  readonly hosts: readonly Host<Api>[];
  readonly service: string;
  readonly #simulation: Simulation;
  readonly #network: Carrier;
  readonly #random: KeyedRandom;
  readonly #flights: Flight<Api>[] = [];
  readonly #free: number[] = [];
  readonly #running = new Running((argument, result, error) => this.#finished(argument, result, error));
  readonly #arrived: HandlerId;
  readonly #served: HandlerId;
  readonly #returned: HandlerId;
  readonly #sendAgain: HandlerId;
  readonly #answerAgain: HandlerId;
  readonly #networkHop: Hop;
  readonly #queueHop: Hop;
  readonly #cpuHop: Hop;
  readonly #cancellation: boolean;
  readonly #balancing: Balancing;
  readonly #observer: CallObserver | null;
  readonly #balancingRandom: KeyedRandom;
  /** Requests in flight at each instance. */
  readonly #inFlight: Int32Array;
  #turn = 0;
  #methods = 0;

  constructor(simulation: Simulation, network: Carrier, hosts: readonly Host<Api>[], options: RemoteOptions) {
    this.#simulation = simulation;
    this.#network = network;
    this.hosts = hosts;
    this.service = options.service;
    this.#random = simulation.random(`${options.service} processor`);
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#served = simulation.register((argument) => this.#serve(argument));
    this.#returned = simulation.register((argument) => this.#return(argument));
    this.#sendAgain = simulation.register((argument) => {
      if (this.#flight(argument, TRAVELLING) !== null) this.#send(argument);
    });
    this.#answerAgain = simulation.register((argument) => {
      if (this.#flight(argument, RETURNING) !== null) this.#answer(argument);
    });
    this.#networkHop = options.hop(`${options.service}.network`);
    this.#queueHop = options.hop(`${options.service}.queue`);
    this.#cpuHop = options.hop(`${options.service}.cpu`);
    this.#cancellation = options.cancellation ?? true;
    this.#balancing = options.balancing ?? 'round-robin';
    this.#observer = options.observer ?? null;
    this.#balancingRandom = simulation.random(`${options.service} balancing`);
    this.#inFlight = new Int32Array(hosts.length);
    for (const host of hosts) host.machine.onCrash(() => this.#crashed(host));
  }

  /** Declares a method; `call` takes what this returns. */
  method<Request, Response>(
    name: string,
    cost: Distribution,
    invoke: (api: Api, context: Context, request: Request) => Promise<Response>,
  ): RemoteMethod<Api, Request, Response> {
    return { operation: `${this.service}.${name}`, number: this.#methods++, cost, invoke };
  }

  /** Calls a method from a machine. Rejects with `overloaded` (shed), `unavailable` (down), `reset` (crashed). */
  call<Request, Response>(
    from: Machine,
    method: RemoteMethod<Api, Request, Response>,
    context: Context,
    request: Request,
  ): Promise<Response> {
    const call = this.#simulation.open<Response>(context, method.operation);
    if (call.settled) return call.promise;
    const slot = this.#free.pop() ?? this.#flights.push(new Flight<Api>()) - 1;
    const flight = this.#flights[slot]!;
    const place = this.#pick(context);
    const host = this.hosts[place]!;
    this.#inFlight[place]!++;
    flight.place = place;
    flight.state = TRAVELLING;
    flight.call = call as PendingCall<unknown>;
    flight.method = method as unknown as RemoteMethod<Api, unknown, unknown>;
    flight.request = request;
    flight.host = host;
    flight.from = from.id;
    const argument = (flight.generation << SLOT_BITS) | slot;
    call.cancelArgument = argument;
    call.onCancel = this.#abandon;
    flight.losses = 0;
    flight.lostNs = 0;
    this.#send(argument);
    return call.promise;
  }

  #send(argument: number): void {
    const flight = this.#flights[argument & SLOT_MASK]!;
    const { from, host, call } = flight;
    const { request } = call!.context;
    const to = host!.machine.id;
    const ns = this.#network.send(from, to, request, saltOf(flight, 0), this.#arrived, argument);
    flight.outNs = ns < 0 ? ns : ns + flight.lostNs;
    if (ns < 0) this.#lost(flight, this.#sendAgain, argument);
  }

  #answer(argument: number): void {
    const flight = this.#flights[argument & SLOT_MASK]!;
    const { from, host, call } = flight;
    const { request, trace } = call!.context;
    const back = host!.machine.id;
    const ns = this.#network.send(back, from, request, saltOf(flight, 1), this.#returned, argument);
    flight.backNs = ns;
    if (ns < 0) this.#lost(flight, this.#answerAgain, argument);
    else if (ns > 0) trace.add(this.#networkHop, ns + flight.lostNs);
  }

  /** TCP sends it again, for as long as somebody waits for it. */
  #lost(flight: Flight<Api>, again: HandlerId, argument: number): void {
    const afterNs = retransmitAfterNs(flight.losses++);
    flight.lostNs += afterNs;
    this.#simulation.schedule(afterNs, again, argument);
  }

  /** An instance that is up, if any is. */
  #pick(context: Context): number {
    const { length } = this.hosts;
    if (this.#balancing === 'two-choices' && length > 1) {
      const { request, attempt } = context;
      const first = Math.floor(this.#balancingRandom.uniform(0, request, attempt) * length);
      const step = 1 + Math.floor(this.#balancingRandom.uniform(1, request, attempt) * (length - 1));
      const better = this.#better(first, (first + step) % length);
      if (this.hosts[better]!.machine.up) return better;
    }
    this.#turn = this.#turn + 1 === length ? 0 : this.#turn + 1;
    let best = this.#turn;
    if (this.#balancing !== 'least-requests') {
      for (let tries = 1; tries < length && !this.hosts[best]!.machine.up; tries++) {
        best = this.#turn = this.#turn + 1 === length ? 0 : this.#turn + 1;
      }
      return best;
    }
    // From the turn on, so that equals are taken in turn.
    for (let i = 1; i < length; i++) best = this.#better(best, (this.#turn + i) % length);
    return best;
  }

  #better(a: number, b: number): number {
    const upA = this.hosts[a]!.machine.up;
    if (upA !== this.hosts[b]!.machine.up) return upA ? a : b;
    return this.#inFlight[b]! < this.#inFlight[a]! ? b : a;
  }

  #flight(argument: number, state: number): Flight<Api> | null {
    const flight = this.#flights[argument & SLOT_MASK]!;
    if (flight.generation !== argument >>> SLOT_BITS || flight.state !== state) return null;
    return flight;
  }

  #arrive(argument: number): void {
    const flight = this.#flight(argument, TRAVELLING);
    if (flight === null) return;
    const call = flight.call!;
    const host = flight.host!;
    if (call.settled) {
      this.#release(argument);
      return;
    }
    const { cost, operation, number } = flight.method!;
    if (!host.machine.up) {
      this.#fail(argument, new PortError('unavailable', operation, true));
      return;
    }
    flight.state = AT_PROCESSOR;
    const { request, attempt } = call.context;
    const serviceNs = cost.at(this.#random.uniform(number, request, attempt));
    flight.ticket = host.cpu.enter(this.#served, argument, serviceNs);
    flight.arrivedNs = this.#simulation.nowNs;
    if (flight.ticket >= 0) return;
    this.#observer?.shed(operation, host.machine.name);
    this.#fail(argument, new PortError('overloaded', operation, true));
  }

  #serve(argument: number): void {
    const flight = this.#flight(argument, AT_PROCESSOR);
    if (flight === null) return;
    const call = flight.call!;
    const host = flight.host!;
    const caller = call.context;
    caller.trace.add(this.#networkHop, flight.outNs);
    caller.trace.add(this.#queueHop, host.cpu.lastWaitNs);
    caller.trace.add(this.#cpuHop, host.cpu.lastServiceNs);
    flight.state = RUNNING;
    const parent = this.#cancellation && caller instanceof CallContext ? caller : null;
    const trace = this.#observer?.begin(flight.method!.operation, host.machine.name, caller) ?? caller.trace;
    const context = new CallContext(
      caller.request,
      host.machine.life,
      trace,
      caller.deadlineNs,
      caller.attempt,
      parent,
    );
    flight.context = context;
    // Every request passes here: an async function costs several times as much memory, and callbacks are used again.
    this.#running.begin(argument, context, this.#invoke(flight, context));
    // A handler may finish without waiting for any port: its continuation has to run before time moves all the same.
    this.#simulation.markSettled();
  }

  #invoke(flight: Flight<Api>, context: CallContext): Promise<unknown> {
    try {
      return flight.method!.invoke(flight.host!.api, context, flight.request);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #finished(argument: number, result: unknown, error: Error | null): void {
    const flight = this.#flight(argument, RUNNING);
    if (flight === null) return;
    this.#observeEnd(flight, error);
    if (flight.call!.settled) {
      this.#release(argument);
      return;
    }
    flight.result = result;
    flight.error = error;
    flight.state = RETURNING;
    flight.losses = 0;
    flight.lostNs = 0;
    this.#answer(argument);
  }

  #observeEnd(flight: Flight<Api>, error: Error | null): void {
    if (this.#observer === null) return;
    const durationNs = this.#simulation.nowNs - flight.arrivedNs;
    const { trace } = flight.context!;
    this.#observer.end(flight.method!.operation, flight.host!.machine.name, trace, durationNs, error);
  }

  #return(argument: number): void {
    const flight = this.#flight(argument, RETURNING);
    if (flight === null) return;
    const { result, error } = flight;
    const call = flight.call!;
    this.#release(argument);
    if (error === null) call.resolve(result);
    else call.reject(error);
  }

  #fail(argument: number, error: Error): void {
    const call = this.#flights[argument & SLOT_MASK]!.call!;
    this.#release(argument);
    call.reject(error);
  }

  /** The caller gave up: what waits for a core leaves the queue, what runs is cancelled through its context. */
  readonly #abandon = (argument: number): void => {
    const flight = this.#flights[argument & SLOT_MASK]!;
    if (flight.generation !== argument >>> SLOT_BITS) return;
    if (flight.state === AT_PROCESSOR && this.#cancellation) {
      flight.host!.cpu.withdraw(flight.ticket);
      this.#release(argument);
    } else if (flight.state === TRAVELLING && flight.outNs < 0) this.#release(argument);
    else if (flight.state === RETURNING && flight.backNs < 0) this.#release(argument);
  };

  #crashed(host: Host<Api>): void {
    for (let slot = 0; slot < this.#flights.length; slot++) {
      const flight = this.#flights[slot]!;
      if (flight.host !== host) continue;
      const unsent = flight.state === RETURNING && flight.backNs < 0;
      if (flight.state !== AT_PROCESSOR && flight.state !== RUNNING && !unsent) continue;
      const reset = new PortError('reset', flight.method!.operation, false);
      if (flight.state === RUNNING) this.#observeEnd(flight, reset);
      this.#fail((flight.generation << SLOT_BITS) | slot, reset);
    }
  }

  #release(argument: number): void {
    const slot = argument & SLOT_MASK;
    const flight = this.#flights[slot]!;
    this.#inFlight[flight.place]!--;
    flight.state = FREE;
    flight.generation = (flight.generation + 1) & GENERATION_MASK;
    flight.call = null;
    flight.request = null;
    flight.context = null;
    flight.result = undefined;
    flight.error = null;
    this.#free.push(slot);
  }
}
