import { PassThrough } from 'node:stream';
import Fastify from 'fastify';
import { expect, test, vi } from 'vitest';
import { HttpMetrics, type Span, Telemetry } from '../../observability/index.ts';
import { PortError } from '../../ports/errors.ts';
import { Simulation } from '../../runtime/kernel/index.ts';
import { EventLog } from './event-log.ts';
import { observeHttp } from './http-observer.ts';

/** A busy machine is not what is tested. */
const patient = {
  operation: 'search',
  servedBy: 'gateway.search',
  availability: 0.99,
  fast: 0.99,
  thresholdMs: 60_000,
};

/** A server of three routes: what they do is what is observed. */
async function setUp(sampling: number) {
  const spans: Span[] = [];
  const lines: string[] = [];
  const telemetry = new Telemetry(
    { sampling, outermost: 'http', objectives: [patient] },
    { clock: new Simulation({ seed: 1 }) },
  );
  telemetry.onSpan((span) => spans.push(span));
  const http = new HttpMetrics();
  const log = new EventLog({
    mode: 'json',
    write: (text) => lines.push(text),
    service: 'gateway',
    version: '0',
  });
  const server = Fastify({ genReqId: () => 'the-id' });
  server.decorateRequest('trace', null);
  server.decorateRequest('failure', null);
  server.decorateRequest('admitted', false);
  server.setErrorHandler((error, request, reply) => {
    request.failure = error;
    return reply.code(error instanceof PortError ? 503 : 500).send('no');
  });
  observeHttp(server, { telemetry, http, log });
  const route = (url: string, operationId: string, handler: () => unknown) =>
    server.get(url, { schema: { operationId } as object }, async () => handler());
  route('/good', 'search', () => 'yes');
  route('/defect', 'getTrack', () => {
    throw new TypeError('undefined is not a function');
  });
  route('/down', 'getPlaylist', () => {
    throw new PortError('unavailable', 'cassandra.read', true);
  });
  server.get('/metrics', async () => 'ours');
  const body = new PassThrough();
  const streaming = { schema: { operationId: 'getAudio' } as object, config: { streamed: true } };
  server.get('/long', streaming, async (_request, reply) => reply.send(body));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const ask = (path: string) => fetch(url + path).then((answer) => answer.text());
  const answers = () =>
    http.families()[0]!.samples.map(({ labels, value }) => [labels.operation, labels.status, value]);
  return { url, body, ask, answers, spans, lines, telemetry, http, close: () => server.close() };
}

test('a defect, a failure and a success are each what they are in metrics, spans, objectives and log', async () => {
  const { ask, answers, spans, lines, telemetry, http, close } = await setUp(1);
  for (const path of ['/good', '/defect', '/down', '/nowhere', '/metrics']) await ask(path);
  await close();
  expect(http.inFlight).toBe(0);
  expect(answers()).toEqual([
    ['search', '200', 1],
    ['getTrack', '500', 1],
    ['getPlaylist', '503', 1],
    ['unknown', '404', 1],
    ['/metrics', '200', 1],
  ]);
  expect(spans.map(({ operation, error, notable, status }) => [operation, error, notable, status])).toEqual([
    ['http.search', null, false, 200],
    ['http.getTrack', 'internal', true, 500],
    ['http.getPlaylist', 'unavailable', true, 503],
    ['http.unknown', 'invalid', false, 404],
  ]);
  const slo = (operation: string) =>
    telemetry.slos.status().find((one) => one.operation === operation)!.windows[0]!;
  expect(slo('search')).toMatchObject({ events: 1, bad: 0 });
  expect(slo('getTrack')).toMatchObject({ events: 1, bad: 1 });
  expect(slo('getPlaylist')).toMatchObject({ events: 1, bad: 1 });
  const failed = lines.map((line) => JSON.parse(line)).filter((line) => line['log.level'] === 'warn');
  expect(failed).toMatchObject([
    {
      message: 'GET getTrack 500',
      url: { path: '/defect' },
      error: { type: 'TypeError' },
      labels: { correlation_id: 'the-id' },
    },
    { message: 'GET getPlaylist 503', error: { type: 'unavailable' }, trace: { id: spans[0]!.traceId } },
  ]);
});

test('the root span begins when the request arrived and lasts until its answer is out', async () => {
  const { ask, spans, close } = await setUp(1);
  await ask('/good');
  await close();
  expect(spans[0]!.durationNs).toBeGreaterThan(0);
  expect(spans[0]!.parentSpanId).toBeNull();
});

test('without sampling a success leaves nothing and a failure its span', async () => {
  const { ask, spans, close } = await setUp(0);
  await ask('/good');
  await ask('/down');
  await close();
  expect(spans.map(({ operation, sampled }) => [operation, sampled])).toEqual([['http.getPlaylist', false]]);
});

test('of a streamed body the promise ends with its headers, and the span with its end', async () => {
  const { url, body, spans, telemetry, close } = await setUp(0);
  const record = vi.spyOn(telemetry.slos, 'record');
  const slow = vi.spyOn(telemetry.tracer, 'finish');
  body.write('begins');
  const answer = await fetch(`${url}/long`);
  // Its headers are here; the rest comes as late as its listener likes.
  body.end('ends');
  expect(await answer.text()).toBe('beginsends');
  await close();
  const [operation, headersNs, outcome] = record.mock.calls[0]!;
  expect([operation, outcome]).toEqual(['getAudio', 'success']);
  const { durationNs } = slow.mock.calls[0]![1];
  expect(headersNs).toBeGreaterThan(0);
  expect(headersNs).toBeLessThan(durationNs);
  expect(spans).toEqual([]);
});
