import { expect, test, vi } from 'vitest';
import { hotPlaylistId, listenerId, playlistId, trackId } from '../../fixtures/ids.ts';
import type { Span } from '../observability/index.ts';
import { drive } from '../runtime/drive.ts';
import { CallContext, ProcessLife, RequestTrace } from '../runtime/kernel/index.ts';
import { composeEmbeddedSystem } from './embedded.ts';
import { recordTelemetry } from './run-telemetry.ts';
import { createSimulatedSystem, type SimulatedSystem } from './simulated.ts';
import {
  closedAfterEach,
  configuration,
  plainSystem,
  sampleOf,
  startObserved,
  tracesOf,
} from './test-observed.ts';

// Each starts a system, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const closing = closedAfterEach();

const CACHED = configuration({ 'playlist.cache': 'cache-aside' });
const LISTENER = 42;

/** A live server that has read a playlist which no cache had. */
async function afterOneRead(sampling: number) {
  const { ask, live } = await startObserved({ sampling }, { costs: true, configuration: CACHED });
  closing.push(() => live.close());
  const answer = await ask('/v1/playlists/p3', { headers: { 'x-correlation-id': 'one-read' } });
  expect(answer.status).toBe(200);
  const metrics = await (await ask('/metrics', { token: null })).text();
  const spans = (kind: string) => sampleOf(metrics, `rehearsal_trace_spans_total{kind="${kind}"}`);
  return { url: live.url, spans };
}

test('the trace of a read that misses the cache says which engine calls took its time, below its service and in order', async () => {
  const { url, spans } = await afterOneRead(1);
  const [trace] = await tracesOf(url, '?correlationId=one-read');
  const playlist = trace!.spans.find(({ operation }) => operation === 'playlist.getPlaylist')!;
  const calls = trace!.spans.filter(({ kind }) => kind === 'client');
  const [get, one, other, set] = calls;
  const names = [get, one, other, set].map((call) => call?.operation);
  // Both halves of a playlist are read at the same time.
  expect([names[0], ...names.slice(1, 3).sort(), names[3]]).toEqual([
    'redis.get',
    'cassandra.select playlist_followers_bucketed',
    'cassandra.select playlist_metadata',
    'redis.set',
  ]);
  expect(calls).toHaveLength(4);
  for (const call of calls) {
    expect(call).toMatchObject({ parentSpanId: playlist.spanId, depth: playlist.depth + 1, error: null });
    expect(call.instance).toBe(playlist.instance);
    expect(call.durationMs).toBeGreaterThan(0);
    expect(call.startMs).toBeGreaterThanOrEqual(playlist.startMs);
    // Both are rounded to microseconds.
    expect(end(call)).toBeLessThanOrEqual(end(playlist) + 0.002);
  }
  expect(one!.startMs).toBeGreaterThanOrEqual(end(get!) - 0.002);
  expect(set!.startMs).toBeGreaterThanOrEqual(Math.max(end(one!), end(other!)) - 0.002);
  const select = calls.find(({ operation }) => operation === 'cassandra.select playlist_metadata');
  expect(select!.attributes).toEqual({
    'db.system.name': 'cassandra',
    'db.operation.name': 'SELECT',
    'db.collection.name': 'playlist_metadata',
    'cassandra.consistency.level': 'quorum',
  });
  expect(spans('client')).toBe(calls.length);
  const text = await (await fetch(`${url}/admin/traces?format=text&correlationId=one-read`)).text();
  expect(text).toMatch(/ {8}cassandra\.select playlist_metadata @playlist-\d+ +\| *█+ *\| \d/);
});

const end = ({ startMs, durationMs }: { readonly startMs: number; readonly durationMs: number }) =>
  startMs + durationMs;

test('without sampling there are no spans of engine calls, and the metrics say so', async () => {
  const { url, spans } = await afterOneRead(0);
  expect(spans('client')).toBe(0);
  for (const trace of await tracesOf(url))
    expect(trace.spans.every(({ kind }) => kind === 'server')).toBe(true);
});

