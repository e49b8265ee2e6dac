/** Paths of audio, the same in URLs, at the edge and (without the first '/') as keys of the object store. */
import { MASTER_PLAYLIST } from '../ports/url-signer.ts';

export const BITRATES_KBPS = [96, 160, 320] as const;
export type BitrateKbps = (typeof BITRATES_KBPS)[number];

/** What an id may look like: nothing in it can lead out of its place in a path. */
const ID = '[A-Za-z0-9_-]{1,64}';
const IS_ID = new RegExp(`^${ID}$`);
const AUDIO = new RegExp(`^/?audio/${ID}/[1-9][0-9]{0,8}/(?:96|160|320)\\.ogg$`);
const PLAYLIST = new RegExp(`^/live/(${ID})/(96|160|320)\\.m3u8$`);
const MASTER = new RegExp(`^/live/(${ID})/${MASTER_PLAYLIST.replace('.', '\\.')}$`);
const SEGMENT = new RegExp(`^/?live/(${ID})/(96|160|320)/([0-9]{1,12})\\.aac$`);

export const isId = (text: string) => IS_ID.test(text);

/** A new version of a track's audio has a new path: copies of the old one need not be purged. */
export const audioPath = (trackId: string, version: number, kbps: number) =>
  `/audio/${trackId}/${version}/${kbps}.ogg`;

export function parseAudioPath(
  path: string,
): { readonly trackId: string; readonly version: number; readonly kbps: BitrateKbps } | null {
  // Every play asks several times: a match with its groups would cost more than what is between the strokes.
  if (!AUDIO.test(path)) return null;
  const idAt = path.indexOf('/', 1) + 1;
  const versionAt = path.indexOf('/', idAt) + 1;
  const kbpsAt = path.indexOf('/', versionAt) + 1;
  return {
    trackId: path.slice(idAt, versionAt - 1),
    version: Number(path.slice(versionAt, kbpsAt - 1)),
    kbps: Number(path.slice(kbpsAt, path.length - '.ogg'.length)) as BitrateKbps,
  };
}

/** Everything of a live event lies below this, and goes on with its bitrate (see `ports/url-signer.ts`). */
export const livePrefix = (eventId: string) => `/live/${eventId}/`;
export const livePlaylistPath = (eventId: string, kbps: number) => `/live/${eventId}/${kbps}.m3u8`;
/** Names the playlists of all bitrates. */
export const liveMasterPath = (eventId: string) => livePrefix(eventId) + MASTER_PLAYLIST;
export const liveSegmentPath = (eventId: string, kbps: number, sequence: number) =>
  `/live/${eventId}/${kbps}/${sequence}.aac`;

export function parseSegmentPath(
  path: string,
): { readonly eventId: string; readonly kbps: BitrateKbps; readonly sequence: number } | null {
  const match = SEGMENT.exec(path);
  if (match === null) return null;
  return { eventId: match[1]!, kbps: Number(match[2]) as BitrateKbps, sequence: Number(match[3]) };
}

export function parsePlaylistPath(
  path: string,
): { readonly eventId: string; readonly kbps: BitrateKbps } | null {
  const match = PLAYLIST.exec(path);
  return match === null ? null : { eventId: match[1]!, kbps: Number(match[2]) as BitrateKbps };
}

/** The event of a master playlist; null: it is none. */
export const parseMasterPath = (path: string): string | null => MASTER.exec(path)?.[1] ?? null;
