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
  /** The track that was added, if one was. */
  readonly track?: catalogue.Track;
  /** What changed about the tracks that can be found through the playlist; absent for a track added to a public one. */
  readonly listing?: PlaylistListing;
  /** What the playlist is from this edit on: it was made, renamed, opened, closed or deleted. */
  readonly about?: PlaylistAbout;
}

/** The one with the greater snapshot is the newer one, in whatever order they come; after a deletion nothing comes. */
export interface PlaylistAbout {
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isCollaborative: boolean;
  readonly isDeleted: boolean;
}

export interface PlaylistListing {
  /** The playlist is private: what is added to it is for its owner alone. */
  readonly isPrivate: boolean;
  /** Not on the playlist any more, or not to be found through it: it was made private, or deleted. */
  readonly removedTrackIds: readonly string[];
  /** To be found through it again: it was made public. */
  readonly added: readonly catalogue.Track[];
}

/** Topic `catalogue_updates`: one of these; tracks by track or label (knob `catalogue.eventKey`), the others by their id. */
export interface CatalogueUpdate {
  readonly track?: catalogue.Track;
  readonly episode?: catalogue.Episode;
  readonly artist?: catalogue.Artist;
  readonly album?: catalogue.Album;
  readonly podcast?: catalogue.Podcast;
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
  if (m.listing !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPlaylistListing(m.listing));
  if (m.about !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPlaylistAbout(m.about));
  return size;
}

export function writePlaylistUpdate(w: wire.Writer, m: PlaylistUpdate): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.snapshot !== 0) w.number(16, m.snapshot);
  if (m.listenerId !== '') w.text(26, m.listenerId);
  if (m.track !== undefined) w.message(34, catalogue.sizeOfTrack(m.track), catalogue.writeTrack, m.track);
  if (m.listing !== undefined)
    w.message(42, sizeOfPlaylistListing(m.listing), writePlaylistListing, m.listing);
  if (m.about !== undefined) w.message(50, sizeOfPlaylistAbout(m.about), writePlaylistAbout, m.about);
}

export function readPlaylistUpdate(r: wire.Reader): PlaylistUpdate {
  let playlistId = '';
  let snapshot = 0;
  let listenerId = '';
  let track: catalogue.Track | undefined;
  let listing: PlaylistListing | undefined;
  let about: PlaylistAbout | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 16) snapshot = r.varint();
    else if (tag === 26) listenerId = r.text();
    else if (tag === 34) track = r.message(catalogue.readTrack);
    else if (tag === 42) listing = r.message(readPlaylistListing);
    else if (tag === 50) about = r.message(readPlaylistAbout);
    else r.skip(tag);
  }
  return { playlistId, snapshot, listenerId, track, listing, about };
}

export const encodePlaylistUpdate = (m: PlaylistUpdate) =>
  wire.encode(sizeOfPlaylistUpdate(m), writePlaylistUpdate, m);
export const decodePlaylistUpdate = (bytes: Uint8Array) => readPlaylistUpdate(new wire.Reader(bytes));

export function sizeOfPlaylistAbout(m: PlaylistAbout): number {
  let size = 0;
  if (m.name !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.name));
  if (m.isPrivate) size += 2;
  if (m.isCollaborative) size += 2;
  if (m.isDeleted) size += 2;
  return size;
}

export function writePlaylistAbout(w: wire.Writer, m: PlaylistAbout): void {
  if (m.name !== '') w.text(10, m.name);
  if (m.isPrivate) w.number(16, 1);
  if (m.isCollaborative) w.number(24, 1);
  if (m.isDeleted) w.number(32, 1);
}

export function readPlaylistAbout(r: wire.Reader): PlaylistAbout {
  let name = '';
  let isPrivate = false;
  let isCollaborative = false;
  let isDeleted = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) name = r.text();
    else if (tag === 16) isPrivate = r.varint() !== 0;
    else if (tag === 24) isCollaborative = r.varint() !== 0;
    else if (tag === 32) isDeleted = r.varint() !== 0;
    else r.skip(tag);
  }
  return { name, isPrivate, isCollaborative, isDeleted };
}

