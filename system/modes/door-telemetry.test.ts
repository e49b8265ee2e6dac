/** What comes to the door and goes no further, and what is not there behind it: seen all the same. */
import { connect, createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { closedAfterEach, configuration, sampleOf, startObserved } from './test-observed.ts';

// Each starts a system, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const closing = closedAfterEach();

async function observed(...options: Parameters<typeof startObserved>) {
  const started = await startObserved(...options);
  closing.push(() => started.live.close());
  const logged = () => started.lines.map((line) => JSON.parse(line) as Record<string, object>);
  const metrics = async () => (await fetch(`${started.live.url}/metrics`)).text();
  return { ...started, logged, metrics };
}

/** What comes back for these bytes, until the connection is closed. */
const sent = (url: string, text: string) =>
  new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (data) => {
      received += String(data);
    });
    socket.once('close', () => resolve(received));
  });

test('what never becomes a request is counted and logged under the id that its answer has', async () => {
  const { live, logged, metrics } = await observed();
  const large = await sent(live.url, `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`);
  expect(large).toMatch(/^HTTP\/1\.1 431 /);
  expect(await sent(live.url, 'what is this\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  const text = await metrics();
  const count = (status: number) =>
    sampleOf(text, `rehearsal_http_requests_total{operation="unparsed",status="${status}"}`);
  expect([count(431), count(400)]).toEqual([1, 1]);
  expect(sampleOf(text, 'rehearsal_http_requests_in_flight')).toBe(1);
  const { correlationId } = JSON.parse(large.split('\r\n\r\n')[1]!) as { correlationId: string };
  const [line] = logged().filter(
    ({ labels }) => (labels as { correlation_id?: string })?.correlation_id === correlationId,
  );
  expect(line).toMatchObject({ 'log.level': 'info', http: { response: { status_code: 431 } } });
});

test('tokens are shed as everything else is when the process cannot keep up', async () => {
  const { live, metrics } = await observed({}, { maxLagMs: -1 });
  const answer = await fetch(`${live.url}/oauth/token`, { method: 'POST', body: new URLSearchParams() });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await answer.json()).toMatchObject({ type: 'urn:rehearsal:problem:overloaded' });
  expect(sampleOf(await metrics(), 'rehearsal_http_shed_total')).toBe(1);
});

test('the log says where an upstream was looked for that is down, the answer does not', async () => {
  // A port that was free a moment ago.
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const address = `127.0.0.1:${port}`;
  // The first call connects, which may take a busy machine a while.
  const patient = configuration({ 'gateway.deadlineMs': 20_000 });
  const { ask, logged } = await observed({}, { upstreams: { playlist: address }, configuration: patient });
  const answer = await ask('/v1/playlists/p1');
  expect(answer.status).toBe(503);
  expect(await answer.text()).not.toContain(address);
  const [line] = logged().filter(({ message }) => String(message) === 'GET getPlaylist 503');
  expect(line).toMatchObject({
    error: { type: 'unavailable', message: expect.stringContaining(address) as string },
  });
});
