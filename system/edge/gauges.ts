/** Rates and shares of the edge for the charts of runs in virtual time; `counters.ts` has what is behind them. */
import type { Gauge } from '../engines/engine.ts';
import { rateOf } from '../engines/rate.ts';
import type { Simulation } from '../runtime/kernel/index.ts';
import type { CacheNode } from './cache-node.ts';
import type { EdgeFigures } from './edge.ts';

export function gaugesOf(
  simulation: Simulation,
  figures: () => EdgeFigures,
  sites: readonly CacheNode[],
): Gauge[] {
  const rate = (of: (figures: EdgeFigures) => number, factor = 1) => {
    const perSecond = rateOf(simulation, () => of(figures()));
    return () => {
      const value = perSecond();
      return value === null ? null : value * factor;
    };
  };
  /** Of what was counted since the last look; null: nothing was. */
  const share = (part: () => number | null, rest: () => number | null) => () => {
    const one = part() ?? 0;
    const all = one + (rest() ?? 0);
    return all === 0 ? null : one / all;
  };
  const hitRatio = share(
    rate(({ hits }) => hits),
    rate(({ misses }) => misses),
  );
  const shieldHitRatio = share(
    rate(({ shieldHits }) => shieldHits),
    rate(({ shieldMisses }) => shieldMisses),
  );
  const gbps = 8e-9;
  const perHour = 3_600;
  const gauges: Gauge[] = [
    { name: 'edge hit ratio', unit: '1', group: 'cache', read: hitRatio },
    { name: 'shield hit ratio', unit: '1', group: 'cache', read: shieldHitRatio },
    { name: 'edge requests', unit: 'requests/s', group: 'rate', read: rate(({ requests }) => requests) },
    { name: 'edge refused', unit: 'requests/s', group: 'rate', read: rate(({ refused }) => refused) },
    { name: 'edge coalesced', unit: 'requests/s', group: 'rate', read: rate(({ coalesced }) => coalesced) },
    {
      name: 'edge egress',
      unit: 'Gbit/s',
      group: 'rate',
      read: rate(({ egressBytes }) => egressBytes, gbps),
    },
    {
      name: 'origin requests',
      unit: 'requests/s',
      group: 'rate',
      read: rate(({ originRequests }) => originRequests),
    },
    {
      name: 'origin egress',
      unit: 'Gbit/s',
      group: 'rate',
      read: rate(({ originBytes }) => originBytes, gbps),
    },
    { name: 'edge cost', unit: '$/h', group: 'cost', read: rate(({ dollars }) => dollars, perHour) },
    ...sites.map((node): Gauge => {
      const perSecond = rateOf(simulation, () => node.hits);
      const missed = rateOf(simulation, () => node.misses);
      return {
        name: `edge-${node.name} hit ratio`,
        unit: '1',
        group: 'cache',
        read: share(perSecond, missed),
      };
    }),
  ];
  return gauges.map((gauge) => ({ ...gauge, sinceLastLook: true }));
}
