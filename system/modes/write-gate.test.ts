import { expect, test } from 'vitest';
import { PortError } from '../ports/errors.ts';
import { drive } from '../runtime/drive.ts';
import type { Waiter } from '../runtime/journal/journal.ts';
import { JournalError } from '../runtime/journal/journal-error.ts';
import { CallContext, ProcessLife, Simulation } from '../runtime/kernel/index.ts';
import { createWriteGate, PATIENCE_NS } from './write-gate.ts';

const MILLISECOND = 1_000_000;

/** A journal whose disk hangs until it is told otherwise, in virtual time. */
function hanging() {
  const simulation = new Simulation({ seed: 1 });
  const inside: Waiter[] = [];
  const outside: Waiter[] = [];
  const gate = createWriteGate(simulation, {
    tryEnter: () => false,
    whenRoom: (then) => outside.push(then),
    allWritten: false,
    whenWritten: (then) => inside.push(then),
  });
  const life = new ProcessLife('writer');
  const context = () => new CallContext(1, life);
  const outcomes: [number, string, boolean][] = [];
  const follow = (waiting: Promise<void> | null) => {
    const note = (what: string, definite: boolean) =>
      outcomes.push([simulation.nowNs / MILLISECOND, what, definite]);
    waiting!.then(
      () => note('goes on', true),
      (error: PortError) => note(error.message, error.definite),
    );
  };
  const at = (ms: number, action: () => void) =>
    simulation.schedule(ms * MILLISECOND, simulation.registerEntry(action));
  const run = () => drive(simulation, { untilNs: 10_000 * MILLISECOND });
  const disk = new JournalError('full', 'the disk is full', "The journal in '/home/somebody' is full.");
  return { gate, inside, outside, context, outcomes, follow, at, run, disk };
}

test('who is not let in is refused when a disk that is well would have come round; nothing has happened then', async () => {
  const { gate, outside, context, outcomes, follow, at, run } = hanging();
  at(5, () => follow(gate.enter(context(), 'cassandra.upsert')));
  at(7, () => follow(gate.enter(context(), 'kafka.send')));
  at(300, () => outside[1]!(null));
  // Too late for the first one.
  at(2_000, () => outside[0]!(null));
  await run();
  expect(outcomes).toEqual([
    [300, 'goes on', true],
    [
      5 + PATIENCE_NS / MILLISECOND,
      'cassandra.upsert: unavailable: the disk of the journal does not keep up',
      true,
    ],
  ]);
});

test('a journal that fails refuses those outside for certain, and those inside without knowing', async () => {
  const { gate, inside, outside, context, outcomes, follow, at, run, disk } = hanging();
  at(0, () => follow(gate.enter(context(), 'kafka.send')));
  at(0, () => follow(gate.leave(context(), 'kafka.commit')));
  at(10, () => {
    for (const then of [...outside, ...inside]) then(disk);
  });
  await run();
  expect(outcomes).toEqual([
    [10, 'kafka.send: unavailable: the disk is full', true],
    [10, 'kafka.commit: unavailable: the disk is full', false],
  ]);
});

test('who gives up is not kept waiting by the disk, and what the disk says later changes nothing', async () => {
  const { gate, inside, outside, context, outcomes, follow, at, run } = hanging();
  const given = context();
  at(0, () => follow(gate.enter(given, 'kafka.send')));
  at(0, () => follow(gate.leave(given, 'cassandra.upsert')));
  at(20, () => given.cancel(new PortError('deadline-exceeded', 'gateway.addTrack', false)));
  at(40, () => {
    for (const then of [...outside, ...inside]) then(null);
  });
  // Whoever has given up before it comes is refused at once.
  at(50, () => follow(gate.enter(given, 'kafka.send')));
  at(50, () => follow(gate.leave(given, 'kafka.send')));
  await run();
  const late = 'gateway.addTrack: deadline-exceeded';
  expect(outcomes).toEqual([20, 20, 50, 50].map((ms) => [ms, late, false]));
  expect([outside.length, inside.length]).toEqual([1, 1]);
});
