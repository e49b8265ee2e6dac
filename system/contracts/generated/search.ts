/** Finding tracks, artists, albums, podcasts and episodes, and playlists by their names and by what is on them. Generated from search.proto by generate.ts: do not edit. */
import type { Context } from '../../ports/context.ts';
import * as wire from '../wire.ts';

export interface SearchRequest {
  readonly text: string;
  /** 'track', 'playlist', 'artist', 'album', 'podcast' or 'episode'; empty: all. */
  readonly kind: string;
  /** 0: the service's default. */
  readonly size: number;
}

export interface SearchHit {
  readonly kind: string;
  /** The track that matched; empty for what is no track and not on a playlist, and where a playlist's name matched. */
  readonly trackId: string;
  /** The playlist it is on, or that was found by its name; empty for anything else. */
  readonly playlistId: string;
  readonly title: string;
  readonly artistName: string;
  readonly score: number;
  /** Of what was found, whatever its kind. */
  readonly id: string;
}

export interface SearchResponse {
  readonly total: number;
  readonly hits: readonly SearchHit[];
}

export interface SuggestRequest {
  readonly text: string;
  /** As in `SearchRequest`; playlists, by their names, where the kind asks for them. */
  readonly kind: string;
  /** 0: the service's default. */
  readonly size: number;
}

export interface Suggestion {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly artistName: string;
}

export interface SuggestResponse {
  /** The most popular first; no two with the same title and artist. */
  readonly suggestions: readonly Suggestion[];
}

export interface SearchApi {
  search(context: Context, request: SearchRequest): Promise<SearchResponse>;
  /** What a listener may be about to type: every word occurs, the last one may be the beginning of one. */
  suggest(context: Context, request: SuggestRequest): Promise<SuggestResponse>;
}

export const searchMethods = ['search', 'suggest'] as const;

export function sizeOfSearchRequest(m: SearchRequest): number {
  let size = 0;
  if (m.text !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.text));
  if (m.kind !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.kind));
  if (m.size !== 0) size += 1 + wire.sizeOfVarint(m.size);
  return size;
}

export function writeSearchRequest(w: wire.Writer, m: SearchRequest): void {
  if (m.text !== '') w.text(10, m.text);
  if (m.kind !== '') w.text(18, m.kind);
  if (m.size !== 0) w.number(24, m.size);
}

export function readSearchRequest(r: wire.Reader): SearchRequest {
  let text = '';
  let kind = '';
  let size = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) text = r.text();
    else if (tag === 18) kind = r.text();
    else if (tag === 24) size = r.varint();
    else r.skip(tag);
  }
  return { text, kind, size };
}

export const encodeSearchRequest = (m: SearchRequest) =>
  wire.encode(sizeOfSearchRequest(m), writeSearchRequest, m);
export const decodeSearchRequest = (bytes: Uint8Array) => readSearchRequest(new wire.Reader(bytes));

export function sizeOfSearchHit(m: SearchHit): number {
  let size = 0;
  if (m.kind !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.kind));
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.playlistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.playlistId));
  if (m.title !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.title));
  if (m.artistName !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistName));
  if (!Object.is(m.score, 0)) size += 9;
  if (m.id !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.id));
  return size;
}

export function writeSearchHit(w: wire.Writer, m: SearchHit): void {
  if (m.kind !== '') w.text(10, m.kind);
  if (m.trackId !== '') w.text(18, m.trackId);
  if (m.playlistId !== '') w.text(26, m.playlistId);
  if (m.title !== '') w.text(34, m.title);
  if (m.artistName !== '') w.text(42, m.artistName);
  if (!Object.is(m.score, 0)) w.double(49, m.score);
  if (m.id !== '') w.text(58, m.id);
}

export function readSearchHit(r: wire.Reader): SearchHit {
  let kind = '';
  let trackId = '';
  let playlistId = '';
  let title = '';
  let artistName = '';
  let score = 0;
  let id = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) kind = r.text();
    else if (tag === 18) trackId = r.text();
    else if (tag === 26) playlistId = r.text();
    else if (tag === 34) title = r.text();
    else if (tag === 42) artistName = r.text();
    else if (tag === 49) score = r.double();
    else if (tag === 58) id = r.text();
    else r.skip(tag);
  }
  return { kind, trackId, playlistId, title, artistName, score, id };
}

export const encodeSearchHit = (m: SearchHit) => wire.encode(sizeOfSearchHit(m), writeSearchHit, m);
export const decodeSearchHit = (bytes: Uint8Array) => readSearchHit(new wire.Reader(bytes));

export function sizeOfSearchResponse(m: SearchResponse): number {
  let size = 0;
  if (m.total !== 0) size += 1 + wire.sizeOfVarint(m.total);
  for (const item of m.hits) size += 1 + wire.sizeOfBlock(sizeOfSearchHit(item));
  return size;
}

