import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Distinct } from './distinct.ts';

const PERIOD = 10;

test('a number counts once for each who has it, for a period at least, also after it was written down', () => {
  const record = fc.record({ number: fc.nat(3), owner: fc.constantFrom('a', 'b', 'c'), passed: fc.nat(4) });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 80 }), (records) => {
      let distinct = new Distinct(PERIOD);
      const bySteps = new Distinct(PERIOD);
      const seen = new Map<string, number>();
      let now = 0;
      for (const { number, owner, passed } of records) {
        now += passed;
        const name = `${owner} ${number}`;
        const since = now - (seen.get(name) ?? Number.NEGATIVE_INFINITY);
        const isNew = distinct.add(number, owner, now);
        if (since < PERIOD) expect(isNew, name).toBe(false);
        if (since >= 2 * PERIOD) expect(isNew, name).toBe(true);
        if (isNew) seen.set(name, now);
        bySteps.restore(JSON.parse(JSON.stringify(distinct.take())));
        const bySnapshot = new Distinct(PERIOD);
        bySnapshot.restore(JSON.parse(JSON.stringify(distinct.encodeAll())));
        if (isNew) expect(bySteps.encodeAll()).toEqual(distinct.encodeAll());
        expect(bySnapshot.encodeAll()).toEqual(distinct.encodeAll());
        // Whoever takes over goes on with what was written down.
        distinct = bySnapshot;
      }
    }),
    { seed: 27, numRuns: 200 },
  );
});

test('what was seen two periods ago is not kept', () => {
  const distinct = new Distinct(PERIOD);
  for (let now = 0; now < 100 * PERIOD; now++) for (const owner of ['a', 'b']) distinct.add(7, owner, now);
  expect(distinct.encodeAll().flat().length).toBeLessThanOrEqual(2 + 2 * 2 * 2);
  for (let number = 0; number < 50; number++) distinct.add(number, 'a', 200 * PERIOD);
  expect(distinct.encodeAll()[0]).toHaveLength(1);
  expect(distinct.encodeAll()[1]).toHaveLength(1 + 2 * 50);
});
