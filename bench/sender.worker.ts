/** The sender in a thread: its event loop is its own, and nothing of whoever measures is in its way. */
import { parentPort, workerData } from 'node:worker_threads';
import { type SenderOptions, sendOpenLoop } from './sender.ts';

parentPort!.postMessage(await sendOpenLoop(workerData as SenderOptions));
