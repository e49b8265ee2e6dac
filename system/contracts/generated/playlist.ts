/** Playlists: their tracks, who may read and edit them, who follows them; and what listeners have saved. Generated from playlist.proto by generate.ts: do not edit. */
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
  /** From the top, one page: newest first as long as nobody has moved or inserted any. */
  readonly trackIds: readonly string[];
  /** Some of them. */
  readonly followerIds: readonly string[];
  /** 0 where the service does not count. */
  readonly followerCount: number;
  /** Only its owner can read it. */
  readonly isPrivate: boolean;
  /** The owner has opened it to everybody's edits. */
  readonly isCollaborative: boolean;
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

export interface EditResponse {
  /** Number of this edit: the `minimum_snapshot` of whoever wants to see it. */
  readonly snapshot: number;
}

export interface CreatePlaylistRequest {
  /** The owner. */
  readonly listenerId: string;
  readonly name: string;
  readonly isPrivate: boolean;
  /** Not together with `is_private`. */
  readonly isCollaborative: boolean;
}

export interface CreatePlaylistResponse {
  readonly playlistId: string;
  readonly snapshot: number;
}

export interface RenamePlaylistRequest {
  readonly playlistId: string;
  readonly listenerId: string;
  readonly name: string;
}

export interface SetFlagsRequest {
  readonly playlistId: string;
  readonly listenerId: string;
  readonly isPrivate: boolean;
  /** Not together with `is_private`. */
  readonly isCollaborative: boolean;
}

export interface DeletePlaylistRequest {
  readonly playlistId: string;
  readonly listenerId: string;
}

export type DeletePlaylistResponse = Readonly<Record<string, never>>;

export interface ListTracksRequest {
  readonly playlistId: string;
  readonly listenerId: string;
  /** Counted from 0, the top. */
  readonly fromPosition: number;
  /** 0: the service's default. */
  readonly limit: number;
}

export interface PlaylistEntry {
  readonly position: number;
  readonly trackId: string;
  readonly addedBy: string;
  /** Number of the edit that added it. */
  readonly edit: number;
}

export interface ListTracksResponse {
  readonly entries: readonly PlaylistEntry[];
}

export interface InsertTrackRequest {
  readonly playlistId: string;
  readonly listenerId: string;
  readonly trackId: string;
  /** 0: at the top; the number of tracks: at the end. */
  readonly position: number;
}

export interface RemoveTrackRequest {
  readonly playlistId: string;
  readonly listenerId: string;
  readonly position: number;
  /** What the caller sees there. */
  readonly trackId: string;
}

export interface MoveTrackRequest {
  readonly playlistId: string;
  readonly listenerId: string;
  readonly fromPosition: number;
  /** Where it stands afterwards. */
  readonly toPosition: number;
  /** What the caller sees at `from_position`. */
  readonly trackId: string;
}

export interface SavePlaylistRequest {
  readonly playlistId: string;
  readonly listenerId: string;
}

export interface LikeTrackRequest {
  readonly trackId: string;
  readonly listenerId: string;
}

export type SavedResponse = Readonly<Record<string, never>>;

export interface GetSavedRequest {
  readonly listenerId: string;
  /** `next` of the page before; 0: the newest. */
  readonly before: number;
  /** 0: the service's default. */
  readonly limit: number;
}

export interface SavedItem {
  /** Of the playlist or the track. */
  readonly id: string;
  /** Grows with time. */
  readonly saved: number;
}

export interface GetSavedResponse {
  readonly items: readonly SavedItem[];
  /** What to ask for the page after this one; 0: this was the last. */
  readonly next: number;
}

