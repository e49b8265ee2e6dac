/**
 * Ogg Vorbis files of exactly the size that they are to have, made a part at a time: where each page lies follows from a
 * few numbers, so a range of a file is made without what is before and after it. They hold silence of the right length,
 * and bytes that differ from track to track.
 *
 *   [identification][comments, setup][page of about a second][…][…][last page]
 *                    └ filled up to the byte
 */
import {
  FIRST_PAGE,
  LAST_PAGE,
  type PageFields,
  PageTemplate,
  packetsThatFit,
  pageBytes,
} from './ogg-page.ts';
import {
  commentPacket,
  identificationPacket,
  SAMPLE_RATE,
  SAMPLES_PER_PACKET,
  setupPacket,
} from './vorbis-headers.ts';

export interface OggOptions {
  readonly size: number;
  readonly durationMs: number;
  readonly kbps: number;
  /** Tells files apart: the stream's serial number and what packets are filled with. */
  readonly contentId: string;
  readonly comments?: readonly (readonly [string, string])[];
}

/** 43 packets of 1,024 samples are about a second at 44.1 kHz. */
const PACKETS_PER_PAGE = 43;
/**
 * Room for comments. What is left to fill is less than two bytes a packet of a page; from here it does not reach the next
 * multiple of 255, where a packet's length would take one byte more.
 */
const COMMENT_BYTES = 2 * 255 + 10;

/** How the audio packets are laid out: `longPages` pages with packets of one byte more come first. */
interface Layout {
  readonly packets: number;
  readonly packetsPerPage: number;
  readonly packetBytes: number;
  readonly pages: number;
  readonly longPages: number;
  readonly fill: number;
}

export class OggFile {
  readonly size: number;
  readonly #layout: Layout;
  readonly #samples: number;
  readonly #head: Uint8Array;
  readonly #serial: number;
  /** By number and length of the packets: three at most. */
  readonly #templates = new Map<string, PageTemplate>();

  constructor(options: OggOptions) {
    const { size, durationMs, kbps, contentId, comments = [] } = options;
    this.size = size;
    this.#serial = hashOf(contentId);
    this.#samples = Math.max(1, Math.round((durationMs * SAMPLE_RATE) / 1_000));
    const emptyHead = this.#makeHead(kbps, comments, 0).length;
    this.#layout = layoutOf(size - emptyHead, this.#samples, size);
    this.#head = this.#makeHead(kbps, comments, this.#layout.fill);
  }

