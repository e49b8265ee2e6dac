/**
 * A small server that keeps the HTTP contract, for tests of load generators: right answers for any playlist and track,
 * tokens by login form and by client credentials, and faults on request. It has no engines and no time of its own.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenerId, numberOfId, trackId } from '../../../fixtures/ids.ts';
import { createPopulation } from '../../../fixtures/index.ts';
import { Titles } from '../../../fixtures/titles.ts';

export interface TestTarget {
  readonly url: string;
  readonly counts: Map<string, number>;
  /** Listeners who logged in through the form. */
  readonly byForm: Set<string>;
  /** How many it has given. */
  readonly tokens: number;
  /** Edits that found another track in their place. */
  readonly conflicts: number;
  readonly faults: Faults;
  /** Answers nothing for a while; what comes in waits. */
  stall(ms: number): void;
  close(): Promise<void>;
}

export interface Faults {
  /** Every n-th request of the API fails with this status; 0: none. */
  every: number;
  status: number;
  /** Reads forget what was written. */
  forgetful: boolean;
  /** Every n-th track that is moved or taken away stands elsewhere by then; 0: none. */
  conflicts: number;
  /** What audio begins with. */
  audio: string;
  /** Playlists come under a wrong owner. */
  wrongOwner: boolean;
  /** Never answers this path. */
  silent: string;
  ready: boolean;
  /** Seconds that tokens are valid. */
  tokenSeconds: number;
  /** After so many seconds a new track is found by search. */
  findableAfterS: number;
  /** What it says was made to fail. */
  told: object[];
}

const ISSUER = '/oauth';

