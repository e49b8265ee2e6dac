import { expect, test } from 'vitest';
import { createAttemptBudget, createHedge, createSingleFlight, inParallel } from '../policies/index.ts';
import type { Context, Trace } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import { CallContext, ProcessLife, RequestTrace, Simulation, untraced } from '../runtime/kernel/index.ts';
import type { Span } from './span.ts';
import { parseTraceparent, placeOf, traceIdOf } from './trace-context.ts';
import { Tracer, type TracerOptions } from './tracer.ts';

const life = new ProcessLife('test');
const MS = 1e6;

function setUp(given: Partial<TracerOptions> = {}) {
  const spans: Span[] = [];
  const clock = { nowNs: 0 };
  const tracer = new Tracer({
    now: () => clock.nowNs,
    share: 1,
    process: 7,
    slowNs: () => 100 * MS,
    sink: (span) => spans.push(span),
    ...given,
  });
  const context = (trace: Trace, request = 0, attempt = 0) =>
    new CallContext(request, life, trace, Number.POSITIVE_INFINITY, attempt);
  return { tracer, spans, clock, context };
}

/** Correlation ids on either side of a share. */
const sampledId = (share: number) => idWhere((place) => place < share);
const unsampledId = (share: number) => idWhere((place) => place >= share);
function idWhere(fits: (place: number) => boolean): string {
  for (let i = 0; ; i++) if (fits(placeOf(traceIdOf(`id-${i}`)))) return `id-${i}`;
}

test('a sampled request gives a span for itself and one for each served call, each below its caller', () => {
  const { tracer, spans, clock, context } = setUp();
  const root = tracer.accept({ correlationId: 'abc' });
  clock.nowNs = 2 * MS;
  const gateway = tracer.begin('a.b', 'a-1', context(root));
  clock.nowNs = 3 * MS;
  const playlist = tracer.begin('a.b', 'a-1', context(gateway, 0, 1));
  clock.nowNs = 8 * MS;
  tracer.end('playlist.getPlaylist', 'playlist-2', playlist, 5.5 * MS, null);
  clock.nowNs = 9 * MS;
  tracer.end('gateway.getPlaylist', 'gateway-1', gateway, 7 * MS, null);
  clock.nowNs = 10 * MS;
  tracer.finish(root, {
    operation: 'http.getPlaylist',
    instance: 'http',
    durationNs: 10 * MS,
    error: null,
    status: 200,
  });
  const [first, second, third] = spans;
  expect(first).toMatchObject({
    operation: 'playlist.getPlaylist',
    instance: 'playlist-2',
    startNs: 2.5 * MS,
    durationNs: 5.5 * MS,
    attempt: 1,
    error: null,
    notable: false,
    sampled: true,
  });
  expect(third).toMatchObject({ parentSpanId: null, startNs: 0, durationNs: 10 * MS, status: 200 });
  expect([first!.parentSpanId, second!.parentSpanId]).toEqual([second!.spanId, third!.spanId]);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([traceIdOf('abc')]));
  expect(spans.every(({ correlationId }) => correlationId === 'abc')).toBe(true);
});

test('every process comes to the same decision about a correlation id, and to the same trace id', () => {
  const one = setUp({ share: 0.1, process: 1 });
  const other = setUp({ share: 0.1, process: 2 });
  for (let i = 0; i < 500; i++) {
    for (const { tracer, context } of [one, other]) {
      const trace = tracer.begin('a.b', 'a-1', context(tracer.proceed({ correlationId: `c-${i}` })));
      tracer.end('a.b', 'a-1', trace, 1, null);
    }
  }
  const traces = (spans: readonly Span[]) => spans.map(({ traceId }) => traceId);
  expect(traces(one.spans)).toEqual(traces(other.spans));
  expect(one.spans.length).toBeGreaterThan(20);
  expect(one.spans.length).toBeLessThan(90);
});

test('a call from another process continues below its span', () => {
  const here = setUp();
  const there = setUp({ share: 0, process: 8 });
  const trace = here.tracer.begin('a.b', 'a-1', here.context(here.tracer.accept({ correlationId: 'abc' })));
  const { traceparent } = trace;
  const over = there.tracer.begin(
    'a.b',
    'a-1',
    there.context(there.tracer.proceed({ correlationId: 'abc', traceparent })),
  );
  there.tracer.end('search.search', 'search-1', over, 1, null);
  expect(there.spans).toMatchObject([
    { traceId: traceIdOf('abc'), parentSpanId: parseTraceparent(traceparent)!.spanId },
  ]);
});

