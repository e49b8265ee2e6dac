import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PortError } from '../ports/errors.ts';
import { CallContext, Machine, ProcessLife, Simulation, Station, untraced } from '../runtime/kernel/index.ts';
import { BUCKETS_S, DurationHistogram } from './duration-histogram.ts';
import { HttpMetrics } from './http-metrics.ts';
import { exposition, family, type MetricFamily } from './metric-family.ts';
import { counterFamilies, gaugeFamilies, nodeFamilies } from './node-metrics.ts';
import { AUDIO_OBJECTIVES, OBJECTIVES } from './objectives.ts';
import { RedMetrics } from './red-metrics.ts';
import { streamFamilies } from './stream-metrics.ts';
import { Telemetry } from './telemetry.ts';

const MS = 1e6;

function value(families: readonly MetricFamily[], name: string, labels: Record<string, string> = {}) {
  const found = families.find((one) => one.name === `rehearsal_${name}`)!;
  const sample = found.samples.find((one) => Object.entries(labels).every(([k, v]) => one.labels[k] === v));
  return sample?.value;
}

const seriesOf = (families: readonly MetricFamily[]) =>
  families.reduce((sum, { samples }) => sum + samples.length, 0);

test('rate, errors by kind, durations and what is in flight are counted by operation', () => {
  const red = new RedMetrics();
  for (let i = 0; i < 5; i++) red.begin('playlist.getPlaylist');
  red.end('playlist.getPlaylist', 3 * MS, null);
  red.end('playlist.getPlaylist', 400 * MS, 'timeout');
  red.end('playlist.getPlaylist', 1 * MS, 'not-found');
  red.shed('playlist.getPlaylist');
  const labels = { service: 'playlist', operation: 'getPlaylist' };
  const families = red.families();
  expect(value(families, 'service_requests_total', labels)).toBe(5);
  expect(value(families, 'service_errors_total', { ...labels, kind: 'timeout' })).toBe(1);
  expect(value(families, 'service_errors_total', { ...labels, kind: 'not-found' })).toBe(1);
  expect(value(families, 'service_requests_in_flight', labels)).toBe(2);
  expect(value(families, 'service_shed_total', labels)).toBe(1);
  expect(value(families, 'service_request_duration_seconds', { le: '0.005' })).toBe(2);
  expect(value(families, 'service_request_duration_seconds', { le: '0.5' })).toBe(3);
});

test('buckets are cumulative, hold every duration, and their sum is exact', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20e9 })), (durations) => {
      const histogram = new DurationHistogram();
      for (const ns of durations) histogram.record(ns);
      const samples = histogram.samples({});
      for (const { labels, value: count, suffix } of samples) {
        if (suffix !== '_bucket') continue;
        const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
        expect(count).toBe(durations.filter((ns) => ns <= bound * 1e9).length);
      }
      expect(samples.at(-1)!.value).toBe(durations.length);
      expect(samples.at(-2)!.value).toBeCloseTo(durations.reduce((sum, ns) => sum + ns, 0) / 1e9, 6);
    }),
  );
});

test('each threshold of an objective is a bucket, so that a share under it can be read off', () => {
  for (const { thresholdMs } of [...OBJECTIVES, ...AUDIO_OBJECTIVES])
    expect(BUCKETS_S as readonly number[]).toContain(thresholdMs / 1e3);
});

