/**
 * Runs a load script with k6 and reads its stream of samples while it runs: of the many that k6 writes only those of the
 * scripts' own metrics are looked at, and each goes into counts and histograms at once.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { HarnessError } from '../run.ts';
import { type Generated, type LiveLoad, type LoadEngine, phasesOf, plannedJourneys } from './live-load.ts';
import type { LiveRecorder } from './live-recorder.ts';

export interface K6Command {
  /** 'v1.8.1' */
  readonly version: string;
  readonly command: string;
  /** Before the arguments of k6 itself. */
  readonly prefix: readonly string[];
  /** Folder of the scripts as k6 sees it; null: as we do. */
  readonly root: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Exit codes of k6 (errext/exitcodes). */
const THRESHOLDS_MISSED = 99;
const STOPPED_BY_SIGNAL = 105;
const SCRIPT_EXCEPTION = 107;
/** After Ctrl-C k6 ends its users and writes what it still has. */
const PATIENCE_MS = 20_000;
const MESSAGES_KEPT = 20;
const LOOK_EVERY_MS = 250;

/** How long k6 may take for what is no load. */
export interface K6Limits {
  /** Until its first journey. */
  readonly startMs: number;
  /** After its last journey was due. */
  readonly endMs: number;
}

export const K6_LIMITS: K6Limits = {
  // It makes a user for each journey a second (10 ms each, measured) and logs listeners in; estimate: twice what 1,000 take.
  startMs: 60_000,
  // What is unanswered is waited for (`gracefulStop` of the script: 25 s); estimate: as long again to write what it has.
  endMs: 45_000,
};

type Child = ChildProcessByStdio<null, Readable, Readable>;

export function createK6Engine(found: K6Command, limits: K6Limits = K6_LIMITS): LoadEngine {
  return {
    name: `k6 ${found.version}`,
    async generate(load, recorder, signal, tell) {
      const child = start(found, load);
      const samples = new SampleReader(recorder);
      child.stdout.on('data', (chunk: Buffer) => samples.push(chunk));
      const messages = new Messages();
      child.stderr.on('data', (chunk: Buffer) => messages.push(chunk));
      let killer: NodeJS.Timeout | undefined;
      const stop = () => {
        child.kill('SIGINT');
        killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      const watch = new Watch(load, limits, tell);
      const looks = setInterval(() => {
        if (watch.stopped === null && watch.look(samples.startedAtMs) !== null) stop();
      }, LOOK_EVERY_MS);
      try {
        const code = await ended(child);
        const { stopped } = watch;
        if (stopped !== null && samples.startedAtMs === null) recorder.dropped += plannedJourneys(load);
        const generated = conclude(code, messages, signal.aborted || stopped !== null, samples.startedAtMs);
        return stopped === null ? generated : { ...generated, stopped };
      } finally {
        clearInterval(looks);
        clearTimeout(killer);
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

/** Where k6 is: before its load, in it, or after it; and whether it takes too long for what is none. */
class Watch {
  /** Why it has to be stopped. */
  stopped: string | null = null;
  readonly #load: LiveLoad;
  readonly #limits: K6Limits;
  readonly #tell: (waitsFor: string) => void;
  readonly #spawnedMs = performance.now();

  constructor(load: LiveLoad, limits: K6Limits, tell: (waitsFor: string) => void) {
    this.#load = load;
    this.#limits = limits;
    this.#tell = tell;
    tell('k6 makes its users and logs listeners in');
  }

  look(startedAtMs: number | null): string | null {
    const { startMs, endMs } = this.#limits;
    if (startedAtMs === null) {
      if (performance.now() - this.#spawnedMs > startMs)
        this.stopped = `k6 had not begun after ${startMs / 1_000} s, and was stopped`;
      return this.stopped;
    }
    const afterMs = Date.now() - startedAtMs - 1_000 * phasesOf(this.#load).at(-1)!.endS;
    this.#tell(afterMs > 0 ? 'k6 waits for answers and writes what it has' : '');
    if (afterMs > endMs)
      this.stopped = `k6 had not ended ${endMs / 1_000} s after its last journey was due, and was stopped`;
    return this.stopped;
  }
}

export function argumentsOf(load: LiveLoad, root: string | null): string[] {
  const { profile, baseUrl, perSecond, seconds, warmUpS, seed, listeners, loggedIn, run, repetition } = load;
  // Credentials are not among them: a command line can be read by everybody. k6 finds them in its environment.
  const variables = {
    BASE_URL: baseUrl,
    RATE: perSecond,
    DURATION: seconds,
    WARM_UP: warmUpS,
    SEED: seed,
    LISTENERS: listeners,
    LOGINS: loggedIn,
    RUN: run,
    REPETITION: repetition,
  };
  return [
    'run',
    '--quiet',
    '--no-color',
    '--no-usage-report',
    // Its control server would take a port that another k6 may have.
    '--address',
    '',
    '--out',
    'json=-',
    ...Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
    root === null ? scriptOf(profile.name) : `${root}/${scriptPath(profile.name)}`,
  ];
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const scriptPath = (name: string) => `scenarios/load/${name}.${extension}`;

/** The folder above `scenarios`: what a container has to see. */
export const scriptRoot = () => fileURLToPath(new URL('../../../', import.meta.url));

const scriptOf = (name: string) => fileURLToPath(new URL(`../../load/${name}.${extension}`, import.meta.url));

function start({ command, prefix, root, environment }: K6Command, load: LiveLoad): Child {
  // How programs in Go are told whom to trust; a container is told by its own command.
  const trust = load.authority === null || root !== null ? {} : { SSL_CERT_FILE: load.authority.file };
  return spawn(command, [...prefix, ...argumentsOf(load, root)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, ...trust },
    // A group of its own: Ctrl-C in a terminal goes to everybody, and a second one makes k6 drop what it has.
    detached: true,
  });
}

function ended(child: Child): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new HarnessError(`k6 does not start: ${error.message}.`, 3)));
    // Not 'exit': the streams may still hold samples then.
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? STOPPED_BY_SIGNAL : 1)));
  });
}

