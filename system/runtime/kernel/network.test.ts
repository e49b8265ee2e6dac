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

test('what is lost where TCP sends again is late, each loss by the next timeout, and nothing is missing', () => {
  const healthy = deliver(null);
  const { network, arrivals, latencies } = deliver({ loss: 0.1, resentUntilNs: 1e12 });
  expect(arrivals.every((times, i) => times.length === 1 && times[0] === latencies[i])).toBe(true);
  const lateMs = arrivals.map((times, i) => Math.round((times[0]! - healthy.arrivals[i]![0]!) / 1e6));
  const share = (ms: number) => lateMs.filter((late) => late === ms).length / MESSAGES;
  // A tenth is lost once or more, a tenth of those again: five standard deviations each.
  expect(Math.abs(share(0) - 0.9)).toBeLessThan(0.0107);
  expect(Math.abs(share(200) - 0.09)).toBeLessThan(0.0102);
  expect(Math.abs(share(600) - 0.009)).toBeLessThan(0.0034);
  expect(network.lost).toBe(lateMs.reduce((sum, late) => sum + Math.log2(late / 200 + 1), 0));
});

test('what is sent into a partition arrives with the first try after its end', () => {
  const { network, latencies } = deliver({ partitioned: true, resentUntilNs: 5e9 });
  const healthy = deliver(null);
  // 200 ms, and each wait is twice the one before: 6.2 s is the first try beyond 5 s.
  expect(latencies).toEqual(healthy.latencies.map((latency) => latency + 6.2e9));
  expect(network.lost).toBe(5 * MESSAGES);
});

test('what is lost arrives with its next try once the link heals, however long it was to be cut', () => {
  const simulation = new Simulation({ seed: 4 });
  const network = new Network(simulation, { latency: constant(1_000_000) });
  const arrived: (readonly [number, number])[] = [];
  const at = simulation.register((number) => arrived.push([number, simulation.nowNs / 1e6]));
  const cut = { partitioned: true, resentUntilNs: 300e9 };
  const send = simulation.register((number) => {
    network.send(1, 2, number, 0, at, number);
    network.send(1, 3, number, 0, at, 10 + number);
  });
  for (const to of [2, 3]) network.setFault(1, to, cut);
  for (const number of [0, 1]) simulation.schedule(number * 500e6, send, number);
  // Slower, from 1 s on; whole, on one of the links, from 2 s on.
  simulation.schedule(
    1e9,
    simulation.register(() => network.setFault(1, 2, { ...cut, extraLatencyNs: 1e6 })),
  );
  simulation.schedule(
    2e9,
    simulation.register(() => network.setFault(1, 2, null)),
  );
  simulation.advance(Number.MAX_SAFE_INTEGER);
  // Tries after 0.2, 0.6, 1.4, 3 … s: the first at 3 s, the second, sent at 0.5 s, at 3.5 s; the other link holds.
  expect(arrived.slice(0, 2)).toEqual([
    [0, 3_001],
    [1, 3_501],
  ]);
  expect(arrived.slice(2).map(([number, ms]) => [number, ms > 300_000])).toEqual([
    [10, true],
    [11, true],
  ]);
});

test.each([{ loss: 2 }, { loss: Number.NaN }, { duplication: -0.1 }, { extraLatencyNs: -1 }])(
  'a link with %j is refused',
  (fault) => expect(() => new Network(new Simulation({ seed: 1 })).setFault(1, 2, fault)).toThrow(RangeError),
);
