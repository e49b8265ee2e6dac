/** Who somebody is: tokens that any service can check without asking, signed with keys that rotate. Generated from identity.proto by generate.ts: do not edit. */
import type { Context } from '../../ports/context.ts';
import * as wire from '../wire.ts';

export interface Token {
  /** Id of the listener. */
  readonly subject: string;
  readonly expiresAtNs: number;
  readonly keyId: number;
  /** Check value over the fields above under that key. */
  readonly signature: number;
}

export interface Key {
  readonly keyId: number;
  readonly secret: number;
}

export interface IssueTokenRequest {
  readonly listenerId: string;
}

export interface IssueTokenResponse {
  readonly token?: Token;
}

export interface VerifyTokenRequest {
  readonly token?: Token;
}

export interface VerifyTokenResponse {
  readonly listenerId: string;
}

export type ListKeysRequest = Readonly<Record<string, never>>;

export interface ListKeysResponse {
  readonly keys: readonly Key[];
}

export interface IdentityApi {
  issueToken(context: Context, request: IssueTokenRequest): Promise<IssueTokenResponse>;
  verifyToken(context: Context, request: VerifyTokenRequest): Promise<VerifyTokenResponse>;
  /** What verifiers need: the keys that tokens in circulation may be signed with. */
  listKeys(context: Context, request: ListKeysRequest): Promise<ListKeysResponse>;
}

export const identityMethods = ['issueToken', 'verifyToken', 'listKeys'] as const;

export function sizeOfToken(m: Token): number {
  let size = 0;
  if (m.subject !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.subject));
  if (m.expiresAtNs !== 0) size += 1 + wire.sizeOfVarint(m.expiresAtNs);
  if (m.keyId !== 0) size += 1 + wire.sizeOfVarint(m.keyId);
  if (m.signature !== 0) size += 1 + wire.sizeOfVarint(m.signature);
  return size;
}

export function writeToken(w: wire.Writer, m: Token): void {
  if (m.subject !== '') w.text(10, m.subject);
  if (m.expiresAtNs !== 0) w.number(16, m.expiresAtNs);
  if (m.keyId !== 0) w.number(24, m.keyId);
  if (m.signature !== 0) w.number(32, m.signature);
}

export function readToken(r: wire.Reader): Token {
  let subject = '';
  let expiresAtNs = 0;
  let keyId = 0;
  let signature = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) subject = r.text();
    else if (tag === 16) expiresAtNs = r.varint();
    else if (tag === 24) keyId = r.varint();
    else if (tag === 32) signature = r.varint();
    else r.skip(tag);
  }
  return { subject, expiresAtNs, keyId, signature };
}

export const encodeToken = (m: Token) => wire.encode(sizeOfToken(m), writeToken, m);
export const decodeToken = (bytes: Uint8Array) => readToken(new wire.Reader(bytes));

export function sizeOfKey(m: Key): number {
  let size = 0;
  if (m.keyId !== 0) size += 1 + wire.sizeOfVarint(m.keyId);
  if (m.secret !== 0) size += 1 + wire.sizeOfVarint(m.secret);
  return size;
}

export function writeKey(w: wire.Writer, m: Key): void {
  if (m.keyId !== 0) w.number(8, m.keyId);
  if (m.secret !== 0) w.number(16, m.secret);
}

export function readKey(r: wire.Reader): Key {
  let keyId = 0;
  let secret = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) keyId = r.varint();
    else if (tag === 16) secret = r.varint();
    else r.skip(tag);
  }
  return { keyId, secret };
}

export const encodeKey = (m: Key) => wire.encode(sizeOfKey(m), writeKey, m);
export const decodeKey = (bytes: Uint8Array) => readKey(new wire.Reader(bytes));

export function sizeOfIssueTokenRequest(m: IssueTokenRequest): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  return size;
}

export function writeIssueTokenRequest(w: wire.Writer, m: IssueTokenRequest): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
}

export function readIssueTokenRequest(r: wire.Reader): IssueTokenRequest {
  let listenerId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else r.skip(tag);
  }
  return { listenerId };
}

export const encodeIssueTokenRequest = (m: IssueTokenRequest) =>
  wire.encode(sizeOfIssueTokenRequest(m), writeIssueTokenRequest, m);
export const decodeIssueTokenRequest = (bytes: Uint8Array) => readIssueTokenRequest(new wire.Reader(bytes));

export function sizeOfIssueTokenResponse(m: IssueTokenResponse): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(sizeOfToken(m.token));
  return size;
}

export function writeIssueTokenResponse(w: wire.Writer, m: IssueTokenResponse): void {
  if (m.token !== undefined) w.message(10, sizeOfToken(m.token), writeToken, m.token);
}

