/**
 * A profile as a k6 script. Every stream of its mix is an executor with an open model; latency counts from the intended
 * start. The metrics `operation_*` carry operation, phase and outcome as tags: `rehearse load` makes its result of them.
 *
 *   setup: log in ──▶ streams: due? ──▶ journey: request ─▶ check ─▶ request … ──▶ operation_arrivals, _latency, _failed
 *
 * Environment: BASE_URL, RATE (journeys a second), DURATION and WARM_UP (seconds), SEED, LISTENERS, LOGINS, RUN, REPETITION,
 * CLIENT_ID, CLIENT_SECRET. All have defaults, so `k6 run browse.ts` works as it is.
 */
import { check } from 'k6';
import { sha256 } from 'k6/crypto';
import exec from 'k6/execution';
import http, { type RefinedResponse } from 'k6/http';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { Draws, loggedInListener, runNumber } from './draws.ts';
import {
  BY_FORM,
  DEVELOPMENT,
  discover,
  type Endpoints,
  type Exchange,
  loadToken,
  logIn,
  REFRESH_BEFORE_S,
  type Reply,
  type Token,
} from './login.ts';
import { PROMISED } from './objectives.ts';
import { type Failure, failureOf, unanswered, waitedInVain } from './outcome.ts';
import { loggedInFor, operationsOf, type Profile, warmUpSeconds } from './profiles.ts';
import { type AudioPart, CONFLICT, type LoadRequest } from './requests.ts';
import { dueS, PREPARATION_MS } from './schedule.ts';

export interface Script {
  readonly options: Options;
  readonly setup: () => SetUp;
  readonly iterate: (data: SetUp) => void;
}

export interface SetUp {
  readonly endpoints: Endpoints;
  readonly run: number;
  readonly tokens: readonly HeldToken[];
}

export interface HeldToken {
  readonly token: string;
  readonly refreshAtMs: number;
}

const REQUEST_TIMEOUT_S = 10;
/** k6 counts whole numbers of iterations; per 1,000 s they can be as fine as anybody wants. */
const RATE_UNIT_S = 1_000;
/**
 * A user waits for one answer. When all wait longer than this at once, k6 drops iterations, and that fails the run: by
 * then every objective is missed. More users would take longer to make than the run lasts.
 */
const STALL_S = 1;
const SPARE_USERS = 5;
const CONFLICT_STATUS = 409;

/** A text, or the bytes of audio. */
type Answer = RefinedResponse<'text' | 'binary'>;

// The metrics of k6 are made once a module.
const arrivals = new Counter('operation_arrivals');
const latency = new Trend('operation_latency', true);
const failed = new Rate('operation_failed');
const lateness = new Trend('start_lateness', true);
const started = new Gauge('load_started', true);

