import { expect, test } from 'vitest';
import type { LogChange } from '../engines/kafka/index.ts';
import { PLACING_KNOBS, putBack } from './durable.ts';
import { knobOf } from './knobs.ts';

test('the knobs that place data exist', () => {
  expect(PLACING_KNOBS.filter((name) => knobOf(name) === undefined)).toEqual([]);
});

test('consumers that fill the cache go on where those of the history do, everybody else where they were', () => {
  const offsets = (group: string, offset: number) => {
    const change: LogChange = ['offsets', group, [{ topic: 'plays', partition: 0, offset }]];
    return { source: 'kafka', change };
  };
  const journalled = [
    offsets('listening-history', 7),
    offsets('recently-played', 9),
    offsets('search-indexer', 3),
    { source: 'kafka', change: ['start', 'recently-played', 0, 0] },
    { source: 'elasticsearch', change: ['catalogue', 'recently-played', null] },
  ];
  expect(journalled.flatMap((entry) => [...putBack(entry)])).toEqual([
    offsets('listening-history', 7),
    offsets('recently-played', 7),
    ...journalled.slice(2),
  ]);
});