export interface PlaylistApi {
  getPlaylist(context: Context, request: GetPlaylistRequest): Promise<GetPlaylistResponse>;
  /** Puts a track at the top. */
  addTrack(context: Context, request: AddTrackRequest): Promise<AddTrackResponse>;
  follow(context: Context, request: FollowRequest): Promise<FollowResponse>;
  unfollow(context: Context, request: FollowRequest): Promise<FollowResponse>;
  /** An empty playlist, in its owner's library at once. Trying again makes a second one. */
  createPlaylist(context: Context, request: CreatePlaylistRequest): Promise<CreatePlaylistResponse>;
  renamePlaylist(context: Context, request: RenamePlaylistRequest): Promise<EditResponse>;
  /** Who may read and who may edit. For the owner alone. */
  setFlags(context: Context, request: SetFlagsRequest): Promise<EditResponse>;
  /** For the owner alone. Libraries of others keep the id, which then is not found. */
  deletePlaylist(context: Context, request: DeletePlaylistRequest): Promise<DeletePlaylistResponse>;
  /** The tracks in order, with what is known of each, from a position on. */
  listTracks(context: Context, request: ListTracksRequest): Promise<ListTracksResponse>;
  /** Puts a track at a position; those behind it move on by one. */
  insertTrack(context: Context, request: InsertTrackRequest): Promise<EditResponse>;
  /** A `conflict` if another track stands at the position by now. */
  removeTrack(context: Context, request: RemoveTrackRequest): Promise<EditResponse>;
  /** A `conflict` if another track stands at the position by now. */
  moveTrack(context: Context, request: MoveTrackRequest): Promise<EditResponse>;
  /** Puts a playlist into a listener's library. Idempotent, as are the other three. */
  savePlaylist(context: Context, request: SavePlaylistRequest): Promise<SavedResponse>;
  unsavePlaylist(context: Context, request: SavePlaylistRequest): Promise<SavedResponse>;
  likeTrack(context: Context, request: LikeTrackRequest): Promise<SavedResponse>;
  unlikeTrack(context: Context, request: LikeTrackRequest): Promise<SavedResponse>;
  /** Playlists that a listener has saved, newest first, a page of them. */
  getLibrary(context: Context, request: GetSavedRequest): Promise<GetSavedResponse>;
  /** Tracks that a listener likes, newest first, a page of them. */
  getLikes(context: Context, request: GetSavedRequest): Promise<GetSavedResponse>;
}

export const playlistMethods = [
  'getPlaylist',
  'addTrack',
  'follow',
  'unfollow',
  'createPlaylist',
  'renamePlaylist',
  'setFlags',
  'deletePlaylist',
  'listTracks',
  'insertTrack',
  'removeTrack',
  'moveTrack',
  'savePlaylist',
  'unsavePlaylist',
  'likeTrack',
  'unlikeTrack',
  'getLibrary',
  'getLikes',
] as const;

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
  if (m.isPrivate) size += 2;
  if (m.isCollaborative) size += 2;
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
  if (m.isPrivate) w.number(64, 1);
  if (m.isCollaborative) w.number(72, 1);
}

export function readGetPlaylistResponse(r: wire.Reader): GetPlaylistResponse {
  let playlistId = '';
  let name = '';
  let ownerId = '';
  let snapshot = 0;
  const trackIds: string[] = [];
  const followerIds: string[] = [];
  let followerCount = 0;
  let isPrivate = false;
  let isCollaborative = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) name = r.text();
    else if (tag === 26) ownerId = r.text();
    else if (tag === 32) snapshot = r.varint();
    else if (tag === 42) trackIds.push(r.text());
    else if (tag === 50) followerIds.push(r.text());
    else if (tag === 56) followerCount = r.varint();
    else if (tag === 64) isPrivate = r.varint() !== 0;
    else if (tag === 72) isCollaborative = r.varint() !== 0;
    else r.skip(tag);
  }
  return {
    playlistId,
    name,
    ownerId,
    snapshot,
    trackIds,
    followerIds,
    followerCount,
    isPrivate,
    isCollaborative,
  };
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

