/**
 * Fan-out: a request that waits for many leaves is slow when one of them is (Dean & Barroso, "The Tail at Scale",
 * CACM 2013). Leaves answer within a millisecond, or take a hundred.
 */
import { Simulation, Station } from '../system/runtime/kernel/index.ts';
import { slowShare } from './formulas.ts';
import type { Law } from './law.ts';

const FAST_NS = 1_000_000;
const SLOW_NS = 100_000_000;

function measureSlowShare(seed: number, leaves: number, slowProbability: number, requests: number): number {
  const simulation = new Simulation({ seed });
  const random = simulation.random('leaf');
  const pool = new Station(simulation, { name: 'leaves', servers: Number.POSITIVE_INFINITY });
  const missing = new Int32Array(requests);
  const startedNs = new Float64Array(requests);
  let slow = 0;
  const answered = simulation.register((request) => {
    if (--missing[request]! > 0) return;
    if (simulation.nowNs - startedNs[request]! > FAST_NS) slow++;
  });
  const arrive = simulation.register((request) => {
    startedNs[request] = simulation.nowNs;
    missing[request] = leaves;
    for (let leaf = 0; leaf < leaves; leaf++) {
      const isSlow = random.uniform(leaf, request) < slowProbability;
      pool.enter(answered, request, isSlow ? SLOW_NS : FAST_NS);
    }
    if (request + 1 < requests) simulation.schedule(FAST_NS, arrive, request + 1);
  });
  simulation.schedule(0, arrive);
  simulation.advance(Number.POSITIVE_INFINITY);
  return slow / requests;
}

/** Leaves, slow share of a leaf, requests a seed. */
const CASES: readonly (readonly [number, number, number])[] = [
  [100, 0.01, 1_500],
  [2_000, 0.0001, 250],
];

export const fanOutLaws: readonly Law[] = CASES.map(([leaves, slowProbability, requests]) => {
  const name = `Fan-out to ${leaves} leaves, each slow at ${slowProbability}`;
  return {
    name: `${name}: slow requests`,
    experiment: {
      name,
      run: (seed, strain) => ({ slow: measureSlowShare(seed, leaves, slowProbability * strain, requests) }),
    },
    figure: 'slow',
    expected: slowShare(leaves, slowProbability),
    tolerance: 0.03,
    unit: '1',
    source: 'Dean & Barroso 2013: 63 % and 18 %; computed',
    wrong: 1.5,
  };
});
