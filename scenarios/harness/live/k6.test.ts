import fc from 'fast-check';
import { expect, test } from 'vitest';
import { browse } from '../../load/profiles.ts';
import { argumentsOf, SampleReader } from './k6.ts';
import { LiveRecorder } from './live-recorder.ts';
import { testLoad } from './test-load.ts';

const START_MS = Date.parse('2026-03-01T10:00:00Z');
const point = (metric: string, atS: number, value: number, tags: Record<string, string> | null = null) =>
  JSON.stringify({
    metric,
    type: 'Point',
    data: { time: new Date(START_MS + atS * 1_000).toISOString(), value, tags },
  });
const steady = { operation: 'playlist.get', phase: 'steady' };
const STREAM = `${[
  JSON.stringify({ type: 'Metric', data: { name: 'load_started' }, metric: 'load_started' }),
  point('load_started', 0, START_MS),
  point('operation_arrivals', 2, 1, steady),
  point('start_lateness', 2, 4, { phase: 'steady' }),
  point('http_req_duration', 2, 999, steady),
  point('operation_latency', 2.05, 50, steady),
  point('operation_failed', 2.05, 0, steady),
  point('operation_arrivals', 3, 1, steady),
  point('operation_latency', 4, 1_000, { ...steady, kind: 'timeout' }),
  point('operation_failed', 4, 1, { ...steady, kind: 'timeout', definite: 'false', why: 'zu spät' }),
  point('dropped_iterations', 4, 3),
  'not JSON at all',
].join('\n')}\n`;

function read(chunks: readonly Buffer[]): LiveRecorder {
  const recorder = new LiveRecorder({
    operations: ['playlist.get'],
    phases: [{ name: 'steady', startS: 0, endS: 6, measured: true }],
    goodWithinMs: [100],
  });
  const reader = new SampleReader(recorder);
  for (const chunk of chunks) reader.push(chunk);
  return recorder;
}

test('of k6’s stream the scripts’ own metrics are booked', () => {
  const recorder = read([Buffer.from(STREAM)]);
  const [{ conservation, errors, latency }] = recorder.results()[0]!.operations as [never];
  expect(conservation).toEqual({ arrivals: 2, completed: 1, failed: 1, inFlight: 0 });
  expect(errors).toEqual([{ kind: 'timeout', definite: false, count: 1 }]);
  expect(latency).toMatchObject({ count: 2, sumMs: 1_050, maxMs: 1_000 });
  expect(recorder.dropped).toBe(3);
  expect(recorder.lateness.maxMs).toBe(4);
  expect(recorder.examples.get('timeout')).toEqual(['playlist.get: zu spät']);
  const [p50] = recorder.series();
  expect(p50!.values).toEqual([null, null, 50, null, 1_000, null]);
});

test('it may be cut anywhere, in the middle of a letter too', () => {
  const whole = JSON.stringify(read([Buffer.from(STREAM)]).results());
  const bytes = Buffer.from(STREAM);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
      expect(JSON.stringify(read(chunks).results())).toBe(whole);
    }),
  );
});

test('k6 is told target, rate and population, and no secret', () => {
  const words = argumentsOf(testLoad({ profile: browse, baseUrl: 'http://127.0.0.1:1' }), null);
  expect(words).toContain('BASE_URL=http://127.0.0.1:1');
  expect(words).toContain('SEED=1');
  expect(words.join(' ')).not.toMatch(/SECRET|rehearse(?!\/)\b/);
  expect(words.at(-1)).toMatch(/scenarios\/load\/browse\.ts$/);
  expect(argumentsOf(testLoad({ profile: browse }), '/rehearsal').at(-1)).toBe(
    '/rehearsal/scenarios/load/browse.ts',
  );
});
