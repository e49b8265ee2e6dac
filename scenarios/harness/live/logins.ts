/** Tokens of the listeners that an own generator speaks for: obtained over HTTP, renewed before they expire. */
import { createHash } from 'node:crypto';
import { loggedInListener } from '../../load/draws.ts';
import {
  BY_FORM,
  discover,
  type Endpoints,
  type Exchange,
  loadToken,
  logIn,
  REFRESH_BEFORE_S,
  type Reply,
  type Token,
} from '../../load/login.ts';
import type { HttpClient } from './http-client.ts';
import type { LiveLoad } from './live-load.ts';

interface Held {
  readonly token: string;
  readonly refreshAtMs: number;
}

/** Logins at a time: a rehearsal's server signs a few hundred tokens a second. */
const AT_ONCE = 8;

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

export class Logins {
  readonly #load: LiveLoad;
  readonly #client: HttpClient;
  readonly #held: (Held | undefined)[] = [];
  readonly #renewals = new Map<number, Promise<string>>();
  #endpoints: Endpoints | null = null;

  constructor(load: LiveLoad, client: HttpClient) {
    this.#load = load;
    this.#client = client;
  }

  /** Logs everybody in. Throws `LoginError` or `NoAnswer`. */
  async start(): Promise<void> {
    this.#endpoints = await this.#exchange(discover());
    const { loggedIn } = this.#load;
    let next = 0;
    const some = async () => {
      while (next < loggedIn) await this.#logIn(next, next++ < BY_FORM);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, some));
  }

  /** A valid token; a promise only where it has to be renewed. */
  token(login: number): string | Promise<string> {
    const held = this.#held[login]!;
    if (performance.now() < held.refreshAtMs) return held.token;
    let renewal = this.#renewals.get(login);
    if (renewal === undefined) {
      renewal = this.#logIn(login, false).finally(() => this.#renewals.delete(login));
      this.#renewals.set(login, renewal);
    }
    return renewal;
  }

  async #logIn(login: number, byForm: boolean): Promise<string> {
    const { seed, credentials } = this.#load;
    const listener = loggedInListener(this.#load, login);
    const { token, expiresInS }: Token = await this.#exchange(
      byForm
        ? logIn(this.#endpoints!, listener, seed, sha256)
        : loadToken(this.#endpoints!, listener, credentials),
    );
    const refreshAtMs = performance.now() + Math.max(1, expiresInS - REFRESH_BEFORE_S) * 1_000;
    this.#held[login] = { token, refreshAtMs };
    return token;
  }

  async #exchange<T>(steps: Generator<Exchange, T, Reply>): Promise<T> {
    const cookies = new Map<string, string>();
    let next = steps.next();
    while (next.done !== true) {
      const { method, path, headers, form } = next.value;
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await this.#client.send({
        method,
        path,
        headers: { ...headers, ...(cookie === '' ? {} : { cookie }) },
        ...(form === undefined ? {} : { body: form }),
      });
      for (const set of answer.headers['set-cookie'] ?? []) keep(cookies, set);
      const { status, body } = answer;
      next = steps.next({ status, location: answer.headers.location ?? null, body });
    }
    return next.value;
  }
}

/** One login talks to one origin for some milliseconds: paths and ages of cookies do not matter, their end does. */
function keep(cookies: Map<string, string>, set: string): void {
  const [, name, value] = /^([^=;]+)=([^;]*)/.exec(set) ?? [];
  if (name === undefined) return;
  if (value === '' || /;\s*max-age=0|;\s*expires=thu, 01 jan 1970/i.test(set)) cookies.delete(name);
  else cookies.set(name, value!);
}
