/** Runs a load profile against a live system, with whatever generator there is, into a `RunResult`. */
import type { RunResult } from '../../../reports/result.ts';
import { LoginError } from '../../load/login.ts';
import { PROMISED } from '../../load/objectives.ts';
import { operationsOf } from '../../load/profiles.ts';
import { HarnessError } from '../run.ts';
import { HttpClient, NoAnswer } from './http-client.ts';
import { type LiveLoad, type LoadEngine, phasesOf } from './live-load.ts';
import { LiveRecorder } from './live-recorder.ts';
import { resultOf } from './live-result.ts';

export interface LiveRequest {
  readonly load: LiveLoad;
  readonly engine: LoadEngine;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LiveProgress) => void;
}

export interface LiveProgress {
  readonly elapsedS: number;
  readonly totalS: number;
  readonly requests: number;
  readonly failed: number;
  /** Over everything so far. */
  readonly dropped: number;
}

const READY_TIMEOUT_MS = 5_000;
const PROGRESS_EVERY_MS = 500;

/** Throws HarnessError with exit code 3 when the target does not answer or is not ready. */
export async function checkReady(baseUrl: string): Promise<void> {
  const client = new HttpClient(baseUrl);
  try {
    const { status } = await client.send({ method: 'GET', path: '/readyz', headers: {} }, READY_TIMEOUT_MS);
    if (status !== 200)
      throw new HarnessError(`${baseUrl}/readyz answered ${status}: the system there is not ready.`, 3);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new HarnessError(
      `Nothing answers at ${baseUrl} (${error.message}). Start the system with rehearse serve, or name another --target.`,
      3,
    );
  } finally {
    client.close();
  }
}

export async function runLive(request: LiveRequest): Promise<RunResult> {
  const { load, engine, signal, onProgress, command } = request;
  await checkReady(load.baseUrl);
  const operations = operationsOf(load.profile);
  const recorder = new LiveRecorder({
    operations,
    phases: phasesOf(load),
    goodWithinMs: operations.map((operation) => PROMISED[operation].p99Ms),
  });
  const startedAt = new Date();
  const beganMs = performance.now();
  const elapsedS = () => (performance.now() - beganMs) / 1_000;
  const totalS = load.warmUpS + load.seconds;
  const ticker = setInterval(() => {
    const { arrivals, failed } = recorder.totals();
    onProgress({ elapsedS: recorder.latestS, totalS, requests: arrivals, failed, dropped: recorder.dropped });
  }, PROGRESS_EVERY_MS);
  try {
    const { objections } = await engine.generate(load, recorder, signal);
    const partial = signal.aborted;
    return resultOf({
      load,
      engine: engine.name,
      recorder,
      partial,
      objections,
      startedAt,
      wallSeconds: elapsedS(),
      command,
    });
  } catch (error) {
    if (error instanceof LoginError || error instanceof NoAnswer)
      throw new HarnessError(`${load.baseUrl} lets nobody log in: ${error.message}`, 3);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}
