import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { LiveEvent } from '../../contracts/live-audio.ts';
import { PortError } from '../../ports/errors.ts';
import { AdtsSegment } from './adts.ts';
import { createAudioBodies } from './body-source.ts';
import { masterPlaylist, mediaPlaylist } from './hls.ts';

const FRAMES = 288;
const bodies = createAudioBodies();
const sizeOf = (kbps: number) => (6_144 * kbps) / 8;
const segment = (kbps: number, sequence: number) => {
  const size = sizeOf(kbps);
  return bodies.read({ contentId: `live:e1:${kbps}:${sequence}`, size }, 0, size);
};

test('a segment has exactly its size: a tag with its time, then frames that follow each other', () => {
  for (const kbps of [96, 160, 320]) {
    const bytes = segment(kbps, 17);
    expect(bytes.length).toBe(sizeOf(kbps));
    const text = new TextDecoder('latin1').decode(bytes.subarray(0, 73));
    expect(text.startsWith('ID3\x04')).toBe(true);
    expect(text).toContain('PRIV');
    const owner = 'com.apple.streaming.transportStreamTimestamp\0';
    const stamp = text.indexOf(owner) + owner.length;
    // 17 segments of 6.144 s at 90 kHz.
    expect(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(stamp)).toBe(BigInt(17 * 552_960));
    const tag = 10 + bytes[6]! * 2 ** 21 + bytes[7]! * 2 ** 14 + bytes[8]! * 2 ** 7 + bytes[9]!;
    let at = tag;
    let frames = 0;
    while (at < bytes.length) {
      expect([bytes[at], bytes[at + 1]]).toEqual([0xff, 0xf1]);
      at += ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
      frames++;
    }
    expect([at, frames]).toEqual([bytes.length, FRAMES]);
  }
});

test('any part of a segment is the part of the whole', () => {
  const whole = segment(160, 3);
  const object = { contentId: 'live:e1:160:3', size: whole.length };
  for (const [from, to] of [
    [0, 1],
    [0, 100],
    [50, 5_000],
    [100_000, 122_880],
    [7, 7],
  ] as const)
    expect(Buffer.compare(bodies.read(object, from, to), whole.subarray(from, to))).toBe(0);
});

test.skipIf(spawnSync('ffmpeg', ['-version']).error !== undefined)(
  'ffmpeg decodes every frame of a segment, into its length of silence',
  () => {
    for (const kbps of [96, 160, 320]) {
      const { stdout, stderr } = spawnSync(
        'ffmpeg',
        ['-v', 'error', '-f', 'aac', '-i', 'pipe:0', '-f', 's16le', '-ac', '1', '-'],
        { input: segment(kbps, 2), maxBuffer: 16_000_000 },
      );
      expect(stderr.toString()).toBe('');
      expect(stdout.length / 2).toBe(FRAMES * 1_024);
      expect(stdout.equals(Buffer.alloc(stdout.length))).toBe(true);
    }
  },
);

test('frames that cannot be are refused, and contents that nobody can make', () => {
  expect(() => new AdtsSegment({ size: 100, frames: 100, firstSample: 0 })).toThrow(/13 to 8,191/);
  expect(() => bodies.read({ contentId: 'podcast:1', size: 5 }, 0, 5)).toThrow(PortError);
});

const event: LiveEvent = { id: 'e1', startNs: 100e9, endNs: 160e9 };
const playlistAt = (seconds: number, of: LiveEvent = event) =>
  mediaPlaylist({ event: of, kbps: 160, nowNs: seconds * 1e9, query: '?token=x' });
const linesAt = (seconds: number, of?: LiveEvent) => {
  const playlist = playlistAt(seconds, of);
  if (!('text' in playlist)) throw new Error('There is no playlist yet.');
  return playlist.text.trimEnd().split('\n');
};