function conclude(code: number, messages: Messages, stopped: boolean, startedAtMs: number | null): Generated {
  const generated = { waits: null, startedAtMs };
  if (stopped || code === 0) return { objections: [], ...generated };
  if (code === THRESHOLDS_MISSED) return { objections: ['k6 saw thresholds missed'], ...generated };
  const why = messages.lastError ?? 'it gave no reason';
  if (code === SCRIPT_EXCEPTION) throw new HarnessError(`k6 could not begin: ${why}`, 3);
  throw new HarnessError(`k6 ended with exit code ${code}: ${why}`, 4);
}

/** Lines of k6's log: the errors are kept. */
class Messages {
  readonly #errors: string[] = [];
  #rest = '';

  push(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('utf8')).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      const message = /level=(?:error|fatal) msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
      if (message !== undefined && this.#errors.length < MESSAGES_KEPT) this.#errors.push(plain(message));
    }
  }

  get lastError(): string | null {
    return this.#errors.at(-1) ?? null;
  }
}

/** An exception of a script comes with its stack, quoted: the first line says what is wrong. */
function plain(message: string): string {
  const text = message.replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\"', '"');
  const first = text.split('\n').find((line) => line.trim() !== '') ?? text;
  const sentence = first.replace(/^(Uncaught )?\w*Error: /, '').trim();
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}

interface Point {
  readonly data: {
    readonly time: string;
    readonly value: number;
    readonly tags: Readonly<Record<string, string>> | null;
  };
}

const WANTED =
  /^\{"metric":"(operation_(?:arrivals|latency|failed)|start_lateness|dropped_iterations|load_started)","type":"Point"/;

/** Lines of JSON, cut anywhere. Keeps no sample. */
export class SampleReader {
  readonly #recorder: LiveRecorder;
  #rest: Buffer = Buffer.alloc(0);
  #startMs: number | null = null;

  constructor(recorder: LiveRecorder) {
    this.#recorder = recorder;
  }

  /** Unix time, in ms; null: nothing has begun. */
  get startedAtMs(): number | null {
    return this.#startMs;
  }

  push(chunk: Buffer): void {
    const buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let end = buffer.indexOf(10, from); end >= 0; end = buffer.indexOf(10, from)) {
      this.#line(buffer.toString('utf8', from, end));
      from = end + 1;
    }
    this.#rest = buffer.subarray(from);
  }

  #line(line: string): void {
    const metric = WANTED.exec(line)?.[1];
    if (metric === undefined) return;
    const { data } = JSON.parse(line) as Point;
    const { value } = data;
    const { operation = '', phase = '', kind, definite, why = '' } = data.tags ?? {};
    const timeMs = Date.parse(data.time);
    const recorder = this.#recorder;
    // The first iteration tells when the clock began; its sample may come a few milliseconds after another's.
    if (metric === 'load_started') this.#startMs ??= value;
    const atS = Math.max(0, timeMs - (this.#startMs ?? timeMs)) / 1_000;
    switch (metric) {
      case 'operation_arrivals':
        recorder.arrive(operation, phase, atS);
        break;
      case 'operation_latency':
        if (kind === undefined) recorder.answer(operation, phase, atS, value);
        else recorder.waited(operation, phase, atS, value);
        break;
      case 'operation_failed':
        if (value === 0) break;
        recorder.fail(operation, phase, atS, { kind: kind ?? 'unknown', definite: definite === 'true', why });
        break;
      case 'start_lateness':
        recorder.late(phase, value);
        break;
      case 'dropped_iterations':
        recorder.dropped += value;
    }
  }
}
