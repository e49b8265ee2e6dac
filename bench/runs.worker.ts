/** The thread of the measures that are whole runs. */
import { parentPort } from 'node:worker_threads';
import type { SampleAnswer } from './in-thread.ts';
import { playMeasures } from './plays.ts';
import { showcaseMeasures } from './showcase.ts';

// As in the threads of runs: a refused request carries an error, and its stack would cost more than the request.
Error.stackTraceLimit = 0;

parentPort!.on('message', (name: string) => {
  void sampleOf(name).then((answer) => parentPort!.postMessage(answer));
});

async function sampleOf(name: string): Promise<SampleAnswer> {
  try {
    const measure = [...playMeasures, ...showcaseMeasures].find((one) => one.name === name)!;
    return { value: await measure.sample() };
  } catch (error) {
    return { failed: String(error) };
  }
}
