/** Which chunk leaves a full cache: least recently used, or W-TinyLFU. */
import type { Entries, Place } from './entries.ts';
import { FrequencySketch } from './frequency-sketch.ts';

export interface Eviction {
  /** Somebody asked for a chunk, whether it is here or not; null: that makes no difference. */
  readonly asked: ((hash: number) => void) | null;
  /** A chunk that is here was used. */
  used(place: Place): void;
  /** A chunk came in; calls `evict` until everything fits. It may be the new one that goes. */
  added(place: Place): void;
  /** Everything is gone. */
  cleared(): void;
}

type Evict = (place: Place) => void;

export function createLru(entries: Entries<unknown>, maxBytes: number, evict: Evict): Eviction {
  const LIST = 0;
  return {
    asked: null,
    used: (place) => entries.move(LIST, place),
    added(place) {
      entries.push(LIST, place);
      while (entries.bytesOf(LIST) > maxBytes) evict(entries.oldest(LIST));
    },
    cleared() {},
  };
}

const WINDOW = 0;
const PROBATION = 1;
const PROTECTED = 2;

/** Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy" (ACM TOS 2017): 1 % window, and 80 % of the rest protected. */
const WINDOW_SHARE = 0.01;
const PROTECTED_SHARE = 0.8;

/**
 * W-TinyLFU. What is new has to prove itself in a small window; when it leaves that, it gets into the main cache only if
 * it was asked for more often, of late, than what would have to go. So a scan over things that are wanted once passes
 * through the window and leaves the main cache as it is.
 *
 *   new ─▶ [window, LRU] ─▶ asked for more often than the victim? ─▶ [probation ⇄ protected] ─▶ victim
 *                           └ no: gone
 */
export function createTinyLfu(
  entries: Entries<unknown>,
  maxBytes: number,
  chunkBytes: number,
  evict: Evict,
): Eviction {
  // At least one chunk, or nothing could ever come in.
  const windowBytes = Math.min(maxBytes, Math.max(chunkBytes, maxBytes * WINDOW_SHARE));
  const mainBytes = maxBytes - windowBytes;
  const protectedBytes = mainBytes * PROTECTED_SHARE;
  const frequency = new FrequencySketch(maxBytes / chunkBytes);

  /** A candidate from the window against the oldest of the main cache, until one side has made room. */
  const admit = (candidate: Place) => {
    const wanted = frequency.estimate(entries.hashOf(candidate));
    entries.move(PROBATION, candidate);
    while (entries.bytesOf(PROBATION) + entries.bytesOf(PROTECTED) > mainBytes) {
      let victim = entries.oldest(PROBATION);
      if (victim === candidate) victim = entries.oldest(PROTECTED);
      if (victim < 0 || wanted <= frequency.estimate(entries.hashOf(victim))) {
        evict(candidate);
        return;
      }
      evict(victim);
    }
  };

  return {
    asked: (hash) => frequency.add(hash),
    used(place) {
      const list = entries.listOf(place);
      if (list !== PROBATION) {
        entries.move(list, place);
        return;
      }
      entries.move(PROTECTED, place);
      while (entries.bytesOf(PROTECTED) > protectedBytes) entries.move(PROBATION, entries.oldest(PROTECTED));
    },
    added(place) {
      entries.push(WINDOW, place);
      while (entries.bytesOf(WINDOW) > windowBytes) admit(entries.oldest(WINDOW));
    },
    cleared: () => frequency.clear(),
  };
}
