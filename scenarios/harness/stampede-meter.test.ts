import { expect, test } from 'vitest';
import { createSimulatedSystem } from '../../system/modes/simulated.ts';
import { drive } from '../../system/runtime/drive.ts';
import { CallContext, ProcessLife, SECOND } from '../../system/runtime/kernel/index.ts';
import stampede from '../cache-stampede.ts';
import { configurationOf } from './configuration.ts';
import { StampedeMeter } from './stampede-meter.ts';

const [testCase] = stampede.cases;
const LISTENERS = 1_000_000;
const phases = [{ name: 'trigger', startS: 0, endS: 60, measured: true }];

/** Opens playlists at the given seconds and says what the meter saw. */
async function measured(opened: readonly (readonly [atS: number, playlist: string])[]) {
  const hotPlaylists = { count: 1, followers: 6_400 };
  const configuration = configurationOf(testCase!, {}, LISTENERS, {});
  const options = { seed: 1, listeners: LISTENERS, configuration, hotPlaylists, plays: null };
  const system = await createSimulatedSystem(options);
  const meter = new StampedeMeter(system, phases, hotPlaylists.count);
  const life = new ProcessLife('listener');
  let answers = 0;
  for (const [i, [atS, playlist]] of opened.entries()) {
    system.simulation.after(atS * SECOND, () => {
      const context = new CallContext(i, life);
      void system.clients.openPlaylist(context, 1, playlist, 0).then(() => answers++);
    });
  }
  await drive(system.simulation, { untilNs: 60 * SECOND, drain: 'tick' });
  expect(answers).toBe(opened.length);
  return Object.fromEntries(meter.figures().map(({ name, value }) => [name, value]));
}

test('one rebuild is a database read for the tracks, one for followers and one for each bucket that is counted', async () => {
  const buckets = testCase!.set['playlist.buckets'] as number;
  // The second is served from the cache; when it is opened for the third time, it has expired.
  const figures = await measured([
    [1, 'hot-1'],
    [5, 'hot-1'],
    [30, 'hot-1'],
  ]);
  expect(figures).toEqual({
    'database reads per expiry': 2 + buckets,
    'worst database reads per expiry': 2 + buckets,
    'rebuilds per expiry': 1,
    'worst rebuilds per expiry': 1,
    'peak database reads': 2 + buckets,
    'bursts of rebuilds per key': 2,
  });
});

test('readers who miss together are one burst, and other playlists count for the hit rate alone', async () => {
  const figures = await measured([
    [1, 'hot-1'],
    [1.01, 'hot-1'],
    [1.02, 'hot-1'],
    [2, 'p7'],
    [3, 'p7'],
    [4, 'p8'],
    [5, 'p7'],
  ]);
  expect(figures).toMatchObject({
    'rebuilds per expiry': 3,
    'database reads per expiry': 3 * 130,
    'bursts of rebuilds per key': 1,
    'hit rate of other playlists': 0.5,
  });
});
