/**
 * The project's own load generator, for where there is no k6: Poisson arrivals that wait for no answer, over connections
 * that stay open. Latency counts from the intended start, so a server that stalls is seen stalling.
 */
import { Draws } from '../../load/draws.ts';
import { LoginError } from '../../load/login.ts';
import { type Failure, waitedInVain } from '../../load/outcome.ts';
import { isFound, lookFor } from '../../load/publish.ts';
import {
  type AudioPart,
  CONFLICT,
  type Findable,
  type LoadRequest,
  type Traffic,
} from '../../load/requests.ts';
import { PoissonStream, REQUESTS_PER_STREAM } from '../arrivals.ts';
import { failureIn, type HttpAnswer, HttpClient, NoAnswer, parsed } from './http-client.ts';
import { type LiveLoad, type LoadEngine, phasesOf } from './live-load.ts';
import type { LiveRecorder } from './live-recorder.ts';
import { Logins } from './logins.ts';
import { NewTracks } from './new-tracks.ts';
import type { Waits } from './waits.ts';

/** Timers of Node fire up to this late: a start within it is on time. */
const TIMER_RESOLUTION_MS = 2;
/** Journeys at once; beyond it they are dropped, and a run with dropped ones confirms nothing. */
const MOST_IN_FLIGHT = 10_000;
const BEGIN_IN_MS = 50;
const CONFLICT_STATUS = 409;

interface Stream {
  readonly traffic: Traffic;
  readonly arrivals: PoissonStream;
  readonly firstRequest: number;
}

export const ownEngine: LoadEngine = {
  name: 'own generator',
  async generate(load, recorder, signal, tell) {
    const client = new HttpClient(load.baseUrl, load.authority?.pem ?? null);
    try {
      const logins = new Logins(load, client);
      tell('listeners log in');
      await logins.start();
      tell('');
      if (signal.aborted) return { objections: [], waits: null, startedAtMs: null };
      const loop = new OpenLoop(load, recorder, client, logins, signal, tell);
      const waits = await loop.run();
      return { objections: [], waits, startedAtMs: loop.startedAtMs };
    } finally {
      client.close();
    }
  },
};

