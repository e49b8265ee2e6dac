/** A segment's text: a line a play, fields separated by tabs. Ids hold neither (see `isId`). */
import type { Play } from '../../contracts/generated/events.ts';

/** Units of the longest id (a UUID has 36). */
const LONGEST_ID = 64;

/** What may stand in a line: no control characters, and none too long. */
export function isId(text: string): boolean {
  const length = text.length;
  if (length === 0 || length > LONGEST_ID) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) < 32) return false;
  return true;
}

const TAB = 9;
const NEWLINE = 10;
const ZERO = 48;
/** Two ids, three numbers of 16 digits, and what stands between them. */
const LONGEST_LINE = 2 * LONGEST_ID + 3 * 16 + 7;

const ascii = new TextDecoder();
let bytes = new Uint8Array(64 * LONGEST_LINE);
let length = 0;

/**
 * The lines of a segment. They are written as bytes and become a text once: every play of a run passes here, and a text
 * that is put together from pieces is a tree of them until somebody reads it.
 */
export function writeLines(plays: readonly Play[]): string {
  length = 0;
  for (const play of plays) {
    if (length + LONGEST_LINE > bytes.length) {
      const wider = new Uint8Array(bytes.length * 2);
      wider.set(bytes);
      bytes = wider;
    }
    if (!addLine(play)) return plays.map(lineOf).join('');
  }
  return ascii.decode(bytes.subarray(0, length));
}

/** Any line; what is no whole number and what is no ASCII as JavaScript writes it. */
function lineOf({ listenerId, playId, trackId, playedAtNs, listenedMs, skipped }: Play): string {
  return `${listenerId}\t${playId}\t${trackId}\t${playedAtNs}\t${listenedMs}\t${skipped ? 1 : 0}\n`;
}

function addLine({ listenerId, playId, trackId, playedAtNs, listenedMs, skipped }: Play): boolean {
  const isWritten =
    addText(listenerId) &&
    addNumber(playId) &&
    addText(trackId) &&
    addNumber(playedAtNs) &&
    addNumber(listenedMs);
  bytes[length++] = skipped ? ZERO + 1 : ZERO;
  bytes[length++] = NEWLINE;
  return isWritten;
}

function addText(text: string): boolean {
  if (text.length > LONGEST_ID) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return false;
    bytes[length++] = code;
  }
  bytes[length++] = TAB;
  return true;
}

function addNumber(number: number): boolean {
  if (!Number.isSafeInteger(number) || number < 0) return false;
  // Halves of eight digits are small integers, which divide several times as fast.
  if (number >= 1e8) {
    const high = Math.floor(number / 1e8);
    addDigits(high, digitsOf(high));
    addDigits(number - high * 1e8, 8);
  } else addDigits(number, digitsOf(number));
  bytes[length++] = TAB;
  return true;
}

function digitsOf(number: number): number {
  let digits = 1;
  for (let limit = 10; number >= limit; limit *= 10) digits++;
  return digits;
}

function addDigits(number: number, digits: number): void {
  let rest = number | 0;
  for (let at = length + digits - 1; at >= length; at--) {
    const tenth = (rest / 10) | 0;
    bytes[at] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  length += digits;
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
