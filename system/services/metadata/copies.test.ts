import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Copies, type Copy } from './copies.ts';

const copy = (bytes: number, storedAtNs = 0): Copy => ({ value: bytes, bytes, storedAtNs });

test('copies never hold more than their bytes, and what was read last stays longest', () => {
  const steps = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 900 }), fc.boolean()),
  );
  fc.assert(
    fc.property(steps, (all) => {
      const copies = new Copies(3_000);
      /** The most recently used comes last. */
      let expected: { path: string; bytes: number }[] = [];
      for (const [number, bytes, isRead] of all) {
        const path = `/v1/tracks/t${number}`;
        const known = expected.find((one) => one.path === path);
        if (isRead) {
          expect(copies.find(path)?.bytes).toBe(known?.bytes);
          if (known !== undefined) expected = [...expected.filter((one) => one !== known), known];
          continue;
        }
        copies.keep(path, copy(bytes), copies.purges);
        expected = [...expected.filter((one) => one !== known), { path, bytes }];
        const size = () => expected.reduce((sum, one) => sum + one.bytes + one.path.length + 200, 0);
        while (size() > 3_000) expected.shift();
        expect(copies.bytes).toBe(size());
      }
      expect(copies.count).toBe(expected.length);
    }),
  );
});

test('an answer that would fill more than all of it is not kept, and drops nothing else', () => {
  const copies = new Copies(1_000);
  copies.keep('/a', copy(10), 0);
  copies.keep('/b', copy(1_000), 0);
  expect([copies.find('/a')?.bytes, copies.find('/b')]).toEqual([10, undefined]);
});

test('a purge drops a path with its queries, or all below a prefix, and what was asked for before it', () => {
  const copies = new Copies(1e6);
  for (const path of [
    '/v1/tracks/t1',
    '/v1/tracks/t12',
    '/v1/tracks/t1/lyrics',
    '/v1/podcasts/s1?episodes=5',
  ])
    copies.keep(path, copy(1), copies.purges);
  const asked = copies.purges;
  copies.purge({ path: '/v1/tracks/t1' });
  expect([copies.count, copies.find('/v1/tracks/t1')]).toEqual([3, undefined]);
  copies.purge({ path: '/v1/podcasts/s1' });
  expect(copies.count).toBe(2);
  copies.keep('/v1/tracks/t1', copy(1), asked);
  expect(copies.find('/v1/tracks/t1')).toBeUndefined();
  copies.purge({ prefix: '/v1/tracks/' });
  expect([copies.count, copies.bytes]).toEqual([0, 0]);
});
