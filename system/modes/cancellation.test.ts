/** Whether work that nobody waits for stops or burns on: counting a playlist's followers takes a read a bucket. */
import { expect, test } from 'vitest';
import { drive } from '../runtime/drive.ts';
import { CallContext, MILLISECOND, ProcessLife } from '../runtime/kernel/index.ts';
import { createSimulatedSystem } from './simulated.ts';
import { configuration, plainSystem } from './test-observed.ts';

const BUCKETS = 128;

/** Reads that reach the database for one request, and what its caller was told; `givesUpAfterMs`: the caller does. */
async function readsOf(set: Readonly<Record<string, unknown>>, givesUpAfterMs?: number) {
  const system = await createSimulatedSystem({
    ...plainSystem,
    hotPlaylists: { count: 1, followers: 6_400 },
    configuration: configuration({
      'playlist.followerCount': 'counted',
      'playlist.buckets': BUCKETS,
      'gateway.deadlineMs': 2_000,
      ...set,
    }),
  });
  const { simulation, clients } = system;
  let reads = 0;
  system.observePlaylists({ rebuilt() {}, lookedUp() {}, selected: () => void reads++ });
  const context = new CallContext(1, new ProcessLife('listener')).child();
  const told = clients.openPlaylist(context, 1, system.hotPlaylist(0), 0).then(
    () => 'answered',
    (error: Error) => error.message,
  );
  if (givesUpAfterMs !== undefined)
    simulation.after(givesUpAfterMs * MILLISECOND, () => context.cancel(new Error('gave up')));
  await drive(simulation, { untilNs: 5e9 });
  return { reads, told: await told };
}

const ALL = 2 + BUCKETS;

test('a service whose caller meets its deadline stops; without cancellation it reads to the end', async () => {
  expect(await readsOf({})).toEqual({ reads: ALL, told: 'answered' });
  const stopped = await readsOf({ 'gateway.deadlineMs': 50 });
  expect(stopped.told).toContain('deadline');
  expect(stopped.reads).toBeGreaterThan(5);
  expect(stopped.reads).toBeLessThan(ALL / 2);
  const burnt = await readsOf({ 'gateway.deadlineMs': 50, 'playlist.cancellation': false });
  expect(burnt).toEqual({ reads: ALL, told: stopped.told });
});

test('so does the gateway when the client hangs up, as those of a live server do', async () => {
  const stopped = await readsOf({}, 50);
  expect(stopped.told).toBe('gave up');
  expect(stopped.reads).toBeLessThan(ALL / 2);
  expect(await readsOf({ 'gateway.cancellation': false }, 50)).toEqual({ reads: ALL, told: 'gave up' });
});
