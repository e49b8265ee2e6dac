import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventHeap } from './event-heap.ts';

interface Entry {
  time: number;
  sequence: number;
}

const byTimeThenSequence = (a: Entry, b: Entry) => a.time - b.time || a.sequence - b.sequence;

test('events come out by time, and in scheduling order where times are equal, however pushes and pops interleave', () => {
  // Few distinct times, so that ties are common. Minus one is a pop.
  const steps = fc.array(fc.integer({ min: -1, max: 12 }), { maxLength: 400 });
  fc.assert(
    fc.property(steps, (times) => {
      const heap = new EventHeap(2);
      const model: Entry[] = [];
      times.forEach((time, sequence) => {
        if (time >= 0) {
          heap.push(time, sequence, sequence + 7, sequence);
          model.push({ time, sequence });
        } else if (model.length > 0) {
          model.sort(byTimeThenSequence);
          const first = model.shift()!;
          expect(heap.firstArgument()).toBe(first.sequence);
          expect([heap.pop(), heap.poppedHandler, heap.poppedArgument]).toEqual([
            first.time,
            first.sequence + 7,
            first.sequence,
          ]);
        }
        expect(heap.size).toBe(model.length);
      });
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('an event that was given its sequence long ago still goes before younger ones of the same instant', () => {
  const heap = new EventHeap();
  heap.push(5, 10, 0, 10);
  heap.push(5, 11, 0, 11);
  heap.push(5, 3, 0, 3);
  const order = [];
  while (heap.size > 0) {
    heap.pop();
    order.push(heap.poppedArgument);
  }
  expect(order).toEqual([3, 10, 11]);
});
