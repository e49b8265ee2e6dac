/**
 * Spreads identifiers over buckets and shards, the same way in every process and for ever: rows are found again by it.
 * FNV-1a over the UTF-16 units (isthe.com/chongo/tech/comp/fnv), then the finaliser `lowbias32`, because FNV's low bits
 * alone are uneven for numbers that count up.
 */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** A finaliser with full avalanche over 32 bits (Chris Wellons, hash-prospector). */
export function mix(bits: number): number {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
}
