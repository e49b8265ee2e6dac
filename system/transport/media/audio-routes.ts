/**
 * Audio over HTTP: the bytes of tracks and of live segments, in ranges, and playlists of live events. The edge says what
 * there is and takes the time that it takes; the bytes are made here, as fast as the listener takes them.
 *
 *   GET /audio/t42/1/160.ogg?token=…   Range: bytes=0-65535
 *   path ▸ signature ▸ edge (what, how large, from where) ▸ headers ▸ [a chunk at the edge ▸ its bytes ▸ socket] …
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type BitrateKbps,
  liveMasterPath,
  livePlaylistPath,
  parseAudioPath,
  parseMasterPath,
  parsePlaylistPath,
  parseSegmentPath,
} from '../../contracts/audio-path.ts';
import type { LiveEvent } from '../../contracts/live-audio.ts';
import type { AudioEdge, EdgeAnswer, EdgeRequest } from '../../ports/audio-edge.ts';
import { type ByteRange, UnsatisfiableRange } from '../../ports/byte-range.ts';
import { MILLISECOND, SECOND } from '../../ports/clock.ts';
import type { ChildContext } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { BodySource } from '../../ports/object-store.ts';
import { refusalText, type UrlGrant, type UrlVerifier } from '../../ports/url-signer.ts';
import { quoted } from '../http/entity-tags.ts';
import type { Admit } from '../http/guard.ts';
import { problem, sendProblem } from '../http/problem.ts';
import { masterPlaylist, mediaPlaylist, PLAYLIST_MAX_AGE_S } from './hls.ts';
import { hasConditions, isOfAnother, parseRange, preconditionOf } from './range-header.ts';
import { AUDIO_ROUTES } from './route-schemas.ts';

export interface AudioRoutesOptions {
  readonly edge: AudioEdge;
  readonly verifier: UrlVerifier;
  readonly bodies: BodySource;
  /** Runs a call at the present time of the system. */
  readonly enter: <T>(work: () => Promise<T>) => Promise<T>;
  /** A context for one request; closed when the answer is there. */
  readonly context: () => ChildContext;
  /** The system's clock, in ns. */
  readonly now: () => number;
  /** By how much the clocks of signer and verifier may differ. */
  readonly toleranceNs: number;
  readonly liveEvents?: readonly LiveEvent[];
  /** Sites whose pages may embed audio. */
  readonly allowedOrigins?: readonly string[];
  /** Where the listener is whom a URL was signed for: the number of a place; default: the first. */
  readonly placeOf?: (listenerId: string) => number;
  /** How long a listener may take nothing before the connection is given up; default: a minute, as nginx's send_timeout. */
  readonly stallMs?: number;
  /** Told of each request that is refused here, before the edge is asked. */
  readonly onRefusal?: () => void;
  /** Lets a request in or throws; default: all come in. */
  readonly admit?: Admit;
}

/** A part that is asked of the edge at once: as large as its chunks by default. */
const PART_BYTES = 512 * 1024;
/** What is made at a time. */
const PIECE_BYTES = 64 * 1024;
const STALL_MS = 60_000;
const OPERATION = 'audio';
const HLS = 'application/vnd.apple.mpegurl';
const FIRST_BYTE: ByteRange = { from: 0, to: 1 };
const CHANGED = 'If-Match names none of what is there now.';

/** Adds the routes to a server, or (registered as a plugin) to a part of one. Errors are answered by that server. */
export async function audioRoutes(server: FastifyInstance, options: AudioRoutesOptions): Promise<void> {
  const events = new Map((options.liveEvents ?? []).map((event) => [event.id, event]));
  const allowedOrigins = new Set(options.allowedOrigins);
  const hidden = { schema: { hide: true } };
  server.addHook('onRequest', async (request, reply) => {
    options.admit?.(reply, OPERATION);
    checkOrigin(request, reply, options, allowedOrigins);
  });
  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = pathOf(request);
    const playlist = parsePlaylistPath(path);
    if (playlist !== null) {
      const event = events.get(playlist.eventId);
      if (event === undefined) throw notThere(path);
      return sendPlaylist(request, reply, options, event, playlist.kbps);
    }
    const master = parseMasterPath(path);
    if (master !== null) {
      if (!events.has(master)) throw notThere(path);
      return sendMaster(request, reply, options, master);
    }
    if (parseAudioPath(path) === null && parseSegmentPath(path) === null) throw notThere(path);
    return sendAudio(request, reply, path, options);
  };
  for (const { url, schema } of AUDIO_ROUTES) {
    // The schemas are for the document: what does not fit is a path that leads nowhere, or a URL that is not signed.
    const documented = { url, attachValidation: true, config: { streamed: true }, handler: serve };
    server.route({ ...documented, method: 'GET', schema, exposeHeadRoute: false });
    server.route({ ...documented, method: 'HEAD', schema: { ...schema, hide: true } });
    server.options(url, hidden, async (_request, reply) =>
      reply
        .code(204)
        .headers({
          'access-control-allow-methods': 'GET, HEAD',
          'access-control-allow-headers': 'range, if-range, if-none-match',
          'access-control-max-age': '86400',
        })
        .send(),
    );
  }
  for (const url of ['/audio/*', '/live/*'])
    server.get(url, hidden, async (request) => {
      throw notThere(pathOf(request));
    });
}

