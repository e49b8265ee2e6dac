import fc from 'fast-check';
import { expect, test } from 'vitest';
import { downloadMs } from './access-line.ts';
import { BUFFER_RULES, chooseBitrate, type PlaybackOptions, simulatePlayback } from './playback.ts';

const BITRATES = [96, 160, 320];

const play = (change: Partial<PlaybackOptions> = {}) =>
  simulatePlayback({
    bitratesKbps: BITRATES,
    startKbps: 160,
    playMs: 200_000,
    segmentMs: 10_000,
    firstByteMs: () => 50,
    bandwidthKbps: () => 8_000,
    ...change,
  });

test('on a fast line it starts after the first byte and the bytes of the first moments, and never stops', () => {
  const report = play();
  // 1 s at 160 kbit/s are 160 kbit: 20 ms at 8 Mbit/s.
  expect(report.startupMs).toBeCloseTo(70, 6);
  expect(report).toMatchObject({ stalls: 0, stalledMs: 0 });
  expect(report.meanKbps).toBeGreaterThan(250);
});

test('a line that carries less than the lowest bitrate stops again and again, for as long as the bytes need', () => {
  // 48 of 96 kbit/s: each second of music takes two.
  const report = play({ startKbps: 96, bandwidthKbps: () => 48, firstByteMs: () => 0, playMs: 60_000 });
  expect(report.startupMs).toBeCloseTo(2_000, 6);
  expect(report.stalls).toBeGreaterThan(5);
  // The last byte is there after 120 s. What is in the buffer then is played without a stop.
  const endMs = 120_000;
  const playedMs = endMs - report.startupMs - report.stalledMs;
  expect(playedMs).toBeLessThanOrEqual(60_000);
  expect(playedMs).toBeGreaterThanOrEqual(60_000 - BUFFER_RULES.resumeMs);
});

test('a line that breaks down in the middle is survived by what is in the buffer, or costs one stop', () => {
  const short = play({ bandwidthKbps: (segment) => (segment === 5 ? 80 : 8_000) });
  expect(short.stalls).toBe(0);
  const long = play({ bandwidthKbps: (segment) => (segment === 5 ? 30 : 8_000) });
  expect(long.stalls).toBeGreaterThan(0);
  expect(long.stalledMs).toBeGreaterThan(20_000);
});

test('bitrates follow the buffer: lowest, along the line, highest, and no change in between', () => {
  const rules = { reservoirMs: 10_000, cushionMs: 20_000 };
  const choose = (bufferMs: number, kbps: number) => chooseBitrate(bufferMs, kbps, BITRATES, rules);
  expect(choose(5_000, 320)).toBe(96);
  expect(choose(30_000, 96)).toBe(320);
  // The line is at 160 kbit/s when the buffer has 15.7 s.
  expect(choose(15_600, 96)).toBe(96);
  expect(choose(15_800, 96)).toBe(160);
  expect(choose(15_600, 160)).toBe(160);
  expect(choose(29_000, 160)).toBe(160);
  expect(choose(15_000, 320)).toBe(160);
  expect(choose(16_000, 320)).toBe(320);
});

test('adapting stops less often than keeping the highest bitrate, where the line carries only the lower ones', () => {
  const bandwidthKbps = (segment: number) => (segment % 3 === 0 ? 400 : 180);
  const fixed = play({ bitratesKbps: [320], startKbps: 320, bandwidthKbps });
  const adaptive = play({ startKbps: 320, bandwidthKbps });
  expect(fixed.stalls).toBeGreaterThan(3);
  expect(adaptive.stalls).toBeLessThanOrEqual(1);
  expect(adaptive.switches).toBeGreaterThan(0);
});

test('whatever the line does: all is downloaded, and no second is counted twice', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 20, max: 2_000 }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.constantFrom(...BITRATES),
      (bandwidths, playMs, startKbps) => {
        const options = {
          bandwidthKbps: (segment: number) => bandwidths[segment % bandwidths.length]!,
          playMs,
          startKbps,
        };
        const report = play(options);
        expect(report.bytes).toBeGreaterThanOrEqual((playMs * 96) / 8 - 1e-6);
        expect(report.bytes).toBeLessThanOrEqual((playMs * 320) / 8 + 1e-6);
        expect(report.startupMs).toBeGreaterThan(0);
        expect(report.stalls === 0).toBe(report.stalledMs === 0);
        // A better line is never worse at the start.
        const faster = play({ ...options, bandwidthKbps: (segment) => 2 * options.bandwidthKbps(segment) });
        expect(faster.startupMs).toBeLessThanOrEqual(report.startupMs + 1e-6);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test('settings that make no sense are refused', () => {
  expect(() => play({ startKbps: 128 })).toThrow(/128/);
  expect(() => play({ segmentMs: 0 })).toThrow(/segment/);
  expect(() => play({ bandwidthKbps: () => 0 })).toThrow(/0 kbit/);
});

test('a download begins slowly: the window doubles each round trip until the line is full', () => {
  // 14.6 kB at once; 100 kB need the windows 14.6, 29.2 and 56.2: two round trips, and the rest at 8 Mbit/s.
  expect(downloadMs(14_600, 50, 8_000)).toBeCloseTo(14.6, 6);
  expect(downloadMs(100_000, 50, 8_000)).toBeCloseTo(2 * 50 + 56.2, 6);
  // Over a slow line the window is full at once.
  expect(downloadMs(100_000, 50, 800)).toBeCloseTo(1_000, 6);
  expect(downloadMs(0, 50, 800)).toBe(0);
});