test('a busy core and a queue show as saturation', () => {
  const simulation = new Simulation({ seed: 1 });
  const machine = new Machine(simulation, 0, 'playlist-1');
  const cpu = new Station(simulation, { name: 'playlist-1 cpu', servers: 2, queueLimit: 1 });
  const delay = new Station(simulation, { name: 'think', servers: Number.POSITIVE_INFINITY });
  const done = simulation.register(() => {});
  for (let i = 0; i < 4; i++) cpu.enter(done, 0, 100 * MS);
  simulation.moveTo(50 * MS);
  const node = { engine: 'playlist', machine, stations: [cpu, delay], requests: () => 7 };
  const families = nodeFamilies([node]);
  const labels = { component: 'playlist', node: 'playlist-1', resource: 'cpu' };
  expect(value(families, 'resource_busy_seconds_total', labels)).toBeCloseTo(0.1, 9);
  expect(value(families, 'resource_servers', labels)).toBe(2);
  expect(value(families, 'resource_busy_servers', labels)).toBe(2);
  expect(value(families, 'resource_queue_length', labels)).toBe(1);
  expect(value(families, 'resource_shed_total', labels)).toBe(1);
  expect(value(families, 'node_requests_total', { node: 'playlist-1' })).toBe(7);
  expect(value(families, 'node_up', { node: 'playlist-1' })).toBe(1);
  machine.crash();
  expect(value(nodeFamilies([node]), 'node_up', { node: 'playlist-1' })).toBe(0);
});

test('gauges of engines come in base units, a family for each group and unit', () => {
  const gauge = (name: string, unit: string, group: string, read: () => number | null) => ({
    name,
    unit,
    group,
    read,
  });
  const families = gaugeFamilies([
    gauge('indexer lag', 'records', 'lag', () => 12),
    gauge('refresh', 'ms', 'lag', () => 250),
    gauge('cassandra hit share', '%', 'cache', () => 50),
    gauge('not yet', 'ms', 'lag', () => null),
    // Whoever looks at it changes what the next one sees.
    { ...gauge('s3 gets', 'requests/s', 'rate', () => 3), sinceLastLook: true },
  ]);
  expect(families.map(({ name, samples }) => [name, samples[0]!.labels.gauge, samples[0]!.value])).toEqual([
    ['rehearsal_engine_lag_records', 'indexer lag', 12],
    ['rehearsal_engine_lag_seconds', 'refresh', 0.25],
    ['rehearsal_engine_cache_ratio', 'cassandra hit share', 0.5],
  ]);
});

test('what engines count since their start is a family for each name, read without a trace', () => {
  let hits = 3;
  const counter = (name: string, labels: Record<string, string>, read: () => number) => ({
    name,
    description: 'As counted.',
    labels,
    read,
  });
  const counters = [
    counter('edge_hits', { node: 'edge-fra' }, () => hits),
    counter('s3_dollars', {}, () => 0.5),
    counter('edge_hits', { node: 'edge-iad' }, () => 1),
  ];
  const shown = () =>
    counterFamilies(counters).map(({ name, type, samples }) => [name, type, ...samples.map((s) => s.value)]);
  const before = [
    ['rehearsal_edge_hits_total', 'counter', 3, 1],
    ['rehearsal_s3_dollars_total', 'counter', 0.5],
  ];
  expect(shown()).toEqual(before);
  expect(shown()).toEqual(before);
  hits = 5;
  expect(shown()[0]).toEqual(['rehearsal_edge_hits_total', 'counter', 5, 1]);
});

test('streams show each partition once, as whoever is furthest knows it', () => {
  const start = {
    sequence: 1,
    nextOffset: 4,
    watermarkNs: -1,
    late: 0,
    repeated: 0,
    filtered: 0,
    malformed: 0,
  };
  const at = (partition: number, position: object, windows = 0) => ({
    stage: 'session-state',
    partition,
    position: { ...start, ...position },
    windows,
  });
  const families = streamFamilies(
    [
      at(10, {}),
      at(2, { sequence: 7, nextOffset: 90, watermarkNs: 3e9, late: 2 }, 5),
      at(2, { sequence: 6 }),
    ],
    10e9,
  );
  const offsets = families[0]!.samples.map(({ labels, value: offset }) => [labels.partition, offset]);
  expect(offsets).toEqual([
    ['2', 90],
    ['10', 4],
  ]);
  expect(value(families, 'stream_windows', { partition: '2' })).toBe(5);
  expect(families[1]!.samples).toHaveLength(1);
  expect(value(families, 'stream_watermark_lag_seconds', { partition: '2' })).toBe(7);
  expect(value(families, 'stream_records_left_out_total', { partition: '2', reason: 'late' })).toBe(2);
  expectConventional(families);
});

