/** Edits of every kind race each other, in every order in which their writes can arrive. */
import { expect, test } from 'vitest';
import type { PlaylistApi } from '../../contracts/generated/playlist.ts';
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
import { setUp } from './test-playlists.ts';

type Context = Parameters<PlaylistApi['getPlaylist']>[0];
type Instance = { readonly service: PlaylistApi; readonly context: () => Context };
type Edit = (instance: Instance, playlistId: string) => Promise<{ readonly snapshot: number }>;

const OWNER = 'ann';
const BY_ITS_OWNER = { listenerId: OWNER };
/** Newest first. */
const TRACKS = ['d', 'c', 'b', 'a'];

const EVERYWHERE: Readonly<Record<string, Edit>> = {
  rename: ({ service, context }, playlistId) =>
    service.renamePlaylist(context(), { ...BY_ITS_OWNER, playlistId, name: 'New' }),
  flags: ({ service, context }, playlistId) =>
    service.setFlags(context(), { ...BY_ITS_OWNER, playlistId, isPrivate: false, isCollaborative: true }),
  add: ({ service, context }, playlistId) =>
    service.addTrack(context(), { ...BY_ITS_OWNER, playlistId, trackId: 't' }),
  // By edit, the number that readers have seen goes with it.
  remove: ({ service, context }, playlistId) =>
    service.removeTrack(context(), { ...BY_ITS_OWNER, playlistId, trackId: 'd', position: 0 }),
};
const WITH_PLACES: Readonly<Record<string, Edit>> = {
  ...EVERYWHERE,
  insert: ({ service, context }, playlistId) =>
    service.insertTrack(context(), { ...BY_ITS_OWNER, playlistId, trackId: 't', position: 2 }),
  move: ({ service, context }, playlistId) =>
    service.moveTrack(context(), {
      ...BY_ITS_OWNER,
      playlistId,
      trackId: 'a',
      fromPosition: 3,
      toPosition: 1,
    }),
};
const EDITS = [
  ['snapshot', EVERYWHERE],
  ['position', WITH_PLACES],
  ['timeuuid', WITH_PLACES],
] as const;

/** How long the slow one's way to the database is: asking who may edit, getting a number and writing take two or three. */
const SLOW_MS = 30;
/** When the other one begins: its number is the smaller, or it is the greater and what goes with it is there first. */
const STARTS_MS = [0, 29, 45, 65, 95, 125];

function setUpRaces(set: Parameters<typeof setUp>[0]) {
  const setup = setUp({ writeDeadlineMs: 5_000, ...set });
  const { bench, cassandra, instance, service, context, get, add } = setup;
  const { simulation } = bench;
  const [slowly, quickly] = [instance(1), instance(2)];
  const nodes = cassandra.nodes.map(({ machine }) => machine);
  bench.slowDown(slowly.machine, nodes, SLOW_MS);

  async function create(): Promise<string> {
    const flags = { isPrivate: false, isCollaborative: false };
    const { playlistId } = await service.createPlaylist(context(), {
      ...BY_ITS_OWNER,
      ...flags,
      name: 'Mine',
    });
    for (const track of TRACKS.toReversed()) await add(track, playlistId, OWNER);
    return playlistId;
  }

  /** What a reader sees while two edits race, and what these were answered. */
  async function race(playlistId: string, slow: Edit, fast: Edit, startMs: number) {
    const answers: number[] = [];
    const answered = async (work: Promise<{ readonly snapshot: number }>) => {
      // Of two who remove one track, one is refused.
      const answer = await work.catch(() => null);
      if (answer !== null) answers.push(answer.snapshot);
    };
    const later = async () => {
      await simulation.sleep(context(), startMs * MILLISECOND);
      await answered(fast(quickly, playlistId));
    };
    let over = false;
    const racing = Promise.all([answered(slow(slowly, playlistId)), later()]).then(() => {
      over = true;
    });
    const seen: number[] = [];
    while (!over) {
      seen.push((await get(OWNER, 0, playlistId)).snapshot);
      await simulation.sleep(context(), 3 * MILLISECOND);
    }
    await racing;
    const last = await get(OWNER, 0, playlistId);
    seen.push(last.snapshot);
    return { seen, answers, last };
  }
  return { ...setup, create, race };
}

for (const [order, kinds] of EDITS) {
  for (const schema of ['bucketed', 'wide'] as const) {
    test(`${order}, ${schema}: whatever two edits race, the snapshot that readers see never goes back`, async () => {
      const { bench, create, race, context } = setUpRaces({ order, schema });
      const races: Promise<void>[] = [];
      const run = async (where: string, slow: Edit, fast: Edit, startMs: number, beginNs: number) => {
        await bench.simulation.sleep(context(), beginNs);
        const { seen, answers } = await race(await create(), slow, fast, startMs);
        expect(answers.length, where).toBeGreaterThan(0);
        expect(seen.length, where).toBeGreaterThan(10);
        expect(seen, where).toEqual(seen.toSorted((a, b) => a - b));
        expect(seen.at(-1), where).toBe(Math.max(...answers));
      };
      for (const [first, slow] of Object.entries(kinds)) {
        for (const [second, fast] of Object.entries(kinds)) {
          for (const startMs of STARTS_MS) {
            const where = `${first}, ${second} after ${startMs} ms`;
            // Next to each other, so that the database stays idle.
            races.push(run(where, slow, fast, startMs, races.length * 0.05 * SECOND));
          }
        }
      }
      await bench.finish(Promise.all(races));
    });
  }
}

test('of two renames the one with the greater number stands, which is the one that was answered last', async () => {
  const rename =
    (name: string): Edit =>
    ({ service, context }, playlistId) =>
      service.renamePlaylist(context(), { ...BY_ITS_OWNER, playlistId, name });
  const names = new Set<string>();
  for (const startMs of STARTS_MS) {
    const { bench, create, race } = setUpRaces({ order: 'position' });
    const playlistId = await bench.finish(create());
    const answers: { name: string; snapshot: number }[] = [];
    const noting =
      (name: string): Edit =>
      async (instance, id) => {
        const answer = await rename(name)(instance, id);
        answers.push({ name, ...answer });
        return answer;
      };
    const { last } = await bench.finish(race(playlistId, noting('slow'), noting('fast'), startMs));
    const newest = answers.toSorted((a, b) => b.snapshot - a.snapshot)[0]!;
    expect([last.name, last.snapshot]).toEqual([newest.name, newest.snapshot]);
    names.add(`${newest.name}, answered ${answers.indexOf(newest) === 1 ? 'last' : 'first'}`);
  }
  expect([...names].sort()).toEqual(['fast, answered last', 'slow, answered last']);
});
