/** The public API: what apps call. Every request carries its token; answers are those of the services behind. Generated from gateway.proto by generate.ts: do not edit. */
import type { Context } from '../../ports/context.ts';
import * as wire from '../wire.ts';
import * as catalogue from './catalogue.ts';
import * as identity from './identity.ts';
import * as listening from './listening.ts';
import * as playlist from './playlist.ts';
import * as search from './search.ts';

export interface GetPlaylistRequest {
  readonly token?: identity.Token;
  readonly playlistId: string;
  readonly followersLimit: number;
  readonly minimumSnapshot: number;
}

export interface AddTrackRequest {
  readonly token?: identity.Token;
  readonly playlistId: string;
  readonly trackId: string;
}

export interface FollowRequest {
  readonly token?: identity.Token;
  readonly playlistId: string;
}

export interface RecordPlayRequest {
  readonly token?: identity.Token;
  readonly playId: number;
  readonly trackId: string;
  readonly listenedMs: number;
  readonly skipped: boolean;
  /** When; 0, or later than now: now. */
  readonly playedAtNs: number;
}

export interface GetHistoryRequest {
  readonly token?: identity.Token;
  readonly limit: number;
  readonly cursor?: listening.HistoryCursor;
}

export interface SearchRequest {
  readonly token?: identity.Token;
  readonly text: string;
  readonly kind: string;
  readonly size: number;
}

export interface GetTrackRequest {
  readonly token?: identity.Token;
  readonly trackId: string;
}

export interface CreatePlaylistRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.CreatePlaylistRequest;
}

export interface RenamePlaylistRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.RenamePlaylistRequest;
}

export interface SetFlagsRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.SetFlagsRequest;
}

export interface DeletePlaylistRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.DeletePlaylistRequest;
}

export interface ListTracksRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.ListTracksRequest;
}

export interface InsertTrackRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.InsertTrackRequest;
}

export interface RemoveTrackRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.RemoveTrackRequest;
}

export interface MoveTrackRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.MoveTrackRequest;
}

export interface SavePlaylistRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.SavePlaylistRequest;
}

export interface LikeTrackRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.LikeTrackRequest;
}

export interface GetSavedRequest {
  readonly token?: identity.Token;
  readonly call?: playlist.GetSavedRequest;
}

export interface GetTracksRequest {
  readonly token?: identity.Token;
  readonly call?: catalogue.GetTracksRequest;
}

export interface GetArtistRequest {
  readonly token?: identity.Token;
  readonly call?: catalogue.GetArtistRequest;
}

export interface GetAlbumRequest {
  readonly token?: identity.Token;
  readonly call?: catalogue.GetAlbumRequest;
}

export interface GetPodcastRequest {
  readonly token?: identity.Token;
  readonly call?: catalogue.GetPodcastRequest;
}

export interface GetEpisodeRequest {
  readonly token?: identity.Token;
  readonly call?: catalogue.GetEpisodeRequest;
}

export interface GetLyricsRequest {
  readonly token?: identity.Token;
  readonly call?: catalogue.GetLyricsRequest;
}

export interface GetRecentlyPlayedRequest {
  readonly token?: identity.Token;
  readonly call?: listening.GetRecentlyPlayedRequest;
}

export interface GetSessionRequest {
  readonly token?: identity.Token;
  readonly call?: listening.GetSessionRequest;
}

export interface GetTopChartsRequest {
  readonly token?: identity.Token;
  readonly call?: listening.GetTopChartsRequest;
}

export interface SuggestRequest {
  readonly token?: identity.Token;
  readonly call?: search.SuggestRequest;
}

