/** The capacity arithmetic in the comments and notes of the scenarios, recomputed from the models that they speak of. */
import { expect, test } from 'vitest';
import { createPopulation } from '../fixtures/index.ts';
import { CatalogueRows } from '../system/modes/catalogue-rows.ts';
import stampede, * as stampedeNumbers from './cache-stampede.ts';
import lag, { PUBLISHED_PER_SECOND, REQUEST_S, USUAL_PER_SECOND } from './consumer-lag.ts';
import { format } from './harness/index.ts';
import partition, { FOLLOWERS, HOT_READS_PER_SECOND, STORED_ROW_BYTES } from './hot-partition.ts';

test('hot-partition: rows times bytes are past the warning at 100 MB, and three replicas take two thirds of the reads each', () => {
  const population = createPopulation({ seed: 1, listeners: 1_000_000 });
  const rows = new CatalogueRows(population, partition.load.hotPlaylists!, 64);
  const stored = rows.partition('playlist_followers', ['hot-1'])!;
  expect(stored.rows).toBe(FOLLOWERS);
  expect(Math.round(stored.bytes / stored.rows)).toBe(STORED_ROW_BYTES);
  expect(stored.bytes).toBeGreaterThan(100e6);
  const megabytes = Math.round((FOLLOWERS * STORED_ROW_BYTES) / 1e6);
  const replicaReads = Math.round((HOT_READS_PER_SECOND * 2) / 3);
  const arithmetic = partition.notes.arithmetic.join(' ');
  expect(arithmetic).toContain(
    `${format(FOLLOWERS)} followers × ${STORED_ROW_BYTES} bytes stored = ${megabytes} MB`,
  );
  expect(arithmetic).toContain(
    `${HOT_READS_PER_SECOND} hot reads/s × 2 replicas (QUORUM) ÷ 3 replicas = ${replicaReads}`,
  );
});

test('cache-stampede: readers of a key times the time of a rebuild are the rebuilds of an expiry', () => {
  const { HOT_PLAYLISTS, HOT_READS_PER_SECOND: reads, REBUILD_S, READS_PER_REBUILD: each } = stampedeNumbers;
  const perKey = reads / HOT_PLAYLISTS;
  const rebuilds = Math.round(perKey * REBUILD_S);
  const notes = stampede.notes.arithmetic.join(' ');
  expect(notes).toContain(
    `${format(reads)} hot reads/s ÷ ${HOT_PLAYLISTS} keys = ${perKey} readers/s a key; a rebuild of ${REBUILD_S} s lets ${rebuilds} of them miss`,
  );
  expect(each).toBe(2 + (stampede.cases[0]!.set['playlist.buckets'] as number));
  expect(notes).toContain(`${rebuilds} rebuilds × ${each} reads`);
  expect(notes).toContain(`= ${format(rebuilds * each)} reads within a second where ${each} would do`);
});

test('consumer-lag: two consumers are too few for the arrivals, six are enough', () => {
  const [few, slow] = lag.cases;
  expect(few!.set['indexer.consumers']).toBe(2);
  expect(slow!.set['catalogue.updatePartitions']).toBe(2);
  expect(2 / REQUEST_S).toBeLessThan(PUBLISHED_PER_SECOND);
  expect(6 / REQUEST_S).toBeGreaterThan(1.5 * PUBLISHED_PER_SECOND);
  const notes = lag.notes.arithmetic.join(' ');
  const about = (perSecond: number) => format(Math.round(perSecond / 10) * 10);
  expect(notes).toContain(`${PUBLISHED_PER_SECOND} tracks/s arrive (and the usual ${USUAL_PER_SECOND})`);
  expect(notes).toContain(
    `a consumer at ${REQUEST_S * 1_000} ms a request indexes ${about(1 / REQUEST_S)}/s: 2 of them about ${about(2 / REQUEST_S)}/s, 6 of them ${about(6 / REQUEST_S)}/s`,
  );
  const ofLabel = Math.round(PUBLISHED_PER_SECOND * 0.9);
  expect(notes).toContain(`the one that has the label’s partition ${about(1 / REQUEST_S)} of its ${ofLabel}`);
});
