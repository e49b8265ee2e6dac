import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { traceIdOf } from '../observability/index.ts';
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
  const started = await startObserved(...options);
  closing.push(() => started.live.close());
  return { ...started, metrics: () => started.ask('/metrics', { token: null }).then((a) => a.text()) };
}

/** On a busy machine others may be there too: those that took too long. */
const sampledOf = async (url: string) =>
  (await tracesOf(url)).filter(({ spans }) => spans.some(({ sampled }) => sampled));

const lineWith = (lines: readonly string[], part: object) =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find((line) => {
      try {
        expect(line).toMatchObject(part);
        return true;
      } catch {
        return false;
      }
    });

test('requests show in the metrics by operation, status and service, without a token', async () => {
  const { ask, metrics } = await observed();
  expect((await ask('/v1/playlists/p1')).status).toBe(200);
  expect((await ask('/v1/playlists/p2')).status).toBe(200);
  expect((await ask('/v1/playlists/never-made')).status).toBe(404);
  expect((await ask('/v1/playlists/p1', { token: 'x' })).status).toBe(401);
  expect((await ask('/nothing/here')).status).toBe(404);
  const text = await metrics();
  const http = (operation: string, status: number) =>
    sampleOf(text, `rehearsal_http_requests_total{operation="${operation}",status="${status}"}`);
  expect([http('getPlaylist', 200), http('getPlaylist', 404), http('getPlaylist', 401)]).toEqual([2, 1, 1]);
  expect(http('unknown', 404)).toBe(1);
  const gateway = 'service="gateway",operation="getPlaylist"';
  expect(sampleOf(text, `rehearsal_service_requests_total{${gateway}}`)).toBe(3);
  expect(sampleOf(text, `rehearsal_service_errors_total{${gateway},kind="not-found"}`)).toBe(1);
  expect(sampleOf(text, `rehearsal_service_request_duration_seconds_count{${gateway}}`)).toBe(3);
  expect(
    sampleOf(text, 'rehearsal_resource_servers{component="gateway",node="gateway-1",resource="cpu"}'),
  ).toBe(4);
  // The scrape itself is in flight.
  expect(sampleOf(text, 'rehearsal_http_requests_in_flight')).toBe(1);
  expect(text).toContain('rehearsal_clock_lag_seconds ');
  expect(text).toContain('rehearsal_clock_lateness_seconds{quantile="0.99"} ');
  expect(text).toContain('nodejs_eventloop_lag_seconds ');
  expect(text).toMatch(/^rehearsal_engine_lag_records\{gauge="/m);
});

test('the text is as Prometheus reads it: each family once, its samples below it, each series once', async () => {
  const { ask, metrics } = await observed();
  await ask('/v1/playlists/p1');
  await ask('/v1/search?q=la');
  const seen = new Set<string>();
  const families = new Set<string>();
  let family = '';
  for (const line of (await metrics()).split('\n')) {
    if (line === '' || line.startsWith('# HELP')) continue;
    if (line.startsWith('# TYPE')) {
      family = line.split(' ')[2]!;
      expect(families).not.toContain(family);
      families.add(family);
      continue;
    }
    const [, series, value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line)!;
    expect(series!.startsWith(family)).toBe(true);
    expect(Number.isNaN(Number(value!.replace('+Inf', 'Infinity').replace('Nan', '0')))).toBe(false);
    expect(seen).not.toContain(series);
    seen.add(series!);
  }
  expect(families.size).toBeGreaterThan(20);
});

test('ids, addresses, tokens and correlation ids of requests make no series', async () => {
  const { ask, metrics } = await observed();
  const series = async () =>
    (await metrics()).split('\n').filter((line) => line.startsWith('rehearsal_')).length;
  const vary = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      await ask(`/v1/playlists/p${i}`, { headers: { 'x-correlation-id': `mine-${i}` } });
      await ask(`/v1/playlists/never-${i}`);
      await ask(`/made/up/${i}?q=${i}`, { token: `t${i}` });
      await ask(`/v1/playlists/p${i}`, { method: i % 2 === 0 ? 'PATCH' : 'POST', token: `t${i}` });
    }
  };
  await vary(0, 4);
  // A scrape is an operation too.
  await series();
  const before = await series();
  await vary(4, 40);
  expect(await series()).toBe(before);
});