export interface GatewayApi {
  getPlaylist(context: Context, request: GetPlaylistRequest): Promise<playlist.GetPlaylistResponse>;
  addTrack(context: Context, request: AddTrackRequest): Promise<playlist.AddTrackResponse>;
  follow(context: Context, request: FollowRequest): Promise<playlist.FollowResponse>;
  unfollow(context: Context, request: FollowRequest): Promise<playlist.FollowResponse>;
  recordPlay(context: Context, request: RecordPlayRequest): Promise<listening.RecordPlayResponse>;
  getHistory(context: Context, request: GetHistoryRequest): Promise<listening.GetHistoryResponse>;
  search(context: Context, request: SearchRequest): Promise<search.SearchResponse>;
  getTrack(context: Context, request: GetTrackRequest): Promise<catalogue.GetTrackResponse>;
  /** From here on a request is the token and the call that the service behind gets; its listener is the token's, whatever it says. */
  createPlaylist(context: Context, request: CreatePlaylistRequest): Promise<playlist.CreatePlaylistResponse>;
  renamePlaylist(context: Context, request: RenamePlaylistRequest): Promise<playlist.EditResponse>;
  setFlags(context: Context, request: SetFlagsRequest): Promise<playlist.EditResponse>;
  deletePlaylist(context: Context, request: DeletePlaylistRequest): Promise<playlist.DeletePlaylistResponse>;
  listTracks(context: Context, request: ListTracksRequest): Promise<playlist.ListTracksResponse>;
  insertTrack(context: Context, request: InsertTrackRequest): Promise<playlist.EditResponse>;
  removeTrack(context: Context, request: RemoveTrackRequest): Promise<playlist.EditResponse>;
  moveTrack(context: Context, request: MoveTrackRequest): Promise<playlist.EditResponse>;
  savePlaylist(context: Context, request: SavePlaylistRequest): Promise<playlist.SavedResponse>;
  unsavePlaylist(context: Context, request: SavePlaylistRequest): Promise<playlist.SavedResponse>;
  likeTrack(context: Context, request: LikeTrackRequest): Promise<playlist.SavedResponse>;
  unlikeTrack(context: Context, request: LikeTrackRequest): Promise<playlist.SavedResponse>;
  getLibrary(context: Context, request: GetSavedRequest): Promise<playlist.GetSavedResponse>;
  getLikes(context: Context, request: GetSavedRequest): Promise<playlist.GetSavedResponse>;
  getTracks(context: Context, request: GetTracksRequest): Promise<catalogue.GetTracksResponse>;
  getArtist(context: Context, request: GetArtistRequest): Promise<catalogue.GetArtistResponse>;
  getAlbum(context: Context, request: GetAlbumRequest): Promise<catalogue.GetAlbumResponse>;
  getPodcast(context: Context, request: GetPodcastRequest): Promise<catalogue.GetPodcastResponse>;
  getEpisode(context: Context, request: GetEpisodeRequest): Promise<catalogue.GetEpisodeResponse>;
  getLyrics(context: Context, request: GetLyricsRequest): Promise<catalogue.GetLyricsResponse>;
  getRecentlyPlayed(context: Context, request: GetRecentlyPlayedRequest): Promise<listening.GetRecentlyPlayedResponse>;
  getSession(context: Context, request: GetSessionRequest): Promise<listening.GetSessionResponse>;
  getTopCharts(context: Context, request: GetTopChartsRequest): Promise<listening.GetTopChartsResponse>;
  suggest(context: Context, request: SuggestRequest): Promise<search.SuggestResponse>;
}

export const gatewayMethods = [
  'getPlaylist',
  'addTrack',
  'follow',
  'unfollow',
  'recordPlay',
  'getHistory',
  'search',
  'getTrack',
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
  'getTracks',
  'getArtist',
  'getAlbum',
  'getPodcast',
  'getEpisode',
  'getLyrics',
  'getRecentlyPlayed',
  'getSession',
  'getTopCharts',
  'suggest',
] as const;

export function sizeOfGetPlaylistRequest(m: GetPlaylistRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.followersLimit !== 0) size += 1 + wire.sizeOfVarint(m.followersLimit);
  if (m.minimumSnapshot !== 0) size += 1 + wire.sizeOfVarint(m.minimumSnapshot);
  return size;
}

export function writeGetPlaylistRequest(w: wire.Writer, m: GetPlaylistRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.playlistId !== '') w.text(18, m.playlistId);
  if (m.followersLimit !== 0) w.number(24, m.followersLimit);
  if (m.minimumSnapshot !== 0) w.number(32, m.minimumSnapshot);
}

export function readGetPlaylistRequest(r: wire.Reader): GetPlaylistRequest {
  let token: identity.Token | undefined;
  let playlistId = '';
  let followersLimit = 0;
  let minimumSnapshot = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) playlistId = r.text();
    else if (tag === 24) followersLimit = r.varint();
    else if (tag === 32) minimumSnapshot = r.varint();
    else r.skip(tag);
  }
  return { token, playlistId, followersLimit, minimumSnapshot };
}

export const encodeGetPlaylistRequest = (m: GetPlaylistRequest) =>
  wire.encode(sizeOfGetPlaylistRequest(m), writeGetPlaylistRequest, m);
export const decodeGetPlaylistRequest = (bytes: Uint8Array) => readGetPlaylistRequest(new wire.Reader(bytes));

export function sizeOfAddTrackRequest(m: AddTrackRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  return size;
}

export function writeAddTrackRequest(w: wire.Writer, m: AddTrackRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.playlistId !== '') w.text(18, m.playlistId);
  if (m.trackId !== '') w.text(26, m.trackId);
}

export function readAddTrackRequest(r: wire.Reader): AddTrackRequest {
  let token: identity.Token | undefined;
  let playlistId = '';
  let trackId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) playlistId = r.text();
    else if (tag === 26) trackId = r.text();
    else r.skip(tag);
  }
  return { token, playlistId, trackId };
}

export const encodeAddTrackRequest = (m: AddTrackRequest) =>
  wire.encode(sizeOfAddTrackRequest(m), writeAddTrackRequest, m);
export const decodeAddTrackRequest = (bytes: Uint8Array) => readAddTrackRequest(new wire.Reader(bytes));

export function sizeOfFollowRequest(m: FollowRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  return size;
}

export function writeFollowRequest(w: wire.Writer, m: FollowRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.playlistId !== '') w.text(18, m.playlistId);
}

export function readFollowRequest(r: wire.Reader): FollowRequest {
  let token: identity.Token | undefined;
  let playlistId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) playlistId = r.text();
    else r.skip(tag);
  }
  return { token, playlistId };
}

export const encodeFollowRequest = (m: FollowRequest) =>
  wire.encode(sizeOfFollowRequest(m), writeFollowRequest, m);
export const decodeFollowRequest = (bytes: Uint8Array) => readFollowRequest(new wire.Reader(bytes));

