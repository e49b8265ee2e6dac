/** Tracks and who made them. Generated from catalogue.proto by generate.ts: do not edit. */
import type { Context } from '../../ports/context.ts';
import * as wire from '../wire.ts';

export interface Track {
  readonly trackId: string;
  readonly title: string;
  readonly artistId: string;
  readonly artistName: string;
  readonly labelId: string;
  readonly durationMs: number;
  /** Plays so far: what search multiplies its score by, as a logarithm. */
  readonly popularity: number;
  readonly publishedAtNs: number;
}

export interface GetTrackRequest {
  readonly trackId: string;
}

export interface GetTrackResponse {
  readonly track?: Track;
}

export interface PublishTrackRequest {
  /** `published_at_ns` is set by the service. */
  readonly track?: Track;
}

export interface PublishTrackResponse {
  readonly publishedAtNs: number;
}

export interface CatalogueApi {
  getTrack(context: Context, request: GetTrackRequest): Promise<GetTrackResponse>;
  /** A label delivers a track, or new metadata of one. Idempotent: the newest delivery wins. */
  publishTrack(context: Context, request: PublishTrackRequest): Promise<PublishTrackResponse>;
}

export const catalogueMethods = ['getTrack', 'publishTrack'] as const;

export function sizeOfTrack(m: Track): number {
  let size = 0;
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.title !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.title));
  if (m.artistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistId));
  if (m.artistName !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistName));
  if (m.labelId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.labelId));
  if (m.durationMs !== 0) size += 1 + wire.sizeOfVarint(m.durationMs);
  if (!Object.is(m.popularity, 0)) size += 9;
  if (m.publishedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.publishedAtNs);
  return size;
}

export function writeTrack(w: wire.Writer, m: Track): void {
  if (m.trackId !== '') w.text(10, m.trackId);
  if (m.title !== '') w.text(18, m.title);
  if (m.artistId !== '') w.text(26, m.artistId);
  if (m.artistName !== '') w.text(34, m.artistName);
  if (m.labelId !== '') w.text(42, m.labelId);
  if (m.durationMs !== 0) w.number(48, m.durationMs);
  if (!Object.is(m.popularity, 0)) w.double(57, m.popularity);
  if (m.publishedAtNs !== 0) w.number(64, m.publishedAtNs);
}

export function readTrack(r: wire.Reader): Track {
  let trackId = '';
  let title = '';
  let artistId = '';
  let artistName = '';
  let labelId = '';
  let durationMs = 0;
  let popularity = 0;
  let publishedAtNs = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackId = r.text();
    else if (tag === 18) title = r.text();
    else if (tag === 26) artistId = r.text();
    else if (tag === 34) artistName = r.text();
    else if (tag === 42) labelId = r.text();
    else if (tag === 48) durationMs = r.varint();
    else if (tag === 57) popularity = r.double();
    else if (tag === 64) publishedAtNs = r.varint();
    else r.skip(tag);
  }
  return { trackId, title, artistId, artistName, labelId, durationMs, popularity, publishedAtNs };
}

export const encodeTrack = (m: Track) => wire.encode(sizeOfTrack(m), writeTrack, m);
export const decodeTrack = (bytes: Uint8Array) => readTrack(new wire.Reader(bytes));

export function sizeOfGetTrackRequest(m: GetTrackRequest): number {
  let size = 0;
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  return size;
}

export function writeGetTrackRequest(w: wire.Writer, m: GetTrackRequest): void {
  if (m.trackId !== '') w.text(10, m.trackId);
}

export function readGetTrackRequest(r: wire.Reader): GetTrackRequest {
  let trackId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackId = r.text();
    else r.skip(tag);
  }
  return { trackId };
}

export const encodeGetTrackRequest = (m: GetTrackRequest) =>
  wire.encode(sizeOfGetTrackRequest(m), writeGetTrackRequest, m);
export const decodeGetTrackRequest = (bytes: Uint8Array) => readGetTrackRequest(new wire.Reader(bytes));

export function sizeOfGetTrackResponse(m: GetTrackResponse): number {
  let size = 0;
  if (m.track !== undefined) size += 1 + wire.sizeOfBlock(sizeOfTrack(m.track));
  return size;
}

export function writeGetTrackResponse(w: wire.Writer, m: GetTrackResponse): void {
  if (m.track !== undefined) w.message(10, sizeOfTrack(m.track), writeTrack, m.track);
}

export function readGetTrackResponse(r: wire.Reader): GetTrackResponse {
  let track: Track | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) track = r.message(readTrack);
    else r.skip(tag);
  }
  return { track };
}

export const encodeGetTrackResponse = (m: GetTrackResponse) =>
  wire.encode(sizeOfGetTrackResponse(m), writeGetTrackResponse, m);
export const decodeGetTrackResponse = (bytes: Uint8Array) => readGetTrackResponse(new wire.Reader(bytes));

export function sizeOfPublishTrackRequest(m: PublishTrackRequest): number {
  let size = 0;
  if (m.track !== undefined) size += 1 + wire.sizeOfBlock(sizeOfTrack(m.track));
  return size;
}

export function writePublishTrackRequest(w: wire.Writer, m: PublishTrackRequest): void {
  if (m.track !== undefined) w.message(10, sizeOfTrack(m.track), writeTrack, m.track);
}

export function readPublishTrackRequest(r: wire.Reader): PublishTrackRequest {
  let track: Track | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) track = r.message(readTrack);
    else r.skip(tag);
  }
  return { track };
}

export const encodePublishTrackRequest = (m: PublishTrackRequest) =>
  wire.encode(sizeOfPublishTrackRequest(m), writePublishTrackRequest, m);
export const decodePublishTrackRequest = (bytes: Uint8Array) =>
  readPublishTrackRequest(new wire.Reader(bytes));

export function sizeOfPublishTrackResponse(m: PublishTrackResponse): number {
  let size = 0;
  if (m.publishedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.publishedAtNs);
  return size;
}

export function writePublishTrackResponse(w: wire.Writer, m: PublishTrackResponse): void {
  if (m.publishedAtNs !== 0) w.number(8, m.publishedAtNs);
}

export function readPublishTrackResponse(r: wire.Reader): PublishTrackResponse {
  let publishedAtNs = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) publishedAtNs = r.varint();
    else r.skip(tag);
  }
  return { publishedAtNs };
}

export const encodePublishTrackResponse = (m: PublishTrackResponse) =>
  wire.encode(sizeOfPublishTrackResponse(m), writePublishTrackResponse, m);
export const decodePublishTrackResponse = (bytes: Uint8Array) =>
  readPublishTrackResponse(new wire.Reader(bytes));

/** How its calls travel between processes. */
export const catalogueService: wire.Service<CatalogueApi> = {
  name: 'rehearsal.catalogue.Catalogue',
  calls: {
    getTrack: {
      name: 'GetTrack',
      encodeRequest: encodeGetTrackRequest,
      decodeRequest: decodeGetTrackRequest,
      encodeResponse: encodeGetTrackResponse,
      decodeResponse: decodeGetTrackResponse,
    },
    publishTrack: {
      name: 'PublishTrack',
      encodeRequest: encodePublishTrackRequest,
      decodeRequest: decodePublishTrackRequest,
      encodeResponse: encodePublishTrackResponse,
      decodeResponse: decodePublishTrackResponse,
    },
  },
};