test('a traced request is a tree from the door to the database’s caller, found by its correlation id', async () => {
  const { ask, live, lines } = await observed();
  const answer = await ask('/v1/playlists/p3/tracks', {
    method: 'POST',
    body: '{"trackId":"t9"}',
    headers: { 'x-correlation-id': 'find-me' },
  });
  expect(answer.status).toBe(201);
  const [trace] = await tracesOf(live.url, '?correlationId=find-me');
  const tree = trace!.spans.map(({ depth, operation }) => [depth, operation]);
  expect(tree).toContainEqual([0, 'http.addTrack']);
  expect(tree).toContainEqual([1, 'gateway.addTrack']);
  expect(tree).toContainEqual([2, 'playlist.addTrack']);
  expect(tree).toContainEqual([3, 'catalogue.getTrack']);
  expect(trace!.spans[0]).toMatchObject({ status: 201, parentSpanId: null, error: null, sampled: true });
  expect(trace!.spans.every(({ instance }) => /^[a-z-]+(-\d+)?$/.test(instance))).toBe(true);
  const line = lineWith(lines, { labels: { correlation_id: 'find-me' } })!;
  expect(line).toMatchObject({
    'log.level': 'info',
    trace: { id: trace!.traceId },
    http: { request: { method: 'POST' }, response: { status_code: 201 } },
  });
  const text = await (await fetch(`${live.url}/admin/traces?format=text&correlationId=find-me`)).text();
  expect(text).toMatch(/ {2}http\.addTrack @http +\|█+\| 0\.00 \+ /);
  expect(text).toMatch(/ {4}gateway\.addTrack @gateway-\d/);
});

test('the trace of a caller is taken over, and its spans hang below the caller’s', async () => {
  const { ask, live } = await observed({ sampling: 0 });
  // An empty page would read as one that failed.
  expect(await (await fetch(`${live.url}/admin/traces?format=text`)).text()).toBe(
    'No trace of that kind is kept. Traced are 0 % of requests; PUT /admin/sampling changes that.\n',
  );
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  await ask('/v1/playlists/p1', { headers });
  const [trace] = await tracesOf(live.url);
  expect(trace).toMatchObject({ traceId });
  const [root, ...below] = trace!.spans.filter(({ kind }) => kind === 'server');
  expect(root!.parentSpanId).toBe('00f067aa0ba902b7');
  expect(below.map(({ depth }) => depth)).toEqual([1, 2]);
  await ask('/v1/playlists/p1', { headers: { traceparent: 'nonsense' } });
  expect(await sampledOf(live.url)).toHaveLength(1);
});

test('sampling is raised while it runs, and what is no share is refused with the field named', async () => {
  const { ask, live, lines, metrics } = await observed({ sampling: 0 });
  const share = () => fetch(`${live.url}/admin/sampling`).then((answer) => answer.json());
  const put = (body: string) =>
    fetch(`${live.url}/admin/sampling`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
    });
  await ask('/v1/playlists/p1');
  expect(await sampledOf(live.url)).toEqual([]);
  expect(await share()).toEqual({ share: 0 });
  for (const wrong of ['{"share":1.1}', '{"share":"1"}', '{"share":-1}', '{}', '{"share":1,"more":1}', 'x'])
    expect((await put(wrong)).status).toBe(400);
  const refusal = (await (await put('{"share":2}')).json()) as { field: string };
  expect(refusal.field).toBe('body.share');
  expect(await share()).toEqual({ share: 0 });
  expect((await put('{"share":1}')).status).toBe(200);
  await ask('/v1/playlists/p1');
  expect(await sampledOf(live.url)).toHaveLength(1);
  expect(lineWith(lines, { event: { action: 'sampling' } })).toMatchObject({
    labels: { before: '0', after: '1' },
  });
  expect(sampleOf(await metrics(), 'rehearsal_trace_sampling_ratio')).toBe(1);
});

