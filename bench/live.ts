/**
 * How fast the live system is, against what the HTTP server alone could do on the same cores in the same minute: wrk
 * loads both in turn. Needs wrk on the PATH. Servers are processes of their own, as they are for users.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { BenchMeasure } from './measure.ts';
import type { SenderOptions, SenderReport } from './sender.ts';

const PATH = '/v1/playlists/p1';
const SECONDS = 3;
/** Enough that the server is never idle, few enough that its queue is not what is measured. */
const CONNECTIONS = 32;
const SHARE_OF_CAPACITY = 0.7;
const IDLE_CONNECTIONS = 10_000;
/** The limit is asked for every request and never reached. */
const WIDE_LIMIT = [
  'gateway.rateLimitPerSecond=1000000',
  'gateway.rateLimitBurst=1000000',
  'gateway.clientRateLimitPerSecond=1000000',
  'gateway.clientRateLimitBurst=1000000',
];

/** wrk is not there: the message says how to get it. */
export class NoLoadTool extends Error {
  override readonly name = 'NoLoadTool';
  readonly exitCode = 3;
}

interface Server {
  readonly url: string;
  readonly pid: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface LiveBench {
  readonly measures: readonly BenchMeasure[];
  /** Ends every server that was started. */
  close(): void;
}

/** `launcher`: the script that starts `rehearse`. */
export function createLiveBench(launcher: string): LiveBench {
  const children: ChildProcess[] = [];
  const once = <T>(make: () => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () => {
      made ??= make();
      return made;
    };
  };
  const free = once(() => serve(launcher, children, ['--no-costs']));
  const costly = once(() => serve(launcher, children, []));
  const bare = once(async () => {
    const { url, pid, headers } = await free();
    const body = await (await fetch(url + PATH, { headers })).json();
    return startBare(children, body as object, flagsOf(pid));
  });
  return {
    measures: [
      readShare(free, bare),
      p99('liveP99MsAt70PercentWithoutCosts', 'without costs', free),
      p99('liveP99MsAt70PercentWithCosts', 'with the engines’ costs in real time', costly),
      idleConnections(launcher, children),
    ],
    close() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

function readShare(free: () => Promise<Server>, bare: () => Promise<Server>): BenchMeasure {
  return {
    name: 'liveCachedReadsOfBareFastify',
    unit: 'ratio',
    model: `requests/s of a cached playlist read (token check, rate limit, gateway, playlist, cache; --no-costs) over those of a bare Fastify route with the same bytes, wrk with ${CONNECTIONS} connections, in turn`,
    better: 'higher',
    target: 0.5,
    async sample() {
      const [ours, theirs] = [await free(), await bare()];
      return (await requestsPerSecond(ours)) / (await requestsPerSecond(theirs));
    },
  };
}

function p99(name: string, how: string, server: () => Promise<Server>): BenchMeasure {
  const accounts: string[] = [];
  return {
    name,
    unit: 'ms',
    model: `p99 of the same read, ${how}, at ${SHARE_OF_CAPACITY * 100} % of the capacity that wrk has just measured; Poisson arrivals, counted from the intended start`,
    better: 'lower',
    target: 100,
    notes: () => accounts,
    async sample() {
      const target = await server();
      const perSecond = SHARE_OF_CAPACITY * (await requestsPerSecond(target));
      const before = coreTime(target.pid);
      const report = await openLoop(target, perSecond);
      const after = coreTime(target.pid);
      accounts.push(
        accountOf(report, { ranMs: after.ranMs - before.ranMs, waitedMs: after.waitedMs - before.waitedMs }),
      );
      return report.p99Ms;
    },
  };
}

function idleConnections(launcher: string, children: ChildProcess[]): BenchMeasure {
  return {
    name: 'liveMiBWith10ThousandIdleConnections',
    unit: 'MiB',
    model: `resident memory of rehearse serve --no-costs with ${IDLE_CONNECTIONS} connections open and idle, a request answered meanwhile`,
    better: 'lower',
    target: 1_024,
    async sample() {
      const { url, pid, headers } = await serve(launcher, children, ['--no-costs']);
      const sockets = await openSockets(url, IDLE_CONNECTIONS);
      const { status } = await fetch(url + PATH, { headers });
      if (status !== 200)
        throw new Error(`With ${IDLE_CONNECTIONS} idle connections a request got ${status}.`);
      const mebibytes = residentMiB(pid);
      for (const socket of sockets) socket.destroy();
      process.kill(pid, 'SIGKILL');
      return mebibytes;
    },
  };
}

/** Starts `rehearse serve`, gets a token and reads the playlist once, so that it is cached. */
async function serve(launcher: string, children: ChildProcess[], words: readonly string[]): Promise<Server> {
  const settings = WIDE_LIMIT.flatMap((setting) => ['--set', setting]);
  const child = spawn(process.execPath, [launcher, 'serve', '--port', '0', '--json', ...settings, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const { url, pid } = await firstLine<{ url: string; pid: number }>(child);
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('rehearsal-load:rehearse')}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      listener: 'u000000042',
      scope: 'playlist:read',
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}` };
  const first = await fetch(url + PATH, { headers });
  if (first.status !== 200) throw new Error(`${PATH} answered ${first.status}.`);
  return { url, pid, headers };
}

/** `flags`: of the server that it is compared with, so that both have the same memory. */
async function startBare(children: ChildProcess[], body: object, flags: readonly string[]): Promise<Server> {
  const file = import.meta.url.endsWith('.ts') ? './bare-fastify.ts' : './bare-fastify.js';
  const words = [...flags, fileURLToPath(new URL(file, import.meta.url))];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  child.stdin.end(JSON.stringify({ path: '/v1/playlists/:playlistId', schema: schemaOf(body), body }));
  return { ...(await firstLine<{ url: string; pid: number }>(child)), headers: {} };
}

/** The schema of an answer by its values: lists are of texts. */
function schemaOf(body: object): object {
  const typeOf = (value: unknown) =>
    Array.isArray(value) ? { type: 'array', items: { type: 'string' } } : { type: typeof value };
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(body).map(([key, value]) => [key, typeOf(value)])),
  };
}

function firstLine<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`A server ended with code ${code} before it listened.`)));
    child.stdout!.once('data', (data) => resolve(JSON.parse(String(data)) as T));
  });
}

async function requestsPerSecond({ url, headers }: Server): Promise<number> {
  const words = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const text = await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...words, url + PATH]);
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1];
  if (refused !== undefined) throw new Error(`${refused} of wrk's requests were not answered with 200.`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)![1]);
}

function run(command: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (data) => {
      text += String(data);
    });
    child.once('error', () =>
      reject(new NoLoadTool(`${command} is not on the PATH: install it (Debian: apt install ${command}).`)),
    );
    child.once('close', () => resolve(text));
  });
}

