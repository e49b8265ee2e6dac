import { expect, test } from 'vitest';
import { faultsIn, windowsOf } from './faults-there.ts';

const second = (s: number) => new Date(1_000_000 + s * 1_000).toISOString();
const fault = (what: string, from: number, to: number, state = 'over') => ({
  number: 1,
  what,
  beginsAt: second(from),
  endsAt: second(to),
  state,
});

test('faults that acted during a run are told by its seconds, cut to it, in the order of their beginning', () => {
  const faults = faultsIn({
    faults: [
      fault('later', 90, 130, 'acting'),
      fault('by hand', 20, 25.04, 'ended'),
      fault('across the beginning', -5, 12),
      fault('before', -20, -10),
      fault('after', 101, 110, 'coming'),
      // It was ended before it began.
      fault('never', 60, 60, 'ended'),
    ],
  });
  expect(windowsOf(faults, 1_000_000, 100)).toEqual([
    { startS: 0, endS: 12, what: 'across the beginning' },
    { startS: 20, endS: 25, what: 'by hand (ended by hand after 5 s)' },
    { startS: 90, endS: 100, what: 'later' },
  ]);
});

test('what is no list of faults is none', () => {
  const one = fault('a', 1, 2);
  for (const content of [
    null,
    'x',
    {},
    { faults: 'x' },
    { faults: [null, { ...one, what: 1 }, { ...one, beginsAt: 'then' }, { ...one, what: 'x'.repeat(501) }] },
  ])
    expect(faultsIn(content)).toEqual([]);
});