test('pages about the process are for this machine: another name for it is refused', async () => {
  const { live } = await observed();
  const { port } = new URL(live.url);
  const status = (host: string, path: string) =>
    new Promise((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  for (const path of ['/metrics', '/admin/traces', '/admin/slo', '/admin/sampling']) {
    expect(await status(`localhost:${port}`, path)).toBe(200);
    expect(await status('evil.example', path)).toBe(403);
  }
});

test('what is slow or broken leaves its trace without sampling, is logged, and burns the budget', async () => {
  // A deadline that nothing can meet.
  const { ask, live, lines } = await observed(
    { sampling: 0, log: 'warnings' },
    { costs: true, configuration: configuration({ 'gateway.deadlineMs': 1 }) },
  );
  for (let i = 0; i < 30; i++) {
    const answer = await ask(`/v1/playlists/p${i}`, { headers: { 'x-correlation-id': `late-${i}` } });
    expect(answer.status).toBe(504);
  }
  const traces = await tracesOf(live.url, '?notable=true&limit=1000');
  expect(traces).toHaveLength(30);
  expect(traces[0]!.spans.every(({ sampled }) => !sampled)).toBe(true);
  expect(traces[0]).toMatchObject({ correlationId: 'late-29', traceId: traceIdOf('late-29'), notable: true });
  expect(traces[0]!.spans.map(({ operation }) => operation)).toContain('gateway.getPlaylist');
  // The first few are told in full, the others counted.
  const told = lines.filter((line) => line.includes('getPlaylist 504'));
  expect(told[0]).toMatch(
    /WARN {2}GET getPlaylist 504: deadline-exceeded: .* correlation_id=late-0 trace=\w{32}/,
  );
  expect(told.length).toBeLessThanOrEqual(6);
  const { slos } = (await (await fetch(`${live.url}/admin/slo`)).json()) as {
    slos: { operation: string; slo: string; windows: { bad: number }[]; alerts: { firing: boolean }[] }[];
  };
  const slo = slos.find((one) => one.operation === 'getPlaylist' && one.slo === 'availability')!;
  expect(slo.windows.map(({ bad }) => bad)).toEqual([30, 30, 30, 30, 30]);
  expect(slo.alerts[0]!.firing).toBe(true);
});

test('what is shed at the door is counted as shed and against the objective, and logged within a limit', async () => {
  const { ask, lines, metrics } = await observed({}, { maxInFlight: 0 });
  for (let i = 0; i < 20; i++) expect((await ask('/v1/playlists/p1', { token: null })).status).toBe(503);
  const text = await metrics();
  expect(sampleOf(text, 'rehearsal_http_shed_total')).toBe(20);
  expect(sampleOf(text, 'rehearsal_http_requests_total{operation="getPlaylist",status="503"}')).toBe(20);
  const burn = 'rehearsal_slo_burn_rate{operation="getPlaylist",slo="availability",window="5m"}';
  expect(sampleOf(text, burn)).toBeCloseTo(100, 6);
  const alert = 'rehearsal_slo_alert{operation="getPlaylist",slo="availability",severity="page",window="1h"}';
  expect(sampleOf(text, alert)).toBe(1);
  expect(lines.filter((line) => line.includes(': shed')).length).toBeLessThanOrEqual(6);
});

test('a client that goes away is an answer that nobody got, not a failure', async () => {
  const { live, metrics, token } = await observed();
  const socket = connect(Number(new URL(live.url).port), '127.0.0.1');
  const head = `authorization: Bearer ${await token()}\r\ncontent-type: application/json\r\ncontent-length: 20`;
  socket.write(`POST /v1/playlists/p1/tracks HTTP/1.1\r\nhost: localhost\r\n${head}\r\n\r\n{"tra`);
  const inFlight = async () => sampleOf(await metrics(), 'rehearsal_http_requests_in_flight');
  // The scrape itself is one.
  await vi.waitFor(async () => expect(await inFlight()).toBe(2), { timeout: 10_000 });
  socket.destroy();
  await vi.waitFor(async () => expect(await inFlight()).toBe(1), { timeout: 10_000 });
  const text = await metrics();
  expect(sampleOf(text, 'rehearsal_http_requests_total{operation="addTrack",status="499"}')).toBe(1);
  const { slos } = (await (await fetch(`${live.url}/admin/slo`)).json()) as {
    slos: { operation: string; windows: { events: number }[] }[];
  };
  expect(slos.find(({ operation }) => operation === 'addTrack')!.windows[0]!.events).toBe(0);
});

test('one trace through two processes: the same id, the calls over there below the one here', async () => {
  const there = await startObservedService('playlist', { sampling: 0 });
  closing.push(() => there.live.close());
  const { ask, live } = await observed(
    { sampling: 1 },
    {
      upstreams: { playlist: there.live.address },
      configuration: configuration({ 'gateway.deadlineMs': 20_000 }),
    },
  );
  const answer = await ask('/v1/playlists/p1', { headers: { 'x-correlation-id': 'both' } });
  expect(answer.status).toBe(200);
  const [here] = await tracesOf(live.url, '?correlationId=both');
  const [remote] = await tracesOf(there.live.adminUrl!, '?correlationId=both');
  expect(here!.spans.map(({ operation }) => operation)).toEqual([
    'http.getPlaylist',
    'gateway.getPlaylist',
    'grpc.playlist.getPlaylist',
  ]);
  const gateway = here!.spans[1];
  expect(remote).toMatchObject({ traceId: here!.traceId, correlationId: 'both' });
  expect(remote!.spans[0]).toMatchObject({
    operation: 'playlist.getPlaylist',
    parentSpanId: gateway!.spanId,
    sampled: true,
  });
  expect(new Set([...here!.spans, ...remote!.spans].map(({ spanId }) => spanId)).size).toBe(
    here!.spans.length + remote!.spans.length,
  );
  const own = async (path: string) => {
    const answer = await fetch(there.live.adminUrl + path);
    return [answer.status, answer.headers.get('content-type'), await answer.json()] as const;
  };
  expect((await own('/healthz'))[2]).toEqual({ status: 'ok' });
  expect((await own('/readyz'))[2]).toEqual({ status: 'ready' });
  expect(await own('/admin/nothing')).toMatchObject([
    404,
    expect.stringContaining('application/problem+json'),
    { title: 'Not found', status: 404 },
  ]);
  const metrics = await (await fetch(`${there.live.adminUrl}/metrics`)).text();
  const name = 'rehearsal_service_requests_total{service="playlist",operation="getPlaylist"}';
  expect(sampleOf(metrics, name)).toBe(1);
});

test('a service that is down is named by the gateway, in its traces and in its metrics', async () => {
  const { ask, live } = await observed({ sampling: 1 }, { upstreams: { playlist: '127.0.0.1:9' } });
  const answer = await ask('/v1/playlists/p1', { headers: { 'x-correlation-id': 'down' } });
  expect(answer.status).toBe(503);
  const [trace] = await tracesOf(live.url, '?correlationId=down');
  const client = trace!.spans.find(({ operation }) => operation === 'grpc.playlist.getPlaylist');
  expect(client).toMatchObject({
    error: 'unavailable',
    kind: 'client',
    attributes: { 'rpc.system.name': 'grpc', 'server.address': 'playlist' },
  });
  const metrics = await (await fetch(`${live.url}/metrics`)).text();
  const name = 'rehearsal_upstream_failures_total{service="playlist",kind="unavailable"}';
  expect(sampleOf(metrics, name)).toBeGreaterThan(0);
});

test('the admin pages of a service alone take JSON and nothing else, as those of the whole system do', async () => {
  const { live } = await startObservedService('playlist', { sampling: 0 });
  closing.push(() => live.close());
  const put = (type: string) =>
    fetch(`${live.adminUrl}/admin/sampling`, {
      method: 'PUT',
      headers: { 'content-type': type },
      body: '{"share":0.5}',
    });
  expect((await put('text/plain')).status).toBe(415);
  expect((await put('application/json')).status).toBe(200);
});

test('no token, password, code or key is ever in a log or a trace', async () => {
  const { ask, live, lines, token } = await observed();
  const bearer = await token();
  const secrets = [bearer, bearer.split('.')[2]!, 'hunter2-password', 'my-refresh-token', 'my-code-secret'];
  await ask(`/v1/playlists/p1?access_token=${bearer}`);
  await ask(`/v1/playlists/${bearer.slice(0, 60)}`);
  await ask(`/nowhere/${bearer}`);
  await ask('/v1/playlists/p1', { token: `${bearer}x` });
  const form = (fields: Record<string, string>, client: string) =>
    fetch(`${live.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(client)}` },
      body: new URLSearchParams(fields),
    });
  await form({ grant_type: 'client_credentials' }, 'rehearsal-load:hunter2-password');
  await form({ grant_type: 'refresh_token', refresh_token: 'my-refresh-token' }, 'rehearsal-load:rehearse');
  await form({ grant_type: 'authorization_code', code: 'my-code-secret' }, 'rehearsal-load:rehearse');
  await fetch(`${live.url}/oauth/token`, {
    method: 'POST',
    body: `client_secret=hunter2-password&token=${bearer}`,
  });
  const shown = lines.join('') + (await (await fetch(`${live.url}/admin/traces?limit=1000`)).text());
  expect(lines.length).toBeGreaterThan(5);
  for (const secret of secrets) expect(shown).not.toContain(secret);
  expect(shown).not.toMatch(/eyJ[\w-]{10,}\./);
  expect(shown).not.toMatch(/authorization["']?\s*:\s*["']?(bearer|basic)/i);
});

test('start and stop are logged in fields of the Elastic Common Schema', async () => {
  const { live, lines } = await startObserved();
  await live.close();
  const [first, last] = [lines[0]!, lines.at(-1)!].map((line) => JSON.parse(line));
  expect(first).toMatchObject({
    '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    'log.level': 'info',
    message: 'listening',
    ecs: { version: expect.any(String) },
    service: { name: 'rehearsal-gateway', version: '0.0.0' },
    process: { pid: process.pid },
    url: { full: live.url },
  });
  expect(last).toMatchObject({ message: 'stopped', event: { action: 'stop' } });
});

test('nothing is logged when the log is off', async () => {
  const { ask, lines } = await observed({ log: 'off' }, { maxInFlight: 0 });
  await ask('/v1/playlists/p1');
  expect(lines).toEqual([]);
});
