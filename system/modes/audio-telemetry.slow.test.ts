/** What is seen of audio: refusals, failures and times count as those of any other route do. */
import { request as httpRequest } from 'node:http';
import { expect, test, vi } from 'vitest';
import type { LiveServer } from './live-server.ts';
import {
  closedAfterEach,
  configuration,
  sampleOf,
  startObserved,
  startObservedService,
  tracesOf,
} from './test-observed.ts';

// Each starts a system, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const closing = closedAfterEach();

async function observed(...options: Parameters<typeof startObserved>) {
  const { live, ask, lines, token } = await startObserved(...options);
  closing.push(() => live.close());
  const metrics = async () => (await fetch(`${live.url}/metrics`)).text();
  const signed = async (track: string) => {
    const answer = await ask(`/v1/tracks/${track}/stream`, { token: await token('audio') });
    return live.url + ((await answer.json()) as { url: string }).url;
  };
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, object>);
  return { live, ask, metrics, signed, logged };
}

const crashPointsOfPresence = ({ system }: LiveServer) => {
  for (const { machine } of system.audio.edge.nodes) machine.crash();
};

interface Shown {
  readonly operation: string;
  readonly slo: string;
  readonly windows: readonly { readonly events: number; readonly bad: number }[];
}

async function sloOf(url: string, operation: string) {
  const { slos } = (await (await fetch(`${url}/admin/slo`)).json()) as { slos: Shown[] };
  const of = (name: string) => slos.find((one) => one.operation === operation && one.slo === name);
  return { availability: of('availability')?.windows[0], latency: of('latency')?.windows[0] };
}

test('audio that is shed at the door counts as shed, with its reason in log and span, and burns the budget', async () => {
  const { live, metrics, logged } = await observed({}, { maxInFlight: 0 });
  for (let i = 0; i < 3; i++) expect((await fetch(`${live.url}/audio/t3/1/160.ogg`)).status).toBe(503);
  const text = await metrics();
  expect(sampleOf(text, 'rehearsal_http_shed_total')).toBe(3);
  expect(sampleOf(text, 'rehearsal_http_requests_total{operation="getAudio",status="503"}')).toBe(3);
  const [line] = logged().filter(({ message }) => String(message) === 'GET getAudio 503: shed');
  expect(line).toMatchObject({ error: { type: 'overloaded' } });
  const [trace] = await tracesOf(live.url);
  expect(trace!.spans).toMatchObject([{ operation: 'http.getAudio', error: 'overloaded', status: 503 }]);
  expect((await sloOf(live.url, 'getAudio')).availability).toMatchObject({ events: 3, bad: 3 });
});

test('audio without a signature and audio that is not there are spans that say so', async () => {
  const { live } = await observed();
  expect((await fetch(`${live.url}/audio/t3/1/160.ogg`)).status).toBe(403);
  expect((await fetch(`${live.url}/live/nobody/96.m3u8`)).status).toBe(404);
  const errors = (await tracesOf(live.url)).map(({ spans }) => [spans[0]!.operation, spans[0]!.error]);
  expect(errors).toEqual([
    ['http.getLivePlaylist', 'not-found'],
    ['http.getAudio', 'permission-denied'],
  ]);
});

test('an edge that is down burns the budget of audio', async () => {
  const { live, signed, logged } = await observed();
  const url = await signed('t3');
  expect((await fetch(url, { headers: { range: 'bytes=0-3' } })).status).toBe(206);
  live.system.settle(() => crashPointsOfPresence(live));
  expect((await fetch(url)).status).toBe(503);
  const { availability, latency } = await sloOf(live.url, 'getAudio');
  expect(availability).toMatchObject({ events: 2, bad: 1 });
  expect(latency).toMatchObject({ events: 1 });
  const [line] = logged().filter(({ message }) => String(message) === 'GET getAudio 503');
  expect(line).toMatchObject({ error: { type: 'unavailable' } });
});

test('a body that breaks off here is a failure with its reason, one that its listener has enough of is none', async () => {
  const { live, signed, metrics } = await observed();
  const url = await signed('t3');
  const bodyOf = (heard: (size: number, hangUp: () => void) => void) =>
    new Promise<boolean>((resolve, reject) => {
      const asked = httpRequest(url, (answer) => {
        answer.on('data', ({ length }: Buffer) => heard(length, () => answer.destroy()));
        answer.on('error', () => {});
        answer.once('close', () => resolve(answer.complete));
      });
      asked.once('error', reject);
      asked.end();
    });
  expect(await bodyOf((_size, hangUp) => hangUp())).toBe(false);
  await vi.waitFor(async () =>
    expect(
      sampleOf(await metrics(), 'rehearsal_http_requests_total{operation="getAudio",status="200"}'),
    ).toBe(1),
  );
  expect((await sloOf(live.url, 'getAudio')).availability).toMatchObject({ events: 1, bad: 0 });

  let parts = 0;
  const { audio, clock } = live.system;
  audio.edge.onServe = () => {
    if (++parts === 2) clock.after(0, () => crashPointsOfPresence(live));
  };
  expect(await bodyOf(() => {})).toBe(false);
  await vi.waitFor(async () =>
    expect(
      sampleOf(await metrics(), 'rehearsal_http_requests_total{operation="getAudio",status="503"}'),
    ).toBe(1),
  );
  expect((await sloOf(live.url, 'getAudio')).availability).toMatchObject({ events: 2, bad: 1 });
  const [trace] = await tracesOf(live.url, '?notable=true');
  expect(trace!.spans[0]).toMatchObject({ operation: 'http.getAudio', error: 'unavailable', status: 503 });
});

