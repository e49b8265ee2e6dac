/** What listeners played. Generated from listening.proto by generate.ts: do not edit. */
import type { Context } from '../../ports/context.ts';
import * as wire from '../wire.ts';
import * as events from './events.ts';

export interface RecordPlayRequest {
  /** Chosen by the client, unique, the same when it tries again. */
  readonly playId: number;
  readonly listenerId: string;
  readonly trackId: string;
  readonly listenedMs: number;
  readonly skipped: boolean;
  /** When; 0, or later than now: now. */
  readonly playedAtNs: number;
}

export type RecordPlayResponse = Readonly<Record<string, never>>;

export interface GetHistoryRequest {
  readonly listenerId: string;
  /** 0: the service's default. */
  readonly limit: number;
  /** Absent: from the newest. */
  readonly cursor?: HistoryCursor;
}

export interface GetHistoryResponse {
  /** Newest first. */
  readonly plays: readonly events.Play[];
  /** Where the next page begins; absent: there is none. */
  readonly next?: HistoryCursor;
}

/** The last play of a page, and how many of its bucket have been read with it. */
export interface HistoryCursor {
  readonly playedAtNs: number;
  readonly playId: number;
  readonly depth: number;
}

export interface GetRecentlyPlayedRequest {
  readonly listenerId: string;
  /** 0: all that are kept. */
  readonly limit: number;
}

export interface GetRecentlyPlayedResponse {
  /** Newest first. */
  readonly plays: readonly events.Play[];
}

export interface GetSessionRequest {
  readonly listenerId: string;
}

export interface GetSessionResponse {
  /** Absent: none that is remembered. */
  readonly session?: Session;
  /** Whether a play now would still belong to it. */
  readonly open: boolean;
}

/** Plays of one listener without a longer pause between them. On the topic `sessions` when it is over. */
export interface Session {
  readonly listenerId: string;
  /** When the first and the last of its plays were recorded. */
  readonly startedAtNs: number;
  readonly endedAtNs: number;
  readonly tracks: number;
  readonly skips: number;
  readonly listenedMs: number;
  /** Grows with every change; the highest counts. */
  readonly version: number;
  /** It has become part of another one. */
  readonly retracted: boolean;
}

export interface GetTopChartsRequest {
  /** Any time within the window; 0: the newest that has a chart. */
  readonly atNs: number;
  /** 0: all that are kept. */
  readonly limit: number;
}

export interface GetTopChartsResponse {
  readonly fromNs: number;
  /** The window ends before it. */
  readonly untilNs: number;
  /** False: plays of this window are still expected. */
  readonly complete: boolean;
  /** Most played first. */
  readonly entries: readonly ChartEntry[];
}

export interface ChartEntry {
  readonly trackId: string;
  readonly plays: number;
}

export interface ListeningApi {
  /** Acknowledged once the play is in the log. Idempotent by `play_id`. */
  recordPlay(context: Context, request: RecordPlayRequest): Promise<RecordPlayResponse>;
  /** Page by page, newest first. */
  getHistory(context: Context, request: GetHistoryRequest): Promise<GetHistoryResponse>;
  /** Answered from memory, some seconds late. */
  getRecentlyPlayed(context: Context, request: GetRecentlyPlayedRequest): Promise<GetRecentlyPlayedResponse>;
  /** The session that a listener was last in. */
  getSession(context: Context, request: GetSessionRequest): Promise<GetSessionResponse>;
  /** The most played tracks of a stretch of time, also of the present one. */
  getTopCharts(context: Context, request: GetTopChartsRequest): Promise<GetTopChartsResponse>;
}

export const listeningMethods = [
  'recordPlay',
  'getHistory',
  'getRecentlyPlayed',
  'getSession',
  'getTopCharts',
] as const;

export function sizeOfRecordPlayRequest(m: RecordPlayRequest): number {
  let size = 0;
  if (m.playId !== 0) size += 1 + wire.sizeOfVarint(m.playId);
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.listenedMs !== 0) size += 1 + wire.sizeOfVarint(m.listenedMs);
  if (m.skipped) size += 2;
  if (m.playedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.playedAtNs);
  return size;
}

