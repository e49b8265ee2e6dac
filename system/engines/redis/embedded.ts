/** Redis in virtual time: the port, what a composition root needs, and a look inside for checks of invariants. */
import type { Cache, CacheScript, CacheValue, SetOptions, TokenGrant } from '../../ports/cache.ts';
import type { Context } from '../../ports/context.ts';
import { type Machine, MILLISECOND, type Simulation } from '../../runtime/kernel/index.ts';
import type { Counter, EmbeddedEngine, EngineEnvironment, EngineNode, Gauge } from '../engine.ts';
import { rateOf } from '../rate.ts';
import { Connections } from './connections.ts';
import { type RedisKnobs, resolveKnobs } from './knobs.ts';
import { Server } from './server.ts';

export interface KeyInspection {
  readonly key: string;
  readonly value: CacheValue;
  readonly bytes: number;
  /** Null: no TTL. */
  readonly expiresNs: number | null;
}

export interface EmbeddedRedis extends EmbeddedEngine {
  /** Called when a key is found to have expired: on access, or by the cycle. */
  onExpire: ((key: string) => void) | null;
  /** Called for each GET, at the time when the server answers it. */
  onGet: ((key: string, hit: boolean) => void) | null;
  /** The cache as a process on this machine sees it. */
  connect(client: Machine): Cache;
  /** Live keys, outside time. */
  inspectKeys(): KeyInspection[];
  /** Memory that keys and values take, as the limit counts it. */
  readonly usedBytes: number;
  readonly evictions: number;
  /** Stores a value that was there before the run. False: there is no room. */
  preload(key: string, value: CacheValue, options: SetOptions): boolean;
  /** Loses everything, outside time, as a restart without persistence does. */
  flush(): void;
}

export function createRedis(
  environment: EngineEnvironment,
  options: { knobs?: Partial<RedisKnobs>; name?: string } = {},
): EmbeddedRedis {
  return new Redis(environment, options.name ?? 'redis', resolveKnobs(options.knobs));
}

class Redis implements EmbeddedRedis {
  readonly name: string;
  readonly nodes: readonly EngineNode[];
  readonly gauges: readonly Gauge[];
  readonly counters: readonly Counter[];
  readonly #server: Server;
  readonly #simulation: Simulation;
  readonly #clients = new Map<number, Client>();

  constructor(environment: EngineEnvironment, name: string, knobs: RedisKnobs) {
    this.name = name;
    this.#simulation = environment.simulation;
    const server = new Server(environment, name, knobs);
    this.#server = server;
    this.nodes = [
      {
        machine: server.machine,
        stations: [server.thread],
        requests: () => server.commands,
        largestBytes: () => null,
      },
    ];
    this.gauges = gaugesOf(server, name, environment.simulation);
    this.counters = countersOf(server);
  }

  get onExpire() {
    return this.#server.keys.onExpire;
  }

  set onExpire(listener: ((key: string) => void) | null) {
    this.#server.keys.onExpire = listener;
  }

  get onGet() {
    return this.#server.onGet;
  }

  set onGet(listener: ((key: string, hit: boolean) => void) | null) {
    this.#server.onGet = listener;
  }

  get usedBytes(): number {
    return this.#server.keys.usedBytes;
  }

  get evictions(): number {
    return this.#server.keys.evictions;
  }

  connect(machine: Machine): Cache {
    let client = this.#clients.get(machine.id);
    if (client === undefined) {
      client = new Client(this.#server, machine);
      this.#clients.set(machine.id, client);
    }
    client.open();
    return client;
  }

  inspectKeys(): KeyInspection[] {
    return Array.from(this.#server.keys.live(this.#simulation.nowNs), ({ key, value, bytes, expiresNs }) => ({
      key,
      value,
      bytes,
      expiresNs: Number.isFinite(expiresNs) ? expiresNs : null,
    }));
  }

  preload(key: string, value: CacheValue, { bytes, ttlMs }: SetOptions): boolean {
    const { nowNs } = this.#simulation;
    const expiresNs =
      ttlMs === undefined ? Number.POSITIVE_INFINITY : nowNs + Math.round(ttlMs * MILLISECOND);
    const stored = this.#server.keys.put(key, value, bytes, expiresNs, nowNs);
    this.#server.startExpiry();
    return stored;
  }

  flush(): void {
    this.#server.flush();
  }

  stop(): void {
    this.#server.stop();
  }
}

