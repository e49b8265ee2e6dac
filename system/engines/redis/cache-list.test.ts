import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CacheList } from './cache-list.ts';

test('a list is what a plain one would be, with the bytes of its elements', () => {
  const insertion = fc.record({ at: fc.nat(9), size: fc.constantFrom(10, 10, 10, 7) });
  const step = fc.oneof(insertion, fc.record({ keep: fc.nat(6) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const list = new CacheList();
      let model: { value: number; size: number }[] = [];
      steps.forEach((one, value) => {
        if ('keep' in one) {
          list.truncate(one.keep);
          model = model.slice(0, one.keep);
        } else {
          const place = Math.min(one.at, model.length);
          list.insert(place, value, one.size);
          model.splice(place, 0, { value, size: one.size });
        }
        const values = model.map((element) => element.value);
        expect(list.length).toBe(model.length);
        expect(list.first(Number.POSITIVE_INFINITY)).toEqual(values);
        expect(list.first(2)).toEqual(values.slice(0, 2));
        expect(list.first(0)).toEqual([]);
        for (let place = 0; place <= model.length; place++) {
          expect(list.at(place)).toBe(values[place]);
          const bytes = model.slice(place).reduce((sum, { size }) => sum + size, 0);
          expect(list.bytesFrom(place)).toBe(bytes);
        }
      });
    }),
    { seed: 5 },
  );
});
