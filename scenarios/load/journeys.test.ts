import { expect, test } from 'vitest';
import { Draws, loggedInListener } from './draws.ts';
import { CREATE_AND_RENAME, INSERT_TRACK, MOVE_TRACK, REMOVE_TRACK } from './edits.ts';
import { ADD_AND_READ_BACK, OPEN_PLAYLIST, OPEN_TRACK, PLAY, SEARCH } from './journeys.ts';
import { OPERATIONS } from './objectives.ts';
import { operationsOf, profiles } from './profiles.ts';
import { isFound, lookFor, publishTracks } from './publish.ts';
import { CONFLICT, type LoadRequest } from './requests.ts';

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

const trackOf = (request: number) => draws.track(request).id;
const urlOf = (track: string) => `/audio/${track}/1/160.ogg?token=x`;
const BEGINNING = { contentRange: 'bytes 0-65535/4300000', bytes: 65_536, begins: 'OggS' };
const playOf = (request: number) =>
  requestsOf(PLAY, request, [{ url: urlOf(trackOf(request)) }, BEGINNING])[2]!;

test('whoever plays asks where the track is, hears its beginning, and says so in the end', () => {
  const track = trackOf(5);
  const [where, begin, play] = requestsOf(PLAY, 5, [{ url: urlOf(track) }, BEGINNING, {}]);
  expect([where!.path, begin!.path, play!.path]).toEqual([
    `/v1/tracks/${track}/stream`,
    urlOf(track),
    '/v1/plays',
  ]);
  expect([begin!.range, begin!.status]).toEqual([[0, 65_535], 206]);
  expect((play!.body as { trackId: string }).trackId).toBe(track);
  // Without a URL nothing is heard, and what was not heard was not played.
  expect(requestsOf(PLAY, 5, [undefined])).toHaveLength(1);
  expect(requestsOf(PLAY, 5, [{ url: urlOf(track) }, undefined])).toHaveLength(2);

  expect(where!.complaint({ url: urlOf(track) })).toBeNull();
  for (const url of [undefined, '', '//elsewhere/audio', 'http://elsewhere/audio', urlOf('t0')])
    expect(where!.complaint({ url })?.kind, url).toBe('wrong-answer');
  expect(begin!.complaint(BEGINNING)).toBeNull();
  // A track that is shorter comes whole.
  expect(begin!.complaint({ ...BEGINNING, contentRange: 'bytes 0-999/1000', bytes: 1_000 })).toBeNull();
  for (const other of [
    undefined,
    { ...BEGINNING, begins: '{"ty' },
    { ...BEGINNING, bytes: 65_535 },
    { ...BEGINNING, contentRange: '' },
    { ...BEGINNING, contentRange: 'bytes 0-65534/4300000' },
    { ...BEGINNING, contentRange: 'bytes 1-65536/4300000' },
  ])
    expect(begin!.complaint(other)?.kind, JSON.stringify(other)).toBe('wrong-answer');
});

const listed = (length: number) => ({
  entries: Array.from({ length }, (_, position) => ({ position, trackId: `t${100 + position}` })),
});

test('who edits by position looks first, and names what he saw there', () => {
  for (let request = 0; request < 50; request++) {
    const [look, insert] = requestsOf(INSERT_TRACK, request, [listed(20)]);
    expect(look!.path).toBe(`${insert!.path}?limit=50`);
    expect((insert!.body as { position: number }).position).toBeLessThan(20);
    const [, move] = requestsOf(MOVE_TRACK, request, [listed(20)]);
    const { trackId, from, to } = move!.body as { trackId: string; from: number; to: number };
    expect([trackId, from < 20, to < 20]).toEqual([`t${100 + from}`, true, true]);
    const [, remove] = requestsOf(REMOVE_TRACK, request, [listed(20)]);
    const [, position, track] = /\/tracks\/(\d+)\?trackId=(t\d+)$/.exec(remove!.path)!;
    expect(track).toBe(`t${100 + Number(position)}`);
  }
  // A short playlist keeps what it has; into an empty one a track can be put.
  expect(requestsOf(REMOVE_TRACK, 1, [listed(4)])).toHaveLength(1);
  expect(requestsOf(MOVE_TRACK, 1, [listed(0)])).toHaveLength(1);
  expect(requestsOf(INSERT_TRACK, 1, [listed(0)])[1]!.body).toMatchObject({ position: 0 });
  const [look] = requestsOf(MOVE_TRACK, 1);
  expect(look!.complaint(listed(3))).toBeNull();
  for (const wrong of [undefined, {}, { entries: [{ position: 1, trackId: 't1' }] }])
    expect(look!.complaint(wrong)?.kind).toBe('wrong-answer');
});