class Client implements Cache {
  readonly #server: Server;
  readonly #connections: Connections;

  constructor(server: Server, machine: Machine) {
    this.#server = server;
    this.#connections = new Connections(machine);
  }

  open(): void {
    this.#server.connect(this.#connections);
  }

  get(context: Context, key: string): Promise<CacheValue | undefined> {
    return this.#server.request(this.#connections, context, 'redis.get', { name: 'get', key });
  }

  set(context: Context, key: string, value: CacheValue, options: SetOptions): Promise<boolean> {
    const command = { name: 'set', key, value, options } as const;
    return this.#server.request(this.#connections, context, 'redis.set', command);
  }

  delete(context: Context, key: string): Promise<boolean> {
    return this.#server.request(this.#connections, context, 'redis.delete', { name: 'delete', key });
  }

  /** A TTL is set when the key is created, as INCR followed by EXPIRE NX does it. */
  increment(context: Context, key: string, by: number, ttlMs?: number): Promise<number> {
    const command = { name: 'increment', key, by, ttlMs } as const;
    return this.#server.request(this.#connections, context, 'redis.increment', command);
  }

  pushFront(context: Context, key: string, value: CacheValue, keep: number, bytes: number): Promise<number> {
    const command = { name: 'pushFront', key, value, keep, bytes } as const;
    return this.#server.request(this.#connections, context, 'redis.pushFront', command);
  }

  range(context: Context, key: string, count: number): Promise<readonly CacheValue[]> {
    return this.#server.request(this.#connections, context, 'redis.range', { name: 'range', key, count });
  }

  evaluate(context: Context, script: CacheScript): Promise<boolean | TokenGrant> {
    const command = { name: 'evaluate', key: keyOf(script), script } as const;
    return this.#server.request(this.#connections, context, 'redis.evaluate', command);
  }
}

/** The first of the keys that a script is about; '' where it is about none. */
function keyOf(script: CacheScript): string {
  if (script.name === 'push-bounded') return script.lists[0]?.key ?? '';
  return script.name === 'set-newer' ? (script.entries[0]?.key ?? '') : script.key;
}

function gaugesOf(server: Server, name: string, simulation: Simulation): Gauge[] {
  const rate = (count: () => number) => rateOf(simulation, count);
  const hits = rate(() => server.hits);
  const misses = rate(() => server.misses);
  const busy = rate(() => server.thread.read().busyNs / 1e9);
  return [
    {
      name: `${name} hit rate`,
      unit: '1',
      group: 'cache',
      read() {
        const hit = hits() ?? 0;
        const all = hit + (misses() ?? 0);
        return all === 0 ? null : hit / all;
      },
      sinceLastLook: true,
    },
    { name: `${name} used memory`, unit: 'bytes', group: 'cache', read: () => server.keys.usedBytes },
    {
      name: `${name} evictions`,
      unit: 'keys/s',
      group: 'cache',
      read: rate(() => server.keys.evictions),
      sinceLastLook: true,
    },
    {
      name: `${name} commands`,
      unit: 'commands/s',
      group: 'rate',
      read: rate(() => server.commands),
      sinceLastLook: true,
    },
    { name: `${name} thread utilisation`, unit: '1', group: 'load', read: busy, sinceLastLook: true },
    { name: `${name} connections`, unit: '1', group: 'load', read: () => server.connected },
  ];
}

function countersOf(server: Server): Counter[] {
  const labels = { node: server.machine.name };
  const counter = (name: string, description: string, read: () => number): Counter => ({
    name: `redis_${name}`,
    description,
    labels,
    read,
  });
  return [
    counter('commands', 'Commands that were worked on.', () => server.commands),
    counter('hits', 'Reads of a key that was there.', () => server.hits),
    counter('misses', 'Reads of a key that was not there.', () => server.misses),
    counter('evictions', 'Keys that were dropped for want of memory.', () => server.keys.evictions),
  ];
}
