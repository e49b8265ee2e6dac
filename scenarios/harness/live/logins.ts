/** Tokens of the listeners and labels that an own generator speaks for: obtained over HTTP, renewed before they expire. */
import { createHash } from 'node:crypto';
import { loggedInListener } from '../../load/draws.ts';
import {
  BY_FORM,
  discover,
  type Endpoints,
  type Exchange,
  type Login,
  labelToken,
  loadToken,
  logIn,
  REFRESH_BEFORE_S,
  type Reply,
  type Token,
} from '../../load/login.ts';
import { labelsOf } from '../../load/profiles.ts';
import type { HttpClient } from './http-client.ts';
import type { LiveLoad } from './live-load.ts';

/** The number of a logged-in listener, or the id of a label. */
export type Sender = number | string;

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
  readonly #held = new Map<Sender, Held>();
  readonly #renewals = new Map<Sender, Promise<string>>();
  #endpoints: Endpoints | null = null;

  constructor(load: LiveLoad, client: HttpClient) {
    this.#load = load;
    this.#client = client;
  }

  /** Logs everybody in. Throws `LoginError` or `NoAnswer`. */
  async start(): Promise<void> {
    this.#endpoints = await this.#exchange(discover());
    const { loggedIn, profile } = this.#load;
    const senders: Sender[] = [...Array(loggedIn).keys(), ...labelsOf(profile)];
    let next = 0;
    const some = async () => {
      while (next < senders.length) await this.#logIn(senders[next]!, next++ < BY_FORM);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, some));
  }

  /** A valid token; a promise only where it has to be renewed. */
  token(sender: Sender): string | Promise<string> {
    const held = this.#held.get(sender)!;
    if (performance.now() < held.refreshAtMs) return held.token;
    let renewal = this.#renewals.get(sender);
    if (renewal === undefined) {
      renewal = this.#logIn(sender, false).finally(() => this.#renewals.delete(sender));
      this.#renewals.set(sender, renewal);
    }
    return renewal;
  }

  async #logIn(sender: Sender, byForm: boolean): Promise<string> {
    const { token, expiresInS }: Token = await this.#exchange(this.#loginOf(sender, byForm));
    const refreshAtMs = performance.now() + Math.max(1, expiresInS - REFRESH_BEFORE_S) * 1_000;
    this.#held.set(sender, { token, refreshAtMs });
    return token;
  }

  #loginOf(sender: Sender, byForm: boolean): Login {
    const { seed, credentials, labelCredentials } = this.#load;
    const endpoints = this.#endpoints!;
    if (typeof sender === 'string') return labelToken(endpoints, sender, labelCredentials);
    const listener = loggedInListener(this.#load, sender);
    return byForm ? logIn(endpoints, listener, seed, sha256) : loadToken(endpoints, listener, credentials);
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
