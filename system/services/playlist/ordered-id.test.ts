import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idBetween, idOfEdit } from './ordered-id.ts';

test('ids of edits sort as the edits do', () => {
  const edits = [1, 9, 10, 99_000, 2 ** 53 - 1];
  expect(edits.map(idOfEdit).sort()).toEqual(edits.map(idOfEdit));
});

test('wherever ids are put between two, they sort there, and none comes twice', () => {
  const edit = fc.record({ at: fc.nat(1_000), both: fc.boolean() });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 120 }), (edits) => {
      // The list from the bottom to the top, which is what the ids have to sort by.
      const list = [idOfEdit(1), idOfEdit(2), idOfEdit(7_000)];
      let number = 10_000;
      for (const { at, both } of edits) {
        const place = at % list.length;
        const [lower, upper] = [list[place - 1] ?? '', list[place]!];
        // Two editors who choose the same place.
        const added = [idBetween(lower, upper, ++number)];
        if (both) added.push(idBetween(lower, upper, ++number));
        list.splice(place, 0, ...added);
      }
      expect(list.toSorted()).toEqual(list);
      expect(new Set(list).size).toBe(list.length);
    }),
    { seed: 5, numRuns: 200 },
  );
});

test('a thousand tracks put at the same place make ids of some hundred digits, and there still is room', () => {
  let longest = 0;
  for (const below of [true, false]) {
    let [lower, upper] = [idOfEdit(1_000_000), idOfEdit(2_000_000)];
    for (let edit = 1_000; edit < 2_000; edit++) {
      const id = idBetween(lower, upper, edit);
      if (below) upper = id;
      else lower = id;
      longest = Math.max(longest, id.length);
    }
  }
  expect(longest).toBeLessThan(400);
});

test('two ids that are equal or the wrong way round have nothing between them', () => {
  const [one, two] = [idOfEdit(1), idOfEdit(2)];
  expect(() => idBetween(one, one, 5)).toThrow(RangeError);
  expect(() => idBetween(two, one, 5)).toThrow(RangeError);
});
