import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OggFile } from './ogg.ts';

interface Page {
  readonly flags: number;
  readonly granule: number;
  readonly serial: number;
  readonly sequence: number;
  readonly packets: Uint8Array[];
}

/** The checksum of RFC 3533 bit by bit, as far from the implementation's tables as can be. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const feedback = (sum >>> 31) ^ ((byte >>> bit) & 1);
      sum = (sum << 1) ^ (feedback ? 0x04c11db7 : 0);
    }
  }
  return sum >>> 0;
}

/** Takes a file apart, and does not forgive anything. */
function parse(file: Uint8Array): Page[] {
  const pages: Page[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length; ) {
    expect(new TextDecoder().decode(file.subarray(at, at + 4))).toBe('OggS');
    expect(file[at + 4]).toBe(0);
    const segments = file.subarray(at + 27, at + 27 + file[at + 26]!);
    const length = 27 + segments.length + segments.reduce((sum, n) => sum + n, 0);
    const page = file.slice(at, at + length);
    expect(page.length).toBe(length);
    page.fill(0, 22, 26);
    expect(checksum(page)).toBe(view.getUint32(at + 22, true));
    const packets: Uint8Array[] = [];
    let from = at + 27 + segments.length;
    let size = 0;
    for (const segment of segments) {
      size += segment;
      if (segment === 255) continue;
      packets.push(file.subarray(from, from + size));
      from += size;
      size = 0;
    }
    // No packet goes on in the next page.
    expect(size).toBe(0);
    pages.push({
      flags: file[at + 5]!,
      granule: Number(view.getBigUint64(at + 6, true)),
      serial: view.getUint32(at + 14, true),
      sequence: view.getUint32(at + 18, true),
      packets,
    });
    at += length;
  }
  return pages;
}

const create = (durationMs: number, kbps: number, contentId = 'track:t1:1') =>
  new OggFile({ size: Math.floor((durationMs * kbps) / 8), durationMs, kbps, contentId });
const all = (file: OggFile) => file.read(0, file.size);

/** Lengths as tracks have them. */
const audio = fc.record({
  durationMs: fc.integer({ min: 2_000, max: 12_000 }),
  kbps: fc.constantFrom(96, 160, 320),
});

test('a file has exactly its size, whole pages with right checksums, and ends with the last sample', () => {
  fc.assert(
    fc.property(audio, ({ durationMs, kbps }) => {
      const file = create(durationMs, kbps);
      const bytes = all(file);
      expect(bytes.length).toBe(Math.floor((durationMs * kbps) / 8));
      const pages = parse(bytes);
      const samples = Math.round(durationMs * 44.1);
      expect(pages.map(({ sequence }) => sequence)).toEqual(pages.map((_, i) => i));
      expect(new Set(pages.map(({ serial }) => serial)).size).toBe(1);
      expect(pages.map(({ flags }) => flags)).toEqual(
        pages.map((_, i) => (i === 0 ? 2 : i === pages.length - 1 ? 4 : 0)),
      );
      // The first packet adds nothing, every further one 1,024 samples; the end cuts the last one.
      let packets = 0;
      pages.forEach(({ granule, packets: own }, i) => {
        if (i < 2) expect(granule).toBe(0);
        else {
          packets += own.length;
          const complete = (packets - 1) * 1_024;
          expect(granule).toBe(i === pages.length - 1 ? samples : complete);
          if (i === pages.length - 1) expect(complete - samples).toBeLessThan(1_024);
          expect(complete).toBeGreaterThanOrEqual(granule);
        }
      });
      // Audio packets: the first bit says so, the next ones that there is no floor.
      const isSilence = (packet: Uint8Array) => packet[0] === 0;
      expect(pages.slice(2).every(({ packets: own }) => own.every(isSilence))).toBe(true);
    }),
    { seed: 1, numRuns: 20 },
  );
});

test('it begins with the three headers of Vorbis', () => {
  const [first, second] = parse(all(create(10_000, 160)));
  expect(first!.packets.length).toBe(1);
  const identification = first!.packets[0]!;
  const view = new DataView(identification.buffer, identification.byteOffset, identification.length);
  expect(new TextDecoder().decode(identification.subarray(1, 7))).toBe('vorbis');
  expect([identification.length, view.getUint32(12, true), identification[11]]).toEqual([30, 44_100, 2]);
  expect(view.getInt32(20, true)).toBe(160_000);
  expect(second!.packets.map((packet) => packet[0])).toEqual([3, 5]);
});