test('what serves audio shows its calls, nodes and spans as every service does', async () => {
  const { live, signed, metrics } = await observed();
  await fetch(await signed('t3'), { headers: { range: 'bytes=0-3' } });
  const text = await metrics();
  const called = 'rehearsal_service_requests_total{service="delivery",operation="authorise"}';
  expect(sampleOf(text, called)).toBe(1);
  for (const [component, node] of [
    ['delivery', 'delivery-1'],
    ['edge', 'edge-shield'],
    ['s3', 's3'],
  ])
    expect(sampleOf(text, `rehearsal_node_up{component="${component}",node="${node}"}`)).toBe(1);
  const traces = await tracesOf(live.url);
  const trace = traces.find(({ spans }) => spans[0]!.operation === 'http.streamTrack');
  expect(trace!.spans.map(({ depth, operation }) => [depth, operation])).toEqual([
    [0, 'http.streamTrack'],
    [1, 'delivery.authorise'],
    [2, 'catalogue.getAudio'],
    [3, 'cassandra.select audio_versions'],
  ]);
  live.system.settle(() => crashPointsOfPresence(live));
  expect(sampleOf(await metrics(), 'rehearsal_node_up{component="edge",node="edge-shield"}')).toBe(0);
});

test('what the edge has done is counted since its start, whoever reads it and how often', async () => {
  const cached = configuration({ 'playlist.cache': 'cache-aside' });
  const { live, ask, signed, metrics } = await observed({}, { configuration: cached });
  await ask('/v1/playlists/p1');
  expect((await fetch(`${live.url}/audio/t3/1/160.ogg`)).status).toBe(403);
  const body = await (await fetch(await signed('t3'))).arrayBuffer();
  // Somebody else scrapes, too.
  await metrics();
  const text = await metrics();
  const total = (name: string) =>
    [...text.matchAll(new RegExp(`^rehearsal_${name}_total(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  const { figures, knobs } = live.system.audio.edge;
  // One refusal at the door, and one request for each part of the track.
  expect([total('edge_refused'), total('edge_requests')]).toEqual([1, figures.requests]);
  expect(total('edge_egress_bytes')).toBeGreaterThan(body.byteLength);
  expect(total('edge_egress_bytes')).toBe(figures.egressBytes);
  const { hits, misses, shieldHits, shieldMisses } = figures;
  expect([total('edge_hits'), total('edge_misses')]).toEqual([hits + shieldHits, misses + shieldMisses]);
  expect(total('edge_hits') + total('edge_misses')).toBeGreaterThanOrEqual(
    body.byteLength / (knobs.chunkKiB * 1024),
  );
  expect(total('edge_dollars')).toBeGreaterThan(0);
  expect(total('redis_commands')).toBeGreaterThan(0);
  expect(text).not.toMatch(/_per_second|gauge="[^"]*(rate|ratio|commands)"/);
});

test('delivery in a process of its own grants what the gateway signs and its edge serves', async () => {
  const there = await startObservedService('delivery');
  closing.push(() => there.live.close());
  const patient = configuration({ 'gateway.deadlineMs': 20_000 });
  const upstreams = { delivery: there.live.address };
  const { live, signed, metrics } = await observed({}, { upstreams, configuration: patient });
  const url = await signed('t3');
  expect((await fetch(url, { headers: { range: 'bytes=0-3' } })).status).toBe(206);
  const called = 'rehearsal_service_requests_total{service="delivery",operation="authorise"}';
  expect(sampleOf(await metrics(), called)).toBeUndefined();
  expect(sampleOf(await (await fetch(`${there.live.adminUrl}/metrics`)).text(), called)).toBe(1);
  const [here] = (await tracesOf(live.url)).filter(({ spans }) => spans[0]!.operation === 'http.streamTrack');
  const [below] = await tracesOf(there.live.adminUrl!);
  expect(below!.traceId).toBe(here!.traceId);
  expect(below!.spans.map(({ operation }) => operation)).toEqual([
    'delivery.authorise',
    'catalogue.getAudio',
    'cassandra.select audio_versions',
  ]);
});
