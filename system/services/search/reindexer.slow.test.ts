import { expect, test } from 'vitest';
import type { Track } from '../../contracts/generated/catalogue.ts';
import { CATALOGUE_UPDATES, PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import type { SearchIndexAdmin } from '../../ports/search-index.ts';
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
import { createTestBench, topic } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { CATALOGUE_INDEX, catalogueIndex, catalogueIndexVersion, trackIndexing } from './catalogue-index.ts';
import { indexerKnobs, reindexKnobs, searchKnobs } from './knobs.ts';
import { createReindexWorker } from './reindex-worker.ts';
import { createReindexer } from './reindexer.ts';
import { createSearchIndexer, INDEXER_GROUP } from './search-indexer.ts';
import { createSearchService } from './search-service.ts';

const LOADED = 1_500;

/** Each has a word of its own. */
const track = (number: number, version = 1): Track => ({
  trackId: `t${number}`,
  title: `song w${number}x`,
  artistId: 'a1',
  artistName: `version ${version}`,
  labelId: 'label',
  durationMs: 200_000,
  popularity: 1,
  publishedAtNs: 1,
});

function setUp(seed: number, batch = 200) {
  const bench = createTestBench(seed);
  const knobs = knobsOf(searchKnobs, { shards: 3, refreshIntervalMs: 200 });
  const elasticsearch = bench.elasticsearch([catalogueIndex(knobs)]);
  elasticsearch.load(
    CATALOGUE_INDEX,
    Array.from({ length: LOADED }, (_, number) => trackIndexing(track(number))),
  );
  const kafka = bench.kafka([topic(CATALOGUE_UPDATES, 4), topic(PLAYLIST_UPDATES, 2)]);
  const client = bench.machine('client');
  const search = createSearchService({ index: elasticsearch.connect(client), knobs });
  const target = catalogueIndexVersion({ ...knobs, shards: 5, autocomplete: 'edge-ngrams' }, 2);
  const startIndexer = (clientId: string) => {
    const home = bench.machine(clientId);
    const indexer = createSearchIndexer({
      events: kafka.connect(home),
      index: elasticsearch.connect(home),
      clock: bench.simulation,
      random: bench.simulation.random(clientId),
      background: bench.background,
      knobs: knobsOf(indexerKnobs, { maxPollRecords: 50 }),
      clientId,
    });
    void outcomeOf(indexer.run(bench.context(home.life)));
    return home;
  };
  /** A reindexer in a process of its own; `watch` sees its calls as they begin. */
  const reindex = (watch: (call: string, end: () => void) => void = () => {}) => {
    const home = bench.machine('reindexer');
    const inner = elasticsearch.admin(home);
    const admin = new Proxy(inner, {
      get:
        (_, name: keyof SearchIndexAdmin) =>
        (context: never, ...rest: never[]) => {
          watch(name, () => home.crash());
          return (inner[name] as (...all: never[]) => Promise<never>).call(inner, context, ...rest);
        },
    });
    const reindexer = createReindexer({
      index: elasticsearch.connect(home),
      admin,
      clock: bench.simulation,
      knobs: knobsOf(reindexKnobs, { batch, keepMs: 500 }),
    });
    return reindexer.run(bench.context(home.life), CATALOGUE_INDEX, target);
  };
  /** The process that comes after one that died. */
  const reindexAgain = () => {
    const home = bench.machine('reindexer-again');
    const worker = createReindexWorker(
      {
        index: elasticsearch.connect(home),
        admin: elasticsearch.admin(home),
        clock: bench.simulation,
        knobs: knobsOf(reindexKnobs, { batch, keepMs: 500, afterS: 0.001, shards: 5 }),
      },
      { ...knobs, autocomplete: 'edge-ngrams' },
    );
    return worker.run(bench.context(home.life));
  };
  return { bench, elasticsearch, kafka, client, search, startIndexer, reindex, reindexAgain, target };
}

type Setup = ReturnType<typeof setUp>;

/** Labels publish and correct, tracks are put on a playlist and taken off, listeners search. */
function createTraffic({ bench, kafka, search, client }: Setup) {
  const random = bench.simulation.random('traffic');
  /** Documents as the log has them last: the version, or null for what was taken away. */
  const written = new Map<string, number | null>();
  for (let number = 0; number < LOADED; number++) written.set(`track:t${number}`, 1);
  /** By track: the newest version that a search has shown. */
  const shown: number[] = new Array<number>(LOADED).fill(1);
  const failures: string[] = [];
  let numbers = LOADED;
  let searches = 0;
  let step = 0;
  let over = false;
  const draw = (below: number) => Math.floor(random.uniform(++step) * below);

  function publish(): void {
    const number = draw(2) === 0 ? numbers++ : draw(numbers);
    const version = (written.get(`track:t${number}`) ?? 0) + 1;
    written.set(`track:t${number}`, version);
    kafka.append(CATALOGUE_UPDATES, `t${number}`, { track: track(number, version) }, 200);
  }

  function edit(): void {
    const number = draw(300);
    const id = `playlist:p:t${number}`;
    const put = (written.get(id) ?? null) === null;
    written.set(id, put ? 1 : null);
    const update = put
      ? { track: track(number) }
      : { listing: { isPrivate: false, removedTrackIds: [`t${number}`], added: [] } };
    kafka.append(PLAYLIST_UPDATES, 'p', { playlistId: 'p', snapshot: 1, listenerId: 'l', ...update }, 100);
  }

  /** What a search has shown, every later search shows, in that version or a newer one. */
  async function look(): Promise<void> {
    const number = draw(numbers);
    const expected = shown[number] ?? 0;
    const request = { text: `w${number}x`, kind: 'track', size: 1 };
    try {
      const { hits } = await search.search(bench.context(client.life), request);
      const version = hits[0] === undefined ? 0 : Number(hits[0].artistName.split(' ')[1]);
      if (version < expected) failures.push(`t${number}: version ${version} after ${expected}`);
      // Searches overtake each other: only what was known before this one began counts.
      shown[number] = Math.max(shown[number] ?? 0, version);
      searches++;
    } catch (error) {
      failures.push(String(error));
    }
  }

  async function repeat(everyMs: number, work: () => unknown): Promise<void> {
    const context = bench.context(client.life);
    while (!over) {
      void work();
      await bench.simulation.sleep(context, everyMs * MILLISECOND);
    }
  }

  return {
    failures,
    searches: () => searches,
    begin() {
      void repeat(2, publish);
      void repeat(5, edit);
      void repeat(2, look);
    },
    /** Stops, waits until everything is indexed, and compares the index with the log. */
    async settle({ elasticsearch }: Setup) {
      over = true;
      await bench.run(20);
      expect(kafka.lag(INDEXER_GROUP, CATALOGUE_UPDATES) + kafka.lag(INDEXER_GROUP, PLAYLIST_UPDATES)).toBe(
        0,
      );
      const present = [...written].filter(([, version]) => version !== null);
      for (const [id] of written)
        expect(elasticsearch.isSearchable(CATALOGUE_INDEX, id), id).toBe(written.get(id) !== null);
      expect(elasticsearch.count(CATALOGUE_INDEX).stored).toBe(present.length);
      for (let number = 0; number < numbers; number += 37) {
        const request = { text: `w${number}x`, kind: 'track', size: 1 };
        const { hits } = await bench.finish(search.search(bench.context(), request));
        expect(hits[0]!.artistName).toBe(`version ${written.get(`track:t${number}`)}`);
      }
    },
  };
}

const resolved = (setup: Setup) =>
  setup.bench.finish(setup.elasticsearch.admin(setup.client).resolve(setup.bench.context(), CATALOGUE_INDEX));

test.each([1, 2, 3])(
  'while an index is made anew, no search fails or loses a document, and indexing pauses for a moment (seed %i)',
  async (seed) => {
    const setup = setUp(seed);
    const { bench, startIndexer, reindex } = setup;
    const traffic = createTraffic(setup);
    for (const name of ['indexer-1', 'indexer-2']) startIndexer(name);
    await bench.run(6);
    traffic.begin();
    await bench.run(1);
    const { copied, removed, pausedNs } = await bench.finish(reindex());
    expect(copied).toBeGreaterThanOrEqual(LOADED);
    expect(removed).toBeGreaterThanOrEqual(0);
    expect(pausedNs).toBeLessThan(SECOND);
    await bench.run(1);
    await traffic.settle(setup);
    expect(traffic.searches()).toBeGreaterThan(800);
    expect(traffic.failures).toEqual([]);
    expect(await resolved(setup)).toEqual({ index: 'catalogue-v2', shards: 5 });
    const gone = setup.elasticsearch.admin(setup.client).resolve(bench.context(), 'catalogue-v1');
    expect(await bench.finish(gone)).toBeUndefined();
  },
);

test('what was deleted after it had been copied is not in the new index', async () => {
  const setup = setUp(1, 50);
  const { bench, kafka, startIndexer, reindex, elasticsearch } = setup;
  startIndexer('indexer-1');
  await bench.run(6);
  const tell = (update: object) =>
    kafka.append(PLAYLIST_UPDATES, 'p', { playlistId: 'p', snapshot: 1, listenerId: 'l', ...update }, 100);
  for (let number = 0; number < 40; number++) tell({ track: track(number) });
  await bench.run(3);
  let scans = 0;
  const reindexing = reindex((call) => {
    // Two of the three shards have been copied by then.
    if (call === 'scan' && ++scans === 25) {
      const removedTrackIds = Array.from({ length: 40 }, (_, number) => `t${number}`);
      tell({ listing: { isPrivate: false, removedTrackIds, added: [] } });
    }
  });
  const { removed } = await bench.finish(reindexing);
  expect(removed).toBeGreaterThan(15);
  expect(elasticsearch.count(CATALOGUE_INDEX)).toEqual({ searchable: LOADED, stored: LOADED });
});

test.each([1, 2, 3])(
  'nodes and indexers that crash meanwhile cost nothing but time (seed %i)',
  async (seed) => {
    const setup = setUp(seed);
    const { bench, startIndexer, reindex, elasticsearch } = setup;
    const traffic = createTraffic(setup);
    const first = startIndexer('indexer-1');
    startIndexer('indexer-2');
    await bench.run(6);
    traffic.begin();
    const { machine } = elasticsearch.nodes[seed % 3]!;
    bench.simulation.after((100 + 150 * seed) * MILLISECOND, () => machine.crash());
    bench.simulation.after(3 * SECOND, () => machine.restart());
    bench.simulation.after(400 * MILLISECOND, () => first.crash());
    await bench.finish(reindex());
    startIndexer('indexer-3');
    await traffic.settle(setup);
    // Searches that the dying node coordinated were reset; no other failed, and none lost anything.
    const others = traffic.failures.filter((failure) => !/reset|unavailable/.test(failure));
    expect(others).toEqual([]);
    expect((await resolved(setup))?.index).toBe('catalogue-v2');
  },
);

const STEPS = ['createIndex', 'scan', 'blockWrites', 'count', 'pointAlias', 'deleteIndex'] as const;

test.each(STEPS)(
  'after a reindexer that died at its step %s the next one begins anew, and nothing is lost',
  async (fatal) => {
    const setup = setUp(1 + STEPS.indexOf(fatal), 500);
    const { bench, startIndexer, reindex, reindexAgain } = setup;
    const traffic = createTraffic(setup);
    startIndexer('indexer-1');
    await bench.run(6);
    traffic.begin();
    void reindex((call, die) => {
      if (call === fatal) bench.simulation.after(3 * MILLISECOND, die);
    });
    await bench.run(4);
    await bench.finish(reindexAgain());
    await traffic.settle(setup);
    expect(traffic.failures).toEqual([]);
    expect(await resolved(setup)).toEqual({ index: 'catalogue-v3', shards: 5 });
  },
);

test('a second reindexer is told that there is one, and an alias that stands for nothing is not found', async () => {
  const setup = setUp(1);
  const { bench, reindex, elasticsearch, target } = setup;
  await bench.finish(elasticsearch.admin(setup.client).createIndex(bench.context(), target));
  expect(await bench.finish(outcomeOf(reindex()))).toBe('conflict');
  await bench.finish(elasticsearch.admin(setup.client).deleteIndex(bench.context(), 'catalogue-v1'));
  expect(await bench.finish(outcomeOf(reindex()))).toBe('not-found');
});
