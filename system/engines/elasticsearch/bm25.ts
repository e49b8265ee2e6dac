/**
 * BM25 as Lucene's `BM25Similarity` computes it (8.0 and later): single precision at the same places, and the length of
 * a field kept in one byte (`SmallFloat.intToByte4`), exact up to 39 words and within an eighth above.
 *
 *   score = w − w / (1 + freq · cache[length])     w = ln(1 + (N − n + 0.5) / (n + 0.5))
 *   cache[length] = 1 / (k1 · ((1 − b) + b · length / average length))
 *
 * Elasticsearch wraps it in `LegacyBM25Similarity`, which multiplies every score by k1 + 1 = 2.2: order is the same,
 * and a comparison with a real cluster divides by `LEGACY_FACTOR`.
 */
const fround = Math.fround;

/** Lucene's and Elasticsearch's defaults. */
export const K1 = fround(1.2);
export const B = 0.75;
export const LEGACY_FACTOR = 2.2;

/** 255 less the code of the largest int (231): codes below it stand for themselves. */
const FREE_VALUES = 24;

/** Three bits of mantissa behind the leading one, exponent above: `SmallFloat.longToInt4`. */
function toInt4(value: number): number {
  const bits = 32 - Math.clz32(value);
  if (bits < 4) return value;
  const shift = bits - 4;
  return ((value >>> shift) & 0x07) | ((shift + 1) << 3);
}

function fromInt4(code: number): number {
  const shift = (code >>> 3) - 1;
  return shift === -1 ? code & 0x07 : ((code & 0x07) | 0x08) * 2 ** shift;
}

/** A length as one byte, 0 to 255. */
export function encodeLength(length: number): number {
  return length < FREE_VALUES ? length : FREE_VALUES + toInt4(length - FREE_VALUES);
}

export function decodeLength(byte: number): number {
  return byte < FREE_VALUES ? byte : FREE_VALUES + fromInt4(byte - FREE_VALUES);
}

const LENGTHS = Float32Array.from({ length: 256 }, (_, byte) => decodeLength(byte));

/**
 * Inverse document frequency: `documents` that have the field, `frequency` of them with the term.
 */
export function inverseDocumentFrequency(documents: number, frequency: number): number {
  return fround(Math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5)));
}

/** What a length does to the score, by encoded length; fills `cache` (256 entries). */
export function fillNormCache(cache: Float32Array, totalLength: number, documents: number): void {
  const average = fround(totalLength / documents);
  for (let byte = 0; byte < 256; byte++) {
    const relative = fround(fround(B * LENGTHS[byte]!) / average);
    cache[byte] = fround(1 / fround(K1 * fround(fround(1 - B) + relative)));
  }
}

/** Score of one term in one document. */
export function termScore(weight: number, frequency: number, normInverse: number): number {
  return fround(weight - fround(weight / fround(1 + fround(frequency * normInverse))));
}
