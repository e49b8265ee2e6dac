/** Instances of the catalogue on real engines. */
import type { Track } from '../../contracts/generated/catalogue.ts';
import { CATALOGUE_UPDATES } from '../../contracts/topics.ts';
import type { KnobValues } from '../../ports/knobs.ts';
import { createTestBench, topic } from '../test-bench.ts';
import { knobsOf } from '../test-support.ts';
import { createCatalogueService } from './catalogue-service.ts';
import { catalogueKnobs } from './knobs.ts';
import { furtherCatalogueTables, tracksById } from './tables.ts';

export const delivered = (trackId: string, labelId = 'label'): Track => ({
  trackId,
  title: `Title ${trackId}`,
  artistId: 'a1',
  artistName: 'An Artist',
  labelId,
  durationMs: 200_000,
  popularity: 12.5,
  publishedAtNs: 0,
});

export function setUp(set: Partial<KnobValues<typeof catalogueKnobs>> = {}, seed = 1) {
  const bench = createTestBench(seed);
  const cassandra = bench.cassandra({
    tables: [tracksById, ...furtherCatalogueTables],
    knobs: { nodes: 3 },
  });
  const kafka = bench.kafka([topic(CATALOGUE_UPDATES, 12)]);
  const machine = bench.machine('catalogue');
  let reads = 0;
  cassandra.onRead = () => {
    reads++;
  };
  const service = () =>
    createCatalogueService({
      store: cassandra.connect(machine),
      events: kafka.connect(machine).createProducer('catalogue'),
      clock: bench.simulation,
      knobs: knobsOf(catalogueKnobs, set),
    });
  return {
    bench,
    cassandra,
    kafka,
    service,
    catalogue: service(),
    context: () => bench.context(),
    reads: () => reads,
    told: () => kafka.inspect(CATALOGUE_UPDATES).flatMap((partition) => partition.records),
  };
}
