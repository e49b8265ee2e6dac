import { expect, test } from 'vitest';
import { describeRunning, runningIn } from './running.ts';

const as = { scenario: 'consumer-lag', case: 'slow', arm: 'broken' };
const change = { knob: 'kafka.brokers', from: 3, to: 5, unit: '1' };

test('what a target says of itself is taken where it has the form, and nothing else is', () => {
  const told = { as, costs: true, listeners: 5, seed: 7, changed: [change] };
  expect(runningIn(told)).toEqual(told);
  const plain = { as: null, costs: false, changed: [] };
  expect(runningIn(plain)).toEqual({ ...plain, listeners: null, seed: null });
  for (const odd of ['many', 1e308, 0, -1, 1.5, 2 ** 41])
    expect(runningIn({ ...plain, listeners: odd })).toEqual({ ...plain, listeners: null, seed: null });
  for (const odd of ['one', -5.5, -1, 2 ** 53])
    expect(runningIn({ ...plain, seed: odd })).toEqual({ ...plain, listeners: null, seed: null });
  for (const other of [
    null,
    'text',
    {},
    { ...told, costs: 'yes' },
    { ...told, as: { scenario: 1 } },
    { ...told, changed: [{ ...change, to: {} }] },
    { ...told, changed: {} },
  ])
    expect(runningIn(other)).toBeNull();
});

test('it is said in one sentence', () => {
  expect(describeRunning({ as: null, costs: true, changed: [change] })).toContain('; 1 knob changed;');
  expect(describeRunning({ as, costs: false, changed: [change] })).toBe(
    'Served as consumer-lag / slow / broken; 1 knob differs from the default; engines without costs',
  );
  expect(describeRunning({ as: null, costs: true, changed: [] })).toBe(
    'The system as rehearse serve starts it; no knob changed; engines at their modelled speed',
  );
});
