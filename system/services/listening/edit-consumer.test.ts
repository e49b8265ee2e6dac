import { expect, test } from 'vitest';
import type { Track } from '../../contracts/generated/catalogue.ts';
import { PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import { createTestBench, topic } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { createEditConsumer, EDITS_GROUP } from './edit-consumer.ts';
import { listeningKnobs } from './knobs.ts';
import { listeningEdits } from './tables.ts';

const track = (trackId: string): Track => ({
  trackId,
  title: 'a title',
  artistId: 'a1',
  artistName: 'an artist',
  labelId: 'a label',
  durationMs: 200_000,
  popularity: 1,
  publishedAtNs: 1,
});

test('what a listener adds to playlists is in the history once, newest first, however often it is delivered', async () => {
  const bench = createTestBench();
  const cassandra = bench.cassandra({
    tables: [listeningEdits],
    knobs: { nodes: 3, garbageCollection: false },
  });
  const kafka = bench.kafka([topic(PLAYLIST_UPDATES, 6)], {});
  const home = bench.machine('edits-1');
  const context = bench.context(home.life);
  const consumer = createEditConsumer({
    events: kafka.connect(home),
    store: cassandra.connect(home),
    clock: bench.simulation,
    random: bench.simulation.random('edits'),
    background: bench.background,
    knobs: knobsOf(listeningKnobs, { historyIntervalMs: 1_000 }),
    clientId: 'edits-1',
  });
  void outcomeOf(consumer.run(context));
  for (const edit of [1, 2, 3, 2]) {
    const update = { playlistId: `p${edit}`, snapshot: edit, listenerId: 'l1', track: track(`t${edit}`) };
    kafka.append(PLAYLIST_UPDATES, update.playlistId, update, 200);
  }
  const madePrivate = { playlistId: 'p4', snapshot: 4, listenerId: 'l1', listing: { isPrivate: true } };
  kafka.append(PLAYLIST_UPDATES, 'p4', madePrivate, 200);
  await bench.run(15);
  const rows = cassandra.inspect(listeningEdits.name, ['l1']);
  expect(rows.map((row) => [row.edit, row.playlist_id, row.track_id])).toEqual([
    [3, 'p3', 't3'],
    [2, 'p2', 't2'],
    [1, 'p1', 't1'],
  ]);
  expect(kafka.lag(EDITS_GROUP, PLAYLIST_UPDATES)).toBe(0);
});
