import { expect, test } from 'vitest';
import { Draws, loggedInListener } from './draws.ts';
import { ADD_AND_READ_BACK, type LoadRequest, OPEN_PLAYLIST, OPEN_TRACK, PLAY, SEARCH } from './journeys.ts';
import { OPERATIONS } from './objectives.ts';
import { operationsOf, profiles } from './profiles.ts';

const POPULATION = { seed: 1, listeners: 10_000, loggedIn: 50, repetition: 0 };
const draws = new Draws(POPULATION);

function requestsOf(traffic: typeof PLAY, request: number, answers: readonly unknown[] = []): LoadRequest[] {
  const journey = traffic.journey(draws, request);
  const requests: LoadRequest[] = [];
  let next = journey.next();
  for (let i = 0; next.done !== true; i++) {
    requests.push(next.value);
    next = journey.next(answers[i]);
  }
  return requests;
}

test('the same number is the same request, whoever sends it', () => {
  const other = new Draws(POPULATION);
  for (const { mix } of profiles) {
    for (const { traffic } of mix) {
      const [mine] = requestsOf(traffic, 7);
      const theirs = traffic.journey(other, 7).next().value as LoadRequest;
      expect([theirs.method, theirs.path, theirs.login]).toEqual([mine!.method, mine!.path, mine!.login]);
    }
  }
});

test('a repetition sends other requests of the same listeners', () => {
  const again = new Draws({ ...POPULATION, repetition: 1 });
  const ids = (from: Draws) => Array.from({ length: 50 }, (_, request) => from.playlist(request).id);
  expect(ids(again)).not.toEqual(ids(draws));
});

test('the top one in a hundred playlists gets about 80 % of the reads', () => {
  let top = 0;
  for (let request = 0; request < 5_000; request++) {
    const number = Number(draws.playlist(request).id.slice(1));
    if (draws.population.playlist(number).rank <= draws.population.playlists / 100) top++;
  }
  expect(top / 5_000).toBeCloseTo(0.8, 1);
});

test('whoever adds a track owns the playlist, and reads it back at the snapshot of the edit', () => {
  const [add, read] = requestsOf(ADD_AND_READ_BACK, 3, [{ snapshot: 9 }]);
  const id = Number(add!.path.split('/')[3]!.slice(1));
  expect(draws.population.playlist(id).ownerId).toBe(loggedInListener(POPULATION, add!.login));
  expect(read!.path).toBe(`/v1/playlists/p${id}?snapshot=9`);
  expect(read!.login).toBe(add!.login);
  const track = (add!.body as { trackId: string }).trackId;
  const playlist = { playlistId: `p${id}`, ownerId: draws.ownerOf(id) };
  expect(read!.complaint({ ...playlist, trackIds: ['t1', track] })).toBeNull();
  expect(read!.complaint({ ...playlist, trackIds: ['t1'] })?.kind).toBe('stale');
  // An edit that failed is not read back.
  expect(requestsOf(ADD_AND_READ_BACK, 3, [undefined])).toHaveLength(1);
});

test('an answer of the right form and the wrong content is complained about', () => {
  const [open] = requestsOf(OPEN_PLAYLIST, 1);
  const id = open!.path.split('/')[3]!;
  const right = { playlistId: id, ownerId: draws.ownerOf(Number(id.slice(1))), trackIds: ['t1'] };
  expect(open!.complaint(right)).toBeNull();
  for (const wrong of [undefined, null, {}, { ...right, playlistId: 'p0' }, { ...right, ownerId: 'u1' }])
    expect(open!.complaint(wrong)?.kind).toBe('wrong-answer');
  expect(open!.complaint({ ...right, trackIds: [] })?.why).toBe(`playlist ${id} came without tracks`);

  const [track] = requestsOf(OPEN_TRACK, 1);
  const { id: trackId, title } = draws.track(1);
  expect(track!.complaint({ trackId, title })).toBeNull();
  expect(track!.complaint({ trackId, title: 'another' })?.why).toContain(`is called '${title}'`);

  const [search] = requestsOf(SEARCH, 1);
  const found = draws.searchedTrack(1);
  expect(search!.complaint({ total: 1, hits: [{ trackId: found.id }] })).toBeNull();
  expect(search!.complaint({ total: 1, hits: [{ trackId: 't0' }] })?.why).toContain('does not find');
});

test('plays of two runs have different ids, all of them whole numbers that a double holds', () => {
  const idOf = (run: number, request: number) => {
    draws.run = run;
    return (requestsOf(PLAY, request)[0]!.body as { playId: number }).playId;
  };
  const last = idOf(2 ** 29 - 1, 2 ** 32 + 2 ** 24 - 1);
  expect(Number.isSafeInteger(last)).toBe(true);
  expect(idOf(7, 2 ** 32)).not.toBe(idOf(8, 2 ** 32));
  expect(idOf(7, 2 ** 32 + 1)).toBe(idOf(7, 2 ** 32) + 1);
});

test('a profile’s shares add up, its operations are known and each has one stream', () => {
  for (const { name, mix } of profiles) {
    expect(
      mix.reduce((sum, { share }) => sum + share, 0),
      name,
    ).toBeCloseTo(1, 9);
  }
  for (const profile of profiles) {
    const operations = operationsOf(profile);
    expect(new Set(operations).size, profile.name).toBe(operations.length);
    expect(operations.every((operation) => OPERATIONS.includes(operation))).toBe(true);
  }
});
