/**
 * A player with a buffer, as a pure function of what its line gives it: when the music starts, where it stops, and which
 * bitrates are chosen on the way. It adapts by its buffer alone, as Huang et al. do it ("A Buffer-Based Approach to Rate
 * Adaptation", SIGCOMM 2014, algorithm BBA-0): estimates of bandwidth are wrong just when they matter.
 *
 *   kbit/s
 *    320 ┤              ┌─────   buffer below the reservoir: the lowest bitrate; above reservoir and cushion: the
 *    160 ┤        ┌─────┘        highest; between them along a line, and the bitrate changes only when the line
 *     96 ┤────────┘              has reached the next one
 *        └────────┬─────┬────▶ buffer
 */
export interface PlaybackOptions {
  /** What may be chosen, the lowest first. */
  readonly bitratesKbps: readonly number[];
  /** Where it begins: what the delivery service said. */
  readonly startKbps: number;
  /** How long the listener listens. */
  readonly playMs: number;
  readonly segmentMs: number;
  /** Time until the first byte of a segment is there, in ms. */
  firstByteMs(segment: number): number;
  /** Bandwidth while a segment is downloaded. */
  bandwidthKbps(segment: number): number;
  readonly buffer?: Partial<BufferRules>;
}

export interface BufferRules {
  /** Music that has to be there before it starts. */
  readonly startMs: number;
  /** And before it goes on after it has stopped. */
  readonly resumeMs: number;
  readonly reservoirMs: number;
  readonly cushionMs: number;
  /** Nothing is downloaded while more is there. */
  readonly mostMs: number;
}

/**
 * estimates, but for their proportions: the paper has a reservoir of 90 s of 240 s of video and a cushion up to 90 % of
 * them; music has a tenth of the bits and shorter items.
 */
export const BUFFER_RULES: BufferRules = {
  startMs: 1_000,
  resumeMs: 3_000,
  reservoirMs: 10_000,
  cushionMs: 20_000,
  mostMs: 40_000,
};

export interface PlaybackReport {
  /** From the request for the first segment to the first sound. */
  readonly startupMs: number;
  /** How often the music stopped, and for how long. */
  readonly stalls: number;
  readonly stalledMs: number;
  /** Changes of the bitrate. */
  readonly switches: number;
  /** Mean over the music that was downloaded. */
  readonly meanKbps: number;
  readonly bytes: number;
}

export function simulatePlayback(options: PlaybackOptions): PlaybackReport {
  const { bitratesKbps, playMs, segmentMs, startKbps } = options;
  const rules = { ...BUFFER_RULES, ...options.buffer };
  if (!bitratesKbps.includes(startKbps))
    throw new RangeError(`A player cannot begin at ${startKbps} kbit/s, it has ${bitratesKbps.join(', ')}.`);
  if (!(segmentMs > 0)) throw new RangeError(`A segment cannot have ${segmentMs} ms.`);
  const player = new Player(rules);
  let kbps = startKbps;
  let switches = 0;
  let bits = 0;
  for (let segment = 0, doneMs = 0; doneMs < playMs; segment++) {
    const partMs = Math.min(segmentMs, playMs - doneMs);
    if (segment > 0) {
      const next = chooseBitrate(player.bufferMs, kbps, bitratesKbps, rules);
      if (next !== kbps) switches++;
      kbps = next;
    }
    player.waitUntilBelow(rules.mostMs);
    player.advance(options.firstByteMs(segment), 0);
    const bandwidth = options.bandwidthKbps(segment);
    if (!(bandwidth > 0)) throw new RangeError(`A line cannot have ${bandwidth} kbit/s.`);
    player.advance((partMs * kbps) / bandwidth, bandwidth / kbps);
    bits += partMs * kbps;
    doneMs += partMs;
    // What follows the last segment cannot be waited for.
    if (doneMs >= playMs) player.play();
  }
  const { startupMs, stalls, stalledMs } = player;
  return { startupMs, stalls, stalledMs, switches, meanKbps: bits / playMs, bytes: bits / 8 };
}

/** The next bitrate of BBA-0. */
export function chooseBitrate(
  bufferMs: number,
  currentKbps: number,
  bitratesKbps: readonly number[],
  { reservoirMs, cushionMs }: Pick<BufferRules, 'reservoirMs' | 'cushionMs'>,
): number {
  const lowest = bitratesKbps[0]!;
  const highest = bitratesKbps.at(-1)!;
  if (bufferMs <= reservoirMs) return lowest;
  if (bufferMs >= reservoirMs + cushionMs) return highest;
  const line = lowest + ((highest - lowest) * (bufferMs - reservoirMs)) / cushionMs;
  const above = bitratesKbps.find((kbps) => kbps > currentKbps) ?? highest;
  const below = bitratesKbps.findLast((kbps) => kbps < currentKbps) ?? lowest;
  if (line >= above) return bitratesKbps.findLast((kbps) => kbps <= line)!;
  if (line <= below) return bitratesKbps.find((kbps) => kbps >= line)!;
  return currentKbps;
}

/** Music comes in and is played; between two changes both happen at a constant rate. */
class Player {
  bufferMs = 0;
  startupMs = 0;
  stalls = 0;
  stalledMs = 0;
  #playing = false;
  #started = false;
  #nowMs = 0;
  readonly #rules: BufferRules;

  constructor(rules: BufferRules) {
    this.#rules = rules;
  }

  /** `ms` pass, in which `rate` times as much music comes in. */
  advance(ms: number, rate: number): void {
    let leftMs = ms;
    while (leftMs > 0) {
      const stepMs = Math.min(leftMs, this.#untilChangeMs(rate));
      const drain = this.#playing ? 1 : 0;
      this.bufferMs += (rate - drain) * stepMs;
      this.#pass(stepMs);
      leftMs -= stepMs;
      const wantedMs = this.#started ? this.#rules.resumeMs : this.#rules.startMs;
      // A hair's breadth, or rounding would leave a step of nothing.
      if (!this.#playing && this.bufferMs >= wantedMs - 1e-6) this.play();
      else if (this.#playing && this.bufferMs <= 1e-6 && rate < 1 && leftMs > 0) this.#stall();
    }
  }

  waitUntilBelow(mostMs: number): void {
    if (this.#playing && this.bufferMs > mostMs) {
      this.#pass(this.bufferMs - mostMs);
      this.bufferMs = mostMs;
    }
  }

  play(): void {
    if (!this.#started) this.startupMs = this.#nowMs;
    this.#started = true;
    this.#playing = true;
  }

  #stall(): void {
    this.bufferMs = 0;
    this.#playing = false;
    this.stalls++;
  }

  #pass(ms: number): void {
    if (this.#started && !this.#playing) this.stalledMs += ms;
    this.#nowMs += ms;
  }

  #untilChangeMs(rate: number): number {
    if (this.#playing) return rate < 1 ? this.bufferMs / (1 - rate) : Number.POSITIVE_INFINITY;
    if (rate === 0) return Number.POSITIVE_INFINITY;
    const wantedMs = this.#started ? this.#rules.resumeMs : this.#rules.startMs;
    return Math.max(0, wantedMs - this.bufferMs) / rate;
  }
}
