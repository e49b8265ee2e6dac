/** Runs a load profile against a live system, with whatever generator there is, into a `RunResult`. */
import type { FaultWindow, RunResult } from '../../../reports/result.ts';
import { LoginError } from '../../load/login.ts';
import { PROMISED } from '../../load/objectives.ts';
import { operationsOf } from '../../load/profiles.ts';
import { HarnessError } from '../run.ts';
import { askWhatFailed, windowsOf } from './faults-there.ts';
import { HttpClient, NoAnswer } from './http-client.ts';
import { type LiveLoad, type LoadEngine, phasesOf } from './live-load.ts';
import { LiveRecorder } from './live-recorder.ts';
import { type Finished, resultOf } from './live-result.ts';

export interface LiveRequest {
  /** The first run; the others differ in their repetition and their number. */
  readonly load: LiveLoad;
  readonly repeat: number;
  readonly engine: LoadEngine;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LiveProgress) => void;
}

export interface LiveProgress {
  /** Counted from 1. */
  readonly run: number;
  readonly elapsedS: number;
  readonly totalS: number;
  readonly requests: number;
  readonly failed: number;
  /** Over everything so far. */
  readonly dropped: number;
  /** What the generator waits for, in words; '': it sends. */
  readonly waitsFor: string;
}

const READY_TIMEOUT_MS = 5_000;
const PROGRESS_EVERY_MS = 500;

/** Throws HarnessError with exit code 3 when the target does not answer or is not ready. */
export async function checkReady({
  baseUrl,
  authority,
}: Pick<LiveLoad, 'baseUrl' | 'authority'>): Promise<void> {
  const client = new HttpClient(baseUrl, authority?.pem ?? null);
  try {
    const { status } = await client.send({ method: 'GET', path: '/readyz', headers: {} }, READY_TIMEOUT_MS);
    if (status !== 200)
      throw new HarnessError(`${baseUrl}/readyz answered ${status}: the system there is not ready.`, 3);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (/certificate|self.signed/i.test(error.message))
      throw new HarnessError(
        `The certificate of ${baseUrl} cannot be verified (${error.message}): name who signed it with --ca.`,
        3,
      );
    throw new HarnessError(
      `Nothing answers at ${baseUrl} (${error.message}). Start the system with rehearse serve, or name another --target.`,
      3,
    );
  } finally {
    client.close();
  }
}

export async function runLive(request: LiveRequest): Promise<RunResult> {
  const { load, repeat, engine, signal, command } = request;
  await checkReady(load);
  const startedAt = new Date();
  const runs: Finished[] = [];
  for (let repetition = 0; repetition < repeat && !(signal.aborted && runs.length > 0); repetition++) {
    // Numbers of runs are seconds, and no run is shorter than one.
    const run = load.run + repetition;
    runs.push(await once(request, { ...load, repetition: load.repetition + repetition, run }));
  }
  const wallSeconds = (Date.now() - startedAt.getTime()) / 1_000;
  return resultOf({ runs, asked: repeat, engine: engine.name, startedAt, wallSeconds, command });
}

async function once({ engine, signal, onProgress }: LiveRequest, load: LiveLoad): Promise<Finished> {
  const operations = operationsOf(load.profile);
  const recorder = new LiveRecorder({
    operations,
    phases: phasesOf(load),
    goodWithinMs: operations.map((operation) => PROMISED[operation].p99Ms),
  });
  const totalS = load.warmUpS + load.seconds;
  let waitsFor = '';
  const tell = (what: string) => {
    waitsFor = what;
  };
  const ticker = setInterval(() => {
    const { arrivals, failed } = recorder.totals();
    const { latestS: elapsedS, dropped } = recorder;
    onProgress({ run: load.repetition + 1, elapsedS, totalS, requests: arrivals, failed, dropped, waitsFor });
  }, PROGRESS_EVERY_MS);
  try {
    const generated = await engine.generate(load, recorder, signal, tell);
    const faults = await whatFailed(load, generated.startedAtMs, totalS);
    return { ...generated, load, recorder, partial: signal.aborted, faults };
  } catch (error) {
    if (error instanceof LoginError || error instanceof NoAnswer)
      throw new HarnessError(`${load.baseUrl} lets nobody log in: ${error.message}`, 3);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

async function whatFailed(
  load: LiveLoad,
  startedAtMs: number | null,
  totalS: number,
): Promise<FaultWindow[]> {
  return startedAtMs === null ? [] : windowsOf(await askWhatFailed(load), startedAtMs, totalS);
}
