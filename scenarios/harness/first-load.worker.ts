/** The thread of `loadOnceApart`: loads the module and says that it is done, however that went. */
import { parentPort, workerData } from 'node:worker_threads';
import { resolveOwnName } from './own-name.ts';

resolveOwnName();
// What is wrong with it is told by whoever loads it next. No await: Node would write a warning of one that never settles.
const done = () => parentPort!.postMessage('loaded');
import(workerData as string).then(done, done);
