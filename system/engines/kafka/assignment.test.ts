import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignRanges, assignSticky } from './assignment.ts';

test('ranges are contiguous per topic and the first members get one more', () => {
  expect(assignRanges([7, 2], 3)).toEqual([0, 0, 0, 1, 1, 2, 2, 0, 1]);
  expect(assignRanges([2], 5)).toEqual([0, 1]);
  expect(assignRanges([3], 0)).toEqual([]);
});

test('sticky shares differ by at most one, every partition has an owner, and few partitions move', () => {
  const cases = fc.record({
    members: fc.integer({ min: 1, max: 12 }),
    before: fc.array(fc.integer({ min: -1, max: 11 }), { minLength: 1, maxLength: 60 }),
  });
  fc.assert(
    fc.property(cases, ({ members, before }) => {
      const current = before.map((owner) => (owner < members ? owner : -1));
      const owners = assignSticky(current, members);
      const held = new Array<number>(members).fill(0);
      for (const owner of owners) held[owner]!++;
      expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
      expect(owners.every((owner) => owner >= 0 && owner < members)).toBe(true);
      // A member loses partitions only if it had more than its fair share.
      const had = new Array<number>(members).fill(0);
      for (const owner of current) if (owner >= 0) had[owner]!++;
      const fair = Math.ceil(owners.length / members);
      current.forEach((owner, i) => {
        if (owner >= 0 && owners[i] !== owner)
          expect(had[owner]).toBeGreaterThan(Math.floor(owners.length / members));
        if (owner >= 0 && had[owner]! > fair) expect(held[owner]).toBeLessThanOrEqual(fair);
      });
    }),
  );
});

test('a balanced assignment stays as it is', () => {
  expect(assignSticky([2, 0, 1, 2, 0, 1], 3)).toEqual([2, 0, 1, 2, 0, 1]);
});
