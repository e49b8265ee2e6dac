/** A segment's text: a line a play, fields separated by tabs. Ids hold neither (see `isId`). */
import type { Play } from '../../contracts/generated/events.ts';

/** What may stand in a line: no control characters, at most 64 units (a UUID has 36). */
export function isId(text: string): boolean {
  const length = text.length;
  if (length === 0 || length > 64) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) < 32) return false;
  return true;
}

export function writeLine(play: Play): string {
  const { listenerId, playId, trackId, playedAtNs, listenedMs, skipped } = play;
  return `${listenerId}\t${playId}\t${trackId}\t${playedAtNs}\t${listenedMs}\t${skipped ? 1 : 0}\n`;
}

/** The plays of a segment, or those of one listener. */
export function readSegment(text: string, listenerId?: string): Play[] {
  const plays: Play[] = [];
  const wanted = listenerId === undefined ? '' : `${listenerId}\t`;
  for (const line of text.split('\n')) {
    if (line === '' || !line.startsWith(wanted)) continue;
    const [listener, playId, trackId, playedAtNs, listenedMs, skipped] = line.split('\t') as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    plays.push({
      listenerId: listener,
      playId: Number(playId),
      trackId,
      playedAtNs: Number(playedAtNs),
      listenedMs: Number(listenedMs),
      skipped: skipped === '1',
    });
  }
  return plays;
}