export function sizeOfEditResponse(m: EditResponse): number {
  let size = 0;
  if (m.snapshot !== 0) size += 1 + wire.sizeOfVarint(m.snapshot);
  return size;
}

export function writeEditResponse(w: wire.Writer, m: EditResponse): void {
  if (m.snapshot !== 0) w.number(8, m.snapshot);
}

export function readEditResponse(r: wire.Reader): EditResponse {
  let snapshot = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) snapshot = r.varint();
    else r.skip(tag);
  }
  return { snapshot };
}

export const encodeEditResponse = (m: EditResponse) =>
  wire.encode(sizeOfEditResponse(m), writeEditResponse, m);
export const decodeEditResponse = (bytes: Uint8Array) => readEditResponse(new wire.Reader(bytes));

export function sizeOfCreatePlaylistRequest(m: CreatePlaylistRequest): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.name !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.name));
  if (m.isPrivate) size += 2;
  if (m.isCollaborative) size += 2;
  return size;
}

export function writeCreatePlaylistRequest(w: wire.Writer, m: CreatePlaylistRequest): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
  if (m.name !== '') w.text(18, m.name);
  if (m.isPrivate) w.number(24, 1);
  if (m.isCollaborative) w.number(32, 1);
}

export function readCreatePlaylistRequest(r: wire.Reader): CreatePlaylistRequest {
  let listenerId = '';
  let name = '';
  let isPrivate = false;
  let isCollaborative = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else if (tag === 18) name = r.text();
    else if (tag === 24) isPrivate = r.varint() !== 0;
    else if (tag === 32) isCollaborative = r.varint() !== 0;
    else r.skip(tag);
  }
  return { listenerId, name, isPrivate, isCollaborative };
}

export const encodeCreatePlaylistRequest = (m: CreatePlaylistRequest) =>
  wire.encode(sizeOfCreatePlaylistRequest(m), writeCreatePlaylistRequest, m);
export const decodeCreatePlaylistRequest = (bytes: Uint8Array) =>
  readCreatePlaylistRequest(new wire.Reader(bytes));

export function sizeOfCreatePlaylistResponse(m: CreatePlaylistResponse): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.snapshot !== 0) size += 1 + wire.sizeOfVarint(m.snapshot);
  return size;
}

export function writeCreatePlaylistResponse(w: wire.Writer, m: CreatePlaylistResponse): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.snapshot !== 0) w.number(16, m.snapshot);
}

export function readCreatePlaylistResponse(r: wire.Reader): CreatePlaylistResponse {
  let playlistId = '';
  let snapshot = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 16) snapshot = r.varint();
    else r.skip(tag);
  }
  return { playlistId, snapshot };
}

export const encodeCreatePlaylistResponse = (m: CreatePlaylistResponse) =>
  wire.encode(sizeOfCreatePlaylistResponse(m), writeCreatePlaylistResponse, m);
export const decodeCreatePlaylistResponse = (bytes: Uint8Array) =>
  readCreatePlaylistResponse(new wire.Reader(bytes));

export function sizeOfRenamePlaylistRequest(m: RenamePlaylistRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.name !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.name));
  return size;
}

export function writeRenamePlaylistRequest(w: wire.Writer, m: RenamePlaylistRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.name !== '') w.text(26, m.name);
}

export function readRenamePlaylistRequest(r: wire.Reader): RenamePlaylistRequest {
  let playlistId = '';
  let listenerId = '';
  let name = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 26) name = r.text();
    else r.skip(tag);
  }
  return { playlistId, listenerId, name };
}

export const encodeRenamePlaylistRequest = (m: RenamePlaylistRequest) =>
  wire.encode(sizeOfRenamePlaylistRequest(m), writeRenamePlaylistRequest, m);
export const decodeRenamePlaylistRequest = (bytes: Uint8Array) =>
  readRenamePlaylistRequest(new wire.Reader(bytes));

