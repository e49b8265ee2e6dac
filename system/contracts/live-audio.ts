/** Live events: their audio is cut into segments of one length, which follow from the clock alone. */
import { MILLISECOND } from '../ports/clock.ts';

export interface LiveEvent {
  readonly id: string;
  readonly startNs: number;
  /** Null: nobody knows yet. */
  readonly endNs: number | null;
}

/**
 * 288 frames of 1,024 samples at 48 kHz are exactly this long, so that segments follow each other without a gap. Apple's
 * HLS authoring specification recommends six seconds.
 */
export const SEGMENT_MS = 6_144;

/** What is on the air of an event: segments `first` to `last`, both finished. `last` below `first`: none yet. */
export interface LiveWindow {
  readonly first: number;
  readonly last: number;
  /** Nothing will follow. */
  readonly ended: boolean;
}

/** The newest `most` segments at this time; null: the event has not begun. */
export function liveWindow({ startNs, endNs }: LiveEvent, nowNs: number, most: number): LiveWindow | null {
  if (nowNs < startNs) return null;
  const segmentNs = SEGMENT_MS * MILLISECOND;
  const ended = endNs !== null && nowNs >= endNs;
  // The part of a segment that an end cuts off is not sent.
  const finished = Math.floor(((ended ? endNs : nowNs) - startNs) / segmentNs);
  return { first: Math.max(0, finished - most), last: finished - 1, ended };
}

/** Whether an event has begun and is not over. */
export function isOnAir({ startNs, endNs }: LiveEvent, nowNs: number): boolean {
  return nowNs >= startNs && (endNs === null || nowNs < endNs);
}

/** Whether a segment is finished: it can be had from then on. */
export function segmentExists(event: LiveEvent, sequence: number, nowNs: number): boolean {
  const window = liveWindow(event, nowNs, 1);
  return window !== null && sequence >= 0 && sequence <= window.last;
}
