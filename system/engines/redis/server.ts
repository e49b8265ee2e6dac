/**
 * The server and the way of a command to it and back. One thread serves all connections, one command at a time, so a
 * slow command delays everybody; the keys live in memory and are gone after a crash.
 *
 *   client ─▶ [free connection] ──network──▶ [queue ▸ the thread] ──network──▶ client
 */
import type { CacheScript } from '../../ports/cache.ts';
import type { Context, Hop } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import {
  type HandlerId,
  type KeyedRandom,
  type Machine,
  MICROSECOND,
  type Network,
  type PendingCall,
  retransmitAfterNs,
  SECOND,
  type Simulation,
  Station,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import { type Command, execute } from './commands.ts';
import type { Connections } from './connections.ts';
import {
  BUCKET_CALLS,
  BYTE_NS,
  ELEMENT_NS,
  EXPIRE_SAMPLE_NS,
  FURTHER_CALL_NS,
  PUSH_CALLS,
  SCRIPT_FACTOR,
  SET_CALLS,
  serviceSpread,
} from './cost.ts';
import { Keyspace } from './keyspace.ts';
import type { RedisKnobs } from './knobs.ts';

const FREE = 0;
const WAITING = 1;
const TRAVELLING = 2;
const AT_SERVER = 3;
const RETURNING = 4;

class Flight {
  state = FREE;
  generation = 0;
  call: PendingCall<unknown> | null = null;
  command: Command | null = null;
  connections: Connections | null = null;
  epoch = 0;
  salt = 0;
  losses = 0;
  openedNs = 0;
  outNs = 0;
  queueNs = 0;
  serviceNs = 0;
  backNs = 0;
  answer: unknown = undefined;
}

/** Slot in the low bits, generation above: a doubled message cannot hit the slot's next owner. */
const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7ff;

export class Server {
  readonly machine: Machine;
  readonly thread: Station;
  readonly keys: Keyspace;
  commands = 0;
  hits = 0;
  misses = 0;
  onGet: ((key: string, hit: boolean) => void) | null = null;
  /** Connections open. */
  connected = 0;
  readonly #simulation: Simulation;
  readonly #network: Network;
  readonly #knobs: RedisKnobs;
  readonly #random: KeyedRandom;
  readonly #spread = serviceSpread();
  readonly #baseNs: number;
  readonly #clients: Connections[] = [];
  readonly #flights: Flight[] = [];
  readonly #free: number[] = [];
  readonly #arrived: HandlerId;
  readonly #served: HandlerId;
  readonly #returned: HandlerId;
  readonly #sendAgain: HandlerId;
  readonly #answerAgain: HandlerId;
  readonly #cycle: HandlerId;
  readonly #idle: HandlerId;
  readonly #clientHop: Hop;
  readonly #networkHop: Hop;
  readonly #queueHop: Hop;
  readonly #commandHop: Hop;
  #cycling = false;
  #stopped = false;

  constructor(environment: EngineEnvironment, name: string, knobs: RedisKnobs) {
    const { simulation } = environment;
    this.#simulation = simulation;
    this.#network = environment.network;
    this.#knobs = knobs;
    this.#baseNs = knobs.commandMicros * MICROSECOND;
    this.machine = environment.createMachine(name);
    this.thread = new Station(simulation, { name: `${name} thread`, servers: 1 });
    this.machine.attach(this.thread);
    this.keys = new Keyspace({
      maxBytes: knobs.maxMemoryBytes,
      policy: knobs.evictionPolicy,
      samples: knobs.evictionSamples,
      random: simulation.stream(`${name} sampling`),
      expiry: { cyclesPerSecond: knobs.expireCyclesPerSecond, whenStale: knobs.fastExpiryWhenStale },
    });
    this.#random = simulation.random(`${name} service`);
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#served = simulation.register((argument) => this.#serve(argument));
    this.#returned = simulation.register((argument) => this.#return(argument));
    this.#sendAgain = simulation.register((argument) => {
      if (this.#find(argument, TRAVELLING) !== null) this.#send(argument);
    });
    this.#answerAgain = simulation.register((argument) => {
      if (this.#find(argument, RETURNING) !== null) this.#answer(argument);
    });
    this.#cycle = simulation.register(() => this.#expire());
    this.#idle = simulation.register(() => {});
    this.#clientHop = environment.hop(`${name}.client`);
    this.#networkHop = environment.hop(`${name}.network`);
    this.#queueHop = environment.hop(`${name}.queue`);
    this.#commandHop = environment.hop(`${name}.command`);
    this.machine.onCrash(() => this.#crashed());
  }

  /** A client process opens its connections: as many as it wants and the server still accepts. */
  connect(connections: Connections): void {
    if (!this.#clients.includes(connections)) {
      this.#clients.push(connections);
      connections.machine.onCrash(() => {
        this.connected -= connections.open;
        for (const argument of connections.waiting) this.#recycle(argument);
        connections.reset();
      });
    }
    if (connections.open > 0 || !this.machine.up) return;
    const accepted = Math.min(this.#knobs.connectionsPerClient, this.#knobs.maxClients - this.connected);
    connections.open = accepted;
    this.connected += accepted;
  }

  request<T>(connections: Connections, context: Context, operation: string, command: Command): Promise<T> {
    const call = this.#simulation.open<T>(context, operation);
    if (call.settled) return call.promise;
    if (connections.open === 0) this.connect(connections);
    const slot = this.#free.pop() ?? this.#flights.push(new Flight()) - 1;
    const flight = this.#flights[slot]!;
    flight.call = call as PendingCall<unknown>;
    flight.command = command;
    flight.connections = connections;
    flight.epoch = connections.epoch;
    flight.openedNs = this.#simulation.nowNs;
    flight.salt = saltOf(command.name, command.key, context.attempt);
    flight.losses = 0;
    const argument = (flight.generation << SLOT_BITS) | slot;
    if (!this.#knobs.pipelining && connections.open > 0 && connections.busy >= connections.open) {
      flight.state = WAITING;
      connections.waiting.push(argument);
      call.cancelArgument = argument;
      call.onCancel = this.#cancel;
    } else {
      connections.busy++;
      flight.state = TRAVELLING;
      this.#send(argument);
    }
    return call.promise;
  }

  /** Everything is lost, outside time. */
  flush(): void {
    this.keys.clear();
  }

  /** Keys with a TTL are looked through from now on. */
  startExpiry(): void {
    if (this.#cycling || this.#stopped || this.keys.volatile === 0) return;
    this.#cycling = true;
    this.#simulation.schedule(SECOND / this.#knobs.expireCyclesPerSecond, this.#cycle);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** What a command takes of the thread on average, in ns. */
  serviceNs(command: Command): number {
    const base = this.#baseNs;
    switch (command.name) {
      case 'get':
        return base + this.keys.bytesOf(command.key) * BYTE_NS;
      case 'set':
        return base + command.options.bytes * BYTE_NS;
      case 'pushFront':
        return base + command.bytes * BYTE_NS;
      case 'range':
        return base + command.count * ELEMENT_NS + this.keys.bytesOf(command.key) * BYTE_NS;
      case 'evaluate':
        return base * SCRIPT_FACTOR + furtherCalls(command.script) * FURTHER_CALL_NS;
      default:
        return base;
    }
  }

  #send(argument: number): void {
    const flight = this.#flights[argument & SLOT_MASK]!;
    const { machine } = flight.connections!;
    const { request } = flight.call!.context;
    const salt = flight.salt + (flight.losses << 1);
    flight.outNs = this.#network.send(machine.id, this.machine.id, request, salt, this.#arrived, argument);
    if (flight.outNs < 0) this.#lost(flight, this.#sendAgain, argument);
  }

  /** TCP sends a lost segment again, for as long as somebody waits for it. */
  #lost(flight: Flight, again: HandlerId, argument: number): void {
    if (flight.call!.settled) {
      this.#release(argument);
      return;
    }
    this.#simulation.schedule(retransmitAfterNs(flight.losses++), again, argument);
  }

  #arrive(argument: number): void {
    const flight = this.#find(argument, TRAVELLING);
    if (flight === null) return;
    const command = flight.command!;
    const call = flight.call!;
    const { operation } = call;
    if (!this.machine.up) {
      this.#fail(argument, new PortError('unavailable', operation, true));
      return;
    }
    if (flight.epoch !== flight.connections!.epoch) {
      this.#fail(argument, new PortError('reset', operation, true));
      return;
    }
    if (flight.connections!.open === 0) {
      const detail = 'the server accepts no more connections';
      this.#fail(argument, new PortError('overloaded', operation, true, detail));
      return;
    }
    flight.state = AT_SERVER;
    const u = this.#random.uniform(flight.salt, call.context.request);
    this.thread.enter(this.#served, argument, this.serviceNs(command) * this.#spread.at(u));
  }

  #serve(argument: number): void {
    const flight = this.#find(argument, AT_SERVER);
    if (flight === null) return;
    const command = flight.command!;
    const { nowNs } = this.#simulation;
    flight.queueNs = this.thread.lastWaitNs;
    flight.serviceNs = this.thread.lastServiceNs;
    this.commands++;
    flight.answer = execute(this.keys, command, nowNs);
    if (command.name === 'get') {
      const hit = flight.answer !== undefined;
      if (hit) this.hits++;
      else this.misses++;
      this.onGet?.(command.key, hit);
    } else this.startExpiry();
    this.#look(this.keys.fastExpireCycle(nowNs));
    flight.state = RETURNING;
    flight.losses = 0;
    this.#answer(argument);
  }

  #answer(argument: number): void {
    const flight = this.#flights[argument & SLOT_MASK]!;
    const { machine } = flight.connections!;
    const { request } = flight.call!.context;
    const salt = flight.salt + (flight.losses << 1) + 1;
    flight.backNs = this.#network.send(this.machine.id, machine.id, request, salt, this.#returned, argument);
    if (flight.backNs < 0) this.#lost(flight, this.#answerAgain, argument);
  }

  #return(argument: number): void {
    const flight = this.#find(argument, RETURNING);
    if (flight === null) return;
    const { answer, queueNs, serviceNs } = flight;
    const call = flight.call!;
    if (!call.settled) {
      const { trace } = call.context;
      const networkNs = flight.outNs + flight.backNs;
      const totalNs = this.#simulation.nowNs - flight.openedNs;
      trace.add(this.#networkHop, networkNs);
      trace.add(this.#queueHop, queueNs);
      trace.add(this.#commandHop, serviceNs);
      // Waiting for a connection, and for segments that were lost.
      trace.add(this.#clientHop, totalNs - networkNs - queueNs - serviceNs);
    }
    this.#release(argument);
    if (answer instanceof PortError) call.reject(answer);
    else call.resolve(answer);
  }

  #fail(argument: number, error: PortError): void {
    const flight = this.#flights[argument & SLOT_MASK]!;
    const call = flight.call!;
    if (!call.settled) call.context.trace.add(this.#clientHop, this.#simulation.nowNs - flight.openedNs);
    this.#release(argument);
    call.reject(error);
  }

  /** Who gave up while waiting for a connection is not served; what was sent runs to its end. */
  readonly #cancel = (argument: number): void => {
    const flight = this.#find(argument, WAITING);
    if (flight === null) return;
    const { waiting } = flight.connections!;
    const place = waiting.indexOf(argument);
    if (place >= 0) waiting.splice(place, 1);
    this.#recycle(argument);
  };

  #crashed(): void {
    this.keys.clear();
    this.connected = 0;
    for (const client of this.#clients) client.reset();
    for (let slot = 0; slot < this.#flights.length; slot++) {
      const flight = this.#flights[slot]!;
      if (flight.state !== AT_SERVER && flight.state !== WAITING) continue;
      const sent = flight.state === AT_SERVER;
      const error = new PortError(sent ? 'reset' : 'unavailable', flight.call!.operation, !sent);
      this.#fail((flight.generation << SLOT_BITS) | slot, error);
    }
  }

  /** The slow cycle, and a fast one as the event loop goes to sleep after it. */
  #expire(): void {
    this.#cycling = false;
    if (!this.machine.up) return;
    const { nowNs } = this.#simulation;
    this.#look(this.keys.expireCycle(nowNs) + this.keys.fastExpireCycle(nowNs));
    this.startExpiry();
  }

  /** Looking at keys uses the thread like any command. */
  #look(keys: number): void {
    if (keys > 0) this.thread.enter(this.#idle, 0, keys * EXPIRE_SAMPLE_NS);
  }

  #find(argument: number, state: number): Flight | null {
    const flight = this.#flights[argument & SLOT_MASK]!;
    return flight.generation === argument >>> SLOT_BITS && flight.state === state ? flight : null;
  }

  /** The flight is over; its connection takes the next command that waits. */
  #release(argument: number): void {
    const flight = this.#flights[argument & SLOT_MASK]!;
    const connections = flight.connections!;
    const current = flight.epoch === connections.epoch;
    this.#recycle(argument);
    if (!current) return;
    connections.busy--;
    const next = connections.waiting.shift();
    if (next === undefined) return;
    connections.busy++;
    this.#flights[next & SLOT_MASK]!.state = TRAVELLING;
    this.#send(next);
  }

  #recycle(argument: number): void {
    const slot = argument & SLOT_MASK;
    const flight = this.#flights[slot]!;
    flight.state = FREE;
    flight.generation = (flight.generation + 1) & GENERATION_MASK;
    flight.call = null;
    flight.command = null;
    flight.connections = null;
    flight.answer = undefined;
    this.#free.push(slot);
  }
}

function furtherCalls(script: CacheScript): number {
  if (script.name === 'push-bounded') return Math.max(0, script.lists.length - 1) * PUSH_CALLS;
  if (script.name === 'take-token') return script.and === undefined ? 0 : BUCKET_CALLS;
  return script.name === 'set-newer' ? Math.max(0, script.entries.length - 1) * SET_CALLS : 0;
}

/** Keys the draws of a command: by its name, its key and the attempt (FNV-1a over the last characters, where keys differ). */
function saltOf(name: string, key: string, attempt: number): number {
  let h = 0x811c9dc5 ^ name.length ^ (attempt << 8);
  const from = key.length > 12 ? key.length - 12 : 0;
  for (let i = from; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  // Low bits are left for direction and retransmissions.
  return ((h >>> 8) & 0xffff) << 6;
}
