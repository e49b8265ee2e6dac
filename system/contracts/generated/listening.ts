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
}

export type RecordPlayResponse = Readonly<Record<string, never>>;

export interface GetHistoryRequest {
  readonly listenerId: string;
  /** 0: the service's default. */
  readonly limit: number;
}

export interface GetHistoryResponse {
  /** Newest first. */
  readonly plays: readonly events.Play[];
}

export interface ListeningApi {
  /** Acknowledged once the play is in the log. Idempotent by `play_id`. */
  recordPlay(context: Context, request: RecordPlayRequest): Promise<RecordPlayResponse>;
  getHistory(context: Context, request: GetHistoryRequest): Promise<GetHistoryResponse>;
}

export const listeningMethods = ['recordPlay', 'getHistory'] as const;

export function sizeOfRecordPlayRequest(m: RecordPlayRequest): number {
  let size = 0;
  if (m.playId !== 0) size += 1 + wire.sizeOfVarint(m.playId);
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.listenedMs !== 0) size += 1 + wire.sizeOfVarint(m.listenedMs);
  if (m.skipped) size += 2;
  return size;
}

export function writeRecordPlayRequest(w: wire.Writer, m: RecordPlayRequest): void {
  if (m.playId !== 0) w.number(8, m.playId);
  if (m.listenerId !== '') w.text(18, m.listenerId);
  if (m.trackId !== '') w.text(26, m.trackId);
  if (m.listenedMs !== 0) w.number(32, m.listenedMs);
  if (m.skipped) w.number(40, 1);
}

export function readRecordPlayRequest(r: wire.Reader): RecordPlayRequest {
  let playId = 0;
  let listenerId = '';
  let trackId = '';
  let listenedMs = 0;
  let skipped = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) playId = r.varint();
    else if (tag === 18) listenerId = r.text();
    else if (tag === 26) trackId = r.text();
    else if (tag === 32) listenedMs = r.varint();
    else if (tag === 40) skipped = r.varint() !== 0;
    else r.skip(tag);
  }
  return { playId, listenerId, trackId, listenedMs, skipped };
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
  return size;
}

export function writeGetHistoryRequest(w: wire.Writer, m: GetHistoryRequest): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
  if (m.limit !== 0) w.number(16, m.limit);
}

export function readGetHistoryRequest(r: wire.Reader): GetHistoryRequest {
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

export const encodeGetHistoryRequest = (m: GetHistoryRequest) =>
  wire.encode(sizeOfGetHistoryRequest(m), writeGetHistoryRequest, m);
export const decodeGetHistoryRequest = (bytes: Uint8Array) => readGetHistoryRequest(new wire.Reader(bytes));

export function sizeOfGetHistoryResponse(m: GetHistoryResponse): number {
  let size = 0;
  for (const item of m.plays) size += 1 + wire.sizeOfBlock(events.sizeOfPlay(item));
  return size;
}

export function writeGetHistoryResponse(w: wire.Writer, m: GetHistoryResponse): void {
  for (const item of m.plays) w.message(10, events.sizeOfPlay(item), events.writePlay, item);
}

export function readGetHistoryResponse(r: wire.Reader): GetHistoryResponse {
  const plays: events.Play[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) plays.push(r.message(events.readPlay));
    else r.skip(tag);
  }
  return { plays };
}

export const encodeGetHistoryResponse = (m: GetHistoryResponse) =>
  wire.encode(sizeOfGetHistoryResponse(m), writeGetHistoryResponse, m);
export const decodeGetHistoryResponse = (bytes: Uint8Array) => readGetHistoryResponse(new wire.Reader(bytes));

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
  },
};
