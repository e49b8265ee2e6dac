import { expect, test } from 'vitest';
import { charts, crashAtRandomMoments, createStreamBench, expectExact, sessions } from './test-streams.ts';

const SEEDS = 24;

test('each play counts once, whatever crashes when: workers, database nodes, brokers, and workers cut off', {
  timeout: 600_000,
}, async () => {
  let crashes = 0;
  for (let seed = 101; seed < 101 + SEEDS; seed++) {
    const streams = createStreamBench({ seed, settings: { slots: seed % 2 === 0 ? 8 : 128 } });
    const workers = [1, 2, 3].flatMap((i) => [
      streams.start(sessions, `session-state-${i}`),
      streams.start(charts, `top-charts-${i}`),
    ]);
    const { bench, cassandra, kafka } = streams;
    const random = bench.simulation.random('further faults');
    const at = (second: number, action: () => void) => bench.simulation.after(second * 1e9, action);
    const isolated = workers[Math.floor(random.uniform(1) * workers.length)]!.machine;
    const cutAt = 5 + random.uniform(2) * 50;
    at(cutAt, () => bench.cutOff(isolated, true));
    at(cutAt + 1 + random.uniform(3) * 15, () => bench.cutOff(isolated, false));
    for (const [i, nodes] of [cassandra.nodes, kafka.nodes].entries()) {
      const { machine } = nodes[Math.floor(random.uniform(4, i) * nodes.length)]!;
      const downAt = 5 + random.uniform(5, i) * 50;
      at(downAt, () => machine.crash());
      at(downAt + 2 + random.uniform(6, i) * 15, () => machine.restart());
    }
    streams.feed(70, { perSecond: 25, listeners: 50, lateS: 12 });
    const count = crashAtRandomMoments(streams, { everyOperations: 50, seconds: 85 });
    await bench.run(230);
    crashes += count();
    expect(streams.expected(sessions).late, `seed ${seed}`).toBe(0);
    expectExact(streams, `seed ${seed}`);
  }
  expect(crashes).toBeGreaterThan(15 * SEEDS);
});