export function writeRecordPlayRequest(w: wire.Writer, m: RecordPlayRequest): void {
  if (m.playId !== 0) w.number(8, m.playId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.trackId !== '') w.text(26, m.trackId);
  if (m.listenedMs !== 0) w.number(32, m.listenedMs);
  if (m.skipped) w.number(40, 1);
  if (m.playedAtNs !== 0) w.number(48, m.playedAtNs);
}

export function readRecordPlayRequest(r: wire.Reader): RecordPlayRequest {
  let playId = 0;
  let listenerId = '';
  let trackId = '';
  let listenedMs = 0;
  let skipped = false;
  let playedAtNs = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) playId = r.varint();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 26) trackId = r.text();
    else if (tag === 32) listenedMs = r.varint();
    else if (tag === 40) skipped = r.varint() !== 0;
    else if (tag === 48) playedAtNs = r.varint();
    else r.skip(tag);
  }
  return { playId, listenerId, trackId, listenedMs, skipped, playedAtNs };
}

export const encodeRecordPlayRequest = (m: RecordPlayRequest) =>
  wire.encode(sizeOfRecordPlayRequest(m), writeRecordPlayRequest, m);
export const decodeRecordPlayRequest = (bytes: Uint8Array) => readRecordPlayRequest(new wire.Reader(bytes));

export const sizeOfRecordPlayResponse = (_: RecordPlayResponse) => 0;

export function writeRecordPlayResponse(_w: wire.Writer, _m: RecordPlayResponse): void {}

export function readRecordPlayResponse(r: wire.Reader): RecordPlayResponse {
  while (r.at < r.end) r.skip(r.varint());
  return {};
}

export const encodeRecordPlayResponse = (m: RecordPlayResponse) => wire.encode(0, writeRecordPlayResponse, m);
export const decodeRecordPlayResponse = (bytes: Uint8Array) => readRecordPlayResponse(new wire.Reader(bytes));

export function sizeOfGetHistoryRequest(m: GetHistoryRequest): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.limit !== 0) size += 1 + wire.sizeOfVarint(m.limit);
  if (m.cursor !== undefined) size += 1 + wire.sizeOfBlock(sizeOfHistoryCursor(m.cursor));
  return size;
}

export function writeGetHistoryRequest(w: wire.Writer, m: GetHistoryRequest): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
  if (m.limit !== 0) w.number(16, m.limit);
  if (m.cursor !== undefined) w.message(26, sizeOfHistoryCursor(m.cursor), writeHistoryCursor, m.cursor);
}

export function readGetHistoryRequest(r: wire.Reader): GetHistoryRequest {
  let listenerId = '';
  let limit = 0;
  let cursor: HistoryCursor | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else if (tag === 16) limit = r.varint();
    else if (tag === 26) cursor = r.message(readHistoryCursor);
    else r.skip(tag);
  }
  return { listenerId, limit, cursor };
}

export const encodeGetHistoryRequest = (m: GetHistoryRequest) =>
  wire.encode(sizeOfGetHistoryRequest(m), writeGetHistoryRequest, m);
export const decodeGetHistoryRequest = (bytes: Uint8Array) => readGetHistoryRequest(new wire.Reader(bytes));

export function sizeOfGetHistoryResponse(m: GetHistoryResponse): number {
  let size = 0;
  for (const item of m.plays) size += 1 + wire.sizeOfBlock(events.sizeOfPlay(item));
  if (m.next !== undefined) size += 1 + wire.sizeOfBlock(sizeOfHistoryCursor(m.next));
  return size;
}

export function writeGetHistoryResponse(w: wire.Writer, m: GetHistoryResponse): void {
  for (const item of m.plays) w.message(10, events.sizeOfPlay(item), events.writePlay, item);
  if (m.next !== undefined) w.message(18, sizeOfHistoryCursor(m.next), writeHistoryCursor, m.next);
}

export function readGetHistoryResponse(r: wire.Reader): GetHistoryResponse {
  const plays: events.Play[] = [];
  let next: HistoryCursor | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) plays.push(r.message(events.readPlay));
    else if (tag === 18) next = r.message(readHistoryCursor);
    else r.skip(tag);
  }
  return { plays, next };
}

export const encodeGetHistoryResponse = (m: GetHistoryResponse) =>
  wire.encode(sizeOfGetHistoryResponse(m), writeGetHistoryResponse, m);
