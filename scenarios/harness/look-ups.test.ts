import { expect, test } from 'vitest';
import { runArm } from './arm-run.ts';
import { defineScenario, NO_NOTES } from './scenario.ts';

const lookUps = (readFrom: 'gateway' | 'edge') =>
  defineScenario({
    name: 'look-ups',
    title: 'Apps look up tracks',
    teaches: 'what copies near listeners save',
    hypothesis: 'Most look-ups never reach the gateway',
    modes: ['simulated'],
    minimumListeners: 1,
    phases: [{ name: 'trigger', seconds: 20 }],
    load: {
      plays: false,
      traffic: [{ operation: 'track.get', journey: { kind: 'look-up-track' }, perSecond: { always: 200 } }],
    },
    invariants: ['conservation'],
    cases: [
      {
        name: 'look-ups',
        title: '',
        set: { 'metadata.readFrom': readFrom },
        headline: { operation: 'track.get', series: [] },
        objectives: [
          {
            name: 'errors',
            phase: 'trigger',
            measure: (run) => 100 * run.errorShare('track.get', 'trigger'),
            comparison: '<=',
            target: 0.1,
            unit: '%',
          },
        ],
        evidence: [
          {
            name: 'look-ups',
            in: ['broken'],
            sentence: 'tracks are looked up',
            measure: (run) => run.completedPerSecond('track.get', 'trigger'),
            comparison: '>=',
            target: 100,
            unit: '1/s',
          },
        ],
        arms: [{ name: 'broken', role: 'broken', title: '', says: () => '' }],
      },
    ],
    notes: NO_NOTES,
  });

async function run(readFrom: 'gateway' | 'edge') {
  const { run: done } = await runArm(lookUps(readFrom), {
    case: 'look-ups',
    arm: 'broken',
    seed: 1,
    listeners: 1_000_000,
    settings: {},
    drain: 'checkpoint',
    plays: null,
    shouldStop: () => false,
  });
  return done;
}

test('look-ups are answered at the edge or by the gateway, as the knob says, and none is lost', async () => {
  const [near, far] = [await run('edge'), await run('gateway')];
  for (const one of [near, far]) {
    expect(one.objectives.map(({ met }) => met)).toEqual([true]);
    expect(one.invariants.map(({ violations }) => violations)).toEqual([0]);
  }
  const askedOf = ({ nodes }: typeof near, engine: string) =>
    nodes.filter((node) => node.engine === engine).reduce((sum, node) => sum + node.requestsPerSecond, 0);
  expect(askedOf(far, 'edge')).toBe(0);
  // What is under way at a border of the window counts in one of them alone.
  expect(Math.abs(askedOf(near, 'edge') - askedOf(far, 'gateway'))).toBeLessThan(2);
  // The most popular tracks alone are asked for again within a minute: Zipf's tail keeps the rest going to the gateway.
  expect(askedOf(near, 'gateway')).toBeLessThan(0.9 * askedOf(far, 'gateway'));
});
