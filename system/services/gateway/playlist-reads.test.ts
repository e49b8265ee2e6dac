import { expect, test } from 'vitest';
import type { GetPlaylistRequest, GetPlaylistResponse } from '../../contracts/generated/playlist.ts';
import { PortError } from '../../ports/errors.ts';
import type { KnobValues } from '../../ports/knobs.ts';
import { createTestBench } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { gatewayKnobs } from './knobs.ts';
import { createPlaylistReads } from './playlist-reads.ts';

const REQUEST = { playlistId: 'p' } as GetPlaylistRequest;
const ANSWER = { trackIds: ['t'] } as unknown as GetPlaylistResponse;

/** Reads of a playlist service of which the first calls time out, so many as `failing` says. */
function setUp(set: Partial<KnobValues<typeof gatewayKnobs>>, failing: number) {
  const bench = createTestBench();
  const state = { calls: 0, failing };
  const read = createPlaylistReads({
    playlist: {
      async getPlaylist() {
        if (state.calls++ < state.failing) throw new PortError('timeout', 'cassandra.read', false);
        return ANSWER;
      },
    },
    clock: bench.simulation,
    knobs: knobsOf(gatewayKnobs, set),
    random: bench.simulation.random('test'),
  });
  const ask = () => bench.finish(outcomeOf(read(bench.context(), REQUEST)));
  return { bench, state, ask, read };
}

test('by default a read is tried once', async () => {
  const { ask, state } = setUp({}, 1);
  expect(await ask()).toBe('timeout');
  expect(state.calls).toBe(1);
});

test('a read that timed out is tried again, as often as the knob says', async () => {
  const passed = setUp({ readAttempts: 3 }, 2);
  expect(await passed.ask()).toBe('ok');
  expect(passed.state.calls).toBe(3);
  const failed = setUp({ readAttempts: 3 }, 9);
  expect(await failed.ask()).toBe('timeout');
  expect(failed.state.calls).toBe(3);
});

test('further tries are a tenth of the reads when all fail, and three calls a read without the budget', async () => {
  const calls = async (readRetryBudget: number) => {
    const { ask, state } = setUp({ readAttempts: 3, readRetryBudget }, Number.POSITIVE_INFINITY);
    for (let i = 0; i < 1_000; i++) await ask();
    return state.calls;
  };
  expect(await calls(1)).toBe(3_000);
  // And the ten that there are in any ten seconds.
  expect(Math.abs((await calls(0.1)) - 1_110)).toBeLessThanOrEqual(1);
});

test('the breaker keeps reads away while most fail, and lets them through again', async () => {
  const { bench, ask, state } = setUp({ readBreaker: true }, 150);
  for (let i = 0; i < 150; i++) await ask();
  expect(state.calls).toBe(100);
  expect(await ask()).toBe('circuit-open');
  state.failing = 0;
  await bench.finish(bench.simulation.sleep(bench.context(), 6e9));
  for (let i = 0; i < 20; i++) expect(await ask()).toBe('ok');
});