export function writeSearchResponse(w: wire.Writer, m: SearchResponse): void {
  if (m.total !== 0) w.number(8, m.total);
  for (const item of m.hits) w.message(18, sizeOfSearchHit(item), writeSearchHit, item);
}

export function readSearchResponse(r: wire.Reader): SearchResponse {
  let total = 0;
  const hits: SearchHit[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) total = r.varint();
    else if (tag === 18) hits.push(r.message(readSearchHit));
    else r.skip(tag);
  }
  return { total, hits };
}

export const encodeSearchResponse = (m: SearchResponse) =>
  wire.encode(sizeOfSearchResponse(m), writeSearchResponse, m);
export const decodeSearchResponse = (bytes: Uint8Array) => readSearchResponse(new wire.Reader(bytes));

export function sizeOfSuggestRequest(m: SuggestRequest): number {
  let size = 0;
  if (m.text !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.text));
  if (m.kind !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.kind));
  if (m.size !== 0) size += 1 + wire.sizeOfVarint(m.size);
  return size;
}

export function writeSuggestRequest(w: wire.Writer, m: SuggestRequest): void {
  if (m.text !== '') w.text(10, m.text);
  if (m.kind !== '') w.text(18, m.kind);
  if (m.size !== 0) w.number(24, m.size);
}

export function readSuggestRequest(r: wire.Reader): SuggestRequest {
  let text = '';
  let kind = '';
  let size = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) text = r.text();
    else if (tag === 18) kind = r.text();
    else if (tag === 24) size = r.varint();
    else r.skip(tag);
  }
  return { text, kind, size };
}

export const encodeSuggestRequest = (m: SuggestRequest) =>
  wire.encode(sizeOfSuggestRequest(m), writeSuggestRequest, m);
export const decodeSuggestRequest = (bytes: Uint8Array) => readSuggestRequest(new wire.Reader(bytes));

export function sizeOfSuggestion(m: Suggestion): number {
  let size = 0;
  if (m.kind !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.kind));
  if (m.id !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.id));
  if (m.title !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.title));
  if (m.artistName !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistName));
  return size;
}

export function writeSuggestion(w: wire.Writer, m: Suggestion): void {
  if (m.kind !== '') w.text(10, m.kind);
  if (m.id !== '') w.text(18, m.id);
  if (m.title !== '') w.text(26, m.title);
  if (m.artistName !== '') w.text(34, m.artistName);
}

export function readSuggestion(r: wire.Reader): Suggestion {
  let kind = '';
  let id = '';
  let title = '';
  let artistName = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) kind = r.text();
    else if (tag === 18) id = r.text();
    else if (tag === 26) title = r.text();
    else if (tag === 34) artistName = r.text();
    else r.skip(tag);
  }
  return { kind, id, title, artistName };
}

export const encodeSuggestion = (m: Suggestion) => wire.encode(sizeOfSuggestion(m), writeSuggestion, m);
export const decodeSuggestion = (bytes: Uint8Array) => readSuggestion(new wire.Reader(bytes));

export function sizeOfSuggestResponse(m: SuggestResponse): number {
  let size = 0;
  for (const item of m.suggestions) size += 1 + wire.sizeOfBlock(sizeOfSuggestion(item));
  return size;
}

export function writeSuggestResponse(w: wire.Writer, m: SuggestResponse): void {
  for (const item of m.suggestions) w.message(10, sizeOfSuggestion(item), writeSuggestion, item);
}

export function readSuggestResponse(r: wire.Reader): SuggestResponse {
  const suggestions: Suggestion[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) suggestions.push(r.message(readSuggestion));
    else r.skip(tag);
  }
  return { suggestions };
}

export const encodeSuggestResponse = (m: SuggestResponse) =>
  wire.encode(sizeOfSuggestResponse(m), writeSuggestResponse, m);
export const decodeSuggestResponse = (bytes: Uint8Array) => readSuggestResponse(new wire.Reader(bytes));

/** How its calls travel between processes. */
export const searchService: wire.Service<SearchApi> = {
  name: 'rehearsal.search.Search',
  calls: {
    search: {
      name: 'Search',
      encodeRequest: encodeSearchRequest,
      decodeRequest: decodeSearchRequest,
      encodeResponse: encodeSearchResponse,
      decodeResponse: decodeSearchResponse,
    },
    suggest: {
      name: 'Suggest',
      encodeRequest: encodeSuggestRequest,
      decodeRequest: decodeSuggestRequest,
      encodeResponse: encodeSuggestResponse,
      decodeResponse: decodeSuggestResponse,
    },
  },
};
