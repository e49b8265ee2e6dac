/** How many keys are dead and still there, as the cycles of active expiry leave them: minutes of a busy cache. */
import { expect, test } from 'vitest';
import { KeyedRandom, SECOND } from '../../runtime/kernel/index.ts';
import { Keyspace } from './keyspace.ts';

/** Share of the keys with a TTL of 20 s that had expired and were still there, over half a minute at so many a second. */
function deadShare(perSecond: number, whenStale = true): number {
  const random = new KeyedRandom(3, 'keyspace test');
  const keys = new Keyspace({
    maxBytes: 1e12,
    policy: 'noeviction',
    samples: 5,
    random: random.stream(0),
    expiry: { cyclesPerSecond: 10, whenStale },
  });
  const stepNs = 2e6;
  let created = 0;
  let dead = 0;
  for (let step = 1; step * stepNs <= 60 * SECOND; step++) {
    const nowNs = step * stepNs;
    for (; created < (perSecond * nowNs) / SECOND; created++)
      keys.put(`k${created}`, 1, 10, nowNs + 20 * SECOND, nowNs);
    if (step % 50 === 0) keys.expireCycle(nowNs);
    keys.fastExpireCycle(nowNs);
    if (nowNs < 30 * SECOND || step % 500 !== 0) continue;
    let live = 0;
    for (const _ of keys.live(nowNs)) live++;
    dead += (1 - live / keys.size) / 31;
  }
  return dead;
}

test.each([100, 1_000, 5_000])(
  'of keys that nobody asks for again, about a tenth is dead: at %i a second with a TTL of 20 s',
  (perSecond) => {
    const share = deadShare(perSecond);
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.13);
  },
);

test('where staleness starts no fast cycle, as in releases before its comparison was corrected, a fifth is dead', () => {
  const share = deadShare(5_000, false);
  expect(share).toBeGreaterThan(0.18);
  expect(share).toBeLessThan(0.28);
});
