/**
 * The registry in virtual time: nodes behind HTTP, one of which leads and writes, and clients that keep what they were
 * told. It is off the path of messages, so its nodes are hosts of ordinary code, like services.
 *
 *   client [kept answers] ──network──▶ any node ──(writes)──▶ leader ▸ topic of schemas
 */
import type { Context } from '../../ports/context.ts';
import type { AvroSchema, RegisteredSchema, SchemaRegistry } from '../../ports/schema-registry.ts';
import {
  Host,
  type Machine,
  MILLISECOND,
  type PendingCall,
  Remote,
  type RemoteMethod,
  Station,
} from '../../runtime/kernel/index.ts';
import type { Durable, EmbeddedEngine, EngineEnvironment, EngineNode, Gauge } from '../engine.ts';
import { Client } from './client.ts';
import { COMPARE, LOOKUP, PARSE, STORE } from './cost.ts';
import { resolveKnobs, type SchemaRegistryKnobs } from './knobs.ts';
import { createNode } from './node.ts';
import { parseSchema } from './schema.ts';
import { SchemaStore } from './store.ts';

export interface EmbeddedSchemaRegistry extends EmbeddedEngine {
  readonly name: 'schema-registry';
  /** The registry as a process on this machine sees it. */
  connect(client: Machine): SchemaRegistry;
  readonly durable: Durable;
  /** A schema that is there from the start, whatever the level says. Throws SchemaError. */
  preload(subject: string, schema: AvroSchema): void;
  /** What is registered, outside time. */
  inspect(subject: string): readonly RegisteredSchema[];
  /** What an id means, outside time. */
  schema(id: number): AvroSchema | undefined;
  /** The node that leads, counted from 0; -1: none. */
  readonly leader: number;
}

export function createSchemaRegistry(
  environment: EngineEnvironment,
  options: { knobs?: Partial<SchemaRegistryKnobs> } = {},
): EmbeddedSchemaRegistry {
  return new Registry(environment, resolveKnobs(options.knobs));
}

const COSTS = {
  register: COMPARE,
  lookUp: PARSE,
  schemaById: LOOKUP,
  version: LOOKUP,
  versions: LOOKUP,
  subjects: LOOKUP,
  testCompatibility: COMPARE,
  compatibility: LOOKUP,
  setCompatibility: LOOKUP,
} as const satisfies Record<keyof SchemaRegistry, unknown>;

type AnyApi = Record<string, (context: Context, ...rest: unknown[]) => Promise<unknown>>;

class Registry implements EmbeddedSchemaRegistry {
  readonly name = 'schema-registry';
  readonly nodes: readonly EngineNode[];
  readonly gauges: readonly Gauge[];
  leader = 0;
  readonly #store: SchemaStore;
  readonly #hosts: readonly Host<SchemaRegistry>[];
  readonly #connectAny: (from: Machine) => SchemaRegistry;
  readonly #connectTo: readonly ((from: Machine) => SchemaRegistry)[];
  readonly #clients = new Map<number, Client>();

