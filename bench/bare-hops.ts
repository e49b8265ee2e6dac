/**
 * The requests of `services.ts` without a kernel: the same heap, the same drawing and draining, and nothing that a call
 * has there (context, deadline, cancellation, statistics, an error that names what was never answered). What is left is
 * what the machine and the language take for an await, so that a slow machine is not taken for a slow kernel.
 */
import { synchronousDrain } from '../system/runtime/drive.ts';
import { EventHeap } from '../system/runtime/kernel/event-heap.ts';
import { KeyedRandom } from '../system/runtime/kernel/index.ts';

type Resume = (value: number) => void;

export interface Hops {
  readonly requests: number;
  readonly hops: number;
  readonly servers: number;
  readonly serviceNs: number;
  /** Utilisation of each hop. */
  readonly rho: number;
}

const ARRIVAL = -1;

/** Returns the awaits that were resumed. */
export function runBareHops({ requests, hops, servers, serviceNs, rho }: Hops): Promise<number> {
  const heap = new EventHeap();
  const arrivals = new KeyedRandom(1, 'arrivals').stream(0);
  const stations = Array.from({ length: hops }, (_, i) => ({
    services: new KeyedRandom(1, `hop ${i} service`).stream(0),
    busy: 0,
    queue: [] as Resume[],
    head: 0,
  }));
  const waiting: Resume[] = [];
  const free: number[] = [];
  let now = 0;
  let sequence = 0;
  let awaits = 0;
  const serve = (hop: number, resume: Resume) => {
    const slot = free.pop() ?? waiting.length;
    waiting[slot] = resume;
    heap.push(now + Math.round(stations[hop]!.services.exponential(serviceNs)), sequence++, hop, slot);
  };
  const enter = (hop: number) =>
    new Promise<number>((resolve) => {
      const station = stations[hop]!;
      if (station.busy === servers) station.queue.push(resolve);
      else {
        station.busy++;
        serve(hop, resolve);
      }
    });
  const done = (hop: number, slot: number) => {
    const station = stations[hop]!;
    const resume = waiting[slot]!;
    free.push(slot);
    if (station.head < station.queue.length) {
      serve(hop, station.queue[station.head++]!);
      if (station.head === station.queue.length) {
        station.queue = [];
        station.head = 0;
      }
    } else station.busy--;
    resume(1);
  };
  const request = async () => {
    for (let hop = 0; hop < hops; hop++) {
      await enter(hop);
      awaits++;
    }
  };
  const drain = synchronousDrain('checkpoint');
  let begun = 0;
  heap.push(0, sequence++, ARRIVAL, 0);
  return new Promise((resolve) => {
    // From a macrotask: the drain empties the queue that a continuation of this one would be in.
    setImmediate(() => {
      while (heap.size > 0) {
        now = heap.pop();
        const { poppedHandler, poppedArgument } = heap;
        if (poppedHandler === ARRIVAL) {
          if (++begun < requests)
            heap.push(
              now + Math.round(arrivals.exponential(serviceNs / (servers * rho))),
              sequence++,
              ARRIVAL,
              0,
            );
          void request();
        } else done(poppedHandler, poppedArgument);
        drain();
      }
      resolve(awaits);
    });
  });
}
