/** A listener's line: how fast it is, how that varies, and how long some bytes take over it. */
import { type Distribution, type KeyedRandom, lognormal, type Simulation } from '../runtime/kernel/index.ts';

/**
 * estimate: half of all lines carry 5 Mbit/s for one download of music, one in a hundred less than 0.18 (phones, evenings,
 * wireless networks at home); within one download bandwidth varies fivefold between the median and one part in a hundred.
 * Chosen so that playback latency and stutter come out in the order that was published: a test holds them.
 */
const MEDIAN_KBPS = 5_000;
const FASTEST_KBPS = 140_000;
const VARIATION = 5;

export class AccessLines {
  readonly #random: KeyedRandom;
  readonly #variationRandom: KeyedRandom;
  readonly #bandwidth: Distribution;
  readonly #variation: Distribution;

  constructor(simulation: Simulation) {
    this.#random = simulation.random('access line');
    this.#variationRandom = simulation.random('access line variation');
    this.#bandwidth = lognormal(MEDIAN_KBPS, FASTEST_KBPS);
    this.#variation = lognormal(1, VARIATION);
  }

  /** Of a listener, whenever he listens. */
  bandwidthKbps(listener: number): number {
    return this.#bandwidth.at(this.#random.uniform(listener));
  }

  /** While the n-th part of a request is downloaded. */
  presentKbps(listener: number, request: number, part: number): number {
    const u = this.#variationRandom.uniform(listener, request, part);
    return this.bandwidthKbps(listener) * this.#variation.at(u);
  }
}

/** RFC 6928: ten segments may be sent before the first is acknowledged, 1,460 bytes each over Ethernet. */
const INITIAL_WINDOW_BYTES = 14_600;

/**
 * Time from the first byte to the last of a download over a connection that has just begun: the window doubles with
 * every round trip (RFC 5681) until the line is full.
 */
export function downloadMs(bytes: number, roundTripMs: number, bandwidthKbps: number): number {
  // kbit/s are bits a millisecond.
  const lineBytesPerMs = bandwidthKbps / 8;
  let windowBytes = INITIAL_WINDOW_BYTES;
  let leftBytes = bytes;
  let ms = 0;
  while (leftBytes > windowBytes && windowBytes < lineBytesPerMs * roundTripMs) {
    leftBytes -= windowBytes;
    windowBytes *= 2;
    ms += roundTripMs;
  }
  return ms + Math.max(0, leftBytes) / lineBytesPerMs;
}
