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
}

export interface GetHistoryRequest {
  readonly token?: identity.Token;
  readonly limit: number;
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

export interface GatewayApi {
  getPlaylist(context: Context, request: GetPlaylistRequest): Promise<playlist.GetPlaylistResponse>;
  addTrack(context: Context, request: AddTrackRequest): Promise<playlist.AddTrackResponse>;
  follow(context: Context, request: FollowRequest): Promise<playlist.FollowResponse>;
  unfollow(context: Context, request: FollowRequest): Promise<playlist.FollowResponse>;
  recordPlay(context: Context, request: RecordPlayRequest): Promise<listening.RecordPlayResponse>;
  getHistory(context: Context, request: GetHistoryRequest): Promise<listening.GetHistoryResponse>;
  search(context: Context, request: SearchRequest): Promise<search.SearchResponse>;
  getTrack(context: Context, request: GetTrackRequest): Promise<catalogue.GetTrackResponse>;
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
  return size;
}

export function writeRecordPlayRequest(w: wire.Writer, m: RecordPlayRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.playId !== 0) w.number(16, m.playId);
  if (m.trackId !== '') w.text(26, m.trackId);
  if (m.listenedMs !== 0) w.number(32, m.listenedMs);
  if (m.skipped) w.number(40, 1);
}

export function readRecordPlayRequest(r: wire.Reader): RecordPlayRequest {
  let token: identity.Token | undefined;
  let playId = 0;
  let trackId = '';
  let listenedMs = 0;
  let skipped = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 16) playId = r.varint();
    else if (tag === 26) trackId = r.text();
    else if (tag === 32) listenedMs = r.varint();
    else if (tag === 40) skipped = r.varint() !== 0;
    else r.skip(tag);
  }
  return { token, playId, trackId, listenedMs, skipped };
}

export const encodeRecordPlayRequest = (m: RecordPlayRequest) =>
  wire.encode(sizeOfRecordPlayRequest(m), writeRecordPlayRequest, m);
export const decodeRecordPlayRequest = (bytes: Uint8Array) => readRecordPlayRequest(new wire.Reader(bytes));

export function sizeOfGetHistoryRequest(m: GetHistoryRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(identity.sizeOfToken(m.token));
  if (m.limit !== 0) size += 1 + wire.sizeOfVarint(m.limit);
  return size;
}

export function writeGetHistoryRequest(w: wire.Writer, m: GetHistoryRequest): void {
  if (m.token !== undefined) w.message(10, identity.sizeOfToken(m.token), identity.writeToken, m.token);
  if (m.limit !== 0) w.number(16, m.limit);
}

export function readGetHistoryRequest(r: wire.Reader): GetHistoryRequest {
  let token: identity.Token | undefined;
  let limit = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(identity.readToken);
    else if (tag === 16) limit = r.varint();
    else r.skip(tag);
  }
  return { token, limit };
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
  },
};