class OpenLoop {
  readonly #recorder: LiveRecorder;
  readonly #client: HttpClient;
  readonly #logins: Logins;
  readonly #signal: AbortSignal;
  readonly #tell: (waitsFor: string) => void;
  readonly #draws: Draws;
  readonly #newTracks: NewTracks;
  readonly #streams: readonly Stream[];
  readonly #warmUpMs: number;
  readonly #done = Promise.withResolvers<void>();
  readonly #startMs = performance.now() + BEGIN_IN_MS;
  /** The same, as Unix time. */
  readonly startedAtMs = performance.timeOrigin + this.#startMs;
  #inFlight = 0;
  #allSent = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    load: LiveLoad,
    recorder: LiveRecorder,
    client: HttpClient,
    logins: Logins,
    signal: AbortSignal,
    tell: (waitsFor: string) => void,
  ) {
    this.#tell = tell;
    this.#recorder = recorder;
    this.#client = client;
    this.#logins = logins;
    this.#signal = signal;
    this.#draws = new Draws(load);
    this.#draws.run = load.run;
    this.#warmUpMs = load.warmUpS * 1_000;
    this.#newTracks = new NewTracks({
      look: (track, number) => this.#look(track, number % load.loggedIn),
      seed: load.seed + load.repetition,
      nowS: () => this.#sinceStartMs() / 1_000,
      signal,
    });
    this.#streams = load.profile.mix.map(({ traffic, share }, index) => {
      const { operation } = traffic;
      const perSecond = { always: load.perSecond * share };
      const arrivals = new PoissonStream(
        load.seed + load.repetition,
        { operation, perSecond },
        phasesOf(load),
        1,
      );
      return { traffic, arrivals, firstRequest: (index + 1) * REQUESTS_PER_STREAM };
    });
  }

  async run(): Promise<Waits> {
    this.#signal.addEventListener('abort', () => {
      clearTimeout(this.#timer);
      this.#done.resolve();
    });
    this.#wait();
    await this.#done.promise;
    this.#tell('new tracks are looked for until they are found');
    return this.#newTracks.finish();
  }

  #wait(): void {
    const next = this.#next();
    if (next === null) {
      this.#allSent = true;
      this.#tell('the last answers are waited for');
      if (this.#inFlight === 0) this.#done.resolve();
      return;
    }
    const dueMs = this.#startMs + next.arrivals.timeNs / 1e6;
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, dueMs - performance.now()));
  }

  #fire(): void {
    const nowMs = performance.now();
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const { traffic, arrivals, firstRequest } = next;
      const dueMs = arrivals.timeNs / 1e6;
      if (this.#startMs + dueMs > nowMs) break;
      if (this.#inFlight >= MOST_IN_FLIGHT) this.#recorder.dropped++;
      else this.#travel(traffic, firstRequest + arrivals.count, dueMs).catch(this.#done.reject);
      arrivals.next();
    }
    this.#wait();
  }

  #next(): Stream | null {
    let earliest: Stream | null = null;
    for (const stream of this.#streams) {
      if (stream.arrivals.timeNs < (earliest?.arrivals.timeNs ?? Number.POSITIVE_INFINITY)) earliest = stream;
    }
    return earliest;
  }

  /** `dueMs`: from the start of the run. */
  async #travel(traffic: Traffic, request: number, dueMs: number): Promise<void> {
    this.#inFlight++;
    const phase = dueMs < this.#warmUpMs ? 'warm-up' : 'steady';
    const behindMs = this.#sinceStartMs() - dueMs;
    this.#recorder.late(phase, behindMs);
    let intendedMs = behindMs < TIMER_RESOLUTION_MS ? this.#sinceStartMs() : dueMs;
    const journey = traffic.journey(this.#draws, request);
    let next = journey.next();
    while (next.done !== true) {
      const answer = await this.#ask(next.value, phase, intendedMs);
      if (this.#signal.aborted) return;
      // What follows within a journey is due when the answer before it has come.
      intendedMs = this.#sinceStartMs();
      next = journey.next(answer);
    }
    this.#inFlight--;
    if (this.#allSent && this.#inFlight === 0) this.#done.resolve();
  }

  /** Sends one request, books it, and returns the body of a right answer. */
  async #ask(request: LoadRequest, phase: string, intendedMs: number): Promise<unknown> {
    const { operation, findable } = request;
    this.#recorder.arrive(operation, phase, intendedMs / 1_000);
    const { body, failure } = await this.#answerTo(request);
    // What is interrupted has no outcome: it counts as in flight.
    if (this.#signal.aborted) return undefined;
    const atMs = this.#sinceStartMs();
    if (failure === null) {
      this.#recorder.answer(operation, phase, atMs / 1_000, atMs - intendedMs);
      if (findable !== undefined && phase === 'steady')
        this.#newTracks.published(findable, intendedMs / 1_000);
      return body;
    }
    this.#recorder.fail(operation, phase, atMs / 1_000, failure);
    if (waitedInVain(failure.kind)) this.#recorder.waited(operation, phase, atMs / 1_000, atMs - intendedMs);
    return undefined;
  }

  /** Not booked: it is no part of the load. */
  async #look(track: Findable, login: number): Promise<boolean | null> {
    const { body, failure } = await this.#answerTo(lookFor(track, login));
    return failure === null ? isFound(track, body) : null;
  }

  async #answerTo(request: LoadRequest): Promise<{ body: unknown; failure: Failure | null }> {
    const { method, path, body, status, mayConflict = false, range, login, label, complaint } = request;
    try {
      const token = range === undefined ? this.#logins.token(label ?? login) : '';
      const answer = await this.#client.send({
        method,
        path,
        binary: range !== undefined,
        headers: {
          ...(range === undefined
            ? { authorization: `Bearer ${typeof token === 'string' ? token : await token}` }
            : { range: `bytes=${range[0]}-${range[1]}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (mayConflict && answer.status === CONFLICT_STATUS) return { body: CONFLICT, failure: null };
      if (answer.status !== status) return { body: undefined, failure: failureIn(answer) };
      const content = range === undefined ? parsed(answer) : partOf(answer);
      const found = complaint(content);
      return { body: content ?? null, failure: found === null ? null : { ...found, definite: false } };
    } catch (error) {
      if (error instanceof NoAnswer) return { body: undefined, failure: error.failure };
      if (!(error instanceof LoginError)) throw error;
      return { body: undefined, failure: { kind: 'unauthenticated', definite: true, why: error.message } };
    }
  }

  #sinceStartMs(): number {
    return performance.now() - this.#startMs;
  }
}

const partOf = ({ headers, body }: HttpAnswer): AudioPart => ({
  contentRange: headers['content-range'] ?? '',
  bytes: body.length,
  begins: body.slice(0, 4),
});