/** A system along the wall clock, at the speed of its models, that has begun, and the spans that it leaves. */
function embedded(options: Partial<Parameters<typeof composeEmbeddedSystem>[0]> = {}) {
  const { system, engines, begin } = composeEmbeddedSystem({
    ...plainSystem,
    ...options,
    costs: true,
    telemetry: { sampling: 1 },
    onFault(error) {
      throw error;
    },
  });
  closing.push(() => system.stop());
  const spans: Span[] = [];
  system.telemetry!.onSpan((span) => spans.push(span));
  begin();
  return { system, engines, spans };
}

test('an engine call that times out leaves its span with the error, also where time is the wall clock’s', async () => {
  const { system, engines, spans } = embedded({
    configuration: configuration({ 'cassandra.readTimeoutMs': 50 }),
  });
  system.settle(() => {
    for (const { machine } of engines.cassandra.nodes) machine.pause(60e9);
  });
  const token = { subject: listenerId(LISTENER), expiresAtNs: 1e18, keyId: 0, signature: 0 };
  const asked = system.enter(async () => {
    const context = system.context({ correlationId: 'late' });
    const request = { token, playlistId: playlistId(3), followersLimit: 0, minimumSnapshot: 0 };
    return system.api.gateway.getPlaylist(context, request).finally(() => context.close());
  });
  await expect(asked).rejects.toMatchObject({ kind: 'timeout' });
  const late = spans.find(({ operation }) => operation === 'cassandra.select playlist_metadata')!;
  expect(late).toMatchObject({ error: 'timeout', notable: true, correlationId: 'late' });
  expect(late.durationNs).toBeGreaterThanOrEqual(50e6);
});

test('audio that a label delivers shows how long the object store took for each bitrate', async () => {
  const { system, spans } = embedded();
  const trace = system.telemetry!.tracer.accept({ correlationId: 'delivered' });
  await system.enter(async () => {
    const context = system.context({ trace });
    const version = { trackId: trackId(9), version: 2, durationMs: 1_000 };
    await system.audio.storeVersion(context, version).finally(() => context.close());
  });
  expect(spans).toHaveLength(3);
  for (const span of spans)
    expect(span).toMatchObject({
      operation: 's3.put',
      correlationId: 'delivered',
      client: {
        service: 'http',
        attributes: { 'rpc.system.name': 'aws-api', 'rpc.method': 'S3/PutObject' },
      },
    });
});

/** A system in virtual time and what it leaves of a few requests. */
async function simulated(
  set: Readonly<Record<string, unknown>>,
  sampling: number,
  ask: (system: SimulatedSystem, context: () => CallContext) => Promise<unknown>,
) {
  const system = await createSimulatedSystem({
    ...plainSystem,
    costs: true,
    hotPlaylists: { count: 1, followers: 10 },
    configuration: configuration(set),
    telemetry: { sampling },
  } as Parameters<typeof createSimulatedSystem>[0]);
  const spans: Span[] = [];
  system.telemetry!.onSpan((span) => spans.push(span));
  const recorded = recordTelemetry(system.telemetry!, system.simulation);
  const life = new ProcessLife('clients');
  let requests = 0;
  const context = () => new CallContext(requests++, life, new RequestTrace(system.hops.map(() => 0)));
  const done = ask(system, context);
  await drive(system.simulation, { untilNs: 30e9 });
  await done;
  return { spans, recorded: recorded() };
}

const everything = async ({ clients }: SimulatedSystem, context: () => CallContext) => {
  await clients.openPlaylist(context(), LISTENER, playlistId(3), 0);
  await clients.addTrack(context(), LISTENER, playlistId(3), trackId(9));
  await clients.follow(context(), LISTENER, playlistId(4));
  await clients.search(context(), LISTENER, 'la');
  await clients.play(context(), 1, LISTENER, 7, false, 30_000);
};

