import { describe, expect, test } from 'vitest';
import {
  decodeLength,
  encodeLength,
  fillNormCache,
  inverseDocumentFrequency,
  LEGACY_FACTOR,
  termScore,
} from './bm25.ts';

describe('lengths in one byte', () => {
  test('are exact up to 40 words and keep four significant bits above', () => {
    for (let length = 0; length <= 40; length++) expect(decodeLength(encodeLength(length))).toBe(length);
    // By hand: 41 − 24 = 17 = 0b10001, four bits kept: 0b1000 << 1 = 16, and 24 back: 40.
    expect(decodeLength(encodeLength(41))).toBe(40);
    // 100 − 24 = 76 = 0b1001100 → 0b1001 << 3 = 72 → 96.
    expect(decodeLength(encodeLength(100))).toBe(96);
    // 1000 − 24 = 976 = 0b1111010000 → 0b1111 << 6 = 960 → 984.
    expect(decodeLength(encodeLength(1000))).toBe(984);
    expect(encodeLength(2 ** 31 - 1)).toBe(255);
  });

  test('never order two lengths wrongly', () => {
    for (let length = 1; length < 5000; length++)
      expect(encodeLength(length)).toBeGreaterThanOrEqual(encodeLength(length - 1));
  });
});

test('a score computed by hand: one word, 3 of 10 documents have it, length 4, average 5', () => {
  const cache = new Float32Array(256);
  fillNormCache(cache, 50, 10);
  const idf = inverseDocumentFrequency(10, 3);
  // ln(1 + 7.5 / 3.5) = 1.1451323; tf = 1 / (1 + 1.2 · (0.25 + 0.75 · 4 / 5)) = 1 / 2.02
  expect(idf).toBeCloseTo(1.1451323, 6);
  expect(termScore(idf, 1, cache[encodeLength(4)]!)).toBeCloseTo(1.1451323 / 2.02, 6);
  // Twice the word: 2 / (2 + 1.02)
  expect(termScore(idf, 2, cache[encodeLength(4)]!)).toBeCloseTo((1.1451323 * 2) / 3.02, 6);
});

test('the classic explain output: Elasticsearch 7 and 8 give 0.2876821 to a word in the only document', () => {
  const cache = new Float32Array(256);
  fillNormCache(cache, 1, 1);
  // boost 2.2 · idf ln(1 + 0.5 / 1.5) = 0.2876821 · tf 1 / 2.2 = 0.45454544
  const score = termScore(inverseDocumentFrequency(1, 1), 1, cache[1]!);
  expect(score * LEGACY_FACTOR).toBeCloseTo(0.2876821, 6);
});
