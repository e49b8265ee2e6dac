import { expect, test } from 'vitest';
import { otlpJson } from './otlp-json.ts';
import { aSpan } from './test-spans.ts';

test('a trace is one line, its spans by service, with ids in hexadecimal and times as whole nanoseconds', () => {
  const line = otlpJson(
    [
      aSpan({ spanId: 'a'.repeat(16), operation: 'gateway.search', durationNs: 3 }),
      aSpan({
        spanId: 'b'.repeat(16),
        parentSpanId: 'a'.repeat(16),
        operation: 'search.search',
        instance: 'search-2',
        startNs: 1.5e15 + 1,
        durationNs: 7,
        error: 'timeout',
        notable: true,
        attempt: 1,
      }),
    ],
    1.7e18,
  );
  expect(line).not.toContain('\n');
  const { resourceSpans } = JSON.parse(line);
  expect(resourceSpans.map((one: { resource: unknown }) => one.resource)).toEqual(
    ['gateway', 'search'].map((name) => ({
      attributes: [
        { key: 'service.name', value: { stringValue: name } },
        { key: 'service.namespace', value: { stringValue: 'rehearsal' } },
      ],
    })),
  );
  const [span] = resourceSpans[1].scopeSpans[0].spans;
  expect(span).toMatchObject({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    parentSpanId: 'a'.repeat(16),
    name: 'search.search',
    kind: 2,
    startTimeUnixNano: '1701500000000000001',
    endTimeUnixNano: '1701500000000000008',
    status: { code: 2 },
  });
  expect(span.attributes).toContainEqual({ key: 'error.type', value: { stringValue: 'timeout' } });
  expect(span.attributes).toContainEqual({ key: 'rehearsal.attempt', value: { intValue: '1' } });
  expect(span.attributes).toContainEqual({
    key: 'rehearsal.correlation_id',
    value: { stringValue: 'abc' },
  });
});

test('a call of an engine is a client’s, of the service that made it, and failed whatever the engine’s reason', () => {
  const attributes = { 'db.system.name': 'redis', 'db.operation.name': 'GET' };
  const call = aSpan({
    operation: 'redis.get',
    error: 'cancelled',
    client: { service: 'playlist', attributes },
  });
  const { resourceSpans } = JSON.parse(otlpJson([aSpan({}), call]));
  // With that of the service itself.
  expect(resourceSpans).toHaveLength(1);
  const [served, span] = resourceSpans[0].scopeSpans[0].spans;
  expect([served.kind, span.kind]).toEqual([2, 3]);
  expect(span).toMatchObject({ name: 'redis.get', status: { code: 2 } });
  for (const [key, stringValue] of Object.entries(attributes))
    expect(span.attributes).toContainEqual({ key, value: { stringValue } });
});

test('an answer that refuses is no error of the server', () => {
  const { resourceSpans } = JSON.parse(otlpJson([aSpan({ error: 'not-found', notable: false })]));
  expect(resourceSpans[0].scopeSpans[0].spans[0].status).toEqual({});
});