test('the share can be raised while it runs', () => {
  const { tracer, spans, context } = setUp({ share: 0 });
  const id = unsampledId(0.5);
  const ask = () =>
    tracer.end(
      'a.b',
      'a-1',
      tracer.begin('a.b', 'a-1', context(tracer.proceed({ correlationId: id }))),
      1,
      null,
    );
  ask();
  tracer.share = 1;
  ask();
  expect(spans).toHaveLength(1);
});

test('a caller that samples its trace has decided, and its ids are kept', () => {
  const { tracer, spans, context } = setUp({ share: 0 });
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const ask = (flags: string) => {
    const traceparent = `00-${traceId}-00f067aa0ba902b7-${flags}`;
    const trace = tracer.begin('a.b', 'a-1', context(tracer.proceed({ correlationId: 'abc', traceparent })));
    tracer.end('a.b', 'a-1', trace, 1, null);
    return trace;
  };
  const notSampled = ask('00');
  expect(spans).toEqual([]);
  // The processes behind are told of the same trace all the same.
  expect(notSampled.traceparent).toContain(traceId);
  ask('01');
  expect(spans).toMatchObject([{ traceId, parentSpanId: '00f067aa0ba902b7' }]);
});

test('of a request that is not sampled, only what fails or takes too long is seen', () => {
  const { tracer, spans, context } = setUp({ share: 0.5 });
  const id = unsampledId(0.5);
  const ask = (durationNs: number, error: Error | null) =>
    tracer.end(
      'a.b',
      'a-1',
      tracer.begin('a.b', 'a-1', context(tracer.accept({ correlationId: id }))),
      durationNs,
      error,
    );
  ask(1, null);
  ask(1, new PortError('not-found', 'a.b', true));
  ask(1, new PortError('cancelled', 'a.b', false));
  expect(spans).toEqual([]);
  ask(1, new PortError('unavailable', 'a.b', true));
  ask(101 * MS, null);
  ask(1, new TypeError('a defect'));
  const traceId = traceIdOf(id);
  expect(spans).toMatchObject([
    { traceId, error: 'unavailable', notable: true, sampled: false, parentSpanId: null },
    { traceId, error: null, notable: true, sampled: false },
    { traceId, error: 'internal', notable: true, sampled: false },
  ]);
});

test('when everything fails, spans of unsampled requests keep to a budget a second', () => {
  const { tracer, spans, clock, context } = setUp({ share: 0 });
  const fail = (i: number) => {
    const trace = tracer.begin('a.b', 'a-1', context(tracer.accept({ correlationId: `x-${i}` })));
    // Both calls of a request are seen, or none.
    for (const operation of ['a.b', 'c.d'])
      tracer.end(operation, 'a-1', trace, 1, new PortError('reset', 'a', true));
  };
  for (let i = 0; i < 1_000; i++) fail(i);
  expect(spans).toHaveLength(100);
  expect(tracer.dropped).toBe(1_900);
  clock.nowNs = 1e9;
  fail(1_000);
  expect(spans).toHaveLength(102);
});

const aCall = { name: 'cassandra.select tracks', attributes: { 'db.system.name': 'cassandra' } };

test('a call of an engine is a client’s span below whoever serves the request, from when it began to its answer', async () => {
  const { tracer, spans, clock, context } = setUp();
  const playlist = tracer.begin(
    'playlist.getPlaylist',
    'playlist-2',
    context(tracer.accept({ correlationId: 'abc' })),
  );
  clock.nowNs = 2 * MS;
  const { promise, resolve } = Promise.withResolvers<string>();
  const describe = (about: string, answer?: string) => ({ name: `${about} ${answer}`, attributes: {} });
  // In an attempt that books its time apart, as hedges do.
  const apart: Trace = { add() {}, origin: playlist };
  const given = tracer.follow(context(apart, 0, 1), promise, describe, 'asked');
  expect(given).toBe(promise);
  expect(spans).toEqual([]);
  clock.nowNs = 5 * MS;
  resolve('answered');
  await given;
  tracer.end('playlist.getPlaylist', 'playlist-2', playlist, 5 * MS, null);
  const [call, parent] = spans;
  expect(call).toMatchObject({
    operation: 'asked answered',
    parentSpanId: parent!.spanId,
    correlationId: 'abc',
    instance: 'playlist-2',
    startNs: 2 * MS,
    durationNs: 3 * MS,
    error: null,
    notable: false,
    attempt: 1,
    client: { service: 'playlist', attributes: {} },
    sampled: true,
  });
});

