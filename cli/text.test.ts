import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columns, wrap } from './text.ts';

test('wrapping keeps every word and exceeds the width only for a word that is longer', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 10, max: 60 }), (list, width) => {
      const lines = wrap(list.join(' '), width, '  ').split('\n');
      expect(lines.join(' ').split(/\s+/).filter(Boolean)).toEqual(list);
      for (const line of lines) {
        expect(line.length <= width || !line.trim().includes(' ')).toBe(true);
      }
    }),
  );
});

test('columns line up and the last one is wrapped under itself', () => {
  const rows = [
    ['a', 'long', 'one two three four five six seven eight'],
    ['bbb', 'b', 'short'],
  ];
  expect(columns(rows, 40)).toBe(
    '  a    long  one two three four five six\n             seven eight\n  bbb  b     short',
  );
});
