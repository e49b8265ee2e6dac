import { expect, test } from 'vitest';
import { isKept, PLACING_KNOBS, REBUILDING_GROUPS } from './durable.ts';
import { knobOf } from './knobs.ts';

test('the knobs that place data exist', () => {
  expect(PLACING_KNOBS.filter((name) => knobOf(name) === undefined)).toEqual([]);
});

test('offsets of groups that fill the cache are not kept, everything else is', () => {
  const offsets = (group: string) => ({ source: 'kafka', change: ['offsets', group, []] });
  const record = { source: 'kafka', change: ['record', { topic: 'plays' }] };
  const document = { source: 'elasticsearch', change: ['catalogue', 'recently-played', null] };
  for (const group of REBUILDING_GROUPS) expect(isKept(offsets(group))).toBe(false);
  expect([offsets('listening-history'), record, document].map(isKept)).toEqual([true, true, true]);
});