/** As it was sent: nothing is decoded or normalised, so what is not a path of audio letter by letter is none. */
function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** Apps name no site. One that may embed audio hears so, others are refused whatever their URL says. */
function checkOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  options: AudioRoutesOptions,
  allowed: ReadonlySet<string>,
): void {
  const { origin } = request.headers;
  reply.header('vary', 'Origin');
  if (origin === undefined) return;
  if (!allowed.has(origin)) throw denied(options, 'pages of this site may not embed audio');
  reply.header('access-control-allow-origin', origin);
  reply.header(
    'access-control-expose-headers',
    'accept-ranges, age, content-length, content-range, etag, x-cache, x-served-by',
  );
}

async function grantOf(
  request: FastifyRequest,
  path: string,
  options: AudioRoutesOptions,
): Promise<{ readonly grant: UrlGrant; readonly token: string }> {
  const { verifier, now, toleranceNs } = options;
  const token = (request.query as Record<string, unknown>).token;
  if (typeof token !== 'string' || token === '') throw denied(options, refusalText('missing'));
  const verdict = await verifier.verify(token, { path, nowNs: now(), toleranceNs });
  if (typeof verdict === 'string') throw denied(options, refusalText(verdict));
  return { grant: verdict, token };
}

/** A refusal, which is counted. */
function denied({ onRefusal }: AudioRoutesOptions, detail: string): PortError {
  onRefusal?.();
  return new PortError('permission-denied', OPERATION, true, detail);
}

function gone(): PortError {
  return new PortError('cancelled', OPERATION, false, 'the listener has gone');
}

function notThere(path: string): PortError {
  return new PortError('not-found', OPERATION, true, `there is no audio at ${path.slice(0, 100)}`);
}

async function sendPlaylist(
  request: FastifyRequest,
  reply: FastifyReply,
  options: AudioRoutesOptions,
  event: LiveEvent,
  kbps: BitrateKbps,
): Promise<FastifyReply> {
  const path = livePlaylistPath(event.id, kbps);
  const { token } = await grantOf(request, path, options);
  const nowNs = options.now();
  const playlist = mediaPlaylist({ event, kbps, nowNs, query: `?token=${token}` });
  if ('notBeforeNs' in playlist) {
    const waitMs = Math.max(0, playlist.notBeforeNs - nowNs) / MILLISECOND;
    throw new PortError('unavailable', OPERATION, true, 'the event has not begun', waitMs);
  }
  return reply
    .headers({
      'content-type': HLS,
      'cache-control': `private, max-age=${PLAYLIST_MAX_AGE_S}`,
    })
    .send(playlist.text);
}

/** It names no segment, so it is the same before the event, and as long as the URL is good. */
async function sendMaster(
  request: FastifyRequest,
  reply: FastifyReply,
  options: AudioRoutesOptions,
  eventId: string,
): Promise<FastifyReply> {
  const { grant, token } = await grantOf(request, liveMasterPath(eventId), options);
  const leftS = Math.max(0, Math.floor((grant.expiresAtNs - options.now()) / SECOND));
  return reply
    .headers({ 'content-type': HLS, 'cache-control': `private, max-age=${leftS}` })
    .send(masterPlaylist(eventId, grant.maxKbps ?? 0, `?token=${token}`));
}