export function sizeOfSetFlagsRequest(m: SetFlagsRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.isPrivate) size += 2;
  if (m.isCollaborative) size += 2;
  return size;
}

export function writeSetFlagsRequest(w: wire.Writer, m: SetFlagsRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.isPrivate) w.number(24, 1);
  if (m.isCollaborative) w.number(32, 1);
}

export function readSetFlagsRequest(r: wire.Reader): SetFlagsRequest {
  let playlistId = '';
  let listenerId = '';
  let isPrivate = false;
  let isCollaborative = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 24) isPrivate = r.varint() !== 0;
    else if (tag === 32) isCollaborative = r.varint() !== 0;
    else r.skip(tag);
  }
  return { playlistId, listenerId, isPrivate, isCollaborative };
}

export const encodeSetFlagsRequest = (m: SetFlagsRequest) =>
  wire.encode(sizeOfSetFlagsRequest(m), writeSetFlagsRequest, m);
export const decodeSetFlagsRequest = (bytes: Uint8Array) => readSetFlagsRequest(new wire.Reader(bytes));

export function sizeOfDeletePlaylistRequest(m: DeletePlaylistRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  return size;
}

export function writeDeletePlaylistRequest(w: wire.Writer, m: DeletePlaylistRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
}

export function readDeletePlaylistRequest(r: wire.Reader): DeletePlaylistRequest {
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

export const encodeDeletePlaylistRequest = (m: DeletePlaylistRequest) =>
  wire.encode(sizeOfDeletePlaylistRequest(m), writeDeletePlaylistRequest, m);
export const decodeDeletePlaylistRequest = (bytes: Uint8Array) =>
  readDeletePlaylistRequest(new wire.Reader(bytes));

export const sizeOfDeletePlaylistResponse = (_: DeletePlaylistResponse) => 0;

export function writeDeletePlaylistResponse(_w: wire.Writer, _m: DeletePlaylistResponse): void {}

export function readDeletePlaylistResponse(r: wire.Reader): DeletePlaylistResponse {
  while (r.at < r.end) r.skip(r.varint());
  return {};
}

export const encodeDeletePlaylistResponse = (m: DeletePlaylistResponse) =>
  wire.encode(0, writeDeletePlaylistResponse, m);
export const decodeDeletePlaylistResponse = (bytes: Uint8Array) =>
  readDeletePlaylistResponse(new wire.Reader(bytes));

export function sizeOfListTracksRequest(m: ListTracksRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.fromPosition !== 0) size += 1 + wire.sizeOfVarint(m.fromPosition);
  if (m.limit !== 0) size += 1 + wire.sizeOfVarint(m.limit);
  return size;
}

export function writeListTracksRequest(w: wire.Writer, m: ListTracksRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.fromPosition !== 0) w.number(24, m.fromPosition);
  if (m.limit !== 0) w.number(32, m.limit);
}

export function readListTracksRequest(r: wire.Reader): ListTracksRequest {
  let playlistId = '';
  let listenerId = '';
  let fromPosition = 0;
  let limit = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 24) fromPosition = r.varint();
    else if (tag === 32) limit = r.varint();
    else r.skip(tag);
  }
  return { playlistId, listenerId, fromPosition, limit };
}

export const encodeListTracksRequest = (m: ListTracksRequest) =>
  wire.encode(sizeOfListTracksRequest(m), writeListTracksRequest, m);
export const decodeListTracksRequest = (bytes: Uint8Array) => readListTracksRequest(new wire.Reader(bytes));

export function sizeOfPlaylistEntry(m: PlaylistEntry): number {
  let size = 0;
  if (m.position !== 0) size += 1 + wire.sizeOfVarint(m.position);
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.addedBy !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.addedBy));
  if (m.edit !== 0) size += 1 + wire.sizeOfVarint(m.edit);
  return size;
}