export const encodePlaylistAbout = (m: PlaylistAbout) =>
  wire.encode(sizeOfPlaylistAbout(m), writePlaylistAbout, m);
export const decodePlaylistAbout = (bytes: Uint8Array) => readPlaylistAbout(new wire.Reader(bytes));

export function sizeOfPlaylistListing(m: PlaylistListing): number {
  let size = 0;
  if (m.isPrivate) size += 2;
  for (const item of m.removedTrackIds) size += 1 + wire.sizeOfBlock(wire.sizeOfText(item));
  for (const item of m.added) size += 1 + wire.sizeOfBlock(catalogue.sizeOfTrack(item));
  return size;
}

export function writePlaylistListing(w: wire.Writer, m: PlaylistListing): void {
  if (m.isPrivate) w.number(8, 1);
  for (const item of m.removedTrackIds) w.text(18, item);
  for (const item of m.added) w.message(26, catalogue.sizeOfTrack(item), catalogue.writeTrack, item);
}

export function readPlaylistListing(r: wire.Reader): PlaylistListing {
  let isPrivate = false;
  const removedTrackIds: string[] = [];
  const added: catalogue.Track[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) isPrivate = r.varint() !== 0;
    else if (tag === 18) removedTrackIds.push(r.text());
    else if (tag === 26) added.push(r.message(catalogue.readTrack));
    else r.skip(tag);
  }
  return { isPrivate, removedTrackIds, added };
}

export const encodePlaylistListing = (m: PlaylistListing) =>
  wire.encode(sizeOfPlaylistListing(m), writePlaylistListing, m);
export const decodePlaylistListing = (bytes: Uint8Array) => readPlaylistListing(new wire.Reader(bytes));

export function sizeOfCatalogueUpdate(m: CatalogueUpdate): number {
  let size = 0;
  if (m.track !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfTrack(m.track));
  if (m.episode !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfEpisode(m.episode));
  if (m.artist !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfArtist(m.artist));
  if (m.album !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfAlbum(m.album));
  if (m.podcast !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfPodcast(m.podcast));
  return size;
}

export function writeCatalogueUpdate(w: wire.Writer, m: CatalogueUpdate): void {
  if (m.track !== undefined) w.message(10, catalogue.sizeOfTrack(m.track), catalogue.writeTrack, m.track);
  if (m.episode !== undefined)
    w.message(18, catalogue.sizeOfEpisode(m.episode), catalogue.writeEpisode, m.episode);
  if (m.artist !== undefined)
    w.message(26, catalogue.sizeOfArtist(m.artist), catalogue.writeArtist, m.artist);
  if (m.album !== undefined) w.message(34, catalogue.sizeOfAlbum(m.album), catalogue.writeAlbum, m.album);
  if (m.podcast !== undefined)
    w.message(42, catalogue.sizeOfPodcast(m.podcast), catalogue.writePodcast, m.podcast);
}

export function readCatalogueUpdate(r: wire.Reader): CatalogueUpdate {
  let track: catalogue.Track | undefined;
  let episode: catalogue.Episode | undefined;
  let artist: catalogue.Artist | undefined;
  let album: catalogue.Album | undefined;
  let podcast: catalogue.Podcast | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) track = r.message(catalogue.readTrack);
    else if (tag === 18) episode = r.message(catalogue.readEpisode);
    else if (tag === 26) artist = r.message(catalogue.readArtist);
    else if (tag === 34) album = r.message(catalogue.readAlbum);
    else if (tag === 42) podcast = r.message(catalogue.readPodcast);
    else r.skip(tag);
  }
  return { track, episode, artist, album, podcast };
}

export const encodeCatalogueUpdate = (m: CatalogueUpdate) =>
  wire.encode(sizeOfCatalogueUpdate(m), writeCatalogueUpdate, m);
export const decodeCatalogueUpdate = (bytes: Uint8Array) => readCatalogueUpdate(new wire.Reader(bytes));