export function sizeOfRecordPlayRequest(m: RecordPlayRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.playId !== 0) size += 1 + wire.sizeOfVarint(m.playId);
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.listenedMs !== 0) size += 1 + wire.sizeOfVarint(m.listenedMs);
  if (m.skipped) size += 2;
  if (m.playedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.playedAtNs);
  return size;
}

export function writeRecordPlayRequest(w: wire.Writer, m: RecordPlayRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.playId !== 0) w.number(16, m.playId);
  if (m.trackId !== '') w.text(26, m.trackId);
  if (m.listenedMs !== 0) w.number(32, m.listenedMs);
  if (m.skipped) w.number(40, 1);
  if (m.playedAtNs !== 0) w.number(48, m.playedAtNs);
}

export function readRecordPlayRequest(r: wire.Reader): RecordPlayRequest {
  let token: identity.Token | undefined;
  let playId = 0;
  let trackId = '';
  let listenedMs = 0;
  let skipped = false;
  let playedAtNs = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 16) playId = r.varint();
    else if (tag === 26) trackId = r.text();
    else if (tag === 32) listenedMs = r.varint();
    else if (tag === 40) skipped = r.varint() !== 0;
    else if (tag === 48) playedAtNs = r.varint();
    else r.skip(tag);
  }
  return { token, playId, trackId, listenedMs, skipped, playedAtNs };
}

export const encodeRecordPlayRequest = (m: RecordPlayRequest) =>
  wire.encode(sizeOfRecordPlayRequest(m), writeRecordPlayRequest, m);
export const decodeRecordPlayRequest = (bytes: Uint8Array) => readRecordPlayRequest(new wire.Reader(bytes));

export function sizeOfGetHistoryRequest(m: GetHistoryRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.limit !== 0) size += 1 + wire.sizeOfVarint(m.limit);
  if (m.cursor !== undefined) size += 1 + wire.sizeOfBlock(listening.sizeOfHistoryCursor(m.cursor));
  return size;
}

export function writeGetHistoryRequest(w: wire.Writer, m: GetHistoryRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.limit !== 0) w.number(16, m.limit);
  if (m.cursor !== undefined)
    w.message(26, listening.sizeOfHistoryCursor(m.cursor), listening.writeHistoryCursor, m.cursor);
}

export function readGetHistoryRequest(r: wire.Reader): GetHistoryRequest {
  let token: identity.Token | undefined;
  let limit = 0;
  let cursor: listening.HistoryCursor | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 16) limit = r.varint();
    else if (tag === 26) cursor = r.message(listening.readHistoryCursor);
    else r.skip(tag);
  }
  return { token, limit, cursor };
}

export const encodeGetHistoryRequest = (m: GetHistoryRequest) =>
  wire.encode(sizeOfGetHistoryRequest(m), writeGetHistoryRequest, m);
export const decodeGetHistoryRequest = (bytes: Uint8Array) => readGetHistoryRequest(new wire.Reader(bytes));

export function sizeOfSearchRequest(m: SearchRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.text !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.text));
  if (m.kind !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.kind));
  if (m.size !== 0) size += 1 + wire.sizeOfVarint(m.size);
  return size;
}

export function writeSearchRequest(w: wire.Writer, m: SearchRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.text !== '') w.text(18, m.text);
  if (m.kind !== '') w.text(26, m.kind);
  if (m.size !== 0) w.number(32, m.size);
}

export function readSearchRequest(r: wire.Reader): SearchRequest {
  let token: identity.Token | undefined;
  let text = '';
  let kind = '';
  let size = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) text = r.text();
    else if (tag === 26) kind = r.text();
    else if (tag === 32) size = r.varint();
    else r.skip(tag);
  }
  return { token, text, kind, size };
}

export const encodeSearchRequest = (m: SearchRequest) =>
  wire.encode(sizeOfSearchRequest(m), writeSearchRequest, m);
export const decodeSearchRequest = (bytes: Uint8Array) => readSearchRequest(new wire.Reader(bytes));

export function sizeOfGetTrackRequest(m: GetTrackRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  return size;
}

export function writeGetTrackRequest(w: wire.Writer, m: GetTrackRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.trackId !== '') w.text(18, m.trackId);
}

export function readGetTrackRequest(r: wire.Reader): GetTrackRequest {
  let token: identity.Token | undefined;
  let trackId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) trackId = r.text();
    else r.skip(tag);
  }
  return { token, trackId };
}

export const encodeGetTrackRequest = (m: GetTrackRequest) =>
  wire.encode(sizeOfGetTrackRequest(m), writeGetTrackRequest, m);
export const decodeGetTrackRequest = (bytes: Uint8Array) => readGetTrackRequest(new wire.Reader(bytes));

export function sizeOfCreatePlaylistRequest(m: CreatePlaylistRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfCreatePlaylistRequest(m.call));
  return size;
}

export function writeCreatePlaylistRequest(w: wire.Writer, m: CreatePlaylistRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfCreatePlaylistRequest(m.call), playlist.writeCreatePlaylistRequest, m.call);
}

