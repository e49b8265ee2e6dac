import { expect, test } from 'vitest';
import { createSimulatedSystem, type SimulatedSystem } from '../../system/modes/simulated.ts';
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

/** A meter of a trigger from 10 s to 100 s, and what happens at the seconds of a clock that the test moves. */
function meterAlone(keys: number) {
  let nowNs = 0;
  const simulation = {
    get nowNs() {
      return nowNs;
    },
  };
  const system = { simulation, observePlaylists() {} } as unknown as SimulatedSystem;
  const trigger = { name: 'trigger', startS: 10, endS: 100, measured: true };
  const meter = new StampedeMeter(
    system,
    [{ ...trigger, name: 'steady', startS: 0, endS: 10 }, trigger],
    keys,
  );
  const at = (atS: number, happens: (of: StampedeMeter) => void) => {
    nowNs = atS * SECOND;
    happens(meter);
  };
  const read = (playlist: string, ...atS: readonly number[]) => {
    for (const s of atS) at(s, (of) => of.selected(playlist));
  };
  const figures = () => Object.fromEntries(meter.figures().map(({ name, value }) => [name, value]));
  return { at, read, figures };
}

test('the size of a burst is the most reads of any second in it, and a quiet second ends it', () => {
  const { read, figures } = meterAlone(1);
  // Five within a second around 12 s, and a read a whole second after another is not within it.
  read('hot-1', 11, 11.6, 11.8, 12, 12.1, 12.5, 12.6, 13.5);
  // More than a second later: another one, of two.
  read('hot-1', 14.6, 14.7);
  expect(figures()).toMatchObject({
    'worst database reads per expiry': 5,
    'database reads per expiry': 3.5,
    'bursts of rebuilds per key': 2,
    'peak database reads': 5,
  });
});

test('a long burst of many reads has the peak of its busiest second, however often times are let go', () => {
  const { read, figures } = meterAlone(1);
  const every = (ms: number, fromS: number, untilS: number) => {
    for (let t = fromS * 1000; t < untilS * 1000; t += ms) read('hot-1', t / 1000);
  };
  every(100, 10, 20);
  every(50, 20, 22);
  every(100, 22, 30);
  expect(figures()).toMatchObject({ 'worst database reads per expiry': 20, 'peak database reads': 20 });
});

test('what happens before and after the trigger counts for nothing', () => {
  const { at, read, figures } = meterAlone(1);
  for (const s of [9.9, 100, 150]) {
    read('hot-1', s);
    at(s, (of) => of.rebuilt('hot-1'));
    at(s, (of) => of.lookedUp('p7', true, false));
  }
  expect(figures()).toEqual({
    'database reads per expiry': 0,
    'worst database reads per expiry': 0,
    'rebuilds per expiry': 0,
    'worst rebuilds per expiry': 0,
    'peak database reads': 0,
    'bursts of rebuilds per key': 0,
  });
  read('hot-1', 10);
  at(99.9, (of) => of.lookedUp('p7', false, false));
  expect(figures()).toMatchObject({ 'peak database reads': 1, 'hit rate of other playlists': 0 });
});

test('bursts of a key are those of the key that had the fewest, and none where one was never read', () => {
  const { at, read, figures } = meterAlone(3);
  read('hot-1', 11, 20, 30);
  at(30, (of) => of.rebuilt('hot-1'));
  at(30, (of) => of.rebuilt('hot-1'));
  read('hot-2', 31, 40);
  expect(figures()).toMatchObject({
    'bursts of rebuilds per key': 0,
    'rebuilds per expiry': 0.4,
    'worst rebuilds per expiry': 2,
  });
  read('hot-3', 50, 60, 70, 80);
  expect(figures()['bursts of rebuilds per key']).toBe(2);
});