  /** Bytes `from` to `to`, exclusive. */
  read(from: number, to: number): Uint8Array {
    if (!(from >= 0 && from <= to && to <= this.size))
      throw new RangeError(`The file has no bytes ${from} to ${to}: it ends at ${this.size}.`);
    const bytes = new Uint8Array(to - from);
    if (from < this.#head.length) bytes.set(this.#head.subarray(from, Math.min(to, this.#head.length)));
    if (to <= this.#head.length) return bytes;
    for (let page = this.#pageAt(Math.max(from, this.#head.length)); page < this.#layout.pages; page++) {
      const at = this.#offsetOf(page);
      if (at >= to) break;
      const template = this.#templateOf(page);
      const length = template.bytes.length;
      const fields = this.#fieldsOf(page);
      if (at >= from && at + length <= to) template.write(bytes, at - from, fields);
      else {
        const whole = new Uint8Array(length);
        template.write(whole, 0, fields);
        bytes.set(whole.subarray(Math.max(0, from - at), Math.min(length, to - at)), Math.max(0, at - from));
      }
    }
    return bytes;
  }

  #makeHead(kbps: number, comments: OggOptions['comments'] & object, fill: number): Uint8Array {
    const first = new PageTemplate(this.#serial, [identificationPacket(kbps)]);
    const packets = [commentPacket(comments, COMMENT_BYTES + fill), setupPacket()];
    const second = new PageTemplate(this.#serial, packets);
    const bytes = new Uint8Array(first.bytes.length + second.bytes.length);
    first.write(bytes, 0, { flags: FIRST_PAGE, granule: 0, sequence: 0 });
    second.write(bytes, first.bytes.length, { flags: 0, granule: 0, sequence: 1 });
    return bytes;
  }

  #fieldsOf(page: number): PageFields {
    const { pages, packetsPerPage } = this.#layout;
    const sequence = 2 + page;
    if (page === pages - 1) return { flags: LAST_PAGE, granule: this.#samples, sequence };
    // The first packet adds no samples.
    const granule = ((page + 1) * packetsPerPage - 1) * SAMPLES_PER_PACKET;
    return { flags: 0, granule, sequence };
  }

  #offsetOf(page: number): number {
    const { longPages, packetsPerPage, packetBytes } = this.#layout;
    const long = Math.min(page, longPages) * pageBytes(packetsPerPage, packetBytes + 1);
    const short = Math.max(0, page - longPages) * pageBytes(packetsPerPage, packetBytes);
    return this.#head.length + long + short;
  }

  /** The page in which a byte lies; with a byte beyond the last full page: the last page. */
  #pageAt(offset: number): number {
    const { longPages, packetsPerPage, packetBytes, pages } = this.#layout;
    const inAudio = offset - this.#head.length;
    const longBytes = pageBytes(packetsPerPage, packetBytes + 1);
    if (inAudio < longPages * longBytes) return Math.floor(inAudio / longBytes);
    const shortBytes = pageBytes(packetsPerPage, packetBytes);
    const page = longPages + Math.floor((inAudio - longPages * longBytes) / shortBytes);
    return Math.min(page, pages - 1);
  }

  #templateOf(page: number): PageTemplate {
    const { packets, packetsPerPage, packetBytes, pages, longPages } = this.#layout;
    const length = packetBytes + (page < longPages ? 1 : 0);
    const count = page === pages - 1 ? packets - page * packetsPerPage : packetsPerPage;
    const key = `${count} ${length}`;
    let template = this.#templates.get(key);
    if (template === undefined) {
      const packet = silence(length, this.#serial);
      template = new PageTemplate(this.#serial, Array<Uint8Array>(count).fill(packet));
      this.#templates.set(key, template);
    }
    return template;
  }
}

function layoutOf(audioBytes: number, samples: number, size: number): Layout {
  const packets = Math.ceil(samples / SAMPLES_PER_PACKET) + 1;
  const roughly = Math.floor(audioBytes / packets);
  if (roughly < 1)
    throw new RangeError(
      `${size} bytes are too few for ${Math.round(samples / SAMPLE_RATE)} s of Ogg Vorbis.`,
    );
  const packetsPerPage = Math.min(PACKETS_PER_PAGE, packetsThatFit(roughly + 1));
  if (packetsPerPage < 1)
    throw new RangeError(`${size} bytes are too many for ${samples / SAMPLE_RATE} s of Ogg Vorbis.`);
  const full = Math.floor(packets / packetsPerPage);
  const rest = packets - full * packetsPerPage;
  const bytesWith = (packetBytes: number) =>
    full * pageBytes(packetsPerPage, packetBytes) + (rest > 0 ? pageBytes(rest, packetBytes) : 0);
  let packetBytes = roughly;
  while (packetBytes > 0 && bytesWith(packetBytes) > audioBytes) packetBytes--;
  if (packetBytes < 1)
    throw new RangeError(
      `${size} bytes are too few for ${Math.round(samples / SAMPLE_RATE)} s of Ogg Vorbis.`,
    );
  const left = audioBytes - bytesWith(packetBytes);
  const more = pageBytes(packetsPerPage, packetBytes + 1) - pageBytes(packetsPerPage, packetBytes);
  const longPages = Math.min(full, Math.floor(left / more));
  return {
    packets,
    packetsPerPage,
    packetBytes,
    pages: full + (rest > 0 ? 1 : 0),
    longPages,
    fill: left - longPages * more,
  };
}

/** An audio packet whose first bits say: audio, no floor. The rest is never looked at, and tells one track from another. */
function silence(length: number, seed: number): Uint8Array {
  const packet = new Uint8Array(length);
  let state = seed | 1;
  for (let i = 1; i < length; i++) {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    packet[i] = state;
  }
  return packet;
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
