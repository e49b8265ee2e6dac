import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatTraceparent,
  parseTraceparent,
  placeOf,
  placeOfRequest,
  SpanIds,
  traceIdOf,
} from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('a traceparent of the W3C is read and written as it was', () => {
  const text = `00-${TRACE}-${SPAN}-01`;
  expect(parseTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, sampled: true });
  expect(formatTraceparent(parseTraceparent(text)!)).toBe(text);
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)!.sampled).toBe(false);
  // A later version may have more behind; flags beyond the first are not ours.
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-03-more`)!.sampled).toBe(true);
});

test('what is not a traceparent is ignored', () => {
  const zeros = (length: number) => '0'.repeat(length);
  for (const text of [
    undefined,
    '',
    `00-${TRACE}-${SPAN}`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${zeros(32)}-${SPAN}-01`,
    `00-${TRACE}-${zeros(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
  ])
    expect(parseTraceparent(text)).toBeNull();
});

test('a correlation id has one trace id, and different ones have different ones', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ maxLength: 64 }), { minLength: 2, maxLength: 50 }), (ids) => {
      const traces = ids.map(traceIdOf);
      expect(new Set(traces).size).toBe(ids.length);
      for (const [i, trace] of traces.entries()) {
        expect(trace).toMatch(/^[\da-f]{32}$/);
        expect(traceIdOf(ids[i]!)).toBe(trace);
        expect(placeOfRequest(ids[i]!)).toBe(placeOf(trace));
      }
    }),
  );
});

test('places of ids that count up are spread evenly: a share of them is sampled', () => {
  const count = 100_000;
  for (const share of [0.01, 0.1, 0.5]) {
    let sampled = 0;
    for (let i = 0; i < count; i++) if (placeOfRequest(`3f9a-${i.toString(36)}`) < share) sampled++;
    // Six standard deviations of a binomial.
    const deviation = Math.sqrt(count * share * (1 - share));
    expect(Math.abs(sampled - count * share)).toBeLessThan(6 * deviation);
  }
});

test('a larger share samples what a smaller one did, and more', () => {
  const places = Array.from({ length: 1_000 }, (_, i) => placeOf(traceIdOf(`r${i}`)));
  expect(places.filter((place) => place < 0.1).every((place) => place < 0.2)).toBe(true);
  expect(places.every((place) => place >= 0 && place < 1)).toBe(true);
});

test('span ids differ within a process and between processes', () => {
  const a = new SpanIds(1);
  const b = new SpanIds(2);
  const ids = Array.from({ length: 1_000 }, () => [a.next(), b.next()]).flat();
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => /^[\da-f]{16}$/.test(id) && id !== '0'.repeat(16))).toBe(true);
});