const variable = (name: string, standard: number) => Number(__ENV[name] ?? standard);
const BASE_URL = (__ENV.BASE_URL ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');

export function createScript(profile: Profile): Script {
  const perSecond = variable('RATE', profile.perSecond);
  const seconds = variable('DURATION', profile.seconds);
  const warmUpS = variable('WARM_UP', warmUpSeconds(seconds));
  const listeners = variable('LISTENERS', 1_000_000);
  const loggedIn = variable('LOGINS', loggedInFor(perSecond, listeners));
  const population = {
    seed: variable('SEED', 1),
    listeners,
    loggedIn,
    repetition: variable('REPETITION', 0),
  };
  // Made here and not when the first request is due: k6 makes all users before it starts the clock.
  const draws = new Draws(population);
  let held: HeldToken[] = [];

  const streams = profile.mix.map(({ traffic, share }, index) => {
    const rate = perSecond * share;
    return { traffic, firstRequest: (index + 1) * 2 ** 32, ramp: { warmUpS, perSecond: rate } };
  });

  const scenarios = Object.fromEntries(
    streams.map(({ traffic, ramp }, index) => {
      const target = Math.round(ramp.perSecond * RATE_UNIT_S);
      const users = Math.ceil(ramp.perSecond * STALL_S) + SPARE_USERS;
      return [
        traffic.operation.replaceAll(/[^\w-]/g, '_'),
        {
          executor: 'ramping-arrival-rate' as const,
          startRate: 0,
          timeUnit: `${RATE_UNIT_S}s`,
          stages: [
            { target, duration: `${warmUpS}s` },
            { target, duration: `${seconds}s` },
          ],
          preAllocatedVUs: users,
          maxVUs: users,
          gracefulStop: `${2 * REQUEST_TIMEOUT_S + 5}s`,
          env: { STREAM: String(index) },
        },
      ];
    }),
  );

  const options: Options = {
    scenarios,
    thresholds: thresholdsOf(profile),
    setupTimeout: '120s',
    systemTags: ['status', 'method', 'name', 'scenario', 'error_code', 'expected_response'],
    summaryTrendStats: ['min', 'med', 'avg', 'p(95)', 'p(99)', 'max'],
    // The target alone decides what it is called.
    noCookiesReset: false,
    userAgent: 'rehearsal-load (k6)',
  };

  function setup(): SetUp {
    const run = variable('RUN', runNumber(Date.now()));
    const endpoints = exchangeAll(discover());
    const tokens = Array.from({ length: loggedIn }, (_, login) => {
      const listener = loggedInListener(population, login);
      if (login >= BY_FORM) return hold(exchangeAll(ofClient(endpoints, listener)));
      return hold(exchangeAll(logIn(endpoints, listener, population.seed, sha)));
    });
    return { endpoints, run, tokens };
  }

  function iterate({ endpoints, run, tokens }: SetUp): void {
    const stream = streams[Number(__ENV.STREAM)]!;
    const { iterationInTest, startTime } = exec.scenario;
    if (iterationInTest === 0) started.add(startTime);
    if (held.length === 0) held = [...tokens];
    draws.run = run;
    const offsetS = dueS(stream.ramp, iterationInTest);
    const phase = offsetS < warmUpS ? 'warm-up' : 'steady';
    const bearer = (login: number): string => {
      if (Date.now() > held[login]!.refreshAtMs)
        held[login] = hold(exchangeAll(ofClient(endpoints, loggedInListener(population, login))));
      return held[login]!.token;
    };
    const journey = stream.traffic.journey(draws, stream.firstRequest + iterationInTest);
    let next = journey.next();
    const behindMs = Date.now() - startTime - offsetS * 1_000;
    let lateMs = behindMs < PREPARATION_MS ? 0 : behindMs;
    lateness.add(lateMs, { phase });
    while (next.done !== true) {
      const answer = send(next.value, phase, lateMs, bearer(next.value.login));
      // What follows within a journey is due when the answer before it has come.
      lateMs = 0;
      next = journey.next(answer);
    }
  }

  return { options, setup, iterate };
}

function thresholdsOf(profile: Profile): Record<string, string[]> {
  const thresholds: Record<string, string[]> = {
    dropped_iterations: ['count==0'],
    checks: ['rate==1'],
  };
  for (const operation of operationsOf(profile)) {
    const { p99Ms, errorPercent } = PROMISED[operation];
    thresholds[`operation_latency{operation:${operation},phase:steady}`] = [`p(99)<=${p99Ms}`];
    thresholds[`operation_failed{operation:${operation},phase:steady}`] = [`rate<=${errorPercent / 100}`];
  }
  return thresholds;
}

/** Sends one request, books it, and returns the body of a right answer. */
function send(request: LoadRequest, phase: string, lateMs: number, token: string): unknown {
  const { operation, method, path, body, status, mayConflict = false, range, complaint } = request;
  const tags = { operation, phase };
  arrivals.add(1, tags);
  const response = http.request(method, BASE_URL + path, body === undefined ? null : JSON.stringify(body), {
    headers: {
      ...(range === undefined
        ? { authorization: `Bearer ${token}` }
        : { range: `bytes=${range[0]}-${range[1]}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    tags: { ...tags, name: operation },
    timeout: `${REQUEST_TIMEOUT_S}s`,
    redirects: 0,
    responseType: range === undefined ? 'text' : 'binary',
    responseCallback: http.expectedStatuses(status, ...(mayConflict ? [CONFLICT_STATUS] : [])),
  });
  // `blocked` holds the wait for a connection and its making.
  const tookMs = lateMs + response.timings.blocked + response.timings.duration;
  const conflict = mayConflict && response.status === CONFLICT_STATUS;
  const answer = conflict ? CONFLICT : response.status === status ? contentOf(response) : undefined;
  let failure: Failure | null = response.status === status || conflict ? null : failureIn(response);
  if (failure === null && !conflict) {
    const found = complaint(answer);
    check(found, { [`${operation}: the answer is as agreed`]: (one) => one === null }, tags);
    if (found !== null) failure = { kind: found.kind, definite: false, why: found.why };
  }
  if (failure === null) {
    latency.add(tookMs, tags);
    failed.add(false, tags);
    return answer ?? null;
  }
  const { kind, definite, why } = failure;
  const told = { ...tags, kind, definite: String(definite), why: why.slice(0, 160) };
  if (waitedInVain(kind)) latency.add(Math.max(tookMs, 0), { ...tags, kind });
  failed.add(true, told);
  return undefined;
}

/** Of a body in bytes what is told of it, of a text what it says. */
function contentOf(response: Answer): unknown {
  const { body, headers } = response;
  if (!(body instanceof ArrayBuffer)) return parsed(response);
  const begins = String.fromCharCode(...new Uint8Array(body.slice(0, 4)));
  const part: AudioPart = { contentRange: headers['Content-Range'] ?? '', bytes: body.byteLength, begins };
  return part;
}

function failureIn(response: Answer): Failure {
  const { status, error, error_code: code } = response;
  if (status !== 0) {
    const retryAfter = response.headers['Retry-After'] !== undefined;
    return failureOf({ status, body: parsed(response), retryAfter });
  }
  // k6's codes: 1050 request timeout, 1211 dial timeout, 1212 refused; the other 12xx and 1220 broke on the way.
  if (code === 1050 || code === 1211) return unanswered('no-answer', error);
  return unanswered(code === 1212 ? 'refused' : 'reset', error);
}

function parsed({ body }: Answer): unknown {
  if (body === null || body === '') return null;
  try {
    return JSON.parse(typeof body === 'string' ? body : textOf(body));
  } catch {
    return undefined;
  }
}

const textOf = (body: ArrayBuffer) => String.fromCharCode(...new Uint8Array(body));

const sha = (text: string) => sha256(text, 'base64rawurl');

const credentials = {
  client: __ENV.CLIENT_ID ?? DEVELOPMENT.client,
  secret: __ENV.CLIENT_SECRET ?? DEVELOPMENT.secret,
};

const ofClient = (endpoints: Endpoints, listener: number) => loadToken(endpoints, listener, credentials);

function hold({ token, expiresInS }: Token): HeldToken {
  return { token, refreshAtMs: Date.now() + Math.max(1, expiresInS - REFRESH_BEFORE_S) * 1_000 };
}

/** Runs a login. Its cookies are its own: with those of the login before it would be taken for that listener. */
function exchangeAll<T>(steps: Generator<Exchange, T, Reply>): T {
  const jar = new http.CookieJar();
  let next = steps.next();
  while (next.done !== true) {
    const { method, path, headers, form } = next.value;
    const response = http.request(method, BASE_URL + path, form ?? null, {
      headers: { ...headers },
      jar,
      redirects: 0,
      timeout: `${REQUEST_TIMEOUT_S}s`,
      tags: { name: 'login' },
      responseType: 'text',
      responseCallback: http.expectedStatuses({ min: 200, max: 399 }),
    });
    const { status, headers: told, body } = response;
    next = steps.next({ status, location: told.Location ?? null, body: body ?? '' });
  }
  return next.value;
}
