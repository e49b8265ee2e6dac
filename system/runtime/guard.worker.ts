/**
 * The worker of the guard's test: it installs the guard as the worker of a run does, then reports what each banned
 * function did, what a run under each drain gave, and that messages still come and go.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { type Drain, drive } from './drive.ts';
import { installGuard } from './guard.ts';
import { CallContext, ProcessLife, Simulation } from './kernel/index.ts';

const outcomeOf = (action: () => unknown): string => {
  try {
    action();
    return 'nothing happened';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : 'something was thrown';
  }
};

async function run(drain: Drain): Promise<number> {
  const simulation = new Simulation({ seed: 1 });
  const context = new CallContext(1, new ProcessLife('p'));
  const work = async () => {
    for (let k = 0; k < 100; k++) await simulation.sleep(context, 10);
  };
  void work();
  await drive(simulation, { untilNs: 1e9, drain });
  return simulation.nowNs;
}

installGuard();
const banned = {
  'Date.now': outcomeOf(() => Date.now()),
  'new Date': outcomeOf(() => new Date()),
  Date: outcomeOf(() => Date()),
  'performance.now': outcomeOf(() => performance.now()),
  'process.hrtime': outcomeOf(() => process.hrtime()),
  'process.hrtime.bigint': outcomeOf(() => process.hrtime.bigint()),
  setTimeout: outcomeOf(() => setTimeout(() => {}, 1)),
  setInterval: outcomeOf(() => setInterval(() => {}, 1)),
  setImmediate: outcomeOf(() => setImmediate(() => {})),
  'AbortSignal.timeout': outcomeOf(() => AbortSignal.timeout(1)),
  'Math.random': outcomeOf(() => Math.random()),
  'crypto.randomUUID': outcomeOf(() => crypto.randomUUID()),
  'crypto.getRandomValues': outcomeOf(() => crypto.getRandomValues(new Uint8Array(4))),
  'node:crypto randomUUID': outcomeOf(() => randomUUID()),
  fetch: outcomeOf(() => fetch('http://localhost')),
  'node:timers/promises setTimeout': outcomeOf(() => sleep(1)),
  'node:net connect': outcomeOf(() => connect(1)),
  'node:http get': outcomeOf(() => get('http://localhost')),
  'node:child_process spawn': outcomeOf(() => spawn('true')),
};
const ends: number[] = [];
for (const drain of ['public', 'tick', 'checkpoint'] as const) ends.push(await run(drain));
// The loader, the console and structured clones are the host's own business and go on working.
const late = await import('./kernel/distribution.ts');
console.log('a line from the worker');
parentPort!.postMessage({
  banned,
  ends,
  given: new Date(workerData as number).toISOString(),
  isDate: new Date(0) instanceof Date,
  imported: late.constant(3).mean,
});
parentPort!.on('message', (message: { echo: Date }) => {
  parentPort!.postMessage(message);
  parentPort!.close();
});