async function sendAudio(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  options: AudioRoutesOptions,
): Promise<FastifyReply> {
  const { grant } = await grantOf(request, path, options);
  const context = options.context();
  reply.raw.once('close', () => {
    if (reply.raw.writableFinished) context.close();
    // Who has hung up is not worked for any longer.
    else options.enter(async () => context.cancel(gone())).catch(() => {});
  });
  const headOnly = request.method === 'HEAD';
  const asked: EdgeRequest = { path, grant, headOnly, place: options.placeOf?.(grant.listenerId) ?? 0 };
  const fetch = (range: ByteRange) => options.enter(() => options.edge.fetch(context, { ...asked, range }));
  // RFC 9110, 14.2: a range counts with GET alone.
  let range = headOnly ? undefined : parseRange(request.headers.range);
  let answer: EdgeAnswer;
  let beyond: UnsatisfiableRange | null = null;
  try {
    answer = await fetch(firstPart(range));
  } catch (error) {
    if (!(error instanceof UnsatisfiableRange)) throw error;
    beyond = error;
    if (!hasConditions(request.headers)) return sendUnsatisfiable(request, reply, beyond);
    // Conditions count before ranges, and they are about the tag.
    answer = await fetch(FIRST_BYTE);
  }
  const { info } = answer;
  const precondition = preconditionOf(request.headers, info.etag);
  if (precondition === 412) return sendProblem(reply, problem(412, CHANGED, request.id));
  if (precondition === null && range !== undefined && isOfAnother(request.headers, info.etag)) {
    beyond = null;
    range = undefined;
    answer = await fetch(firstPart(range));
  }
  if (precondition === null && beyond !== null) return sendUnsatisfiable(request, reply, beyond);
  describe(reply, answer);
  if (precondition === 304) return reply.code(304).send();
  const to = endOf(range, answer);
  reply.header('content-length', to - answer.from);
  if (range !== undefined)
    reply.code(206).header('content-range', `bytes ${answer.from}-${to - 1}/${info.size}`);
  if (headOnly) return reply.send();
  const more = (part: ByteRange) => options.enter(() => options.edge.fetchMore(context, answer, part));
  // A player with a full buffer stops reading for a while; one that never comes back must not hold a connection for ever.
  reply.raw.setTimeout(options.stallMs ?? STALL_MS, () => reply.raw.destroy());
  const body = Readable.from(pieces(answer, to, more, options.bodies), {
    objectMode: false,
    highWaterMark: PIECE_BYTES,
  });
  // The headers are out: the listener can be told nothing more, but whoever observes can.
  body.once('error', (error) => {
    request.failure = error;
  });
  return reply.send(body);
}

/** The first of the parts in which a range is fetched; the size that the rest depends on comes with it. */
function firstPart(range: ByteRange | undefined): ByteRange {
  if (range !== undefined && 'last' in range) return range;
  const from = range?.from ?? 0;
  const partEnd = (Math.floor(from / PART_BYTES) + 1) * PART_BYTES;
  return { from, to: Math.min(range?.to ?? partEnd, partEnd) };
}

function endOf(range: ByteRange | undefined, { info, to }: EdgeAnswer): number {
  if (range !== undefined && 'last' in range) return to;
  return Math.min(range?.to ?? info.size, info.size);
}

function describe(reply: FastifyReply, { info, cached, ageNs, servedBy }: EdgeAnswer): void {
  reply.headers({
    'accept-ranges': 'bytes',
    age: Math.floor(ageNs / SECOND),
    'content-type': info.key.endsWith('.ogg') ? 'audio/ogg' : 'audio/aac',
    'cache-control': `private, max-age=${info.maxAgeS}, immutable`,
    etag: quoted(info.etag),
    'x-cache': cached ? 'HIT' : 'MISS',
    'x-content-type-options': 'nosniff',
    'x-served-by': servedBy,
  });
}

function sendUnsatisfiable(request: FastifyRequest, reply: FastifyReply, { size }: UnsatisfiableRange) {
  reply.header('content-range', `bytes */${size}`);
  return sendProblem(
    reply,
    problem(416, `The range lies beyond the end, which is at byte ${size}.`, request.id),
  );
}

/** The bytes up to `to`: a part is fetched when everything before it has been taken. */
async function* pieces(
  first: EdgeAnswer,
  to: number,
  more: (part: ByteRange) => Promise<EdgeAnswer>,
  bodies: BodySource,
): AsyncGenerator<Uint8Array> {
  let ready = first.to;
  for (let at = first.from; at < to; ) {
    if (at >= ready) {
      const part = await more({ from: at, to: Math.min(to, at + PART_BYTES) });
      // The length is out already: all that is left is to break off.
      if (part.info.etag !== first.info.etag) throw new PortError('conflict', OPERATION, true, 'it changed');
      ready = part.to;
    }
    const end = Math.min(to, ready, at + PIECE_BYTES);
    yield bodies.read(first.info, at, end);
    at = end;
  }
}