export const decodeGetHistoryResponse = (bytes: Uint8Array) => readGetHistoryResponse(new wire.Reader(bytes));

export function sizeOfHistoryCursor(m: HistoryCursor): number {
  let size = 0;
  if (m.playedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.playedAtNs);
  if (m.playId !== 0) size += 1 + wire.sizeOfVarint(m.playId);
  if (m.depth !== 0) size += 1 + wire.sizeOfVarint(m.depth);
  return size;
}

export function writeHistoryCursor(w: wire.Writer, m: HistoryCursor): void {
  if (m.playedAtNs !== 0) w.number(8, m.playedAtNs);
  if (m.playId !== 0) w.number(16, m.playId);
  if (m.depth !== 0) w.number(24, m.depth);
}

export function readHistoryCursor(r: wire.Reader): HistoryCursor {
  let playedAtNs = 0;
  let playId = 0;
  let depth = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) playedAtNs = r.varint();
    else if (tag === 16) playId = r.varint();
    else if (tag === 24) depth = r.varint();
    else r.skip(tag);
  }
  return { playedAtNs, playId, depth };
}

export const encodeHistoryCursor = (m: HistoryCursor) =>
  wire.encode(sizeOfHistoryCursor(m), writeHistoryCursor, m);
export const decodeHistoryCursor = (bytes: Uint8Array) => readHistoryCursor(new wire.Reader(bytes));

export function sizeOfGetRecentlyPlayedRequest(m: GetRecentlyPlayedRequest): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.limit !== 0) size += 1 + wire.sizeOfVarint(m.limit);
  return size;
}

export function writeGetRecentlyPlayedRequest(w: wire.Writer, m: GetRecentlyPlayedRequest): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
  if (m.limit !== 0) w.number(16, m.limit);
}

export function readGetRecentlyPlayedRequest(r: wire.Reader): GetRecentlyPlayedRequest {
  let listenerId = '';
  let limit = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else if (tag === 16) limit = r.varint();
    else r.skip(tag);
  }
  return { listenerId, limit };
}

export const encodeGetRecentlyPlayedRequest = (m: GetRecentlyPlayedRequest) =>
  wire.encode(sizeOfGetRecentlyPlayedRequest(m), writeGetRecentlyPlayedRequest, m);
export const decodeGetRecentlyPlayedRequest = (bytes: Uint8Array) =>
  readGetRecentlyPlayedRequest(new wire.Reader(bytes));

export function sizeOfGetRecentlyPlayedResponse(m: GetRecentlyPlayedResponse): number {
  let size = 0;
  for (const item of m.plays) size += 1 + wire.sizeOfBlock(events.sizeOfPlay(item));
  return size;
}

export function writeGetRecentlyPlayedResponse(w: wire.Writer, m: GetRecentlyPlayedResponse): void {
  for (const item of m.plays) w.message(10, events.sizeOfPlay(item), events.writePlay, item);
}

export function readGetRecentlyPlayedResponse(r: wire.Reader): GetRecentlyPlayedResponse {
  const plays: events.Play[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) plays.push(r.message(events.readPlay));
    else r.skip(tag);
  }
  return { plays };
}

export const encodeGetRecentlyPlayedResponse = (m: GetRecentlyPlayedResponse) =>
  wire.encode(sizeOfGetRecentlyPlayedResponse(m), writeGetRecentlyPlayedResponse, m);
export const decodeGetRecentlyPlayedResponse = (bytes: Uint8Array) =>
  readGetRecentlyPlayedResponse(new wire.Reader(bytes));

export function sizeOfGetSessionRequest(m: GetSessionRequest): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  return size;
}

export function writeGetSessionRequest(w: wire.Writer, m: GetSessionRequest): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
}

export function readGetSessionRequest(r: wire.Reader): GetSessionRequest {
  let listenerId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else r.skip(tag);
  }
  return { listenerId };
}

export const encodeGetSessionRequest = (m: GetSessionRequest) =>
  wire.encode(sizeOfGetSessionRequest(m), writeGetSessionRequest, m);
export const decodeGetSessionRequest = (bytes: Uint8Array) => readGetSessionRequest(new wire.Reader(bytes));

