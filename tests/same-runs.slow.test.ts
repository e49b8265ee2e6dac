/** What must not change a run: each case is run as it is, and once more with something done that nobody may notice. */
import { afterEach, expect, test, vi } from 'vitest';
import { playing } from '../bench/plays.ts';
import { runArm } from '../scenarios/harness/arm-run.ts';
import type { Scenario } from '../scenarios/harness/scenario.ts';
import { registry } from '../scenarios/index.ts';
import { type EventHandler, Remote, type RemoteMethod, Simulation } from '../system/runtime/kernel/index.ts';

afterEach(() => vi.restoreAllMocks());

const playingWith = (set: Record<string, string | number | boolean>): Scenario => {
  const [one] = playing.cases;
  return { ...playing, cases: [{ ...one!, set: { ...one!.set, ...set } }] };
};

const named = (name: string) => registry.find((one) => one.name === name)!.load();

const CASES: readonly [what: string, load: () => Scenario | Promise<Scenario>, arm: string][] = [
  [
    'plays that are served',
    () => playingWith({ 'edge.clientCacheShare': 0.3, 'edge.peerShare': 0.3 }),
    'broken',
  ],
  [
    'plays with limits, skips and metadata of the edge',
    () =>
      playingWith({ 'metadata.readFrom': 'edge', 'gateway.rateLimit': true, 'listening.skipEvents': 'also' }),
    'broken',
  ],
  ['hot-partition', () => named('hot-partition'), 'bucketed key'],
  ['cache-stampede', () => named('cache-stampede'), 'lock'],
  ['consumer-lag', () => named('consumer-lag'), 'bulk'],
];

async function runOf(scenario: Scenario, arm: string) {
  const { run } = await runArm(scenario, {
    case: scenario.cases[0]!.name,
    arm,
    seed: 1,
    listeners: Math.max(100_000, scenario.minimumListeners),
    settings: {},
    drain: 'checkpoint',
    plays: null,
    shouldStop: () => false,
  });
  expect(run.events).toBeGreaterThan(20_000);
  return run;
}

/**
 * Time stands still until every continuation has run, if the kernel is told that there are some. Whoever settles a promise
 * of his own and does not say so is late: by as long as nothing else happens.
 */
function drainAfterEveryEvent(): void {
  const { register } = Simulation.prototype;
  vi.spyOn(Simulation.prototype, 'register').mockImplementation(function (
    this: Simulation,
    handler: EventHandler,
  ) {
    return register.call(this, (argument) => {
      this.markSettled();
      handler(argument);
    });
  });
}

let messages = 0;

/** Virtual time hands messages on as they are: who changed one would change it for whoever sent it. */
function freezeMessages(): void {
  messages = 0;
  const { method } = Remote.prototype;
  vi.spyOn(Remote.prototype, 'method').mockImplementation(function (
    this: Remote<unknown>,
    name,
    cost,
    invoke,
  ) {
    const frozen: RemoteMethod<unknown, unknown, unknown>['invoke'] = async (api, context, request) =>
      deepFreeze(await invoke(api, context, deepFreeze(request)));
    return method.call(this, name, cost, frozen) as ReturnType<typeof method>;
  });
}

function deepFreeze<T>(message: T): T {
  if (typeof message !== 'object' || message === null || Object.isFrozen(message)) return message;
  messages++;
  // Bytes cannot be.
  if (!ArrayBuffer.isView(message)) Object.freeze(message);
  for (const part of Object.values(message)) deepFreeze(part);
  return message;
}

test.each(CASES)(
  '%s: continuations run after every event, and messages that nobody can change, change nothing',
  async (_what, load, arm) => {
    const scenario = await load();
    const asItIs = await runOf(scenario, arm);
    drainAfterEveryEvent();
    expect(await runOf(scenario, arm), 'drained').toEqual(asItIs);
    vi.restoreAllMocks();
    freezeMessages();
    expect(await runOf(scenario, arm), 'frozen').toEqual(asItIs);
    expect(messages).toBeGreaterThan(1_000);
  },
  120_000,
);
