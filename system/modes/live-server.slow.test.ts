/** The live server whole: what follows from how its parts are put together. */
import { connect } from 'node:net';
import { decodeProtectedHeader } from 'jose';
import { expect, test, vi } from 'vitest';
import { createBrowser, follow, LISTENER } from '../transport/tokens/test-support.ts';
import { closedAfterEach, configuration, startObserved } from './test-observed.ts';

// Each starts a system, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const closing = closedAfterEach();

test('the signing keys rotate with the system’s time, and a token from before still passes', async () => {
  const rotated = Promise.withResolvers<void>();
  const { live, ask, token } = await startObserved(
    {},
    {
      configuration: configuration({ 'identity.keyRotationS': 1 }),
      onAuthorization({ message }) {
        if (message.startsWith('tokens are signed with key')) rotated.resolve();
      },
    },
  );
  closing.push(() => live.close());
  const before = await token();
  await rotated.promise;
  const after = await token();
  const kids = [before, after].map((each) => decodeProtectedHeader(each).kid);
  expect(kids[0]).not.toBe(kids[1]);
  const { keys } = (await (await ask('/oauth/jwks')).json()) as { keys: { kid: string }[] };
  expect(keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining(kids));
  for (const each of [before, after])
    expect((await ask('/v1/playlists/p1', { token: each })).status).toBe(200);
});

test('the login that the front page shows leads to a token, by what is printed there alone', async () => {
  const { live, ask } = await startObserved();
  closing.push(() => live.close());
  const page = (await (await fetch(live.url)).text()).replaceAll('&amp;', '&');
  const browser = createBrowser(live.url);
  const asked = await browser.get(/<a href="([^"]*\/auth\?[^"]*)">/.exec(page)![1]!);
  const [, listener = '', password = ''] = / as <code>(\w+)<\/code> with the password <code>(\w+)</.exec(
    page,
  )!;
  expect(listener).toBe(LISTENER);
  const submitted = await browser.post(asked.headers.get('location')!, { listener, password, do: 'login' });
  const back = (await follow(browser, submitted)) as URL;
  const command = /curl -s (-d grant_type=authorization_code[^<]*)/.exec(page)![1]!;
  const form = [...command.matchAll(/-d (\w+=\S+)/g)].map(
    ([, field]) => field!.split('=') as [string, string],
  );
  const code = back.searchParams.get('code')!;
  const answer = await fetch(/\S+$/.exec(command)![0], {
    method: 'POST',
    body: new URLSearchParams({ ...Object.fromEntries(form), code }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  expect((await ask('/v1/playlists/p42', { token })).status).toBe(200);
});

test('the front page names what an operator may look at, and every link of it leads there', async () => {
  const running = { as: null, costs: true, listeners: 10_000, seed: 1, changed: [] };
  const { live } = await startObserved({}, { running });
  closing.push(() => live.close());
  const page = await (await fetch(live.url)).text();
  const list = /<ul class="links">.*<\/ul>/.exec(page)![0];
  const paths = [...list.matchAll(/href="([^"]+)"/g)].map(([, path]) => path!);
  expect(paths).toEqual(expect.arrayContaining(['/admin/faults', '/admin/running', '/admin/slo']));
  for (const path of paths) expect((await fetch(live.url + path)).status, path).toBe(200);
});

test('a purge drops the copies of a track at every point of presence, and the next listener’s come from the origin', async () => {
  const { live, ask, token } = await startObserved();
  closing.push(() => live.close());
  const granted = await ask('/v1/tracks/t42/stream', { token: await token('audio') });
  const { url } = (await granted.json()) as { url: string };
  const cache = async () => {
    const answer = await fetch(live.url + url, { headers: { range: 'bytes=0-99' } });
    await answer.arrayBuffer();
    return [answer.status, answer.headers.get('x-cache')];
  };
  await cache();
  expect(await cache()).toEqual([206, 'HIT']);
  const purge = (body: unknown) => ask('/admin/edge/purges', { method: 'POST', body: JSON.stringify(body) });
  const { pathname } = new URL(url, live.url);
  for (const target of [{ path: pathname }, { prefix: '/audio/t42/' }]) {
    const purged = await purge(target);
    expect([purged.status, await purged.json()]).toEqual([
      200,
      { ...target, tookMs: expect.any(Number) as number },
    ]);
    expect(await cache()).toEqual([206, 'MISS']);
    expect(await cache()).toEqual([206, 'HIT']);
  }
  for (const refused of [{}, { path: 'audio' }, { prefix: '/audio' }, { path: '/a', prefix: '/b/' }, []])
    expect((await purge(refused)).status, JSON.stringify(refused)).toBe(400);
  expect(await cache()).toEqual([206, 'HIT']);
});

test('pages of the server itself and of the sites that are allowed may embed audio, others may not', async () => {
  const site = 'https://open.rehearsal.example';
  const { live, ask, token } = await startObserved({}, { allowedOrigins: [site] });
  closing.push(() => live.close());
  const granted = await ask('/v1/tracks/t42/stream', { token: await token('audio') });
  const { url } = (await granted.json()) as { url: string };
  const statusFor = async (origin: string) =>
    (await fetch(live.url + url, { method: 'HEAD', headers: { origin } })).status;
  for (const origin of [live.url, live.url.replace('127.0.0.1', 'localhost'), site])
    expect(await statusFor(origin), origin).toBe(200);
  for (const origin of ['https://evil.example', 'null', `${site}:8443`])
    expect(await statusFor(origin), origin).toBe(403);
});

test('a listener who takes his time with a download is cut off when the grace of a shutdown is over', async () => {
  const cut: number[] = [];
  const { live } = await startObserved({}, { graceMs: 300, onCut: (connections) => cut.push(connections) });
  const { audio } = live.system;
  // Half an hour: more than the buffers of two sockets hold.
  const version = { trackId: 't14', version: 2, durationMs: 1_800_000 };
  await live.system.enter(() => audio.storeVersion(live.system.context(), version));
  const path = '/audio/t14/2/320.ogg';
  const expiresAtNs = Math.ceil(live.system.clock.now() / 1e9 + 3_600) * 1e9;
  const grant = { path, listenerId: 'u1', notBeforeNs: 0, expiresAtNs };
  const token = await audio.signer.sign(live.system.context(), grant);
  const socket = connect(Number(new URL(live.url).port), '127.0.0.1');
  socket.on('error', () => {});
  const gone = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`GET ${path}?token=${token} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  const beganMs = performance.now();
  await live.close();
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(290);
  expect(cut).toEqual([1]);
  socket.resume();
  await gone;
}, 20_000);

test('says to this machine what it runs, and to nobody else', async () => {
  const running = {
    as: { scenario: 'hot-partition', case: 'hot-partition', arm: 'broken' },
    costs: false,
    listeners: 10_000,
    seed: 1,
    changed: [{ knob: 'cassandra.coresPerNode', from: 4, to: 2, unit: '1' }],
  };
  const { live, ask } = await startObserved({}, { running });
  closing.push(() => live.close());
  const answer = await ask('/admin/running', { token: null });
  expect([answer.status, await answer.json()]).toEqual([200, running]);
  const socket = connect(Number(new URL(live.url).port), '127.0.0.1');
  socket.write('GET /admin/running HTTP/1.1\r\nhost: elsewhere.example\r\nconnection: close\r\n\r\n');
  let text = '';
  for await (const part of socket.setEncoding('utf8')) text += part;
  expect(text).toMatch(/^HTTP\/1\.1 403 /);
});