test('in virtual time each engine shows in the traces of a run, as clients of the service that called it', async () => {
  const { recorded } = await simulated(
    { 'playlist.cache': 'cache-aside', 'gateway.rateLimit': true },
    1,
    everything,
  );
  interface Written {
    readonly name: string;
    readonly kind: number;
    readonly parentSpanId?: string;
    readonly spanId: string;
    readonly attributes: readonly { readonly key: string; readonly value: Record<string, string> }[];
  }
  const written = recorded.traces
    .trimEnd()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { resourceSpans: Resource[] }).resourceSpans)
    .flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap((scope) =>
        scope.spans.map((span) => ({ ...span, service: resource.attributes[0]!.value.stringValue })),
      ),
    );
  interface Resource {
    readonly resource: { readonly attributes: Written['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Written[] }[];
  }
  const calls = written.filter(({ kind }) => kind === 3);
  const attributesOf = (name: string) =>
    Object.fromEntries(
      calls
        .find((span) => span.name === name)!
        .attributes.filter(({ key }) => !key.startsWith('rehearsal.'))
        .map(({ key, value }) => [key, Object.values(value)[0]]),
    );
  expect(attributesOf('redis.evalsha take-token')).toEqual({
    'db.system.name': 'redis',
    'db.operation.name': 'EVALSHA',
    'db.stored_procedure.name': 'take-token',
  });
  expect(attributesOf('cassandra.insert playlist_followers_bucketed')).toMatchObject({
    'db.operation.name': 'INSERT',
    'db.collection.name': 'playlist_followers_bucketed',
  });
  expect(attributesOf('elasticsearch.search catalogue')).toEqual({
    'db.system.name': 'elasticsearch',
    'db.operation.name': 'search',
    'db.collection.name': 'catalogue',
  });
  expect(attributesOf('kafka.send playlist_updates')).toEqual({
    'messaging.system': 'kafka',
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'playlist_updates',
    'messaging.destination.partition.id': expect.stringMatching(/^\d+$/),
  });
  const byId = new Map(written.map((span) => [span.spanId, span]));
  for (const call of calls)
    expect(byId.get(call.parentSpanId!)).toMatchObject({ kind: 2, service: call.service });
  // Consumers work on records of many requests: theirs are nobody's.
  expect(calls.map(({ name }) => name).filter((name) => /poll|commit|listening_/.test(name))).toEqual([]);
});

test('every try of a call that is repeated has a span of its own, and says which one it is', async () => {
  const { spans } = await simulated(
    {
      'cassandra.readTimeoutMs': 100,
      'gateway.readAttempts': 2,
      'gateway.readRetryBudget': 1,
    },
    1,
    async (system, context) => {
      for (let i = 0; i < 3; i++) system.replicaOfHotPlaylist(i).pause(60e9);
      await expect(
        system.clients.openPlaylist(context(), LISTENER, hotPlaylistId(0), 0),
      ).rejects.toMatchObject({ kind: 'timeout' });
    },
  );
  const tries = spans.filter(({ operation }) => operation === 'cassandra.select playlist_metadata');
  expect(tries.map(({ attempt, error }) => [attempt, error])).toEqual([
    [0, 'timeout'],
    [1, 'timeout'],
  ]);
  expect(new Set(tries.map(({ parentSpanId }) => parentSpanId)).size).toBe(2);
});

test('a run whose requests are not sampled has no span of an engine call, and its requests take the same time', async () => {
  const [sampled, unsampled] = [await timesOf(1), await timesOf(0)];
  expect(unsampled.clientSpans).toBe(0);
  expect(sampled.clientSpans).toBeGreaterThan(5);
  expect(unsampled.endsNs).toEqual(sampled.endsNs);
});

async function timesOf(sampling: number) {
  const endsNs: number[] = [];
  const { spans } = await simulated({}, sampling, async (system, context) => {
    await everything(system, () => {
      endsNs.push(system.simulation.nowNs);
      return context();
    });
    endsNs.push(system.simulation.nowNs, system.simulation.calls);
  });
  return { endsNs, clientSpans: spans.filter(({ client }) => client !== undefined).length };
}
