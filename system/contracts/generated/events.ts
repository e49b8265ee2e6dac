/** What services tell each other through the log. Generated from events.proto by generate.ts: do not edit. */
import * as wire from '../wire.ts';
import * as catalogue from './catalogue.ts';

/** Topic `plays`, by listener. */
export interface Play {
  readonly playId: number;
  readonly listenerId: string;
  readonly trackId: string;
  readonly playedAtNs: number;
  readonly listenedMs: number;
  readonly skipped: boolean;
}

/** Topic `playlist_updates`, by playlist. */
export interface PlaylistUpdate {
  readonly playlistId: string;
  readonly snapshot: number;
  readonly listenerId: string;
  /** The track that was added. */
  readonly track?: catalogue.Track;
}

/** Topic `catalogue_updates`, by track or label (knob `catalogue.eventKey`). */
export interface CatalogueUpdate {
  readonly track?: catalogue.Track;
}

export function sizeOfPlay(m: Play): number {
  let size = 0;
  if (m.playId !== 0) size += 1 + wire.sizeOfVarint(m.playId);
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.playedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.playedAtNs);
  if (m.listenedMs !== 0) size += 1 + wire.sizeOfVarint(m.listenedMs);
  if (m.skipped) size += 2;
  return size;
}

export function writePlay(w: wire.Writer, m: Play): void {
  if (m.playId !== 0) w.number(8, m.playId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.trackId !== '') w.text(26, m.trackId);
  if (m.playedAtNs !== 0) w.number(32, m.playedAtNs);
  if (m.listenedMs !== 0) w.number(40, m.listenedMs);
  if (m.skipped) w.number(48, 1);
}

export function readPlay(r: wire.Reader): Play {
  let playId = 0;
  let listenerId = '';
  let trackId = '';
  let playedAtNs = 0;
  let listenedMs = 0;
  let skipped = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) playId = r.varint();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 26) trackId = r.text();
    else if (tag === 32) playedAtNs = r.varint();
    else if (tag === 40) listenedMs = r.varint();
    else if (tag === 48) skipped = r.varint() !== 0;
    else r.skip(tag);
  }
  return { playId, listenerId, trackId, playedAtNs, listenedMs, skipped };
}

export const encodePlay = (m: Play) => wire.encode(sizeOfPlay(m), writePlay, m);
export const decodePlay = (bytes: Uint8Array) => readPlay(new wire.Reader(bytes));

export function sizeOfPlaylistUpdate(m: PlaylistUpdate): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.snapshot !== 0) size += 1 + wire.sizeOfVarint(m.snapshot);
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.track !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfTrack(m.track));
  return size;
}

export function writePlaylistUpdate(w: wire.Writer, m: PlaylistUpdate): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.snapshot !== 0) w.number(16, m.snapshot);
  if (m.listenerId !== '') w.text(26, m.listenerId);
  if (m.track !== undefined) w.message(34, catalogue.sizeOfTrack(m.track), catalogue.writeTrack, m.track);
}

export function readPlaylistUpdate(r: wire.Reader): PlaylistUpdate {
  let playlistId = '';
  let snapshot = 0;
  let listenerId = '';
  let track: catalogue.Track | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 16) snapshot = r.varint();
    else if (tag === 26) listenerId = r.text();
    else if (tag === 34) track = r.message(catalogue.readTrack);
    else r.skip(tag);
  }
  return { playlistId, snapshot, listenerId, track };
}

export const encodePlaylistUpdate = (m: PlaylistUpdate) =>
  wire.encode(sizeOfPlaylistUpdate(m), writePlaylistUpdate, m);
export const decodePlaylistUpdate = (bytes: Uint8Array) => readPlaylistUpdate(new wire.Reader(bytes));

export function sizeOfCatalogueUpdate(m: CatalogueUpdate): number {
  let size = 0;
  if (m.track !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfTrack(m.track));
  return size;
}

export function writeCatalogueUpdate(w: wire.Writer, m: CatalogueUpdate): void {
  if (m.track !== undefined) w.message(10, catalogue.sizeOfTrack(m.track), catalogue.writeTrack, m.track);
}

export function readCatalogueUpdate(r: wire.Reader): CatalogueUpdate {
  let track: catalogue.Track | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) track = r.message(catalogue.readTrack);
    else r.skip(tag);
  }
  return { track };
}

export const encodeCatalogueUpdate = (m: CatalogueUpdate) =>
  wire.encode(sizeOfCatalogueUpdate(m), writeCatalogueUpdate, m);
export const decodeCatalogueUpdate = (bytes: Uint8Array) => readCatalogueUpdate(new wire.Reader(bytes));