export function writePlaylistEntry(w: wire.Writer, m: PlaylistEntry): void {
  if (m.position !== 0) w.number(8, m.position);
  if (m.trackId !== '') w.text(18, m.trackId);
  if (m.addedBy !== '') w.text(26, m.addedBy);
  if (m.edit !== 0) w.number(32, m.edit);
}

export function readPlaylistEntry(r: wire.Reader): PlaylistEntry {
  let position = 0;
  let trackId = '';
  let addedBy = '';
  let edit = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) position = r.varint();
    else if (tag === 18) trackId = r.text();
    else if (tag === 26) addedBy = r.text();
    else if (tag === 32) edit = r.varint();
    else r.skip(tag);
  }
  return { position, trackId, addedBy, edit };
}

export const encodePlaylistEntry = (m: PlaylistEntry) =>
  wire.encode(sizeOfPlaylistEntry(m), writePlaylistEntry, m);
export const decodePlaylistEntry = (bytes: Uint8Array) => readPlaylistEntry(new wire.Reader(bytes));

export function sizeOfListTracksResponse(m: ListTracksResponse): number {
  let size = 0;
  for (const item of m.entries) size += 1 + wire.sizeOfBlock(sizeOfPlaylistEntry(item));
  return size;
}

export function writeListTracksResponse(w: wire.Writer, m: ListTracksResponse): void {
  for (const item of m.entries) w.message(10, sizeOfPlaylistEntry(item), writePlaylistEntry, item);
}

export function readListTracksResponse(r: wire.Reader): ListTracksResponse {
  const entries: PlaylistEntry[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) entries.push(r.message(readPlaylistEntry));
    else r.skip(tag);
  }
  return { entries };
}

export const encodeListTracksResponse = (m: ListTracksResponse) =>
  wire.encode(sizeOfListTracksResponse(m), writeListTracksResponse, m);
export const decodeListTracksResponse = (bytes: Uint8Array) => readListTracksResponse(new wire.Reader(bytes));

export function sizeOfInsertTrackRequest(m: InsertTrackRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.position !== 0) size += 1 + wire.sizeOfVarint(m.position);
  return size;
}

export function writeInsertTrackRequest(w: wire.Writer, m: InsertTrackRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.trackId !== '') w.text(26, m.trackId);
  if (m.position !== 0) w.number(32, m.position);
}

export function readInsertTrackRequest(r: wire.Reader): InsertTrackRequest {
  let playlistId = '';
  let listenerId = '';
  let trackId = '';
  let position = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 26) trackId = r.text();
    else if (tag === 32) position = r.varint();
    else r.skip(tag);
  }
  return { playlistId, listenerId, trackId, position };
}

export const encodeInsertTrackRequest = (m: InsertTrackRequest) =>
  wire.encode(sizeOfInsertTrackRequest(m), writeInsertTrackRequest, m);
export const decodeInsertTrackRequest = (bytes: Uint8Array) => readInsertTrackRequest(new wire.Reader(bytes));

export function sizeOfRemoveTrackRequest(m: RemoveTrackRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.position !== 0) size += 1 + wire.sizeOfVarint(m.position);
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  return size;
}

export function writeRemoveTrackRequest(w: wire.Writer, m: RemoveTrackRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.position !== 0) w.number(24, m.position);
  if (m.trackId !== '') w.text(34, m.trackId);
}

export function readRemoveTrackRequest(r: wire.Reader): RemoveTrackRequest {
  let playlistId = '';
  let listenerId = '';
  let position = 0;
  let trackId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 24) position = r.varint();
    else if (tag === 34) trackId = r.text();
    else r.skip(tag);
  }
  return { playlistId, listenerId, position, trackId };
}

export const encodeRemoveTrackRequest = (m: RemoveTrackRequest) =>
  wire.encode(sizeOfRemoveTrackRequest(m), writeRemoveTrackRequest, m);
export const decodeRemoveTrackRequest = (bytes: Uint8Array) => readRemoveTrackRequest(new wire.Reader(bytes));