export function readCreatePlaylistRequest(r: wire.Reader): CreatePlaylistRequest {
  let token: identity.Token | undefined;
  let call: playlist.CreatePlaylistRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readCreatePlaylistRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeCreatePlaylistRequest = (m: CreatePlaylistRequest) =>
  wire.encode(sizeOfCreatePlaylistRequest(m), writeCreatePlaylistRequest, m);
export const decodeCreatePlaylistRequest = (bytes: Uint8Array) =>
  readCreatePlaylistRequest(new wire.Reader(bytes));

export function sizeOfRenamePlaylistRequest(m: RenamePlaylistRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfRenamePlaylistRequest(m.call));
  return size;
}

export function writeRenamePlaylistRequest(w: wire.Writer, m: RenamePlaylistRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfRenamePlaylistRequest(m.call), playlist.writeRenamePlaylistRequest, m.call);
}

export function readRenamePlaylistRequest(r: wire.Reader): RenamePlaylistRequest {
  let token: identity.Token | undefined;
  let call: playlist.RenamePlaylistRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readRenamePlaylistRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeRenamePlaylistRequest = (m: RenamePlaylistRequest) =>
  wire.encode(sizeOfRenamePlaylistRequest(m), writeRenamePlaylistRequest, m);
export const decodeRenamePlaylistRequest = (bytes: Uint8Array) =>
  readRenamePlaylistRequest(new wire.Reader(bytes));

export function sizeOfSetFlagsRequest(m: SetFlagsRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfSetFlagsRequest(m.call));
  return size;
}

export function writeSetFlagsRequest(w: wire.Writer, m: SetFlagsRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfSetFlagsRequest(m.call), playlist.writeSetFlagsRequest, m.call);
}

export function readSetFlagsRequest(r: wire.Reader): SetFlagsRequest {
  let token: identity.Token | undefined;
  let call: playlist.SetFlagsRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readSetFlagsRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeSetFlagsRequest = (m: SetFlagsRequest) =>
  wire.encode(sizeOfSetFlagsRequest(m), writeSetFlagsRequest, m);
export const decodeSetFlagsRequest = (bytes: Uint8Array) => readSetFlagsRequest(new wire.Reader(bytes));

export function sizeOfDeletePlaylistRequest(m: DeletePlaylistRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfDeletePlaylistRequest(m.call));
  return size;
}

export function writeDeletePlaylistRequest(w: wire.Writer, m: DeletePlaylistRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfDeletePlaylistRequest(m.call), playlist.writeDeletePlaylistRequest, m.call);
}

export function readDeletePlaylistRequest(r: wire.Reader): DeletePlaylistRequest {
  let token: identity.Token | undefined;
  let call: playlist.DeletePlaylistRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readDeletePlaylistRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeDeletePlaylistRequest = (m: DeletePlaylistRequest) =>
  wire.encode(sizeOfDeletePlaylistRequest(m), writeDeletePlaylistRequest, m);
export const decodeDeletePlaylistRequest = (bytes: Uint8Array) =>
  readDeletePlaylistRequest(new wire.Reader(bytes));

export function sizeOfListTracksRequest(m: ListTracksRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfListTracksRequest(m.call));
  return size;
}

export function writeListTracksRequest(w: wire.Writer, m: ListTracksRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfListTracksRequest(m.call), playlist.writeListTracksRequest, m.call);
}

export function readListTracksRequest(r: wire.Reader): ListTracksRequest {
  let token: identity.Token | undefined;
  let call: playlist.ListTracksRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readListTracksRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeListTracksRequest = (m: ListTracksRequest) =>
  wire.encode(sizeOfListTracksRequest(m), writeListTracksRequest, m);
export const decodeListTracksRequest = (bytes: Uint8Array) => readListTracksRequest(new wire.Reader(bytes));

export function sizeOfInsertTrackRequest(m: InsertTrackRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfInsertTrackRequest(m.call));
  return size;
}

export function writeInsertTrackRequest(w: wire.Writer, m: InsertTrackRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfInsertTrackRequest(m.call), playlist.writeInsertTrackRequest, m.call);
}

export function readInsertTrackRequest(r: wire.Reader): InsertTrackRequest {
  let token: identity.Token | undefined;
  let call: playlist.InsertTrackRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readInsertTrackRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeInsertTrackRequest = (m: InsertTrackRequest) =>
  wire.encode(sizeOfInsertTrackRequest(m), writeInsertTrackRequest, m);
export const decodeInsertTrackRequest = (bytes: Uint8Array) => readInsertTrackRequest(new wire.Reader(bytes));

export function sizeOfRemoveTrackRequest(m: RemoveTrackRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfRemoveTrackRequest(m.call));
  return size;
}

export function writeRemoveTrackRequest(w: wire.Writer, m: RemoveTrackRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfRemoveTrackRequest(m.call), playlist.writeRemoveTrackRequest, m.call);
}

export function readRemoveTrackRequest(r: wire.Reader): RemoveTrackRequest {
  let token: identity.Token | undefined;
  let call: playlist.RemoveTrackRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readRemoveTrackRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeRemoveTrackRequest = (m: RemoveTrackRequest) =>
  wire.encode(sizeOfRemoveTrackRequest(m), writeRemoveTrackRequest, m);
export const decodeRemoveTrackRequest = (bytes: Uint8Array) => readRemoveTrackRequest(new wire.Reader(bytes));

export function sizeOfMoveTrackRequest(m: MoveTrackRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfMoveTrackRequest(m.call));
  return size;
}

export function writeMoveTrackRequest(w: wire.Writer, m: MoveTrackRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfMoveTrackRequest(m.call), playlist.writeMoveTrackRequest, m.call);
}

