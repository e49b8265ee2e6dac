import { expect, test } from 'vitest';
import { drive } from '../runtime/drive.ts';
import { CallContext, ProcessLife, untraced } from '../runtime/kernel/index.ts';
import { createSimulatedSystem } from './simulated.ts';
import { configuration, plainSystem } from './test-observed.ts';

/** When a play that is begun by an event is answered, in ns. */
async function answeredNs(set: Readonly<Record<string, unknown>>): Promise<number> {
  const { simulation, clients } = await createSimulatedSystem({
    ...plainSystem,
    configuration: configuration(set),
  });
  const context = new CallContext(1, new ProcessLife('clients'), untraced);
  let atNs = -1;
  const begin = simulation.register(() => {
    void clients.play(context, 1, 42, 9, false, 30_000).then(() => {
      atNs = simulation.nowNs;
    });
  });
  simulation.schedule(1_234_567_891, begin);
  await drive(simulation, { untilNs: 10e9 });
  return atNs;
}

test('a play whose audio the app has kept takes as long as one whose audio nobody fetches', async () => {
  const kept = await answeredNs({ 'audio.plays': 'on', 'edge.clientCacheShare': 1, 'edge.peerShare': 0 });
  expect(kept).toBe(await answeredNs({}));
  expect(kept).toBeGreaterThan(1e9);
});