/** What RFC 8216 asks of a media playlist; returns its sequence number and its segments. */
function check(lines: readonly string[]): { sequence: number; uris: string[]; ended: boolean } {
  expect(lines[0]).toBe('#EXTM3U');
  const tag = (name: string) => {
    const found = lines.filter((line) => line.startsWith(`#${name}:`));
    expect(found.length, name).toBe(1);
    return Number(found[0]!.slice(name.length + 2));
  };
  const target = tag('EXT-X-TARGETDURATION');
  expect(Number.isInteger(target)).toBe(true);
  // 4.3.2.1: fractions need version 3 or higher.
  expect(tag('EXT-X-VERSION')).toBeGreaterThanOrEqual(3);
  const sequence = tag('EXT-X-MEDIA-SEQUENCE');
  const firstSegment = lines.findIndex((line) => line.startsWith('#EXTINF'));
  // 4.3.3.2: before the first segment.
  expect(lines.findIndex((line) => line.startsWith('#EXT-X-MEDIA-SEQUENCE'))).toBeLessThan(firstSegment);
  const uris: string[] = [];
  lines.forEach((line, i) => {
    if (!line.startsWith('#EXTINF:')) return;
    const seconds = Number(/^#EXTINF:([\d.]+),$/.exec(line)![1]);
    // 4.3.3.1
    expect(Math.round(seconds)).toBeLessThanOrEqual(target);
    expect(lines[i + 1]).not.toMatch(/^#/);
    uris.push(lines[i + 1]!);
  });
  expect(lines.filter((line) => !line.startsWith('#'))).toEqual(uris);
  return { sequence, uris, ended: lines.includes('#EXT-X-ENDLIST') };
}

test('a playlist is valid by RFC 8216, at any time of the event', () => {
  for (let seconds = 106.2; seconds < 200; seconds += 0.7) {
    const { sequence, uris, ended } = check(linesAt(seconds));
    const finished = Math.floor((Math.min(seconds, 160) - 100) / 6.144);
    expect(sequence + uris.length).toBe(finished);
    expect(uris.at(-1)).toBe(`/live/e1/160/${finished - 1}.aac?token=x`);
    expect(ended).toBe(seconds >= 160);
    // 6.2.2: it lasts three target durations, or it has all there is.
    if (finished >= 3) expect(uris.length * 6.144).toBeGreaterThanOrEqual(18);
  }
});

test('a master playlist says of every bitrate what its segments have', () => {
  for (const [maxKbps, expected] of [
    [96, [96]],
    [160, [160, 96]],
    [320, [160, 96, 320]],
    [0, []],
  ] as const) {
    const lines = masterPlaylist('e1', maxKbps, '?token=x').trimEnd().split('\n');
    expect(lines[0]).toBe('#EXTM3U');
    const variants = lines.flatMap((line, i) => (line.startsWith('#EXT-X-STREAM-INF:') ? [i] : []));
    // 4.3.4.2: the address follows in the next line.
    expect(variants.map((i) => lines[i + 1])).toEqual(
      expected.map((kbps) => `/live/e1/${kbps}.m3u8?token=x`),
    );
    variants.forEach((i, n) => {
      const bytes = segment(expected[n]!, 17);
      const [, bandwidth, codec] = /:BANDWIDTH=(\d+),.*CODECS="mp4a\.40\.(\d+)"$/.exec(lines[i]!)!;
      expect(Number(bandwidth)).toBe((bytes.length * 8) / 6.144);
      // The object type is the profile of the ADTS header, counted from 1.
      const frame = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xf1);
      expect(Number(codec)).toBe((bytes[frame + 2]! >> 6) + 1);
    });
    expect(lines.filter((line) => line.startsWith('#EXTINF'))).toEqual([]);
  }
});

test('the window slides: segments leave in their order, and numbers never change', () => {
  const endless: LiveEvent = { id: 'e2', startNs: 0, endNs: null };
  let before = check(linesAt(6.2, endless));
  for (let seconds = 7; seconds < 300; seconds += 1) {
    const now = check(linesAt(seconds, endless));
    expect(now.sequence).toBeGreaterThanOrEqual(before.sequence);
    const removed = now.sequence - before.sequence;
    expect(now.uris.slice(0, before.uris.length - removed)).toEqual(before.uris.slice(removed));
    expect(now.uris.length).toBeLessThanOrEqual(6);
    before = now;
  }
  expect(before.ended).toBe(false);
});

test('before the first segment is finished there is no playlist, and it says when there will be', () => {
  for (const seconds of [0, 99, 100, 106.1])
    expect(playlistAt(seconds)).toEqual({ notBeforeNs: 100e9 + 6.144e9 });
  expect('text' in playlistAt(106.2)).toBe(true);
});
