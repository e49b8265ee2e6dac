/** `rehearse serve --data` as a process that can be killed, and its HTTP API with tokens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/rehearse.js', import.meta.url));

/** Groups form, batches close and indices refresh soon: the test waits for all of them again and again. */
const QUICK = [
  'kafka.rebalanceMs=0',
  'kafka.lingerMs=0',
  'listening.historyIntervalMs=0',
  'listening.streamIntervalMs=100',
  'search.refreshIntervalMs=50',
  'gateway.rateLimit=false',
  'playlist.tracksLimit=1000',
  'listening.historyLimit=1000',
  // A busy build machine is no failure.
  'gateway.deadlineMs=20000',
  'playlist.catalogueDeadlineMs=20000',
  'playlist.writeDeadlineMs=20000',
];

export interface Served {
  readonly url: string;
  /** What it has said on stderr. */
  readonly said: () => string;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** It ended instead of listening. */
export class Refused extends Error {
  readonly code: number | null;
  readonly said: string;

  constructor(code: number | null, said: string) {
    super(`It ended with ${code}: ${said}`);
    this.code = code;
    this.said = said;
  }
}

/** `largestFileKiB`: the system lets the process write no file beyond (`ulimit -f`), as a disk that is full would. */
export async function serve(
  directory: string,
  { largestFileKiB, words: further = [] }: { largestFileKiB?: number; words?: readonly string[] } = {},
): Promise<Served> {
  const words = ['serve', '--no-costs', '--port', '0', '--json', '--listeners', '1000', '--data', directory];
  const set = QUICK.flatMap((one) => ['--set', one]);
  const command = [process.execPath, LAUNCHER, ...words, ...set, ...further];
  // Half of a start is the compiler's.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(directory, '..', 'compiled') };
  const limited = [
    'bash',
    '-c',
    `trap '' XFSZ; ulimit -f ${largestFileKiB}; exec "$@"`,
    'limited',
    ...command,
  ];
  const [program, ...rest] = largestFileKiB === undefined ? command : limited;
  const child = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let said = '';
  child.stderr.on('data', (data) => {
    said += String(data);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data)))),
    ended.then((code) => Promise.reject(new Refused(code, said))),
  ]);
  return {
    url: (JSON.parse(line) as { url: string }).url,
    said: () => said,
    kill: () => end(child, 'SIGKILL', ended).then(() => {}),
    stop: () => end(child, 'SIGTERM', ended),
  };
}

function end(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<number | null>) {
  child.kill(signal);
  return ended;
}

/** Null: no answer, or one that promises nothing. */
export type Answer<T> = T | null;

/** How long a server that is asked too much may say so. */
const PATIENCE_MS = 30_000;
const SCOPE = 'playlist:read playlist:write plays:write history:read search catalogue:read';

export class Client {
  readonly #url: string;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(url: string) {
    this.#url = url;
  }

  /** What is there; null: nothing is (404). A server that is behind refuses, and is asked again. */
  async find<T>(listener: string, path: string): Promise<T | null> {
    const token = await this.token(listener);
    const untilMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await fetch(this.#url + path, { headers: { authorization: `Bearer ${token}` } });
      const text = await answer.text();
      if (answer.status === 200) return JSON.parse(text) as T;
      if (answer.status === 404) return null;
      if (performance.now() > untilMs) throw new Error(`GET ${path}: ${answer.status} ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** As a listener; null unless the answer has this status. A process that is gone gives no answer. */
  async ask<T>(
    listener: string,
    status: number,
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer<T>> {
    return this.#send(await this.token(listener), status, method, path, body);
  }

  token(listener: string): Promise<string | null> {
    return this.#token('rehearsal-load', { listener, scope: SCOPE });
  }

  async publish<T>(status: number, body: object): Promise<Answer<T>> {
    const token = await this.#token('rehearsal-label', { scope: 'catalogue:publish' });
    return this.#send(token, status, 'POST', '/v1/tracks', body);
  }

  async #send<T>(
    token: string | null,
    status: number,
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer<T>> {
    if (token === null) return null;
    try {
      const answer = await fetch(this.#url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return answer.status === status ? ((text === '' ? {} : JSON.parse(text)) as T) : null;
    } catch {
      return null;
    }
  }

  async #token(client: string, form: Record<string, string>): Promise<string | null> {
    const key = `${client} ${form.listener ?? ''}`;
    let token = this.#tokens.get(key);
    if (token === undefined) {
      token = this.#askForToken(client, form);
      this.#tokens.set(key, token);
    }
    return token.catch(() => null);
  }

  async #askForToken(client: string, form: Record<string, string>): Promise<string> {
    const answer = await fetch(`${this.#url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client}:rehearse`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
    });
    if (answer.status !== 200) throw new Error(`no token: ${answer.status}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}
