import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLruMap } from './lru-map.ts';

test('a full map lets go of what was used longest ago', () => {
  const ended: string[] = [];
  const map = createLruMap<number>(2, (key) => ended.push(key));
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  expect(ended).toEqual(['b']);
});

test('it behaves as a list in the order of use, and every entry that was set ends once', () => {
  const step = fc.record({
    kind: fc.constantFrom('get', 'set', 'delete', 'clear'),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    value: fc.nat(),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
      let live = 0;
      const map = createLruMap<number>(capacity, () => live--);
      let model: { key: string; value: number }[] = [];
      for (const { kind, key, value } of steps) {
        const found = model.find((each) => each.key === key);
        const others = model.filter((each) => each !== found);
        if (kind === 'set') {
          map.set(key, value);
          live++;
          model = [...others, { key, value }].slice(-capacity);
        } else if (kind === 'get') {
          expect(map.get(key)).toBe(found?.value);
          if (found !== undefined) model = [...others, found];
        } else if (kind === 'delete') {
          expect(map.delete(key)).toBe(found !== undefined);
          model = others;
        } else {
          map.clear();
          model = [];
        }
        expect([map.size, live]).toEqual([model.length, model.length]);
      }
    }),
  );
});

test('a map needs room for one entry', () => {
  for (const capacity of [0, -1, 1.5, Number.NaN]) expect(() => createLruMap(capacity)).toThrow(RangeError);
});
