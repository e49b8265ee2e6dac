import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { otlpJson } from '../../observability/index.ts';
import { aSpan } from '../../observability/test-spans.ts';
import { createOtlpExporter, type OtlpExporter, tracesUrl } from './otlp-exporter.ts';

vi.setConfig({ testTimeout: 30_000 });

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

/** What a collector takes: OTLP in JSON over HTTP. */
async function startCollector(status = 200) {
  const bodies: { path: string; resourceSpans: ResourceSpans[] }[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (data) => {
      text += String(data);
    });
    request.on('end', () => {
      bodies.push({ path: request.url!, ...JSON.parse(text) });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  closing.push(() => server.closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

interface ResourceSpans {
  readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: object }[] };
  readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
}

function exportTo(url: string, epochMs = 0) {
  const failures: number[] = [];
  const exporter: OtlpExporter = createOtlpExporter({
    url,
    epochMs,
    version: '1.2.3',
    onFailure: (_error, spans) => failures.push(spans),
  });
  closing.push(() => exporter.close());
  return { exporter, failures };
}

const flat = (resourceSpans: readonly ResourceSpans[]) =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: JSON.stringify(resource.attributes.find(({ key }) => key === 'service.name')!.value),
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        name: span.name,
        kind: span.kind,
        start: span.startTimeUnixNano,
        attributes: Object.fromEntries(
          span.attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]),
        ),
      })),
    ),
  );

const spans = [
  aSpan({ spanId: 'a'.repeat(16), operation: 'gateway.search', instance: 'gateway-1', startNs: 1_000 }),
  aSpan({
    spanId: 'b'.repeat(16),
    parentSpanId: 'a'.repeat(16),
    operation: 'search.search',
    instance: 'search-2',
    startNs: 2_000_000_001,
    error: 'timeout',
    notable: true,
  }),
  aSpan({
    spanId: 'c'.repeat(16),
    parentSpanId: 'b'.repeat(16),
    operation: 'elasticsearch.search catalogue',
    instance: 'search-2',
    client: { service: 'search', attributes: { 'db.system.name': 'elasticsearch' } },
  }),
];

test('spans arrive at a collector, the same as a run in virtual time writes them', async () => {
  const collector = await startCollector();
  const epochMs = 1_700_000_000_000;
  const { exporter, failures } = exportTo(collector.url, epochMs);
  for (const span of spans) exporter.record(span);
  await exporter.close();
  expect(collector.bodies).toHaveLength(1);
  expect(collector.bodies[0]!.path).toBe('/v1/traces');
  const written = (JSON.parse(otlpJson(spans, epochMs * 1e6)) as { resourceSpans: ResourceSpans[] })
    .resourceSpans;
  expect(flat(collector.bodies[0]!.resourceSpans)).toEqual(flat(written));
  expect(flat(written)[1]!.start).toBe('1700000002000000001');
  expect(flat(written).map(({ kind }) => kind)).toEqual([2, 2, 3]);
  expect([exporter.exported, exporter.dropped, failures]).toEqual([3, 0, []]);
});

test('a collector that refuses costs its spans, which are counted, and nothing else', async () => {
  const collector = await startCollector(400);
  const { exporter, failures } = exportTo(collector.url);
  for (const span of spans) exporter.record(span);
  await exporter.close();
  expect([exporter.exported, exporter.dropped, failures]).toEqual([0, 3, [3]]);
});

test('a collector that is not there does not hold up the end, nor fill the memory', async () => {
  const { exporter } = exportTo('http://127.0.0.1:1');
  for (let i = 0; i < 10_000; i++) exporter.record(spans[0]!);
  expect(exporter.dropped).toBeGreaterThan(5_000);
  const began = performance.now();
  await exporter.close();
  expect(performance.now() - began).toBeLessThan(10_000);
});

test('the path of the protocol is added where the address has none', () => {
  expect(tracesUrl('http://127.0.0.1:4318')).toBe('http://127.0.0.1:4318/v1/traces');
  expect(tracesUrl('https://otel.example/my/traces')).toBe('https://otel.example/my/traces');
  expect(() => tracesUrl('ftp://otel.example')).toThrow(TypeError);
});