export function sizeOfMoveTrackRequest(m: MoveTrackRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.fromPosition !== 0) size += 1 + wire.sizeOfVarint(m.fromPosition);
  if (m.toPosition !== 0) size += 1 + wire.sizeOfVarint(m.toPosition);
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  return size;
}

export function writeMoveTrackRequest(w: wire.Writer, m: MoveTrackRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.fromPosition !== 0) w.number(24, m.fromPosition);
  if (m.toPosition !== 0) w.number(32, m.toPosition);
  if (m.trackId !== '') w.text(42, m.trackId);
}

export function readMoveTrackRequest(r: wire.Reader): MoveTrackRequest {
  let playlistId = '';
  let listenerId = '';
  let fromPosition = 0;
  let toPosition = 0;
  let trackId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) playlistId = r.text();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 24) fromPosition = r.varint();
    else if (tag === 32) toPosition = r.varint();
    else if (tag === 42) trackId = r.text();
    else r.skip(tag);
  }
  return { playlistId, listenerId, fromPosition, toPosition, trackId };
}

export const encodeMoveTrackRequest = (m: MoveTrackRequest) =>
  wire.encode(sizeOfMoveTrackRequest(m), writeMoveTrackRequest, m);
export const decodeMoveTrackRequest = (bytes: Uint8Array) => readMoveTrackRequest(new wire.Reader(bytes));

export function sizeOfSavePlaylistRequest(m: SavePlaylistRequest): number {
  let size = 0;
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  return size;
}

export function writeSavePlaylistRequest(w: wire.Writer, m: SavePlaylistRequest): void {
  if (m.playlistId !== '') w.text(10, m.playlistId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
}

export function readSavePlaylistRequest(r: wire.Reader): SavePlaylistRequest {
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

export const encodeSavePlaylistRequest = (m: SavePlaylistRequest) =>
  wire.encode(sizeOfSavePlaylistRequest(m), writeSavePlaylistRequest, m);
export const decodeSavePlaylistRequest = (bytes: Uint8Array) =>
  readSavePlaylistRequest(new wire.Reader(bytes));

export function sizeOfLikeTrackRequest(m: LikeTrackRequest): number {
  let size = 0;
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  return size;
}

export function writeLikeTrackRequest(w: wire.Writer, m: LikeTrackRequest): void {
  if (m.trackId !== '') w.text(10, m.trackId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
}

export function readLikeTrackRequest(r: wire.Reader): LikeTrackRequest {
  let trackId = '';
  let listenerId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackId = r.text();
    else if (tag === 18) listenerId = r.text();
    else r.skip(tag);
  }
  return { trackId, listenerId };
}

export const encodeLikeTrackRequest = (m: LikeTrackRequest) =>
  wire.encode(sizeOfLikeTrackRequest(m), writeLikeTrackRequest, m);
export const decodeLikeTrackRequest = (bytes: Uint8Array) => readLikeTrackRequest(new wire.Reader(bytes));

export const sizeOfSavedResponse = (_: SavedResponse) => 0;

export function writeSavedResponse(_w: wire.Writer, _m: SavedResponse): void {}

export function readSavedResponse(r: wire.Reader): SavedResponse {
  while (r.at < r.end) r.skip(r.varint());
  return {};
}

export const encodeSavedResponse = (m: SavedResponse) => wire.encode(0, writeSavedResponse, m);
export const decodeSavedResponse = (bytes: Uint8Array) => readSavedResponse(new wire.Reader(bytes));

export function sizeOfGetSavedRequest(m: GetSavedRequest): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.before !== 0) size += 1 + wire.sizeOfVarint(m.before);
  if (m.limit !== 0) size += 1 + wire.sizeOfVarint(m.limit);
  return size;
}

export function writeGetSavedRequest(w: wire.Writer, m: GetSavedRequest): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
  if (m.before !== 0) w.number(16, m.before);
  if (m.limit !== 0) w.number(24, m.limit);
}