export function readMoveTrackRequest(r: wire.Reader): MoveTrackRequest {
  let token: identity.Token | undefined;
  let call: playlist.MoveTrackRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readMoveTrackRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeMoveTrackRequest = (m: MoveTrackRequest) =>
  wire.encode(sizeOfMoveTrackRequest(m), writeMoveTrackRequest, m);
export const decodeMoveTrackRequest = (bytes: Uint8Array) => readMoveTrackRequest(new wire.Reader(bytes));

export function sizeOfSavePlaylistRequest(m: SavePlaylistRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfSavePlaylistRequest(m.call));
  return size;
}

export function writeSavePlaylistRequest(w: wire.Writer, m: SavePlaylistRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfSavePlaylistRequest(m.call), playlist.writeSavePlaylistRequest, m.call);
}

export function readSavePlaylistRequest(r: wire.Reader): SavePlaylistRequest {
  let token: identity.Token | undefined;
  let call: playlist.SavePlaylistRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readSavePlaylistRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeSavePlaylistRequest = (m: SavePlaylistRequest) =>
  wire.encode(sizeOfSavePlaylistRequest(m), writeSavePlaylistRequest, m);
export const decodeSavePlaylistRequest = (bytes: Uint8Array) =>
  readSavePlaylistRequest(new wire.Reader(bytes));

export function sizeOfLikeTrackRequest(m: LikeTrackRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfLikeTrackRequest(m.call));
  return size;
}

export function writeLikeTrackRequest(w: wire.Writer, m: LikeTrackRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfLikeTrackRequest(m.call), playlist.writeLikeTrackRequest, m.call);
}

export function readLikeTrackRequest(r: wire.Reader): LikeTrackRequest {
  let token: identity.Token | undefined;
  let call: playlist.LikeTrackRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readLikeTrackRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeLikeTrackRequest = (m: LikeTrackRequest) =>
  wire.encode(sizeOfLikeTrackRequest(m), writeLikeTrackRequest, m);
export const decodeLikeTrackRequest = (bytes: Uint8Array) => readLikeTrackRequest(new wire.Reader(bytes));

export function sizeOfGetSavedRequest(m: GetSavedRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(playlist.sizeOfGetSavedRequest(m.call));
  return size;
}

export function writeGetSavedRequest(w: wire.Writer, m: GetSavedRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, playlist.sizeOfGetSavedRequest(m.call), playlist.writeGetSavedRequest, m.call);
}

export function readGetSavedRequest(r: wire.Reader): GetSavedRequest {
  let token: identity.Token | undefined;
  let call: playlist.GetSavedRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(playlist.readGetSavedRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetSavedRequest = (m: GetSavedRequest) =>
  wire.encode(sizeOfGetSavedRequest(m), writeGetSavedRequest, m);
export const decodeGetSavedRequest = (bytes: Uint8Array) => readGetSavedRequest(new wire.Reader(bytes));

export function sizeOfGetTracksRequest(m: GetTracksRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfGetTracksRequest(m.call));
  return size;
}

export function writeGetTracksRequest(w: wire.Writer, m: GetTracksRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, catalogue.sizeOfGetTracksRequest(m.call), catalogue.writeGetTracksRequest, m.call);
}

export function readGetTracksRequest(r: wire.Reader): GetTracksRequest {
  let token: identity.Token | undefined;
  let call: catalogue.GetTracksRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(catalogue.readGetTracksRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetTracksRequest = (m: GetTracksRequest) =>
  wire.encode(sizeOfGetTracksRequest(m), writeGetTracksRequest, m);
export const decodeGetTracksRequest = (bytes: Uint8Array) => readGetTracksRequest(new wire.Reader(bytes));

export function sizeOfGetArtistRequest(m: GetArtistRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfGetArtistRequest(m.call));
  return size;
}

export function writeGetArtistRequest(w: wire.Writer, m: GetArtistRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, catalogue.sizeOfGetArtistRequest(m.call), catalogue.writeGetArtistRequest, m.call);
}

export function readGetArtistRequest(r: wire.Reader): GetArtistRequest {
  let token: identity.Token | undefined;
  let call: catalogue.GetArtistRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(catalogue.readGetArtistRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetArtistRequest = (m: GetArtistRequest) =>
  wire.encode(sizeOfGetArtistRequest(m), writeGetArtistRequest, m);
export const decodeGetArtistRequest = (bytes: Uint8Array) => readGetArtistRequest(new wire.Reader(bytes));

export function sizeOfGetAlbumRequest(m: GetAlbumRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfGetAlbumRequest(m.call));
  return size;
}

export function writeGetAlbumRequest(w: wire.Writer, m: GetAlbumRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, catalogue.sizeOfGetAlbumRequest(m.call), catalogue.writeGetAlbumRequest, m.call);
}

export function readGetAlbumRequest(r: wire.Reader): GetAlbumRequest {
  let token: identity.Token | undefined;
  let call: catalogue.GetAlbumRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(catalogue.readGetAlbumRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetAlbumRequest = (m: GetAlbumRequest) =>
  wire.encode(sizeOfGetAlbumRequest(m), writeGetAlbumRequest, m);
export const decodeGetAlbumRequest = (bytes: Uint8Array) => readGetAlbumRequest(new wire.Reader(bytes));

export function sizeOfGetPodcastRequest(m: GetPodcastRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfGetPodcastRequest(m.call));
  return size;
}

export function writeGetPodcastRequest(w: wire.Writer, m: GetPodcastRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, catalogue.sizeOfGetPodcastRequest(m.call), catalogue.writeGetPodcastRequest, m.call);
}

