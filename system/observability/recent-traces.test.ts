import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentTraces } from './recent-traces.ts';
import { aSpan } from './test-spans.ts';
import { ThinnedTraces } from './thinned-traces.ts';
import { placeOf, traceIdOf } from './trace-context.ts';
import { placed, waterfall } from './waterfall.ts';

const bounds = { ordinary: 3, notable: 2, spansPerTrace: 4, callsPerTrace: 2 };

test('the newest come first, and the oldest make room', () => {
  const traces = new RecentTraces(bounds);
  for (let i = 0; i < 5; i++) traces.record(aSpan({ traceId: `t${i}`, startNs: i }));
  expect(traces.list().map(({ traceId }) => traceId)).toEqual(['t4', 't3', 't2']);
  expect(traces.list(1).map(({ traceId }) => traceId)).toEqual(['t4']);
});

test('a flood of good traces does not push out one that failed', () => {
  const traces = new RecentTraces(bounds);
  traces.record(aSpan({ traceId: 'bad', spanId: 'child' }));
  traces.record(aSpan({ traceId: 'bad', error: 'timeout', notable: true }));
  for (let i = 1; i < 1_000; i++) traces.record(aSpan({ traceId: `t${i}`, startNs: i }));
  const bad = traces.list().find(({ traceId }) => traceId === 'bad')!;
  expect(bad.notable).toBe(true);
  expect(bad.spans).toHaveLength(2);
});

test('whatever comes, what is kept is within the bounds, and every dropped span is counted', () => {
  const anySpan = fc.record({
    traceId: fc.integer({ min: 0, max: 20 }).map((n) => `t${n}`),
    notable: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anySpan, { maxLength: 300 }), (spans) => {
      const traces = new RecentTraces(bounds);
      for (const [startNs, span] of spans.entries()) traces.record(aSpan({ ...span, startNs }));
      const kept = traces.list();
      expect(kept.filter(({ notable }) => notable).length).toBeLessThanOrEqual(bounds.notable);
      expect(kept.filter(({ notable }) => !notable).length).toBeLessThanOrEqual(bounds.ordinary);
      expect(new Set(kept.map(({ traceId }) => traceId)).size).toBe(kept.length);
      for (const trace of kept) {
        expect(trace.spans.length).toBeLessThanOrEqual(bounds.spansPerTrace);
        if (trace.dropped > 0) expect(trace.spans).toHaveLength(bounds.spansPerTrace);
      }
    }),
  );
});

test('calls of engines beyond their bound make no difference to whoever made them', () => {
  const traces = new RecentTraces(bounds);
  const client = { service: 'playlist', attributes: {} };
  for (let i = 0; i < 10; i++) traces.record(aSpan({ spanId: `call-${i}`, parentSpanId: 'caller', client }));
  for (const spanId of ['caller', 'gateway', 'http']) traces.record(aSpan({ spanId }));
  const [trace] = traces.list();
  expect(trace!.spans.map(({ spanId }) => spanId)).toEqual(['call-0', 'call-1', 'caller', 'gateway', 'http']);
  expect(trace!.dropped).toBe(8);
});

test('a waterfall shows each span below its caller, where it was at work, and what went wrong', () => {
  const spans = [
    aSpan({
      spanId: 'c',
      parentSpanId: 'b',
      operation: 'playlist.get',
      instance: 'playlist-1',
      startNs: 4e6,
      durationNs: 4e6,
    }),
    aSpan({
      spanId: 'a',
      parentSpanId: null,
      operation: 'http.get',
      instance: 'http',
      startNs: 0,
      durationNs: 10e6,
    }),
    aSpan({
      spanId: 'b',
      parentSpanId: 'a',
      operation: 'gateway.get',
      instance: 'gateway-1',
      startNs: 2e6,
      durationNs: 7e6,
      attempt: 1,
    }),
    aSpan({
      spanId: 'd',
      parentSpanId: 'elsewhere',
      operation: 'search.find',
      instance: 'search-1',
      startNs: 9e6,
      durationNs: 0.1e6,
      error: 'timeout',
    }),
  ];
  expect(placed(spans).map(({ spanId, depth }) => [spanId, depth])).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 2],
    ['d', 0],
  ]);
  const lines = waterfall({ traceId: 't', correlationId: null, notable: false, calls: 0, dropped: 0, spans });
  expect(lines).toEqual([
    'http.get @http                   |████████████████████████████████████████| 0.00 + 10.00 ms',
    '  gateway.get @gateway-1 (try 2) |        ████████████████████████████    | 2.00 + 7.00 ms',
    '    playlist.get @playlist-1     |                ████████████████        | 4.00 + 4.00 ms',
    'search.find @search-1            |                                    █   | 9.00 + 0.10 ms timeout',
  ]);
});

test('traces of a run are thinned to a bound evenly, by their ids alone', () => {
  const count = 1_000;
  const most = 100;
  const ids = Array.from({ length: count }, (_, i) => traceIdOf(`r${i}`));
  const thinned = new ThinnedTraces(most);
  for (const traceId of ids) {
    thinned.record(aSpan({ traceId, spanId: 'child' }));
    thinned.record(aSpan({ traceId, spanId: 'root' }));
  }
  const kept = thinned.list().map((spans) => spans[0]!.traceId);
  expect(kept.length).toBeLessThanOrEqual(most);
  expect(kept.length).toBeGreaterThan(most / 4);
  expect(kept).toEqual(ids.filter((id) => placeOf(id) < thinned.share));
  expect(thinned.list().every((spans) => spans.length === 2)).toBe(true);
});