export function readGetSavedRequest(r: wire.Reader): GetSavedRequest {
  let listenerId = '';
  let before = 0;
  let limit = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else if (tag === 16) before = r.varint();
    else if (tag === 24) limit = r.varint();
    else r.skip(tag);
  }
  return { listenerId, before, limit };
}

export const encodeGetSavedRequest = (m: GetSavedRequest) =>
  wire.encode(sizeOfGetSavedRequest(m), writeGetSavedRequest, m);
export const decodeGetSavedRequest = (bytes: Uint8Array) => readGetSavedRequest(new wire.Reader(bytes));

export function sizeOfSavedItem(m: SavedItem): number {
  let size = 0;
  if (m.id !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.id));
  if (m.saved !== 0) size += 1 + wire.sizeOfVarint(m.saved);
  return size;
}

export function writeSavedItem(w: wire.Writer, m: SavedItem): void {
  if (m.id !== '') w.text(10, m.id);
  if (m.saved !== 0) w.number(16, m.saved);
}

export function readSavedItem(r: wire.Reader): SavedItem {
  let id = '';
  let saved = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) id = r.text();
    else if (tag === 16) saved = r.varint();
    else r.skip(tag);
  }
  return { id, saved };
}

export const encodeSavedItem = (m: SavedItem) => wire.encode(sizeOfSavedItem(m), writeSavedItem, m);
export const decodeSavedItem = (bytes: Uint8Array) => readSavedItem(new wire.Reader(bytes));

export function sizeOfGetSavedResponse(m: GetSavedResponse): number {
  let size = 0;
  for (const item of m.items) size += 1 + wire.sizeOfBlock(sizeOfSavedItem(item));
  if (m.next !== 0) size += 1 + wire.sizeOfVarint(m.next);
  return size;
}

export function writeGetSavedResponse(w: wire.Writer, m: GetSavedResponse): void {
  for (const item of m.items) w.message(10, sizeOfSavedItem(item), writeSavedItem, item);
  if (m.next !== 0) w.number(16, m.next);
}

export function readGetSavedResponse(r: wire.Reader): GetSavedResponse {
  const items: SavedItem[] = [];
  let next = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) items.push(r.message(readSavedItem));
    else if (tag === 16) next = r.varint();
    else r.skip(tag);
  }
  return { items, next };
}

export const encodeGetSavedResponse = (m: GetSavedResponse) =>
  wire.encode(sizeOfGetSavedResponse(m), writeGetSavedResponse, m);
export const decodeGetSavedResponse = (bytes: Uint8Array) => readGetSavedResponse(new wire.Reader(bytes));

