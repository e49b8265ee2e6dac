import { afterEach, expect, test, vi } from 'vitest';
import { playing } from '../bench/plays.ts';
import { runArm } from '../scenarios/harness/arm-run.ts';
import type { Scenario } from '../scenarios/harness/scenario.ts';
import { registry } from '../scenarios/index.ts';
import { type EventHandler, Simulation } from '../system/runtime/kernel/index.ts';

afterEach(() => vi.restoreAllMocks());

const playingWith = (set: Record<string, string | number | boolean>): Scenario => {
  const [one] = playing.cases;
  return { ...playing, cases: [{ ...one!, set: { ...one!.set, ...set } }] };
};

const named = (name: string) => registry.find((one) => one.name === name)!.load();

/**
 * Time stands still until every continuation has run, if the kernel is told that there are some. Whoever settles a promise
 * of his own and does not say so is late: by as long as nothing else happens.
 */
test.each<[what: string, load: () => Scenario | Promise<Scenario>, arm: string]>([
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
])(
  '%s: letting continuations run after every event changes nothing',
  async (_what, load, arm) => {
    const scenario = await load();
    const once = async () => {
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
      return run;
    };
    const asTold = await once();
    expect(asTold.events).toBeGreaterThan(20_000);
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
    expect(await once()).toEqual(asTold);
  },
  120_000,
);
