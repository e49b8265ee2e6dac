/** Where a listener may fetch audio, at which bitrate, and until when. Generated from delivery.proto by generate.ts: do not edit. */
import type { Context } from '../../ports/context.ts';
import * as wire from '../wire.ts';

export interface AuthoriseRequest {
  readonly listenerId: string;
  /** Of a track or an episode. */
  readonly trackId: string;
  /** As the app has measured it; 0: it does not know yet. */
  readonly bandwidthKbps: number;
  /** 'free' or 'premium'. */
  readonly plan: string;
}

export interface AuthoriseLiveRequest {
  readonly listenerId: string;
  readonly eventId: string;
  readonly bandwidthKbps: number;
  readonly plan: string;
}

/** The URL is path and token: '/audio/t42/1/160.ogg?token=…'. */
export interface AuthoriseResponse {
  readonly path: string;
  /** What it grants: the path itself, or what is below a path that ends with '/', up to max_kbps. */
  readonly grantPath: string;
  /** Empty where the transport signs. */
  readonly token: string;
  readonly bitrateKbps: number;
  readonly notBeforeNs: number;
  readonly expiresAtNs: number;
  /** Highest bitrate that the plan allows below a grant_path that ends with '/'; 0: it does not end so. */
  readonly maxKbps: number;
}

export interface DeliveryApi {
  authorise(context: Context, request: AuthoriseRequest): Promise<AuthoriseResponse>;
  /** For everything that belongs to a live event: its playlists and segments. */
  authoriseLive(context: Context, request: AuthoriseLiveRequest): Promise<AuthoriseResponse>;
}

export const deliveryMethods = ['authorise', 'authoriseLive'] as const;

export function sizeOfAuthoriseRequest(m: AuthoriseRequest): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (!Object.is(m.bandwidthKbps, 0)) size += 9;
  if (m.plan !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.plan));
  return size;
}

export function writeAuthoriseRequest(w: wire.Writer, m: AuthoriseRequest): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
  if (m.trackId !== '') w.text(18, m.trackId);
  if (!Object.is(m.bandwidthKbps, 0)) w.double(25, m.bandwidthKbps);
  if (m.plan !== '') w.text(34, m.plan);
}

export function readAuthoriseRequest(r: wire.Reader): AuthoriseRequest {
  let listenerId = '';
  let trackId = '';
  let bandwidthKbps = 0;
  let plan = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else if (tag === 18) trackId = r.text();
    else if (tag === 25) bandwidthKbps = r.double();
    else if (tag === 34) plan = r.text();
    else r.skip(tag);
  }
  return { listenerId, trackId, bandwidthKbps, plan };
}

export const encodeAuthoriseRequest = (m: AuthoriseRequest) =>
  wire.encode(sizeOfAuthoriseRequest(m), writeAuthoriseRequest, m);
export const decodeAuthoriseRequest = (bytes: Uint8Array) => readAuthoriseRequest(new wire.Reader(bytes));

export function sizeOfAuthoriseLiveRequest(m: AuthoriseLiveRequest): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  if (m.eventId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.eventId));
  if (!Object.is(m.bandwidthKbps, 0)) size += 9;
  if (m.plan !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.plan));
  return size;
}

export function writeAuthoriseLiveRequest(w: wire.Writer, m: AuthoriseLiveRequest): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
  if (m.eventId !== '') w.text(18, m.eventId);
  if (!Object.is(m.bandwidthKbps, 0)) w.double(25, m.bandwidthKbps);
  if (m.plan !== '') w.text(34, m.plan);
}

export function readAuthoriseLiveRequest(r: wire.Reader): AuthoriseLiveRequest {
  let listenerId = '';
  let eventId = '';
  let bandwidthKbps = 0;
  let plan = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else if (tag === 18) eventId = r.text();
    else if (tag === 25) bandwidthKbps = r.double();
    else if (tag === 34) plan = r.text();
    else r.skip(tag);
  }
  return { listenerId, eventId, bandwidthKbps, plan };
}

export const encodeAuthoriseLiveRequest = (m: AuthoriseLiveRequest) =>
  wire.encode(sizeOfAuthoriseLiveRequest(m), writeAuthoriseLiveRequest, m);
export const decodeAuthoriseLiveRequest = (bytes: Uint8Array) =>
  readAuthoriseLiveRequest(new wire.Reader(bytes));

export function sizeOfAuthoriseResponse(m: AuthoriseResponse): number {
  let size = 0;
  if (m.path !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.path));
  if (m.grantPath !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.grantPath));
  if (m.token !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.token));
  if (m.bitrateKbps !== 0) size += 1 + wire.sizeOfVarint(m.bitrateKbps);
  if (m.notBeforeNs !== 0) size += 1 + wire.sizeOfVarint(m.notBeforeNs);
  if (m.expiresAtNs !== 0) size += 1 + wire.sizeOfVarint(m.expiresAtNs);
  if (m.maxKbps !== 0) size += 1 + wire.sizeOfVarint(m.maxKbps);
  return size;
}

export function writeAuthoriseResponse(w: wire.Writer, m: AuthoriseResponse): void {
  if (m.path !== '') w.text(10, m.path);
  if (m.grantPath !== '') w.text(18, m.grantPath);
  if (m.token !== '') w.text(26, m.token);
  if (m.bitrateKbps !== 0) w.number(32, m.bitrateKbps);
  if (m.notBeforeNs !== 0) w.number(40, m.notBeforeNs);
  if (m.expiresAtNs !== 0) w.number(48, m.expiresAtNs);
  if (m.maxKbps !== 0) w.number(56, m.maxKbps);
}

export function readAuthoriseResponse(r: wire.Reader): AuthoriseResponse {
  let path = '';
  let grantPath = '';
  let token = '';
  let bitrateKbps = 0;
  let notBeforeNs = 0;
  let expiresAtNs = 0;
  let maxKbps = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) path = r.text();
    else if (tag === 18) grantPath = r.text();
    else if (tag === 26) token = r.text();
    else if (tag === 32) bitrateKbps = r.varint();
    else if (tag === 40) notBeforeNs = r.varint();
    else if (tag === 48) expiresAtNs = r.varint();
    else if (tag === 56) maxKbps = r.varint();
    else r.skip(tag);
  }
  return { path, grantPath, token, bitrateKbps, notBeforeNs, expiresAtNs, maxKbps };
}

export const encodeAuthoriseResponse = (m: AuthoriseResponse) =>
  wire.encode(sizeOfAuthoriseResponse(m), writeAuthoriseResponse, m);
export const decodeAuthoriseResponse = (bytes: Uint8Array) => readAuthoriseResponse(new wire.Reader(bytes));

/** How its calls travel between processes. */
export const deliveryService: wire.Service<DeliveryApi> = {
  name: 'rehearsal.delivery.Delivery',
  calls: {
    authorise: {
      name: 'Authorise',
      encodeRequest: encodeAuthoriseRequest,
      decodeRequest: decodeAuthoriseRequest,
      encodeResponse: encodeAuthoriseResponse,
      decodeResponse: decodeAuthoriseResponse,
    },
    authoriseLive: {
      name: 'AuthoriseLive',
      encodeRequest: encodeAuthoriseLiveRequest,
      decodeRequest: decodeAuthoriseLiveRequest,
      encodeResponse: encodeAuthoriseResponse,
      decodeResponse: decodeAuthoriseResponse,
    },
  },
};
