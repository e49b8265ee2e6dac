/** Playlists: their tracks, and who follows them. Generated from playlist.proto by generate.ts: do not edit. */
import type { Context } from '../../ports/context.ts';
import * as wire from '../wire.ts';

export interface GetPlaylistRequest {
  readonly playlistId: string;
  /** Who reads. */
  readonly listenerId: string;
  /** 0: the service's default. */
  readonly followersLimit: number;
  /** What this client has seen or written; the answer reflects that edit. 0: anything goes. */
  readonly minimumSnapshot: number;
}

export interface GetPlaylistResponse {
  readonly playlistId: string;
  readonly name: string;
  readonly ownerId: string;
  /** Number of the newest edit that the answer reflects; 0 if it never was edited. */
  readonly snapshot: number;
  /** Newest first, one page. */
  readonly trackIds: readonly string[];
  /** Some of them. */
  readonly followerIds: readonly string[];
  /** 0 where the service does not count. */
  readonly followerCount: number;
}

export interface AddTrackRequest {
  readonly playlistId: string;
  readonly listenerId: string;
  readonly trackId: string;
}

export interface AddTrackResponse {
  /** Number of this edit: the `minimum_snapshot` of whoever wants to see it. */
  readonly snapshot: number;
}

export interface FollowRequest {
  readonly playlistId: string;
  readonly listenerId: string;
}

export type FollowResponse = Readonly<Record<string, never>>;

export interface PlaylistApi {
  getPlaylist(context: Context, request: GetPlaylistRequest): Promise<GetPlaylistResponse>;
  addTrack(context: Context, request: AddTrackRequest): Promise<AddTrackResponse>;
  follow(context: Context, request: FollowRequest): Promise<FollowResponse>;
  unfollow(context: Context, request: FollowRequest): Promise<FollowResponse>;
}

export const playlistMethods = ['getPlaylist', 'addTrack', 'follow', 'unfollow'] as const;

export function sizeOfGetPlaylistRequest(m: GetPlaylistRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.followersLimit !== 0) size += 1 + wire.sizeOfVarint(m.followersLimit);
  if (m.minimumSnapshot !== 0) size += 1 + wire.sizeOfVarint(m.minimumSnapshot);
  return size;
}

export function writeGetPlaylistRequest(w: wire.Writer, m: GetPlaylistRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.followersLimit !== 0) w.number(24, m.followersLimit);
  if (m.minimumSnapshot !== 0) w.number(32, m.minimumSnapshot);
}

export function readGetPlaylistRequest(r: wire.Reader): GetPlaylistRequest {
  let playlistId = '';
  let listenerId = '';
  let followersLimit = 0;
  let minimumSnapshot = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 24) followersLimit = r.varint();
    else if (tag === 32) minimumSnapshot = r.varint();
    else r.skip(tag);
  }
  return { playlistId, listenerId, followersLimit, minimumSnapshot };
}

export const encodeGetPlaylistRequest = (m: GetPlaylistRequest) =>
  wire.encode(sizeOfGetPlaylistRequest(m), writeGetPlaylistRequest, m);
export const decodeGetPlaylistRequest = (bytes: Uint8Array) => readGetPlaylistRequest(new wire.Reader(bytes));

export function sizeOfGetPlaylistResponse(m: GetPlaylistResponse): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.name !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.name));
  if (m.ownerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.ownerId));
  if (m.snapshot !== 0) size += 1 + wire.sizeOfVarint(m.snapshot);
  for (const item of m.trackIds) size += 1 + wire.sizeOfBlock(wire.sizeOfText(item));
  for (const item of m.followerIds) size += 1 + wire.sizeOfBlock(wire.sizeOfText(item));
  if (m.followerCount !== 0) size += 1 + wire.sizeOfVarint(m.followerCount);
  return size;
}

export function writeGetPlaylistResponse(w: wire.Writer, m: GetPlaylistResponse): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.name !== '') w.text(18, m.name);
  if (m.ownerId !== '') w.text(26, m.ownerId);
  if (m.snapshot !== 0) w.number(32, m.snapshot);
  for (const item of m.trackIds) w.text(42, item);
  for (const item of m.followerIds) w.text(50, item);
  if (m.followerCount !== 0) w.number(56, m.followerCount);
}

