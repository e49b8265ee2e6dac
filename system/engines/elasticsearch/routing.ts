/**
 * Which shard a document lives on, as Elasticsearch decides it (`IndexRouting`, `OperationRouting`, 7.0 and later):
 *
 *   hash    = murmur3_x86_32(id as UTF-16LE, seed 0)          (`Murmur3HashFunction`)
 *   routing = shards · 2^splits routing shards, so that an index can be split later
 *   shard   = floorMod(hash, routing) / 2^splits
 *
 * With one split group a shard this spreads like floorMod(hash, shards), but places single documents elsewhere.
 */

/** MurmurHash3 x86 32 over the two bytes of each UTF-16 unit, low byte first; a signed 32-bit number. */
export function hashId(id: string): number {
  const units = id.length;
  let h = 0;
  const pairs = units & ~1;
  for (let i = 0; i < pairs; i += 2) {
    let k = id.charCodeAt(i) | (id.charCodeAt(i + 1) << 16);
    k = Math.imul(k, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  if (pairs < units) {
    let k = Math.imul(id.charCodeAt(pairs), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
  }
  h ^= units * 2;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** `MetadataCreateIndexService.calculateNumRoutingShards`: as many splits by two as stay within 1,024 shards, at least one. */
export function routingShards(shards: number): number {
  const bits = shards === 1 ? 0 : 32 - Math.clz32(shards - 1);
  return shards * 2 ** Math.max(1, 10 - bits);
}

/** The shard of a hash among `shards`, with `routing` from `routingShards(shards)`. */
export function shardOf(hash: number, shards: number, routing: number): number {
  const slot = ((hash % routing) + routing) % routing;
  return Math.floor(slot / (routing / shards));
}
