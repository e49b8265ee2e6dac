import { expect, test } from 'vitest';
import { constant } from './distribution.ts';
import { Network } from './network.ts';
import { Simulation } from './simulation.ts';

const MESSAGES = 20_000;

/** Sends many messages from machine 1 to 2 and returns when each arrived (several times, or never). */
function deliver(fault: Parameters<Network['setFault']>[2], from = 1, to = 2) {
  const simulation = new Simulation({ seed: 4 });
  const network = new Network(simulation);
  network.setFault(1, 2, fault);
  const arrivals: number[][] = Array.from({ length: MESSAGES }, () => []);
  const latencies: number[] = [];
  const arrived = simulation.register((message) => arrivals[message]!.push(simulation.nowNs));
  for (let message = 0; message < MESSAGES; message++)
    latencies.push(network.send(from, to, message, 0, arrived, message));
  simulation.advance(1e12);
  return { network, arrivals, latencies };
}

test('without a fault each message arrives once, after the latency that was returned', () => {
  const { network, arrivals, latencies } = deliver(null);
  expect(arrivals.map((times) => times[0])).toEqual(latencies);
  expect(arrivals.every((times) => times.length === 1)).toBe(true);
  expect([network.messages, network.lost]).toEqual([MESSAGES, 0]);
});

test('a lossy link loses its share, and the others arrive as they would have', () => {
  const healthy = deliver(null);
  const { network, arrivals, latencies } = deliver({ loss: 0.1 });
  const lost = arrivals.filter((times) => times.length === 0).length;
  expect(network.lost).toBe(lost);
  expect(latencies.filter((latency) => latency === -1).length).toBe(lost);
  // Five standard deviations of a binomial: sqrt(20,000 × 0.1 × 0.9) = 42.
  expect(Math.abs(lost - 2_000)).toBeLessThan(212);
  arrivals.forEach((times, i) => {
    if (times.length > 0) expect(times).toEqual(healthy.arrivals[i]);
  });
});

test('a doubling link delivers its share a second time, after the first', () => {
  const { arrivals, latencies } = deliver({ duplication: 0.25 });
  const doubled = arrivals.filter((times) => times.length === 2);
  expect(Math.abs(doubled.length - 5_000)).toBeLessThan(306);
  expect(arrivals.map((times) => times[0])).toEqual(latencies);
  expect(doubled.every(([first, second]) => second! > first!)).toBe(true);
});

test('a partition stops one direction and leaves the other, and every other link', () => {
  expect(deliver({ partitioned: true }).network.lost).toBe(MESSAGES);
  expect(deliver({ partitioned: true }, 2, 1).network.lost).toBe(0);
  expect(deliver({ partitioned: true }, 1, 3).network.lost).toBe(0);
});

test('extra latency is added to each message, and healing takes it away', () => {
  const simulation = new Simulation({ seed: 4 });
  const network = new Network(simulation, { latency: constant(1_000) });
  const arrived = simulation.register(() => {});
  network.setFault(1, 2, { extraLatencyNs: 500 });
  expect(network.send(1, 2, 1, 0, arrived, 0)).toBe(1_500);
  network.setFault(1, 2, null);
  expect(network.send(1, 2, 1, 0, arrived, 0)).toBe(1_000);
});

test('the latency of a message depends on its link, request and salt alone, not on what was sent before', () => {
  const simulation = new Simulation({ seed: 4 });
  const arrived = simulation.register(() => {});
  const quiet = new Network(simulation).send(1, 2, 77, 3, arrived, 0);
  const busy = new Network(simulation);
  for (let i = 0; i < 100; i++) busy.send(1, 2, i, 0, arrived, 0);
  expect(busy.send(1, 2, 77, 3, arrived, 0)).toBe(quiet);
});
