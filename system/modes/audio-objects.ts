/**
 * Audio that nobody stored in the run: every track and every episode of the population in its first version, at every
 * bitrate, with the size that it has; and the segments of live events, which come into being with time. Pure functions of
 * the key.
 */
import { episodeId, numberOfId, trackId } from '../../fixtures/ids.ts';
import type { Population } from '../../fixtures/index.ts';
import { Podcasts } from '../../fixtures/podcasts.ts';
import { Titles } from '../../fixtures/titles.ts';
import {
  audioPath,
  BITRATES_KBPS,
  type BitrateKbps,
  parseAudioPath,
  parseSegmentPath,
} from '../contracts/audio-path.ts';
import { type LiveEvent, SEGMENT_MS, segmentExists } from '../contracts/live-audio.ts';
import type { BaseObject, ObjectBaseLayer } from '../engines/s3/index.ts';

/** A year: a version of audio never changes (RFC 2616, 14.21 advised no more; RFC 9111 has no such limit). */
const FOREVER_S = 31_536_000;
/** estimate: segments are wanted while they are on the air, and for a while by those who joined late. */
const SEGMENT_MAX_AGE_S = 3_600;
/** Tracks of the population: 't' and the number. */
const TRACK = /^t(?:0|[1-9]\d{0,11})$/;

/** kbit/s are bits a millisecond. */
export const audioBytes = (durationMs: number, kbps: number) => Math.floor((durationMs * kbps) / 8);

/** Names the bytes of a version of a track or an episode; `transport/media` makes them from it. */
export function trackObject(id: string, version: number, kbps: BitrateKbps, durationMs: number): BaseObject {
  return {
    size: audioBytes(durationMs, kbps),
    contentId: `track:${id}:${version}:${kbps}:${durationMs}`,
    maxAgeS: FOREVER_S,
  };
}

export interface AudioObjectsOptions {
  readonly population: Pick<Population, 'seed' | 'tracks' | 'models'>;
  readonly liveEvents: readonly LiveEvent[];
  readonly now: () => number;
}

export class AudioObjects implements ObjectBaseLayer {
  readonly #population: Pick<Population, 'tracks' | 'models'>;
  readonly #podcasts: Podcasts;
  readonly #events: ReadonlyMap<string, LiveEvent>;
  readonly #now: () => number;

  constructor(options: AudioObjectsOptions) {
    const { seed, tracks } = options.population;
    this.#population = options.population;
    this.#podcasts = new Podcasts(seed, tracks, new Titles(seed));
    this.#events = new Map(options.liveEvents.map((event) => [event.id, event]));
    this.#now = options.now;
  }

  find(key: string): BaseObject | null {
    const audio = parseAudioPath(key);
    if (audio !== null) {
      const durationMs = audio.version === 1 ? this.durationMs(audio.trackId) : null;
      return durationMs === null ? null : trackObject(audio.trackId, 1, audio.kbps, durationMs);
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

  /** Of tracks and episodes: segments are named by playlists and are not listed. */
  *keys(prefix: string, after: string): Generator<string> {
    for (const id of this.#ids(prefix > after ? prefix : after)) {
      for (const key of keysOf(id)) {
        if (key <= after || key < prefix) continue;
        if (!key.startsWith(prefix)) return;
        yield key;
      }
    }
  }

  /** In the order of their keys, those left out of whose keys all lie before `from`. */
  *#ids(from: string): Generator<string> {
    for (const podcast of inTextOrder(0, this.#podcasts.count, (number) => `audio/e${number}`, from)) {
      const episode = (number: number) => episodeId(podcast, number);
      const end = this.#podcasts.episodesOf(podcast) + 1;
      for (const number of inTextOrder(1, end, (one) => `audio/${episode(one)}`, from)) yield episode(number);
    }
    for (const track of inTextOrder(0, this.#population.tracks, (number) => `audio/${trackId(number)}`, from))
      yield trackId(track);
  }

  /** Whether it is a track or an episode of the population. */
  has(id: string): boolean {
    return this.#trackOf(id) !== null || this.#podcasts.find(id) !== null;
  }

  /** Of a track or an episode of the population; null: there is neither. */
  durationMs(id: string): number | null {
    const track = this.#trackOf(id);
    if (track !== null) return this.#population.models.catalogue.durationMs(track);
    const episode = this.#podcasts.find(id);
    return episode === null ? null : this.#podcasts.durationMs(...episode);
  }

  #trackOf(id: string): number | null {
    const track = TRACK.test(id) ? numberOfId(id) : Number.POSITIVE_INFINITY;
    return track < this.#population.tracks ? track : null;
  }
}

/**
 * Numbers from `first` below `end` in the order of their texts, without the branches of which all lies before `from`.
 * @param stemOf what everything of a number begins with
 */
function* inTextOrder(
  first: number,
  end: number,
  stemOf: (number: number) => string,
  from: string,
): Generator<number> {
  let number: number | null = first;
  while (number !== null) {
    const stem = stemOf(number);
    // ':' follows '9': everything that begins with these digits lies before it.
    if (`${stem}:` <= from && !from.startsWith(stem)) {
      number = nextBranch(number, end);
      continue;
    }
    yield number;
    number = nextInOrder(number, end);
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