/** Sends requests at this rate without waiting for answers, from a thread of its own. */
function openLoop({ url, headers }: Server, perSecond: number): Promise<SenderReport> {
  const file = import.meta.url.endsWith('.ts') ? './sender.worker.ts' : './sender.worker.js';
  const options: SenderOptions = { url, path: PATH, headers, perSecond, seconds: SECONDS };
  const worker = new Worker(new URL(file, import.meta.url), { workerData: options });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`The sender ended with code ${code} before it had a report.`)),
    );
  });
}

/** What a process told its V8; Linux says it in /proc. */
function flagsOf(pid: number): string[] {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1);
  return words.slice(
    0,
    words.findIndex((word) => !word.startsWith('--')),
  );
}

interface CoreTime {
  readonly ranMs: number;
  /** Had something to do, while others had the cores. */
  readonly waitedMs: number;
}

/** Of the thread that has the event loop; Linux says it in /proc. */
function coreTime(pid: number): CoreTime {
  const [ranNs, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number);
  return { ranMs: ranNs! / 1e6, waitedMs: waitedNs! / 1e6 };
}

/** The machine's own part is told where it can be the reason: a tenth of the time is queued for by all who come in it. */
const MUCH_WAITING = 0.1;

/** Whose latency it is: the server's, the sender's, or that of a machine with too few cores for all that runs on it. */
function accountOf(report: SenderReport, { ranMs, waitedMs }: CoreTime): string {
  const { sent, failed, p50Ms, p99Ms, ownP99Ms, waitP99Ms } = report;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const sender =
    ownP99Ms > p99Ms / 2 ? ', which is the larger part: most of this p99 is not the server’s' : '';
  const machine =
    waitedMs > MUCH_WAITING * (ranMs + waitedMs) ? ': other work on this machine is in this p99' : '';
  return `${sent} requests, ${failed} failed; median ${ms(p50Ms)}, p99 ${ms(p99Ms)}; the sender was late by ${ms(ownP99Ms)} at p99${sender}; the wait for a free connection was ${ms(waitP99Ms)} at p99; the server’s thread ran for ${ms(ranMs)} and waited ${ms(waitedMs)} for a core${machine}`;
}

async function openSockets(url: string, count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  // In portions: the kernel's queue of connections not yet accepted is short.
  while (sockets.length < count) {
    const portion = Array.from(
      { length: Math.min(200, count - sockets.length) },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect(Number(port), hostname);
          socket.once('error', reject);
          // A connection that never asked anything would be cut off as too slow; this one has its answer and stays.
          socket.once('connect', () => socket.write(`GET /healthz HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`));
          socket.once('data', () => resolve(socket));
        }),
    );
    sockets.push(...(await Promise.all(portion)));
  }
  return sockets;
}

/** Linux says it in /proc. */
function residentMiB(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)![1]) / 1_024;
}
