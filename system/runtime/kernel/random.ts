/**
 * Random numbers for simulations: keyed draws, so that (seed, purpose, entity, request, attempt) names one number
 * whatever was drawn before it, and sequential streams (xoshiro128**) for tight loops with one owner.
 * Adding a component, or an arm that takes another path, must not shift what others see.
 */

/** FNV-1a over the UTF-16 units, then finalised: purposes are few and short, collisions are checked by a test. */
function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return finalise(h);
}

/** Finaliser `lowbias32` (Chris Wellons' hash-prospector): full avalanche on 32 bits. */
function finalise(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

const TO_UNIT = 2 ** -32;

/** Draws keyed by up to three whole numbers below 2^53. Allocates nothing. */
export class KeyedRandom {
  readonly #a: number;
  readonly #b: number;

  constructor(seed: number, purpose: string) {
    const low = finalise(seed | 0);
    const high = finalise(Math.floor(seed / 2 ** 32) ^ 0x9e3779b9);
    const text = hashText(purpose);
    this.#a = finalise(low ^ text);
    this.#b = finalise(Math.imul(high, 0x85ebca6b) ^ text ^ 0x68e31da4);
  }

  /** 32 hashed bits of the key. */
  bits(entity: number, request = 0, attempt = 0): number {
    let h = this.#a ^ (entity | 0);
    h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    h ^= (entity / 4294967296) | 0;
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97) ^ this.#b ^ (request | 0);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h ^= (request / 4294967296) | 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) ^ Math.imul(attempt + 1, 0x9e3779b1);
    return finalise(h);
  }

  /** In (0, 1), 32 bits. */
  uniform(entity: number, request = 0, attempt = 0): number {
    return (this.bits(entity, request, attempt) + 0.5) * TO_UNIT;
  }

  /** In (0, 1), 52 bits: for draws over more than some ten million outcomes. */
  uniformFine(entity: number, request = 0, attempt = 0): number {
    const high = this.bits(entity, request, attempt) >>> 6;
    const low = this.bits(entity, request, attempt + 0x40000000) >>> 6;
    return (high * 67108864 + low + 0.5) * 2 ** -52;
  }

  /** A whole number in [0, n). */
  integer(n: number, entity: number, request = 0, attempt = 0): number {
    return Math.floor(
      (n <= 16_777_216
        ? this.uniform(entity, request, attempt)
        : this.uniformFine(entity, request, attempt)) * n,
    );
  }

  /** Exponential with this mean, in the mean's unit. */
  exponential(mean: number, entity: number, request = 0, attempt = 0): number {
    return -Math.log(this.uniform(entity, request, attempt)) * mean;
  }

  /** Standard normal (Box–Muller; two draws of one key). */
  normal(entity: number, request = 0, attempt = 0): number {
    const u = this.uniform(entity, request, attempt);
    const v = this.uniform(entity, request, attempt + 0x20000000);
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }

  /** A sequential stream of its own for one entity. */
  stream(entity: number): RandomStream {
    return new RandomStream(
      this.bits(entity, 1),
      this.bits(entity, 2),
      this.bits(entity, 3),
      this.bits(entity, 4) | 1,
    );
  }
}

/** xoshiro128** (Blackman & Vigna): 32 bits a step, period 2^128 − 1. One owner, one purpose. */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(a: number, b: number, c: number, d: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#d = d | 0;
  }

  /** In (0, 1). */
  uniform(): number {
    const x = Math.imul(this.#b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9);
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return ((result >>> 0) + 0.5) * TO_UNIT;
  }

  exponential(mean: number): number {
    return -Math.log(this.uniform()) * mean;
  }
}