test('a call of an engine that fails leaves its error, which is the caller’s to handle', async () => {
  const { tracer, spans, context } = setUp();
  const root = tracer.accept({ correlationId: 'abc' });
  const ask = (error: Error) => tracer.follow(context(root), Promise.reject(error), () => aCall, null);
  for (const error of [
    new PortError('timeout', 'cassandra.select', false),
    new PortError('cancelled', 'cassandra.select', false),
    new PortError('not-found', 's3.get', true),
    new TypeError('a defect'),
  ])
    await expect(ask(error)).rejects.toBe(error);
  expect(spans.map(({ error, notable }) => [error, notable])).toEqual([
    ['timeout', true],
    ['cancelled', false],
    ['not-found', false],
    ['internal', true],
  ]);
});

test('of a request that is not sampled nobody looks at the calls of engines, whatever becomes of them', async () => {
  const { tracer, spans, context } = setUp({ share: 0 });
  const describe = () => {
    throw new Error('it was described');
  };
  const unsampled = tracer.begin('a.b', 'a-1', context(tracer.accept({ correlationId: 'abc' })));
  for (const trace of [unsampled, untraced, new RequestTrace([0])]) {
    const failing = Promise.reject(new PortError('timeout', 'x', false));
    expect(tracer.follow(context(trace), failing, describe, null)).toBe(failing);
    await expect(failing).rejects.toThrow('timeout');
  }
  expect(spans).toEqual([]);
});

test('work in the background belongs to no request and gives no spans', () => {
  const { tracer, spans, context } = setUp({ numbered: true });
  const trace = tracer.begin('a.b', 'a-1', context(untraced));
  expect(trace).toBe(untraced);
  tracer.end('a.b', 'a-1', trace, 1e12, new PortError('reset', 'a', true));
  expect(spans).toEqual([]);
});

test('calls made side by side, or shared, belong to the request that began them', async () => {
  const { tracer, spans, context } = setUp();
  const clock = new Simulation({ seed: 1 });
  const root = tracer.begin('a.b', 'a-1', context(tracer.proceed({ correlationId: 'abc' })));
  const call = async (own: Context, operation: string) => {
    expect(own.trace.correlationId).toBe('abc');
    expect(own.trace.traceparent).toBe(root.traceparent);
    const trace = tracer.begin(operation, 'x-1', own);
    trace.add(0, 1);
    tracer.end(operation, 'x-1', trace, 1, null);
  };
  await inParallel(context(root), ['a.b', 'c.d'], call);
  await createSingleFlight<void>({ clock, operation: 'x' }).run(context(root), 'key', (own) =>
    call(own, 'e.f'),
  );
  const budget = createAttemptBudget({ clock, share: 1 });
  await createHedge({ clock, budget, delayNs: 1e9 }).run(context(root), (own) => call(own, 'g.h'));
  tracer.end('gateway.all', 'gateway-1', root, 1, null);
  const gateway = spans.at(-1)!;
  expect(spans.slice(0, -1).map(({ operation, parentSpanId }) => [operation, parentSpanId])).toEqual(
    ['a.b', 'c.d', 'e.f', 'g.h'].map((operation) => [operation, gateway.spanId]),
  );
});

test('in virtual time requests are known by their number, and hops are booked as without spans', () => {
  const share = 0.5;
  const numbers = Array.from({ length: 200 }, (_, i) => i);
  const { tracer, spans, context } = setUp({ share, numbered: true });
  for (const request of numbers) {
    const booked = new RequestTrace([0]);
    const outer = tracer.begin('a.b', 'a-1', context(booked, request));
    const inner = tracer.begin('a.b', 'a-1', context(outer, request));
    inner.add(0, 5);
    tracer.end('b.c', 'b-1', inner, 1, null);
    tracer.end('a.b', 'a-1', outer, 2, null);
    expect(booked.partsNs).toEqual([5]);
  }
  const sampled = numbers.filter((request) => placeOf(traceIdOf(`r${request}`)) < share);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === null).map((s) => s.correlationId)).toEqual(
    sampled.map((request) => `r${request}`),
  );
  expect(spans).toHaveLength(2 * sampled.length);
  expect(sampledId(share)).toBeDefined();
});