/** How its calls travel between processes. */
export const playlistService: wire.Service<PlaylistApi> = {
  name: 'rehearsal.playlist.Playlist',
  calls: {
    getPlaylist: {
      name: 'GetPlaylist',
      encodeRequest: encodeGetPlaylistRequest,
      decodeRequest: decodeGetPlaylistRequest,
      encodeResponse: encodeGetPlaylistResponse,
      decodeResponse: decodeGetPlaylistResponse,
    },
    addTrack: {
      name: 'AddTrack',
      encodeRequest: encodeAddTrackRequest,
      decodeRequest: decodeAddTrackRequest,
      encodeResponse: encodeAddTrackResponse,
      decodeResponse: decodeAddTrackResponse,
    },
    follow: {
      name: 'Follow',
      encodeRequest: encodeFollowRequest,
      decodeRequest: decodeFollowRequest,
      encodeResponse: encodeFollowResponse,
      decodeResponse: decodeFollowResponse,
    },
    unfollow: {
      name: 'Unfollow',
      encodeRequest: encodeFollowRequest,
      decodeRequest: decodeFollowRequest,
      encodeResponse: encodeFollowResponse,
      decodeResponse: decodeFollowResponse,
    },
    createPlaylist: {
      name: 'CreatePlaylist',
      encodeRequest: encodeCreatePlaylistRequest,
      decodeRequest: decodeCreatePlaylistRequest,
      encodeResponse: encodeCreatePlaylistResponse,
      decodeResponse: decodeCreatePlaylistResponse,
    },
    renamePlaylist: {
      name: 'RenamePlaylist',
      encodeRequest: encodeRenamePlaylistRequest,
      decodeRequest: decodeRenamePlaylistRequest,
      encodeResponse: encodeEditResponse,
      decodeResponse: decodeEditResponse,
    },
    setFlags: {
      name: 'SetFlags',
      encodeRequest: encodeSetFlagsRequest,
      decodeRequest: decodeSetFlagsRequest,
      encodeResponse: encodeEditResponse,
      decodeResponse: decodeEditResponse,
    },
    deletePlaylist: {
      name: 'DeletePlaylist',
      encodeRequest: encodeDeletePlaylistRequest,
      decodeRequest: decodeDeletePlaylistRequest,
      encodeResponse: encodeDeletePlaylistResponse,
      decodeResponse: decodeDeletePlaylistResponse,
    },
    listTracks: {
      name: 'ListTracks',
      encodeRequest: encodeListTracksRequest,
      decodeRequest: decodeListTracksRequest,
      encodeResponse: encodeListTracksResponse,
      decodeResponse: decodeListTracksResponse,
    },
    insertTrack: {
      name: 'InsertTrack',
      encodeRequest: encodeInsertTrackRequest,
      decodeRequest: decodeInsertTrackRequest,
      encodeResponse: encodeEditResponse,
      decodeResponse: decodeEditResponse,
    },
    removeTrack: {
      name: 'RemoveTrack',
      encodeRequest: encodeRemoveTrackRequest,
      decodeRequest: decodeRemoveTrackRequest,
      encodeResponse: encodeEditResponse,
      decodeResponse: decodeEditResponse,
    },
    moveTrack: {
      name: 'MoveTrack',
      encodeRequest: encodeMoveTrackRequest,
      decodeRequest: decodeMoveTrackRequest,
      encodeResponse: encodeEditResponse,
      decodeResponse: decodeEditResponse,
    },
    savePlaylist: {
      name: 'SavePlaylist',
      encodeRequest: encodeSavePlaylistRequest,
      decodeRequest: decodeSavePlaylistRequest,
      encodeResponse: encodeSavedResponse,
      decodeResponse: decodeSavedResponse,
    },
    unsavePlaylist: {
      name: 'UnsavePlaylist',
      encodeRequest: encodeSavePlaylistRequest,
      decodeRequest: decodeSavePlaylistRequest,
      encodeResponse: encodeSavedResponse,
      decodeResponse: decodeSavedResponse,
    },
    likeTrack: {
      name: 'LikeTrack',
      encodeRequest: encodeLikeTrackRequest,
      decodeRequest: decodeLikeTrackRequest,
      encodeResponse: encodeSavedResponse,
      decodeResponse: decodeSavedResponse,
    },
    unlikeTrack: {
      name: 'UnlikeTrack',
      encodeRequest: encodeLikeTrackRequest,
      decodeRequest: decodeLikeTrackRequest,
      encodeResponse: encodeSavedResponse,
      decodeResponse: decodeSavedResponse,
    },
    getLibrary: {
      name: 'GetLibrary',
      encodeRequest: encodeGetSavedRequest,
      decodeRequest: decodeGetSavedRequest,
      encodeResponse: encodeGetSavedResponse,
      decodeResponse: decodeGetSavedResponse,
    },
    getLikes: {
      name: 'GetLikes',
      encodeRequest: encodeGetSavedRequest,
      decodeRequest: decodeGetSavedRequest,
      encodeResponse: encodeGetSavedResponse,
      decodeResponse: decodeGetSavedResponse,
    },
  },
};