export function sizeOfGetSessionResponse(m: GetSessionResponse): number {
  let size = 0;
  if (m.session !== undefined) size += 1 + wire.sizeOfBlock(sizeOfSession(m.session));
  if (m.open) size += 2;
  return size;
}

export function writeGetSessionResponse(w: wire.Writer, m: GetSessionResponse): void {
  if (m.session !== undefined) w.message(10, sizeOfSession(m.session), writeSession, m.session);
  if (m.open) w.number(16, 1);
}

export function readGetSessionResponse(r: wire.Reader): GetSessionResponse {
  let session: Session | undefined;
  let open = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) session = r.message(readSession);
    else if (tag === 16) open = r.varint() !== 0;
    else r.skip(tag);
  }
  return { session, open };
}

export const encodeGetSessionResponse = (m: GetSessionResponse) =>
  wire.encode(sizeOfGetSessionResponse(m), writeGetSessionResponse, m);
export const decodeGetSessionResponse = (bytes: Uint8Array) => readGetSessionResponse(new wire.Reader(bytes));

export function sizeOfSession(m: Session): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.startedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.startedAtNs);
  if (m.endedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.endedAtNs);
  if (m.tracks !== 0) size += 1 + wire.sizeOfVarint(m.tracks);
  if (m.skips !== 0) size += 1 + wire.sizeOfVarint(m.skips);
  if (m.listenedMs !== 0) size += 1 + wire.sizeOfVarint(m.listenedMs);
  if (m.version !== 0) size += 1 + wire.sizeOfVarint(m.version);
  if (m.retracted) size += 2;
  return size;
}

export function writeSession(w: wire.Writer, m: Session): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
  if (m.startedAtNs !== 0) w.number(16, m.startedAtNs);
  if (m.endedAtNs !== 0) w.number(24, m.endedAtNs);
  if (m.tracks !== 0) w.number(32, m.tracks);
  if (m.skips !== 0) w.number(40, m.skips);
  if (m.listenedMs !== 0) w.number(48, m.listenedMs);
  if (m.version !== 0) w.number(56, m.version);
  if (m.retracted) w.number(64, 1);
}

export function readSession(r: wire.Reader): Session {
  let listenerId = '';
  let startedAtNs = 0;
  let endedAtNs = 0;
  let tracks = 0;
  let skips = 0;
  let listenedMs = 0;
  let version = 0;
  let retracted = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else if (tag === 16) startedAtNs = r.varint();
    else if (tag === 24) endedAtNs = r.varint();
    else if (tag === 32) tracks = r.varint();
    else if (tag === 40) skips = r.varint();
    else if (tag === 48) listenedMs = r.varint();
    else if (tag === 56) version = r.varint();
    else if (tag === 64) retracted = r.varint() !== 0;
    else r.skip(tag);
  }
  return { listenerId, startedAtNs, endedAtNs, tracks, skips, listenedMs, version, retracted };
}

export const encodeSession = (m: Session) => wire.encode(sizeOfSession(m), writeSession, m);
export const decodeSession = (bytes: Uint8Array) => readSession(new wire.Reader(bytes));

export function sizeOfGetTopChartsRequest(m: GetTopChartsRequest): number {
  let size = 0;
  if (m.atNs !== 0) size += 1 + wire.sizeOfVarint(m.atNs);
  if (m.limit !== 0) size += 1 + wire.sizeOfVarint(m.limit);
  return size;
}

export function writeGetTopChartsRequest(w: wire.Writer, m: GetTopChartsRequest): void {
  if (m.atNs !== 0) w.number(8, m.atNs);
  if (m.limit !== 0) w.number(16, m.limit);
}

export function readGetTopChartsRequest(r: wire.Reader): GetTopChartsRequest {
  let atNs = 0;
  let limit = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) atNs = r.varint();
    else if (tag === 16) limit = r.varint();
    else r.skip(tag);
  }
  return { atNs, limit };
}

export const encodeGetTopChartsRequest = (m: GetTopChartsRequest) =>
  wire.encode(sizeOfGetTopChartsRequest(m), writeGetTopChartsRequest, m);
export const decodeGetTopChartsRequest = (bytes: Uint8Array) =>
  readGetTopChartsRequest(new wire.Reader(bytes));

