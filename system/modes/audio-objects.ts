/**
 * Audio that nobody stored in the run: every track of the population in its first version, at every bitrate, with the
 * size that it has; and the segments of live events, which come into being with time. Pure functions of the key.
 */
import { trackId } from '../../fixtures/ids.ts';
import type { Population } from '../../fixtures/index.ts';
import {
  audioPath,
  BITRATES_KBPS,
  type BitrateKbps,
  parseAudioPath,
  parseSegmentPath,
} from '../contracts/audio-path.ts';
import { type LiveEvent, SEGMENT_MS, segmentExists } from '../contracts/live-audio.ts';
import type { BaseObject, ObjectBaseLayer } from '../engines/s3/index.ts';

/** A year: a version of a track never changes (RFC 9111 advises no more). */
const FOREVER_S = 31_536_000;
/** estimate: segments are wanted while they are on the air, and for a while by those who joined late. */
const SEGMENT_MAX_AGE_S = 3_600;
/** Tracks of the population: 't' and the number. */
const TRACK = /^t(0|[1-9]\d{0,11})$/;

/** kbit/s are bits a millisecond. */
export const audioBytes = (durationMs: number, kbps: number) => Math.floor((durationMs * kbps) / 8);

/** Names the bytes of a track's version; `transport/media` makes them from it. */
export function trackObject(id: string, version: number, kbps: BitrateKbps, durationMs: number): BaseObject {
  return {
    size: audioBytes(durationMs, kbps),
    contentId: `track:${id}:${version}:${kbps}:${durationMs}`,
    maxAgeS: FOREVER_S,
  };
}

export interface AudioObjectsOptions {
  readonly population: Pick<Population, 'tracks' | 'models'>;
  readonly liveEvents: readonly LiveEvent[];
  readonly now: () => number;
}

export class AudioObjects implements ObjectBaseLayer {
  readonly #population: Pick<Population, 'tracks' | 'models'>;
  readonly #events: ReadonlyMap<string, LiveEvent>;
  readonly #now: () => number;

  constructor(options: AudioObjectsOptions) {
    this.#population = options.population;
    this.#events = new Map(options.liveEvents.map((event) => [event.id, event]));
    this.#now = options.now;
  }

  find(key: string): BaseObject | null {
    const audio = parseAudioPath(key);
    if (audio !== null) {
      const track = this.numberOf(audio.trackId);
      if (track === null || audio.version !== 1) return null;
      return trackObject(audio.trackId, 1, audio.kbps, this.#population.models.catalogue.durationMs(track));
    }
    const segment = parseSegmentPath(key);
    if (segment === null) return null;
    const { eventId, kbps, sequence } = segment;
    const event = this.#events.get(eventId);
    if (event === undefined || !segmentExists(event, sequence, this.#now())) return null;
    return {
      size: audioBytes(SEGMENT_MS, kbps),
      contentId: `live:${eventId}:${kbps}:${sequence}`,
      maxAgeS: SEGMENT_MAX_AGE_S,
    };
  }

  /** Tracks alone: segments are named by playlists and are not listed. */
  *keys(prefix: string, after: string): Generator<string> {
    const { tracks } = this.#population;
    const from = prefix > after ? prefix : after;
    let track: number | null = 0;
    while (track !== null) {
      const stem = `audio/${trackId(track)}`;
      // ':' follows '9': everything that begins with these digits lies before it.
      if (`${stem}:` <= from && !from.startsWith(stem)) {
        track = nextBranch(track, tracks);
        continue;
      }
      for (const key of keysOf(trackId(track))) {
        if (key <= after || key < prefix) continue;
        if (!key.startsWith(prefix)) return;
        yield key;
      }
      track = nextInOrder(track, tracks);
    }
  }

  /** Of a track in the population; null: there is no such track. */
  numberOf(id: string): number | null {
    const match = TRACK.exec(id);
    if (match === null) return null;
    const track = Number(match[1]);
    return track < this.#population.tracks ? track : null;
  }
}

/** In the order of keys: '160' before '320' before '96'. */
function keysOf(id: string): string[] {
  return BITRATES_KBPS.map((kbps) => audioPath(id, 1, kbps).slice(1)).sort();
}

/** The number after this one in the order of texts ('1', '10', '100', '11', '2'), below `count`; null: it was the last. */
function nextInOrder(n: number, count: number): number | null {
  return n > 0 && n * 10 < count ? n * 10 : nextBranch(n, count);
}

/** The same, but past all numbers that begin with the digits of this one. */
function nextBranch(n: number, count: number): number | null {
  let number = n;
  while (number % 10 === 9 || number + 1 >= count) {
    number = Math.floor(number / 10);
    if (number === 0) return null;
  }
  return number + 1;
}