test('any part is the part of the whole', () => {
  fc.assert(
    fc.property(audio, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(200_000), (of, at, length) => {
      const file = create(of.durationMs, of.kbps);
      const from = Math.floor(at * file.size);
      const to = Math.min(file.size, from + length);
      expect(Buffer.compare(file.read(from, to), all(file).subarray(from, to))).toBe(0);
    }),
    { seed: 2, numRuns: 60 },
  );
});

test('parts of any size put together are the whole', () => {
  const file = create(20_000, 160);
  for (const step of [1_000, 65_536, 77_777]) {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < file.size; at += step) parts.push(file.read(at, Math.min(file.size, at + step)));
    expect(Buffer.compare(Buffer.concat(parts), all(file))).toBe(0);
  }
});

test('the same track is the same bytes, another one has others', () => {
  expect(Buffer.compare(all(create(5_000, 96, 'a')), all(create(5_000, 96, 'a')))).toBe(0);
  expect(Buffer.compare(all(create(5_000, 96, 'a')), all(create(5_000, 96, 'b')))).not.toBe(0);
});

test('a part of a very long file takes little memory', () => {
  // Ten hours at 320 kbit/s: 1.4 GB.
  const file = create(36_000_000, 320);
  const before = process.memoryUsage().arrayBuffers;
  const part = file.read(1_000_000_000, 1_000_065_536);
  expect(part.length).toBe(65_536);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
});

test('what cannot be is refused: no room for the length, more bytes than packets can have, bytes beyond the end', () => {
  expect(() => new OggFile({ size: 500, durationMs: 1_000, kbps: 96, contentId: 'x' })).toThrow(/too few/);
  expect(() => new OggFile({ size: 5_000, durationMs: 600_000, kbps: 96, contentId: 'x' })).toThrow(
    /too few/,
  );
  expect(() => new OggFile({ size: 1e9, durationMs: 1_000, kbps: 96, contentId: 'x' })).toThrow(/too many/);
  const file = create(2_000, 96);
  expect(() => file.read(0, file.size + 1)).toThrow(/ends at/);
  expect(() => file.read(5, 4)).toThrow(/no bytes/);
  expect(file.read(7, 7).length).toBe(0);
});

const has = (tool: string, flag: string) => spawnSync(tool, [flag]).error === undefined;

/** Lengths around which pages and packets change, and ordinary ones. */
const SAMPLES: readonly (readonly [number, number])[] = [
  [1_000, 96],
  [1_001, 320],
  [12_345, 320],
  [31_777, 160],
];

function withFile(bytes: Uint8Array, work: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-ogg-'));
  try {
    const path = join(folder, 'track.ogg');
    writeFileSync(path, bytes);
    work(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.skipIf(!has('ogginfo', '--help'))('ogginfo (vorbis-tools) finds nothing to complain about', () => {
  for (const [durationMs, kbps] of SAMPLES) {
    withFile(all(create(durationMs, kbps)), (path) => {
      const said = execFileSync('ogginfo', [path], { encoding: 'utf8' });
      expect(said).not.toMatch(/warning|error|hole/i);
      expect(said).toMatch(/Vorbis headers parsed/);
      const [, minutes, seconds] = /Playback length: (\d+)m:([\d.]+)s/.exec(said)!;
      expect((Number(minutes) * 60 + Number(seconds)) * 1_000).toBeCloseTo(durationMs, -1);
    });
  }
});

test.skipIf(!has('ffmpeg', '-version'))('ffmpeg decodes every packet of it, into as much silence', () => {
  for (const [durationMs, kbps] of SAMPLES) {
    withFile(all(create(durationMs, kbps)), (path) => {
      const { stdout, stderr } = spawnSync(
        'ffmpeg',
        ['-v', 'warning', '-i', path, '-f', 's16le', '-ac', '1', '-'],
        { maxBuffer: 64_000_000 },
      );
      expect(stderr.toString()).toBe('');
      expect(stdout.length / 2).toBe(Math.round(durationMs * 44.1));
      expect(stdout.equals(Buffer.alloc(stdout.length))).toBe(true);
    });
  }
});