export function readGetPodcastRequest(r: wire.Reader): GetPodcastRequest {
  let token: identity.Token | undefined;
  let call: catalogue.GetPodcastRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(catalogue.readGetPodcastRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetPodcastRequest = (m: GetPodcastRequest) =>
  wire.encode(sizeOfGetPodcastRequest(m), writeGetPodcastRequest, m);
export const decodeGetPodcastRequest = (bytes: Uint8Array) => readGetPodcastRequest(new wire.Reader(bytes));

export function sizeOfGetEpisodeRequest(m: GetEpisodeRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfGetEpisodeRequest(m.call));
  return size;
}

export function writeGetEpisodeRequest(w: wire.Writer, m: GetEpisodeRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, catalogue.sizeOfGetEpisodeRequest(m.call), catalogue.writeGetEpisodeRequest, m.call);
}

export function readGetEpisodeRequest(r: wire.Reader): GetEpisodeRequest {
  let token: identity.Token | undefined;
  let call: catalogue.GetEpisodeRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(catalogue.readGetEpisodeRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetEpisodeRequest = (m: GetEpisodeRequest) =>
  wire.encode(sizeOfGetEpisodeRequest(m), writeGetEpisodeRequest, m);
export const decodeGetEpisodeRequest = (bytes: Uint8Array) => readGetEpisodeRequest(new wire.Reader(bytes));

export function sizeOfGetLyricsRequest(m: GetLyricsRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(catalogue.sizeOfGetLyricsRequest(m.call));
  return size;
}

export function writeGetLyricsRequest(w: wire.Writer, m: GetLyricsRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, catalogue.sizeOfGetLyricsRequest(m.call), catalogue.writeGetLyricsRequest, m.call);
}

export function readGetLyricsRequest(r: wire.Reader): GetLyricsRequest {
  let token: identity.Token | undefined;
  let call: catalogue.GetLyricsRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(catalogue.readGetLyricsRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetLyricsRequest = (m: GetLyricsRequest) =>
  wire.encode(sizeOfGetLyricsRequest(m), writeGetLyricsRequest, m);
export const decodeGetLyricsRequest = (bytes: Uint8Array) => readGetLyricsRequest(new wire.Reader(bytes));

export function sizeOfGetRecentlyPlayedRequest(m: GetRecentlyPlayedRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(listening.sizeOfGetRecentlyPlayedRequest(m.call));
  return size;
}

export function writeGetRecentlyPlayedRequest(w: wire.Writer, m: GetRecentlyPlayedRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, listening.sizeOfGetRecentlyPlayedRequest(m.call), listening.writeGetRecentlyPlayedRequest, m.call);
}

export function readGetRecentlyPlayedRequest(r: wire.Reader): GetRecentlyPlayedRequest {
  let token: identity.Token | undefined;
  let call: listening.GetRecentlyPlayedRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(listening.readGetRecentlyPlayedRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetRecentlyPlayedRequest = (m: GetRecentlyPlayedRequest) =>
  wire.encode(sizeOfGetRecentlyPlayedRequest(m), writeGetRecentlyPlayedRequest, m);
export const decodeGetRecentlyPlayedRequest = (bytes: Uint8Array) =>
  readGetRecentlyPlayedRequest(new wire.Reader(bytes));

export function sizeOfGetSessionRequest(m: GetSessionRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(listening.sizeOfGetSessionRequest(m.call));
  return size;
}

export function writeGetSessionRequest(w: wire.Writer, m: GetSessionRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, listening.sizeOfGetSessionRequest(m.call), listening.writeGetSessionRequest, m.call);
}

export function readGetSessionRequest(r: wire.Reader): GetSessionRequest {
  let token: identity.Token | undefined;
  let call: listening.GetSessionRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(listening.readGetSessionRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetSessionRequest = (m: GetSessionRequest) =>
  wire.encode(sizeOfGetSessionRequest(m), writeGetSessionRequest, m);
export const decodeGetSessionRequest = (bytes: Uint8Array) => readGetSessionRequest(new wire.Reader(bytes));

export function sizeOfGetTopChartsRequest(m: GetTopChartsRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(listening.sizeOfGetTopChartsRequest(m.call));
  return size;
}

export function writeGetTopChartsRequest(w: wire.Writer, m: GetTopChartsRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, listening.sizeOfGetTopChartsRequest(m.call), listening.writeGetTopChartsRequest, m.call);
}

export function readGetTopChartsRequest(r: wire.Reader): GetTopChartsRequest {
  let token: identity.Token | undefined;
  let call: listening.GetTopChartsRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(listening.readGetTopChartsRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeGetTopChartsRequest = (m: GetTopChartsRequest) =>
  wire.encode(sizeOfGetTopChartsRequest(m), writeGetTopChartsRequest, m);
export const decodeGetTopChartsRequest = (bytes: Uint8Array) =>
  readGetTopChartsRequest(new wire.Reader(bytes));

export function sizeOfSuggestRequest(m: SuggestRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.call !== undefined) size += 1 + wire.sizeOfBlock(search.sizeOfSuggestRequest(m.call));
  return size;
}

export function writeSuggestRequest(w: wire.Writer, m: SuggestRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.call !== undefined)
    w.message(18, search.sizeOfSuggestRequest(m.call), search.writeSuggestRequest, m.call);
}

export function readSuggestRequest(r: wire.Reader): SuggestRequest {
  let token: identity.Token | undefined;
  let call: search.SuggestRequest | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 18) call = r.message(search.readSuggestRequest);
    else r.skip(tag);
  }
  return { token, call };
}

export const encodeSuggestRequest = (m: SuggestRequest) =>
  wire.encode(sizeOfSuggestRequest(m), writeSuggestRequest, m);
export const decodeSuggestRequest = (bytes: Uint8Array) => readSuggestRequest(new wire.Reader(bytes));

/** How its calls travel between processes. */
export const gatewayService: wire.Service<GatewayApi> = {
  name: 'rehearsal.gateway.Gateway',
  calls: {
    getPlaylist: {
      name: 'GetPlaylist',
      encodeRequest: encodeGetPlaylistRequest,
      decodeRequest: decodeGetPlaylistRequest,
      encodeResponse: playlist.encodeGetPlaylistResponse,
      decodeResponse: playlist.decodeGetPlaylistResponse,
    },
    addTrack: {
      name: 'AddTrack',
      encodeRequest: encodeAddTrackRequest,
      decodeRequest: decodeAddTrackRequest,
      encodeResponse: playlist.encodeAddTrackResponse,
      decodeResponse: playlist.decodeAddTrackResponse,
    },
    follow: {
      name: 'Follow',
      encodeRequest: encodeFollowRequest,
      decodeRequest: decodeFollowRequest,
      encodeResponse: playlist.encodeFollowResponse,
      decodeResponse: playlist.decodeFollowResponse,
    },
    unfollow: {
      name: 'Unfollow',
      encodeRequest: encodeFollowRequest,
      decodeRequest: decodeFollowRequest,
      encodeResponse: playlist.encodeFollowResponse,
      decodeResponse: playlist.decodeFollowResponse,
    },
    recordPlay: {
      name: 'RecordPlay',
      encodeRequest: encodeRecordPlayRequest,
      decodeRequest: decodeRecordPlayRequest,
      encodeResponse: listening.encodeRecordPlayResponse,
      decodeResponse: listening.decodeRecordPlayResponse,
    },
    getHistory: {
      name: 'GetHistory',
      encodeRequest: encodeGetHistoryRequest,
      decodeRequest: decodeGetHistoryRequest,
      encodeResponse: listening.encodeGetHistoryResponse,
      decodeResponse: listening.decodeGetHistoryResponse,
    },
    search: {
      name: 'Search',
      encodeRequest: encodeSearchRequest,
      decodeRequest: decodeSearchRequest,
      encodeResponse: search.encodeSearchResponse,
      decodeResponse: search.decodeSearchResponse,
    },
    getTrack: {
      name: 'GetTrack',
      encodeRequest: encodeGetTrackRequest,
      decodeRequest: decodeGetTrackRequest,
      encodeResponse: catalogue.encodeGetTrackResponse,
      decodeResponse: catalogue.decodeGetTrackResponse,
    },
    createPlaylist: {
      name: 'CreatePlaylist',
      encodeRequest: encodeCreatePlaylistRequest,
      decodeRequest: decodeCreatePlaylistRequest,
      encodeResponse: playlist.encodeCreatePlaylistResponse,
      decodeResponse: playlist.decodeCreatePlaylistResponse,
    },
    renamePlaylist: {
      name: 'RenamePlaylist',
      encodeRequest: encodeRenamePlaylistRequest,
      decodeRequest: decodeRenamePlaylistRequest,
      encodeResponse: playlist.encodeEditResponse,
      decodeResponse: playlist.decodeEditResponse,
    },
    setFlags: {
      name: 'SetFlags',
      encodeRequest: encodeSetFlagsRequest,
      decodeRequest: decodeSetFlagsRequest,
      encodeResponse: playlist.encodeEditResponse,
      decodeResponse: playlist.decodeEditResponse,
    },
    deletePlaylist: {
      name: 'DeletePlaylist',
      encodeRequest: encodeDeletePlaylistRequest,
      decodeRequest: decodeDeletePlaylistRequest,
      encodeResponse: playlist.encodeDeletePlaylistResponse,
      decodeResponse: playlist.decodeDeletePlaylistResponse,
    },
    listTracks: {
      name: 'ListTracks',
      encodeRequest: encodeListTracksRequest,
      decodeRequest: decodeListTracksRequest,
      encodeResponse: playlist.encodeListTracksResponse,
      decodeResponse: playlist.decodeListTracksResponse,
    },
    insertTrack: {
      name: 'InsertTrack',
      encodeRequest: encodeInsertTrackRequest,
      decodeRequest: decodeInsertTrackRequest,
      encodeResponse: playlist.encodeEditResponse,
      decodeResponse: playlist.decodeEditResponse,
    },
    removeTrack: {
      name: 'RemoveTrack',
      encodeRequest: encodeRemoveTrackRequest,
      decodeRequest: decodeRemoveTrackRequest,
      encodeResponse: playlist.encodeEditResponse,
      decodeResponse: playlist.decodeEditResponse,
    },
    moveTrack: {
      name: 'MoveTrack',
      encodeRequest: encodeMoveTrackRequest,
      decodeRequest: decodeMoveTrackRequest,
      encodeResponse: playlist.encodeEditResponse,
      decodeResponse: playlist.decodeEditResponse,
    },
    savePlaylist: {
      name: 'SavePlaylist',
      encodeRequest: encodeSavePlaylistRequest,
      decodeRequest: decodeSavePlaylistRequest,
      encodeResponse: playlist.encodeSavedResponse,
      decodeResponse: playlist.decodeSavedResponse,
    },
    unsavePlaylist: {
      name: 'UnsavePlaylist',
      encodeRequest: encodeSavePlaylistRequest,
      decodeRequest: decodeSavePlaylistRequest,
      encodeResponse: playlist.encodeSavedResponse,
      decodeResponse: playlist.decodeSavedResponse,
    },
    likeTrack: {
      name: 'LikeTrack',
      encodeRequest: encodeLikeTrackRequest,
      decodeRequest: decodeLikeTrackRequest,
      encodeResponse: playlist.encodeSavedResponse,
      decodeResponse: playlist.decodeSavedResponse,
    },
    unlikeTrack: {
      name: 'UnlikeTrack',
      encodeRequest: encodeLikeTrackRequest,
      decodeRequest: decodeLikeTrackRequest,
      encodeResponse: playlist.encodeSavedResponse,
      decodeResponse: playlist.decodeSavedResponse,
    },
    getLibrary: {
      name: 'GetLibrary',
      encodeRequest: encodeGetSavedRequest,
      decodeRequest: decodeGetSavedRequest,
      encodeResponse: playlist.encodeGetSavedResponse,
      decodeResponse: playlist.decodeGetSavedResponse,
    },
    getLikes: {
      name: 'GetLikes',
      encodeRequest: encodeGetSavedRequest,
      decodeRequest: decodeGetSavedRequest,
      encodeResponse: playlist.encodeGetSavedResponse,
      decodeResponse: playlist.decodeGetSavedResponse,
    },
    getTracks: {
      name: 'GetTracks',
      encodeRequest: encodeGetTracksRequest,
      decodeRequest: decodeGetTracksRequest,
      encodeResponse: catalogue.encodeGetTracksResponse,
      decodeResponse: catalogue.decodeGetTracksResponse,
    },
    getArtist: {
      name: 'GetArtist',
      encodeRequest: encodeGetArtistRequest,
      decodeRequest: decodeGetArtistRequest,
      encodeResponse: catalogue.encodeGetArtistResponse,
      decodeResponse: catalogue.decodeGetArtistResponse,
    },
    getAlbum: {
      name: 'GetAlbum',
      encodeRequest: encodeGetAlbumRequest,
      decodeRequest: decodeGetAlbumRequest,
      encodeResponse: catalogue.encodeGetAlbumResponse,
      decodeResponse: catalogue.decodeGetAlbumResponse,
    },
    getPodcast: {
      name: 'GetPodcast',
      encodeRequest: encodeGetPodcastRequest,
      decodeRequest: decodeGetPodcastRequest,
      encodeResponse: catalogue.encodeGetPodcastResponse,
      decodeResponse: catalogue.decodeGetPodcastResponse,
    },
    getEpisode: {
      name: 'GetEpisode',
      encodeRequest: encodeGetEpisodeRequest,
      decodeRequest: decodeGetEpisodeRequest,
      encodeResponse: catalogue.encodeGetEpisodeResponse,
      decodeResponse: catalogue.decodeGetEpisodeResponse,
    },
    getLyrics: {
      name: 'GetLyrics',
      encodeRequest: encodeGetLyricsRequest,
      decodeRequest: decodeGetLyricsRequest,
      encodeResponse: catalogue.encodeGetLyricsResponse,
      decodeResponse: catalogue.decodeGetLyricsResponse,
    },
    getRecentlyPlayed: {
      name: 'GetRecentlyPlayed',
      encodeRequest: encodeGetRecentlyPlayedRequest,
      decodeRequest: decodeGetRecentlyPlayedRequest,
      encodeResponse: listening.encodeGetRecentlyPlayedResponse,
      decodeResponse: listening.decodeGetRecentlyPlayedResponse,
    },
    getSession: {
      name: 'GetSession',
      encodeRequest: encodeGetSessionRequest,
      decodeRequest: decodeGetSessionRequest,
      encodeResponse: listening.encodeGetSessionResponse,
      decodeResponse: listening.decodeGetSessionResponse,
    },
    getTopCharts: {
      name: 'GetTopCharts',
      encodeRequest: encodeGetTopChartsRequest,
      decodeRequest: decodeGetTopChartsRequest,
      encodeResponse: listening.encodeGetTopChartsResponse,
      decodeResponse: listening.decodeGetTopChartsResponse,
    },
    suggest: {
      name: 'Suggest',
      encodeRequest: encodeSuggestRequest,
      decodeRequest: decodeSuggestRequest,
      encodeResponse: search.encodeSuggestResponse,
      decodeResponse: search.decodeSuggestResponse,
    },
  },
};