export function readIssueTokenResponse(r: wire.Reader): IssueTokenResponse {
  let token: Token | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(readToken);
    else r.skip(tag);
  }
  return { token };
}

export const encodeIssueTokenResponse = (m: IssueTokenResponse) =>
  wire.encode(sizeOfIssueTokenResponse(m), writeIssueTokenResponse, m);
export const decodeIssueTokenResponse = (bytes: Uint8Array) => readIssueTokenResponse(new wire.Reader(bytes));

export function sizeOfVerifyTokenRequest(m: VerifyTokenRequest): number {
  let size = 0;
  if (m.token !== undefined) size += 1 + wire.sizeOfBlock(sizeOfToken(m.token));
  return size;
}

export function writeVerifyTokenRequest(w: wire.Writer, m: VerifyTokenRequest): void {
  if (m.token !== undefined) w.message(10, sizeOfToken(m.token), writeToken, m.token);
}

export function readVerifyTokenRequest(r: wire.Reader): VerifyTokenRequest {
  let token: Token | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) token = r.message(readToken);
    else r.skip(tag);
  }
  return { token };
}

export const encodeVerifyTokenRequest = (m: VerifyTokenRequest) =>
  wire.encode(sizeOfVerifyTokenRequest(m), writeVerifyTokenRequest, m);
export const decodeVerifyTokenRequest = (bytes: Uint8Array) => readVerifyTokenRequest(new wire.Reader(bytes));

export function sizeOfVerifyTokenResponse(m: VerifyTokenResponse): number {
  let size = 0;
  if (m.listenerId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.listenerId));
  return size;
}

export function writeVerifyTokenResponse(w: wire.Writer, m: VerifyTokenResponse): void {
  if (m.listenerId !== '') w.text(10, m.listenerId);
}

export function readVerifyTokenResponse(r: wire.Reader): VerifyTokenResponse {
  let listenerId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) listenerId = r.text();
    else r.skip(tag);
  }
  return { listenerId };
}

export const encodeVerifyTokenResponse = (m: VerifyTokenResponse) =>
  wire.encode(sizeOfVerifyTokenResponse(m), writeVerifyTokenResponse, m);
export const decodeVerifyTokenResponse = (bytes: Uint8Array) =>
  readVerifyTokenResponse(new wire.Reader(bytes));

export const sizeOfListKeysRequest = (_: ListKeysRequest) => 0;

export function writeListKeysRequest(_w: wire.Writer, _m: ListKeysRequest): void {}

export function readListKeysRequest(r: wire.Reader): ListKeysRequest {
  while (r.at < r.end) r.skip(r.varint());
  return {};
}

export const encodeListKeysRequest = (m: ListKeysRequest) => wire.encode(0, writeListKeysRequest, m);
export const decodeListKeysRequest = (bytes: Uint8Array) => readListKeysRequest(new wire.Reader(bytes));

export function sizeOfListKeysResponse(m: ListKeysResponse): number {
  let size = 0;
  for (const item of m.keys) size += 1 + wire.sizeOfBlock(sizeOfKey(item));
  return size;
}

export function writeListKeysResponse(w: wire.Writer, m: ListKeysResponse): void {
  for (const item of m.keys) w.message(10, sizeOfKey(item), writeKey, item);
}

export function readListKeysResponse(r: wire.Reader): ListKeysResponse {
  const keys: Key[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) keys.push(r.message(readKey));
    else r.skip(tag);
  }
  return { keys };
}

export const encodeListKeysResponse = (m: ListKeysResponse) =>
  wire.encode(sizeOfListKeysResponse(m), writeListKeysResponse, m);
export const decodeListKeysResponse = (bytes: Uint8Array) => readListKeysResponse(new wire.Reader(bytes));

/** How its calls travel between processes. */
export const identityService: wire.Service<IdentityApi> = {
  name: 'rehearsal.identity.Identity',
  calls: {
    issueToken: {
      name: 'IssueToken',
      encodeRequest: encodeIssueTokenRequest,
      decodeRequest: decodeIssueTokenRequest,
      encodeResponse: encodeIssueTokenResponse,
      decodeResponse: decodeIssueTokenResponse,
    },
    verifyToken: {
      name: 'VerifyToken',
      encodeRequest: encodeVerifyTokenRequest,
      decodeRequest: decodeVerifyTokenRequest,
      encodeResponse: encodeVerifyTokenResponse,
      decodeResponse: decodeVerifyTokenResponse,
    },
    listKeys: {
      name: 'ListKeys',
      encodeRequest: encodeListKeysRequest,
      decodeRequest: decodeListKeysRequest,
      encodeResponse: encodeListKeysResponse,
      decodeResponse: decodeListKeysResponse,
    },
  },
};