export function sizeOfGetTopChartsResponse(m: GetTopChartsResponse): number {
  let size = 0;
  if (m.fromNs !== 0) size += 1 + wire.sizeOfVarint(m.fromNs);
  if (m.untilNs !== 0) size += 1 + wire.sizeOfVarint(m.untilNs);
  if (m.complete) size += 2;
  for (const item of m.entries) size += 1 + wire.sizeOfBlock(sizeOfChartEntry(item));
  return size;
}

export function writeGetTopChartsResponse(w: wire.Writer, m: GetTopChartsResponse): void {
  if (m.fromNs !== 0) w.number(8, m.fromNs);
  if (m.untilNs !== 0) w.number(16, m.untilNs);
  if (m.complete) w.number(24, 1);
  for (const item of m.entries) w.message(34, sizeOfChartEntry(item), writeChartEntry, item);
}

export function readGetTopChartsResponse(r: wire.Reader): GetTopChartsResponse {
  let fromNs = 0;
  let untilNs = 0;
  let complete = false;
  const entries: ChartEntry[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) fromNs = r.varint();
    else if (tag === 16) untilNs = r.varint();
    else if (tag === 24) complete = r.varint() !== 0;
    else if (tag === 34) entries.push(r.message(readChartEntry));
    else r.skip(tag);
  }
  return { fromNs, untilNs, complete, entries };
}

export const encodeGetTopChartsResponse = (m: GetTopChartsResponse) =>
  wire.encode(sizeOfGetTopChartsResponse(m), writeGetTopChartsResponse, m);
export const decodeGetTopChartsResponse = (bytes: Uint8Array) =>
  readGetTopChartsResponse(new wire.Reader(bytes));

export function sizeOfChartEntry(m: ChartEntry): number {
  let size = 0;
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.plays !== 0) size += 1 + wire.sizeOfVarint(m.plays);
  return size;
}

export function writeChartEntry(w: wire.Writer, m: ChartEntry): void {
  if (m.trackId !== '') w.text(10, m.trackId);
  if (m.plays !== 0) w.number(16, m.plays);
}

export function readChartEntry(r: wire.Reader): ChartEntry {
  let trackId = '';
  let plays = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackId = r.text();
    else if (tag === 16) plays = r.varint();
    else r.skip(tag);
  }
  return { trackId, plays };
}

export const encodeChartEntry = (m: ChartEntry) => wire.encode(sizeOfChartEntry(m), writeChartEntry, m);
export const decodeChartEntry = (bytes: Uint8Array) => readChartEntry(new wire.Reader(bytes));

/** How its calls travel between processes. */
export const listeningService: wire.Service<ListeningApi> = {
  name: 'rehearsal.listening.Listening',
  calls: {
    recordPlay: {
      name: 'RecordPlay',
      encodeRequest: encodeRecordPlayRequest,
      decodeRequest: decodeRecordPlayRequest,
      encodeResponse: encodeRecordPlayResponse,
      decodeResponse: decodeRecordPlayResponse,
    },
    getHistory: {
      name: 'GetHistory',
      encodeRequest: encodeGetHistoryRequest,
      decodeRequest: decodeGetHistoryRequest,
      encodeResponse: encodeGetHistoryResponse,
      decodeResponse: decodeGetHistoryResponse,
    },
    getRecentlyPlayed: {
      name: 'GetRecentlyPlayed',
      encodeRequest: encodeGetRecentlyPlayedRequest,
      decodeRequest: decodeGetRecentlyPlayedRequest,
      encodeResponse: encodeGetRecentlyPlayedResponse,
      decodeResponse: decodeGetRecentlyPlayedResponse,
    },
    getSession: {
      name: 'GetSession',
      encodeRequest: encodeGetSessionRequest,
      decodeRequest: decodeGetSessionRequest,
      encodeResponse: encodeGetSessionResponse,
      decodeResponse: decodeGetSessionResponse,
    },
    getTopCharts: {
      name: 'GetTopCharts',
      encodeRequest: encodeGetTopChartsRequest,
      decodeRequest: decodeGetTopChartsRequest,
      encodeResponse: encodeGetTopChartsResponse,
      decodeResponse: decodeGetTopChartsResponse,
    },
  },
};
