/**
 * The thread in which simulated runs happen. The main thread keeps signals, progress and files; this one is given an arm
 * and a seed at a time, and looks at the stop flag while it runs. Real time, timers and randomness are taken away here.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Setting } from '../../reports/result.ts';
import type { Drain } from '../../system/runtime/drive.ts';
import { installGuard } from '../../system/runtime/guard.ts';
import { type Ended, runArm } from './arm-run.ts';
import { loadScenario } from './load-scenario.ts';

export interface WorkerData {
  /** One 32-bit word: not 0 means stop. */
  readonly stop: SharedArrayBuffer;
  /** One 32-bit word of this worker's: it grows as long as events happen. */
  readonly beats: SharedArrayBuffer;
  readonly drain: Drain;
  readonly plays: unknown;
}

export interface Task {
  readonly id: number;
  readonly module: string;
  readonly scenario: string;
  readonly case: string;
  readonly arm: string;
  readonly seed: number;
  readonly listeners: number;
  readonly settings: Readonly<Record<string, Setting>>;
  readonly telemetry: boolean;
}

export interface Finished extends Ended {
  readonly id: number;
}

export type Answer =
  | { readonly ok: Finished }
  | { readonly failed: { id: number; message: string; stack: string; scenario: boolean } };

// A refused request carries an error; its stack would cost more than the request itself.
Error.stackTraceLimit = 0;

/** Errors that the scenario's author can mend. */
const MISTAKES: ReadonlySet<string> = new Set(['FigureError', 'GuardError', 'ScenarioError', 'SettingError']);

const { stop, beats, drain, plays } = workerData as WorkerData;
const flag = new Int32Array(stop);
const beat = new Int32Array(beats);
const port = parentPort!;

port.on('message', (task: Task) => {
  void answer(task).then((message) => port.postMessage(message));
});

async function answer(task: Task): Promise<Answer> {
  try {
    // Before the file is loaded: what it takes at its top is what it has for ever.
    const remove = installGuard();
    try {
      const scenario = await loadScenario(task.module, task.scenario);
      const shouldStop = () => {
        Atomics.add(beat, 0, 1);
        return Atomics.load(flag, 0) !== 0;
      };
      const finished = await runArm(scenario, { ...task, drain, plays, shouldStop });
      return { ok: { id: task.id, ...finished } };
    } finally {
      remove();
    }
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const where = `${task.scenario} / ${task.case} / ${task.arm} at seed ${task.seed}`;
    const scenario = MISTAKES.has(error.name);
    return {
      failed: { id: task.id, message: `${where}: ${error.message}`, stack: error.stack ?? '', scenario },
    };
  }
}