test('where somebody else was faster the editor looks again, and gives up after the third time', () => {
  const answers = [listed(20), CONFLICT, listed(10), CONFLICT, listed(10), CONFLICT];
  const requests = requestsOf(REMOVE_TRACK, 3, answers);
  expect(requests.map(({ operation }) => operation)).toEqual(
    Array.from({ length: 3 }, () => ['playlist.list', 'playlist.remove-track']).flat(),
  );
  // The last conflict is a failure.
  expect(requests.map(({ mayConflict }) => mayConflict === true)).toEqual([
    ...[false, true],
    ...[false, true],
    ...[false, false],
  ]);
  expect(requestsOf(REMOVE_TRACK, 3, [listed(20), CONFLICT, listed(10), { snapshot: 4 }])).toHaveLength(4);
});

test('a playlist is made, renamed, seen under its new name, and deleted again', () => {
  const made = { playlistId: 'c7' };
  const requests = requestsOf(CREATE_AND_RENAME, 3, [made, { snapshot: 9 }, {}, {}]);
  expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /v1/playlists',
    'PUT /v1/playlists/c7/name',
    'GET /v1/playlists/c7?snapshot=9',
    'DELETE /v1/playlists/c7',
  ]);
  const { name } = requests[1]!.body as { name: string };
  expect(requests[2]!.complaint({ playlistId: 'c7', name })).toBeNull();
  expect(requests[2]!.complaint({ playlistId: 'c7', name: 'Load 3' })?.kind).toBe('stale');
  // What could not be renamed is deleted all the same.
  expect(requestsOf(CREATE_AND_RENAME, 3, [made, undefined, {}])).toHaveLength(3);
  expect(requestsOf(CREATE_AND_RENAME, 3, [undefined])).toHaveLength(1);
});

test('a label publishes tracks that no run has published before, each with a word of its own', () => {
  const publish = publishTracks(0.5);
  const of = (run: number, request: number) => {
    draws.run = run;
    return requestsOf(publish, request)[0]!;
  };
  const all = [1, 2].flatMap((run) => Array.from({ length: 200 }, (_, i) => of(run, 2 ** 32 + i)));
  const bodies = all.map(({ body }) => body as { trackId: string; title: string; labelId: string });
  expect(new Set(bodies.map(({ trackId }) => trackId)).size).toBe(all.length);
  expect(new Set(bodies.map(({ title }) => title.split(' ').at(-1))).size).toBe(all.length);
  for (const [i, { label, findable }] of all.entries()) {
    expect(bodies[i]!.labelId).toBe(label);
    expect(bodies[i]!.title.endsWith(` ${findable!.word}`)).toBe(true);
  }
  const [first] = all as [LoadRequest];
  expect(first.complaint({ publishedAt: '2026-03-01T10:00:00Z' })).toBeNull();
  for (const wrong of [undefined, {}, { publishedAt: 'now' }])
    expect(first.complaint(wrong)?.kind).toBe('wrong-answer');

  const { trackId, word } = first.findable!;
  const look = lookFor(first.findable!, 3);
  expect([look.path.includes(`?q=${word}&`), look.login, look.label]).toEqual([true, 3, undefined]);
  const answer = (...found: string[]) => ({
    total: found.length,
    hits: found.map((id) => ({ trackId: id })),
  });
  expect(look.complaint(answer())).toBeNull();
  expect(look.complaint({ total: 0 })?.kind).toBe('wrong-answer');
  expect([isFound(first.findable!, answer('t1')), isFound(first.findable!, answer('t1', trackId))]).toEqual([
    false,
    true,
  ]);
});

test('plays of two runs have different ids, all of them whole numbers that a double holds', () => {
  const idOf = (run: number, request: number) => {
    draws.run = run;
    return (playOf(request).body as { playId: number }).playId;
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
    const streams = profile.mix.map(({ traffic }) => traffic.operation);
    expect(new Set(streams).size, profile.name).toBe(streams.length);
    const operations = operationsOf(profile);
    expect(operations.every((operation) => OPERATIONS.includes(operation))).toBe(true);
  }
});
