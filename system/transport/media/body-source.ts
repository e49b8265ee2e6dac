/** Makes the bytes of audio that the object store only describes: by the name of the content, a part at a time. */
import { SEGMENT_MS } from '../../contracts/live-audio.ts';
import { PortError } from '../../ports/errors.ts';
import type { BodySource, ObjectInfo } from '../../ports/object-store.ts';
import { AAC_RATE, AdtsSegment, SAMPLES_PER_FRAME } from './adts.ts';
import { OggFile } from './ogg.ts';

interface Body {
  readonly size: number;
  read(from: number, to: number): Uint8Array;
}

/** 'track:t42:1:160:215000': track, version, kbit/s, length in ms. */
const TRACK = /^track:([\w-]+):(\d+):(\d+):(\d+)$/;
/** 'live:concert:160:17': event, kbit/s, number of the segment. */
const SEGMENT = /^live:([\w-]+):(\d+):(\d+)$/;

/** A body keeps the templates of its pages, some tens of kilobytes: these are enough for downloads that go on side by side. */
const KEPT = 128;
const SEGMENT_SAMPLES = (SEGMENT_MS * AAC_RATE) / 1_000;

export function createAudioBodies(): BodySource {
  /** In the order of use: a Map keeps it. */
  const bodies = new Map<string, Body>();
  const bodyOf = ({ contentId, size }: Pick<ObjectInfo, 'contentId' | 'size'>): Body => {
    let body = bodies.get(contentId);
    if (body === undefined || body.size !== size) body = create(contentId, size);
    bodies.delete(contentId);
    if (bodies.size >= KEPT) bodies.delete(bodies.keys().next().value!);
    bodies.set(contentId, body);
    return body;
  };
  return { read: (object, from, to) => bodyOf(object).read(from, to) };
}

function create(contentId: string, size: number): Body {
  const track = TRACK.exec(contentId);
  if (track !== null) {
    const comments = [
      ['TRACK', track[1]!],
      ['VERSION', track[2]!],
      ['DESCRIPTION', 'Silence of the length of the track'],
    ] as const;
    const [kbps, durationMs] = [Number(track[3]), Number(track[4])];
    return new OggFile({ size, durationMs, kbps, contentId, comments });
  }
  const segment = SEGMENT.exec(contentId);
  if (segment !== null) {
    const frames = SEGMENT_SAMPLES / SAMPLES_PER_FRAME;
    return new AdtsSegment({ size, frames, firstSample: Number(segment[3]) * SEGMENT_SAMPLES });
  }
  throw new PortError('internal', 'media.read', true, `there are no bytes for '${contentId}'`);
}
