/**
 * Keeps a simulated run honest: in the worker that runs it, the host's clocks, timers, random numbers and network
 * throw an error that names what to use instead. A library that reads the wall clock would otherwise make two runs of
 * one seed differ, and nobody would notice. The driver holds originals of its own; messages between workers, modules
 * and the console do not pass through what is replaced here.
 */
const CLOCK = 'the clock port: clock.now()';
const TIMER = 'the clock port: clock.after(ns, callback) or await clock.sleep(context, ns)';
const RANDOM = "keyed randomness: simulation.random('purpose').uniform(entity, request, attempt)";
const NETWORK = 'a port (system/ports), whose embedded engine models the network';

/** Code in a simulated run reached for the host. */
export class GuardError extends Error {
  constructor(what: string, instead: string) {
    super(
      `${what} would let the host into a simulated run, which must depend on its seed alone. Use ${instead}.`,
    );
    this.name = 'GuardError';
  }
}

/** Replaces the host functions in this thread; the function returned puts them back. */
export function installGuard(): () => void {
  const undo: (() => void)[] = [];
  const replace = (target: object, key: string, value: unknown) => {
    const before = Object.getOwnPropertyDescriptor(target, key);
    Object.defineProperty(target, key, { value, writable: true, configurable: true });
    undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(target, key);
      else Object.defineProperty(target, key, before);
    });
  };
  const ban = (target: object, owner: string, keys: readonly string[], instead: string) => {
    for (const key of keys) {
      if (!(key in target)) continue;
      const name = owner === '' ? key : `${owner}.${key}`;
      replace(target, key, function banned() {
        throw new GuardError(`${name}()`, instead);
      });
    }
  };

  replace(globalThis, 'Date', guardedDate());
  ban(performance, 'performance', ['now'], CLOCK);
  const hrtime = () => {
    throw new GuardError('process.hrtime()', CLOCK);
  };
  replace(process, 'hrtime', Object.assign(hrtime, { bigint: hrtime }));
  ban(process, 'process', ['uptime'], CLOCK);
  ban(globalThis, '', ['setTimeout', 'setInterval', 'setImmediate'], TIMER);
  ban(AbortSignal, 'AbortSignal', ['timeout'], TIMER);
  ban(Math, 'Math', ['random'], RANDOM);
  ban(crypto, 'crypto', ['randomUUID', 'getRandomValues'], RANDOM);
  ban(globalThis, '', ['fetch', 'WebSocket', 'EventSource'], NETWORK);
  guardBuiltIns(ban, undo);
  return () => {
    for (const step of undo.reverse()) step();
    undo.length = 0;
  };
}

/** Dates of a given time stay: only asking for the present one is an error. */
function guardedDate(): DateConstructor {
  const refuse = (what: string): never => {
    throw new GuardError(what, CLOCK);
  };
  return new Proxy(Date, {
    apply: () => refuse('Date()'),
    construct: (target, parameters, newTarget) =>
      parameters.length === 0 ? refuse('new Date()') : Reflect.construct(target, parameters, newTarget),
    get: (target, key, receiver) =>
      key === 'now' ? () => refuse('Date.now()') : Reflect.get(target, key, receiver),
  });
}

/**
 * The same functions of Node's own modules, for code that imports them by name. Internals keep references of their
 * own to randomness; `node:timers` is left alone because some of them take their timers from it, and `node:fs` because
 * modules are loaded through it.
 */
function guardBuiltIns(
  ban: (target: object, owner: string, keys: readonly string[], instead: string) => void,
  undo: (() => void)[],
): void {
  const { syncBuiltinESMExports } = process.getBuiltinModule('node:module');
  const nodeCrypto = process.getBuiltinModule('node:crypto');
  undo.push(syncBuiltinESMExports);
  ban(
    nodeCrypto,
    'crypto',
    ['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync'],
    RANDOM,
  );
  for (const [module, functions, instead] of MODULES) {
    ban(process.getBuiltinModule(module) as object, module.slice('node:'.length), functions, instead);
  }
  syncBuiltinESMExports();
}

const MODULES: readonly (readonly [string, readonly string[], string])[] = [
  ['node:timers/promises', ['setTimeout', 'setInterval', 'setImmediate'], TIMER],
  ['node:net', ['connect', 'createConnection', 'createServer'], NETWORK],
  ['node:http', ['request', 'get', 'createServer'], NETWORK],
  ['node:https', ['request', 'get', 'createServer'], NETWORK],
  ['node:dns', ['lookup', 'resolve'], NETWORK],
  [
    'node:child_process',
    ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync'],
    NETWORK,
  ],
];