  constructor(environment: EngineEnvironment, knobs: SchemaRegistryKnobs) {
    const { simulation } = environment;
    this.#store = new SchemaStore(knobs.compatibility);
    this.#hosts = Array.from({ length: knobs.nodes }, (_, i) => this.#host(environment, knobs, i));
    this.#connectAny = remote(environment, this.#hosts);
    this.#connectTo = this.#hosts.map((host) => remote(environment, [host]));
    const elected = simulation.register(() => this.#elect());
    this.#hosts.forEach(({ machine }, i) => {
      machine.onCrash(() => {
        if (i === this.leader) simulation.schedule(knobs.failoverMs * MILLISECOND, elected);
      });
      machine.onRestart(() => {
        if (this.leader < 0) this.#elect();
      });
    });
    this.nodes = this.#hosts.map(({ machine, cpu }) => ({
      machine,
      stations: [cpu],
      requests: () => cpu.read().completions,
      largestBytes: () => null,
    }));
    this.gauges = [
      { name: 'schema-registry schemas', unit: '1', group: 'load', read: () => this.#store.size },
    ];
  }

  connect(machine: Machine): SchemaRegistry {
    let client = this.#clients.get(machine.id);
    if (client === undefined) {
      client = new Client(this.#connectAny(machine));
      this.#clients.set(machine.id, client);
      machine.onCrash(client.forget);
    }
    return client;
  }

  get durable(): Durable {
    return this.#store;
  }

  preload(subject: string, schema: AvroSchema): void {
    parseSchema(schema);
    this.#store.preload(subject, schema);
  }

  inspect(subject: string): readonly RegisteredSchema[] {
    return this.#store.versions(subject, Number.POSITIVE_INFINITY);
  }

  schema(id: number): AvroSchema | undefined {
    return this.#store.schemaById(id, Number.POSITIVE_INFINITY);
  }

  /** It has no periodic work. */
  stop(): void {}

  #host(environment: EngineEnvironment, knobs: SchemaRegistryKnobs, index: number) {
    const { simulation } = environment;
    const machine = environment.createMachine(`schema-registry-${index + 1}`);
    const write = writer(environment, machine);
    const start = () =>
      createNode({
        store: this.#store,
        now: () => simulation.now(),
        followerLagNs: knobs.followerLagMs * MILLISECOND,
        // Without a leader a node asks the last one, which does not answer.
        leader: () => (index === this.leader ? null : this.#connectTo[Math.max(0, this.leader)]!(machine)),
        write,
      });
    return new Host<SchemaRegistry>(simulation, machine, { cores: knobs.coresPerNode, start });
  }

  /** The first node that is up; one that has come back in time is elected again. */
  #elect(): void {
    this.leader = this.#hosts.findIndex(({ machine }) => machine.up);
  }
}

/** Calls to some nodes, in turn: each method of the port is one request. */
function remote(
  { simulation, network, hop }: EngineEnvironment,
  hosts: readonly Host<SchemaRegistry>[],
): (from: Machine) => SchemaRegistry {
  const nodes = new Remote(simulation, network, hosts, { service: 'schema-registry', hop });
  const methods: [string, RemoteMethod<SchemaRegistry, unknown[], unknown>][] = Object.entries(COSTS).map(
    ([name, cost]) => [
      name,
      nodes.method(name, cost, (api, context, rest: unknown[]) =>
        (api as unknown as AnyApi)[name]!(context, ...rest),
      ),
    ],
  );
  return (from) => {
    const api: AnyApi = {};
    for (const [name, method] of methods)
      api[name] = (context, ...rest) => nodes.call(from, method, context, rest);
    return api as unknown as SchemaRegistry;
  };
}

/** Writes of one node to the topic of schemas, one after the other: the leader holds its lock until it has read one back. */
function writer(
  { simulation, hop }: EngineEnvironment,
  machine: Machine,
): (context: Context) => Promise<void> {
  const storeHop = hop('schema-registry.store');
  const station = new Station(simulation, { name: `${machine.name} writes`, servers: 1 });
  machine.attach(station);
  const random = simulation.random('schema-registry store');
  const calls = new Map<number, PendingCall<void>>();
  let next = 0;
  const written = simulation.register((number) => {
    const call = calls.get(number)!;
    calls.delete(number);
    if (!call.settled) call.context.trace.add(storeHop, station.lastWaitNs + station.lastServiceNs);
    call.resolve();
  });
  machine.onCrash(() => calls.clear());
  return (context) => {
    const call = simulation.open<void>(context, 'schema-registry.store');
    if (call.settled) return call.promise;
    const number = next++;
    calls.set(number, call);
    const { request, attempt } = context;
    station.enter(written, number, STORE.at(random.uniform(machine.id, request, attempt)));
    return call.promise;
  };
}