test('what requests bring along cannot make series: the number of names is bounded', () => {
  const red = new RedMetrics();
  const http = new HttpMetrics();
  for (let i = 0; i < 5_000; i++) {
    red.begin(`service.made-up-${i}`);
    red.end(`service.made-up-${i}`, 1, null);
    http.begin();
    http.end(`/made/up/${i}`, i, 1);
  }
  const operations = new Set(red.families().flatMap((one) => one.samples.map((s) => s.labels.operation)));
  expect(operations.size).toBeLessThanOrEqual(501);
  const answers = http.families()[0]!.samples;
  expect(new Set(answers.map((s) => s.labels.operation)).size).toBeLessThanOrEqual(501);
  expect(answers.every(({ labels }) => Number(labels.status) >= 100 && Number(labels.status) <= 599)).toBe(
    true,
  );
  expect(answers.reduce((sum, sample) => sum + sample.value, 0)).toBe(5_000);
  expect(value(red.families(), 'service_requests_total', { operation: 'other' })).toBe(4_500);
});

test('a thousand different requests of one operation are one series', () => {
  const simulation = new Simulation({ seed: 1 });
  const telemetry = new Telemetry({ sampling: 1 }, { clock: simulation });
  const life = new ProcessLife('test');
  const ask = (request: number) => {
    const trace = telemetry.tracer.accept({ correlationId: `id-${request}` });
    const own = telemetry.begin('gateway.search', 'gateway-1', new CallContext(request, life, trace));
    const error = request % 3 === 0 ? new PortError('invalid', 'x', true, `text ${request}`) : null;
    telemetry.end('gateway.search', 'gateway-1', own, request, error);
  };
  for (let i = 0; i < 4; i++) ask(i);
  const before = seriesOf(telemetry.families());
  for (let i = 4; i < 1_000; i++) ask(i);
  expect(seriesOf(telemetry.families())).toBe(before);
});

test('names follow the conventions of Prometheus: base units as a suffix, _total for what only grows', () => {
  const telemetry = new Telemetry({}, { clock: new Simulation({ seed: 1 }) });
  telemetry.end('gateway.search', 'gateway-1', untraced, 1, new PortError('invalid', 'x', true));
  expectConventional([...telemetry.families(), ...new HttpMetrics().families()]);
});

function expectConventional(families: readonly MetricFamily[]): void {
  for (const { name, type, help } of families) {
    expect(name).toMatch(/^rehearsal_[a-z][a-z0-9_]*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|ns|milliseconds|kb|mb|percent)(_|$)/);
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(help).toMatch(/\.$/);
  }
}

test('text exposition escapes what it must, and carries the time of the values where one is given', () => {
  const odd = family('gauge', 'odd', 'A \\ and\na line.', [
    { labels: { name: 'a "quoted" \\ \n one' }, value: Number.POSITIVE_INFINITY },
    { labels: {}, value: Number.NaN },
  ]);
  expect(exposition([odd])).toBe(
    '# HELP rehearsal_odd A \\\\ and\\na line.\n# TYPE rehearsal_odd gauge\n' +
      'rehearsal_odd{name="a \\"quoted\\" \\\\ \\n one"} +Inf\nrehearsal_odd NaN\n',
  );
  expect(exposition([family('counter', 'c_total', 'C.', [{ labels: {}, value: 2 }])], 1_500.4)).toContain(
    'rehearsal_c_total 2 1500\n',
  );
});

test('whoever gave up counts for no objective; what is refused is no failure; what was shed is one', () => {
  const telemetry = new Telemetry({}, { clock: new Simulation({ seed: 1 }) });
  const end = (error: Error | null) => telemetry.end('gateway.search', 'gateway-1', untraced, 1, error);
  end(null);
  end(new PortError('cancelled', 'x', false));
  end(new PortError('invalid', 'x', true));
  end(new PortError('deadline-exceeded', 'x', false));
  telemetry.shed('gateway.search', 'gateway-1');
  const search = telemetry.slos.status().find(({ operation }) => operation === 'search')!;
  expect(search.windows[0]).toMatchObject({ events: 4, bad: 2 });
});