export function readGetPlaylistResponse(r: wire.Reader): GetPlaylistResponse {
  let playlistId = '';
  let name = '';
  let ownerId = '';
  let snapshot = 0;
  const trackIds: string[] = [];
  const followerIds: string[] = [];
  let followerCount = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) name = r.text();
    else if (tag === 26) ownerId = r.text();
    else if (tag === 32) snapshot = r.varint();
    else if (tag === 42) trackIds.push(r.text());
    else if (tag === 50) followerIds.push(r.text());
    else if (tag === 56) followerCount = r.varint();
    else r.skip(tag);
  }
  return { playlistId, name, ownerId, snapshot, trackIds, followerIds, followerCount };
}

export const encodeGetPlaylistResponse = (m: GetPlaylistResponse) =>
  wire.encode(sizeOfGetPlaylistResponse(m), writeGetPlaylistResponse, m);
export const decodeGetPlaylistResponse = (bytes: Uint8Array) =>
  readGetPlaylistResponse(new wire.Reader(bytes));

export function sizeOfAddTrackRequest(m: AddTrackRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  return size;
}

export function writeAddTrackRequest(w: wire.Writer, m: AddTrackRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.trackId !== '') w.text(26, m.trackId);
}

export function readAddTrackRequest(r: wire.Reader): AddTrackRequest {
  let playlistId = '';
  let listenerId = '';
  let trackId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 26) trackId = r.text();
    else r.skip(tag);
  }
  return { playlistId, listenerId, trackId };
}

export const encodeAddTrackRequest = (m: AddTrackRequest) =>
  wire.encode(sizeOfAddTrackRequest(m), writeAddTrackRequest, m);
export const decodeAddTrackRequest = (bytes: Uint8Array) => readAddTrackRequest(new wire.Reader(bytes));

export function sizeOfAddTrackResponse(m: AddTrackResponse): number {
  let size = 0;
  if (m.snapshot !== 0) size += 1 + wire.sizeOfVarint(m.snapshot);
  return size;
}

export function writeAddTrackResponse(w: wire.Writer, m: AddTrackResponse): void {
  if (m.snapshot !== 0) w.number(8, m.snapshot);
}

export function readAddTrackResponse(r: wire.Reader): AddTrackResponse {
  let snapshot = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) snapshot = r.varint();
    else r.skip(tag);
  }
  return { snapshot };
}

export const encodeAddTrackResponse = (m: AddTrackResponse) =>
  wire.encode(sizeOfAddTrackResponse(m), writeAddTrackResponse, m);
export const decodeAddTrackResponse = (bytes: Uint8Array) => readAddTrackResponse(new wire.Reader(bytes));

export function sizeOfFollowRequest(m: FollowRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  return size;
}

export function writeFollowRequest(w: wire.Writer, m: FollowRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
}

export function readFollowRequest(r: wire.Reader): FollowRequest {
  let playlistId = '';
  let listenerId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) listenerId = r.text();
    else r.skip(tag);
  }
  return { playlistId, listenerId };
}

export const encodeFollowRequest = (m: FollowRequest) =>
  wire.encode(sizeOfFollowRequest(m), writeFollowRequest, m);
export const decodeFollowRequest = (bytes: Uint8Array) => readFollowRequest(new wire.Reader(bytes));

export const sizeOfFollowResponse = (_: FollowResponse) => 0;

export function writeFollowResponse(_w: wire.Writer, _m: FollowResponse): void {}

export function readFollowResponse(r: wire.Reader): FollowResponse {
  while (r.at < r.end) r.skip(r.varint());
  return {};
}

export const encodeFollowResponse = (m: FollowResponse) => wire.encode(0, writeFollowResponse, m);
export const decodeFollowResponse = (bytes: Uint8Array) => readFollowResponse(new wire.Reader(bytes));
