/**
 * Playlists of live events (RFC 8216): the master playlist names those of every bitrate, and these the newest segments, a
 * window that slides with the clock.
 */
import {
  BITRATES_KBPS,
  type BitrateKbps,
  livePlaylistPath,
  liveSegmentPath,
} from '../../contracts/audio-path.ts';
import { type LiveEvent, liveWindow, SEGMENT_MS } from '../../contracts/live-audio.ts';
import { MILLISECOND } from '../../ports/clock.ts';

/**
 * RFC 8216, 6.2.2: a playlist without an end lasts at least three target durations, also after a segment has left it.
 * Six segments leave a player that joins three behind the newest some room.
 */
export const WINDOW_SEGMENTS = 6;
/** 4.3.3.1: no segment's length, rounded to a whole second, exceeds it. */
const TARGET_SECONDS = Math.round(SEGMENT_MS / 1_000);
/** Lengths with a fraction need version 3 (section 7). */
const VERSION = 3;

/** How long a playlist may be kept: half of the time after which it changes. */
export const PLAYLIST_MAX_AGE_S = Math.floor(TARGET_SECONDS / 2);

export type Playlist =
  | { readonly text: string }
  /** The first segment is not finished yet, or the event has not begun. */
  | { readonly notBeforeNs: number };

/** RFC 6381: AAC of low complexity (`adts.ts`), which MPEG-4 numbers 2. */
const CODECS = 'mp4a.40.2';

/** A player begins with the first that is named: the middle one, as where nothing is known of a line. */
const [LOWEST, MIDDLE, HIGHEST] = BITRATES_KBPS;
const IN_ORDER_OF_TRIAL = [MIDDLE, LOWEST, HIGHEST];

/**
 * The playlists up to `maxKbps`. Every segment has its bitrate to the bit, tag and frames together, so that the peak and
 * the mean (4.3.4.2) are the same.
 * @param query what their addresses end with: '?token=…'
 */
export function masterPlaylist(eventId: string, maxKbps: number, query: string): string {
  const variants = IN_ORDER_OF_TRIAL.filter((kbps) => kbps <= maxKbps).flatMap((kbps) => [
    `#EXT-X-STREAM-INF:BANDWIDTH=${kbps * 1_000},AVERAGE-BANDWIDTH=${kbps * 1_000},CODECS="${CODECS}"`,
    `${livePlaylistPath(eventId, kbps)}${query}`,
  ]);
  return `${['#EXTM3U', `#EXT-X-VERSION:${VERSION}`, '#EXT-X-INDEPENDENT-SEGMENTS', ...variants].join('\n')}\n`;
}

export function mediaPlaylist(options: {
  readonly event: LiveEvent;
  readonly kbps: BitrateKbps;
  readonly nowNs: number;
  /** What the segments' addresses end with: '?token=…'. */
  readonly query: string;
}): Playlist {
  const { event, kbps, nowNs, query } = options;
  const window = liveWindow(event, nowNs, WINDOW_SEGMENTS);
  if (window === null || window.last < window.first)
    return { notBeforeNs: event.startNs + SEGMENT_MS * MILLISECOND };
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${VERSION}`,
    `#EXT-X-TARGETDURATION:${TARGET_SECONDS}`,
    `#EXT-X-MEDIA-SEQUENCE:${window.first}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
  for (let sequence = window.first; sequence <= window.last; sequence++) {
    lines.push(
      `#EXTINF:${(SEGMENT_MS / 1_000).toFixed(3)},`,
      `${liveSegmentPath(event.id, kbps, sequence)}${query}`,
    );
  }
  if (window.ended) lines.push('#EXT-X-ENDLIST');
  return { text: `${lines.join('\n')}\n` };
}