export async function startTestTarget(seed = 1, listeners = 10_000): Promise<TestTarget> {
  const faults: Faults = {
    every: 0,
    status: 503,
    forgetful: false,
    conflicts: 0,
    audio: 'OggS',
    wrongOwner: false,
    silent: '',
    ready: true,
    tokenSeconds: 3_600,
    told: [],
    findableAfterS: 0,
  };
  const counts = new Map<string, number>();
  const byForm = new Set<string>();
  let stalledUntilMs = 0;
  let requests = 0;
  const releases = createReleases(faults);
  const api = createApi(seed, listeners, faults, releases);
  let tokens = 0;
  let conflicts = 0;
  const oauth = createOauth(faults, byForm, () => tokens++);
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const url = new URL(request.url ?? '/', 'http://target');
    const waitMs = stalledUntilMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (url.pathname === '/readyz') return send(response, faults.ready ? 200 : 503, {});
    if (url.pathname === '/admin/faults') return send(response, 200, { faults: faults.told });
    if (oauth(request, url, body, response)) return;
    const route = `${request.method} ${url.pathname.split('/').slice(0, 3).join('/')}`;
    counts.set(route, (counts.get(route) ?? 0) + 1);
    if (faults.silent !== '' && url.pathname.startsWith(faults.silent)) return;
    if (faults.every > 0 && ++requests % faults.every === 0) {
      const type = `urn:rehearsal:problem:${faults.status === 503 ? 'overloaded' : 'internal'}`;
      return send(response, faults.status, { type, detail: 'as asked' });
    }
    // The URL is signed: players send no token along.
    if (url.pathname.startsWith('/audio/')) return sendAudio(request, url, response, faults);
    const who = /^Bearer token-(.+)$/.exec(request.headers.authorization ?? '')?.[1];
    // Tracks are delivered by labels, and nothing else is done by them.
    const isDelivery = route === 'POST /v1/tracks';
    if (who === undefined || who.startsWith('label-') !== isDelivery)
      return send(response, 401, { type: 'urn:rehearsal:problem:unauthenticated' });
    const [status, answer] = isDelivery ? releases.publish(body, who) : api(request.method ?? '', url, body);
    if (status === 409) conflicts++;
    send(response, status, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    byForm,
    get tokens() {
      return tokens;
    },
    get conflicts() {
      return conflicts;
    },
    faults,
    stall(ms) {
      stalledUntilMs = performance.now() + ms;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function createApi(seed: number, listeners: number, faults: Faults, releases: Releases) {
  const population = createPopulation({ seed, listeners });
  const titles = new Titles(seed);
  const playlists = createPlaylists((id) => population.playlistTracks(numberOfId(id)).map(trackId), faults);
  const ranked = Array.from({ length: 2_000 }, (_, i) => population.trackByRank(i + 1));
  const byTitle = new Map(ranked.map((track) => [titles.track(track), track]));
  return (method: string, { pathname, searchParams }: URL, body: string): [number, unknown] => {
    const [, , kind, id = '', part] = pathname.split('/');
    if (kind === 'playlists' && method === 'GET' && part === undefined && !id.startsWith(MADE)) {
      const { ownerId } = population.playlist(numberOfId(id));
      const owner = listenerId(faults.wrongOwner ? ownerId + 1 : ownerId);
      return [200, { playlistId: id, ownerId: owner, snapshot: 1, trackIds: playlists.read(id) }];
    }
    if (kind === 'playlists') return playlists.answer(method, pathname, searchParams, body);
    if (kind === 'tracks' && part === 'stream')
      return [200, { url: `/audio/${id}/1/160.ogg?token=${SIGNED}` }];
    if (kind === 'tracks') return [200, { trackId: id, title: titles.track(numberOfId(id)) }];
    if (kind === 'plays') return [202, {}];
    if (kind === 'me') return [200, { plays: [] }];
    if (kind === 'search') {
      const word = searchParams.get('q') ?? '';
      const track = byTitle.get(word);
      const hits = track === undefined ? releases.find(word) : [{ trackId: trackId(track) }];
      return [200, { total: hits.length, hits }];
    }
    return [404, { type: 'urn:rehearsal:problem:not-found' }];
  };
}

type Releases = ReturnType<typeof createReleases>;

/** What labels have delivered, by the last words of their titles. */
function createReleases(faults: Faults) {
  const released = new Map<string, { trackId: string; atMs: number }>();
  return {
    publish(body: string, label: string): [number, unknown] {
      const { trackId, title, labelId } = JSON.parse(body) as Record<'trackId' | 'title' | 'labelId', string>;
      if (labelId !== label) return [403, { type: 'urn:rehearsal:problem:permission-denied' }];
      released.set(title.split(' ').at(-1)!, { trackId, atMs: performance.now() });
      return [202, { publishedAt: '2026-03-01T10:00:00Z' }];
    },
    find(word: string) {
      const found = released.get(word);
      const isYoung = performance.now() < (found?.atMs ?? 0) + 1_000 * faults.findableAfterS;
      return found === undefined || isYoung ? [] : [{ trackId: found.trackId }];
    },
  };
}

/** Tracks and names by playlist; what nobody has edited is as the population has it. */
function createPlaylists(original: (id: string) => readonly string[], faults: Faults) {
  const edited = new Map<string, readonly string[]>();
  const names = new Map<string, string>();
  let snapshot = 0;
  let places = 0;
  const read = (id: string) => (faults.forgetful ? undefined : edited.get(id)) ?? original(id);
  const change = (status: number, id: string, trackIds: readonly string[]): [number, unknown] => {
    edited.set(id, trackIds);
    return [status, { snapshot: ++snapshot }];
  };
  /** Null: another track stands there. */
  const without = (id: string, position: number, track: string | null): string[] | null => {
    const list = [...read(id)];
    const isMoved = faults.conflicts > 0 && ++places % faults.conflicts === 0;
    return !isMoved && list.splice(position, 1)[0] === track ? list : null;
  };
  const conflict: [number, unknown] = [409, { type: 'urn:rehearsal:problem:conflict', detail: 'moved' }];
  const answer = (
    method: string,
    pathname: string,
    query: URLSearchParams,
    body: string,
  ): [number, unknown] => {
    const [, , , id = '', part = '', place = ''] = pathname.split('/');
    const sent = (body === '' ? {} : JSON.parse(body)) as {
      name: string;
      trackId: string;
      position?: number;
      from: number;
      to: number;
    };
    switch (`${method} ${part}`) {
      case 'POST ': {
        const playlistId = `${MADE}${names.size}`;
        names.set(playlistId, sent.name);
        return [201, { playlistId, snapshot: ++snapshot }];
      }
      case 'PUT name':
        if (!faults.forgetful) names.set(id, sent.name);
        return [200, { snapshot: ++snapshot }];
      case 'GET ':
        return [200, { playlistId: id, name: names.get(id), trackIds: [] }];
      case 'GET tracks':
        return [200, { entries: read(id).map((track, position) => ({ position, trackId: track })) }];
      case 'POST tracks':
        return change(201, id, read(id).toSpliced(sent.position ?? 0, 0, sent.trackId));
      case 'DELETE tracks': {
        const left = without(id, Number(place), query.get('trackId'));
        return left === null ? conflict : change(200, id, left);
      }
      case 'POST moves': {
        const left = without(id, sent.from, sent.trackId);
        return left === null ? conflict : change(200, id, left.toSpliced(sent.to, 0, sent.trackId));
      }
      default:
        // It is deleted, followed, or not any more.
        return [204, null];
    }
  };
  return { read, answer };
}

/** Ids of playlists that were made here begin so. */
const MADE = 'c';
const SIGNED = 'signed';
const AUDIO_BYTES = 4_300_000;

/** The part of a track that is asked for, to whoever has its URL. */
function sendAudio(request: IncomingMessage, url: URL, response: ServerResponse, { audio }: Faults): void {
  const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (url.searchParams.get('token') !== SIGNED || request.headers.authorization !== undefined) {
    send(response, 403, { type: 'urn:rehearsal:problem:permission-denied' });
    return;
  }
  response.statusCode = 206;
  response.setHeader('content-type', 'audio/ogg');
  response.setHeader('content-range', `bytes ${from}-${last}/${AUDIO_BYTES}`);
  // Bytes that are no UTF-8: nobody may take them for text.
  const bytes = Buffer.alloc(Number(last) - Number(from) + 1, 0xff);
  bytes.write(audio, 'latin1');
  response.end(bytes);
}

/** Returns whether the request was for it. */
function createOauth(faults: Faults, byForm: Set<string>, onToken: () => void) {
  const codes = new Map<string, { listener: string; challenge: string }>();
  const interactions = new Map<
    string,
    { challenge: string; state: string; redirect: string; listener: string }
  >();
  return (request: IncomingMessage, url: URL, body: string, response: ServerResponse): boolean => {
    const form = new URLSearchParams(body);
    const give = (who: string) => {
      onToken();
      send(response, 200, { access_token: `token-${who}`, expires_in: faults.tokenSeconds });
    };
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /.well-known/openid-configuration':
        // Under a name that nobody can reach: clients keep to the address that they were given.
        send(response, 200, {
          authorization_endpoint: `http://issuer.invalid${ISSUER}/auth`,
          token_endpoint: `http://issuer.invalid${ISSUER}/token`,
        });
        return true;
      case `GET ${ISSUER}/auth`: {
        const get = (name: string) => url.searchParams.get(name) ?? '';
        const id = String(interactions.size);
        const [challenge, state, redirect] = [get('code_challenge'), get('state'), get('redirect_uri')];
        // As authorization servers do: a browser in which somebody has logged in is taken for him.
        const known = /(?:^|; )session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
        interactions.set(id, { challenge, state, redirect, listener: known ?? '' });
        if (known !== undefined) {
          redirectTo(response, `${ISSUER}/auth/${id}`);
          return true;
        }
        response.setHeader('set-cookie', [`interaction=${id}; Path=/interaction; HttpOnly`, 'other=1']);
        redirectTo(response, `http://issuer.invalid/interaction/${id}`);
        return true;
      }
      case `POST ${ISSUER}/token`: {
        if (form.get('grant_type') === 'client_credentials') {
          const basic = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString();
          if (basic === 'rehearsal-load:rehearse') give(form.get('listener') ?? '');
          else if (basic === 'rehearsal-label:rehearse') give(form.get('label') ?? '');
          else
            send(response, 401, {
              error: 'invalid_client',
              error_description: 'client authentication failed',
            });
          return true;
        }
        const code = codes.get(form.get('code') ?? '');
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        if (code === undefined || code.challenge !== challenge) {
          send(response, 400, { error: 'invalid_grant' });
          return true;
        }
        byForm.add(code.listener);
        give(code.listener);
        return true;
      }
      default:
        return interact(request, url, form, response);
    }
  };

  function interact(
    { method, headers }: IncomingMessage,
    { pathname }: URL,
    form: URLSearchParams,
    response: ServerResponse,
  ): boolean {
    const [, , page, id = ''] = /^(\/oauth)?\/(interaction|auth)\/(\d+)$/.exec(pathname) ?? [];
    const interaction = interactions.get(id);
    if (interaction === undefined) return false;
    if (page === 'auth') {
      const code = `code-${id}`;
      codes.set(code, interaction);
      redirectTo(response, `${interaction.redirect}?code=${code}&state=${interaction.state}`);
      return true;
    }
    if (method === 'GET') {
      response.setHeader('content-type', 'text/html');
      response.end(
        `<html><body><form method="post" action="/interaction/${id}"><input type="hidden" name="csrf" value="a&amp;b"><label>User<input name="login" autofocus></label><input type='password' name='password'><button>Log in</button></form></body></html>`,
      );
      return true;
    }
    const cookie = new RegExp(`(?:^|; )interaction=${id}(?:;|$)`).test(headers.cookie ?? '');
    if (!cookie || form.get('csrf') !== 'a&b' || form.get('password') !== 'rehearse') {
      send(response, 400, { error: 'the form was not filled in as it was given' });
      return true;
    }
    interaction.listener = form.get('login') ?? '';
    response.setHeader('set-cookie', `session=${interaction.listener}; Path=/; HttpOnly`);
    redirectTo(response, `${ISSUER}/auth/${id}`);
    return true;
  }
}

function redirectTo(response: ServerResponse, location: string): void {
  response.statusCode = 303;
  response.setHeader('location', location);
  response.end();
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  if (body === null) {
    response.end();
    return;
  }
  response.setHeader('content-type', status < 400 ? 'application/json' : 'application/problem+json');
  if (status === 503) response.setHeader('retry-after', '1');
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
