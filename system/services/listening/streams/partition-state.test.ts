import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../../ports/clock.ts';
import type { LogRecord } from '../../../ports/event-log.ts';
import type { StreamJob, Window } from './description.ts';
import { type PartialWindows, PartitionState, type Step } from './partition-state.ts';
import { type Stage, stagesOf } from './stage.ts';
import { applyStep, nameOf, type Results, referenceOf } from './test-reference.ts';

const OUT_OF_ORDER_S = 5;
const LATENESS_S = 30;

const jobWith = (window: Window, distinct = false): StreamJob => ({
  name: 'test',
  source: {
    topic: 'events',
    partitionedBy: 'key',
    eventTime: 'atNs',
    ...(distinct ? { distinct: { field: 'id', withinMs: 3_600_000 } } : {}),
  },
  key: 'key',
  window,
  time: { outOfOrderMs: OUT_OF_ORDER_S * 1_000, latenessMs: LATENESS_S * 1_000, idleMs: 0 },
  aggregates: {
    count: { function: 'count' },
    short: { function: 'count', where: [{ field: 'size', below: 5 }] },
    sum: { function: 'sum', field: 'size' },
    least: { function: 'min', field: 'size' },
    most: { function: 'max', field: 'size' },
  },
  sinks: [],
});

const windows: readonly Window[] = [
  { kind: 'session', gapMs: 10_000 },
  { kind: 'tumbling', sizeMs: 20_000 },
  { kind: 'hopping', sizeMs: 30_000, everyMs: 10_000 },
];

interface TestEvent {
  readonly id: number;
  readonly key: string;
  readonly atNs: number;
  readonly size: number;
}

const recordsOf = (events: readonly unknown[]): LogRecord[] =>
  events.map((value, offset) => ({
    topic: 'events',
    partition: 0,
    offset,
    key: null,
    value,
    bytes: 1,
    timestampNs: 0,
  }));

const eventsOf = (horizonS: number) =>
  fc.array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      atMs: fc.integer({ min: 0, max: horizonS * 1_000 }),
      size: fc.integer({ min: 0, max: 9 }),
      /** How much later than its time it comes, as a share of the most that is allowed. */
      delay: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 60 },
  );

/** In the order in which they come, each at most `mostS` after its time. */
function arrival(
  events: readonly { key: string; atMs: number; size: number; delay: number }[],
  mostS: number,
): TestEvent[] {
  return events
    .map((event, id) => ({ ...event, id, comesMs: event.atMs + event.delay * mostS * 1_000 }))
    .toSorted((a, b) => a.comesMs - b.comesMs)
    .map(({ id, key, atMs, size }) => ({ id, key, atNs: atMs * MILLISECOND, size }));
}

/** Batches of these sizes, over and over. */
function batches(records: readonly LogRecord[], sizes: readonly number[]): LogRecord[][] {
  const cut: LogRecord[][] = [];
  for (let at = 0, i = 0; at < records.length; i++) {
    const size = sizes[i % sizes.length]!;
    cut.push(records.slice(at, at + size));
    at += size;
  }
  return cut;
}

const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });

function run(
  stage: Stage,
  cut: readonly LogRecord[][],
): { state: PartitionState; results: Results; steps: Step[] } {
  const state = new PartitionState(stage);
  const results: Results = new Map();
  const steps: Step[] = [];
  for (const records of cut) {
    const step = state.take(records);
    if (step === null) continue;
    steps.push(step);
    applyStep(results, step);
  }
  return { state, results, steps };
}

const sorted = (results: Results) => Object.fromEntries([...results].sort(([a], [b]) => (a < b ? -1 : 1)));

for (const window of windows) {
  const job = jobWith(window);
  const [stage] = stagesOf(job, 1) as [Stage];

  test(`${window.kind}: any order within the allowed lateness gives the same windows, in whatever batches`, () => {
    fc.assert(
      fc.property(eventsOf(200), sizes, (events, cut) => {
        // Nothing is late whose delay is at most the two together: the watermark is behind by the one.
        const late = arrival(events, OUT_OF_ORDER_S + LATENESS_S);
        const punctual = arrival(events, 0);
        const inOrder = run(stage, [recordsOf(punctual)]);
        const { state, results } = run(stage, batches(recordsOf(late), cut));
        expect(state.position.late).toBe(0);
        expect(sorted(results)).toEqual(sorted(inOrder.results));
        expect(sorted(results)).toEqual(sorted(referenceOf(job, recordsOf(punctual)).results));
      }),
      { seed: 21, numRuns: 150 },
    );
  });

  test(`${window.kind}: what comes later than that is set aside, exactly as the times say`, () => {
    fc.assert(
      fc.property(eventsOf(400), sizes, (events, cut) => {
        const records = recordsOf(arrival(events, 300));
        const { state, results, steps } = run(stage, batches(records, cut));
        const reference = referenceOf(job, records);
        expect(sorted(results)).toEqual(sorted(reference.results));
        expect(steps.flatMap(({ late }) => late)).toEqual(reference.late);
        expect(state.position.late).toBe(reference.late.length);
      }),
      { seed: 22, numRuns: 150 },
    );
  });

  test(`${window.kind}: a state made again from what was written down is the same, and goes on the same`, () => {
    fc.assert(
      fc.property(eventsOf(150), sizes, fc.nat(40), fc.nat(40), (events, cut, first, second) => {
        const all = batches(recordsOf(arrival(events, 45)), cut);
        const untouched = run(stage, all);
        const broken = first % all.length;
        const snapshotAt = second % (broken + 1);
        const results: Results = new Map();
        /** What a sink knows that hears of windows only when they are over. */
        const told: Results = new Map();
        const tell = (step: Step) => {
          applyStep(results, step);
          applyStep(told, {
            changes: {
              ...step.changes,
              panes: step.changes.panes.filter(({ endNs }) => endNs <= step.position.watermarkNs),
              removed: step.changes.removed.filter((pane) => pane.told),
            },
          });
        };
        const before = new PartitionState(stage);
        let snapshot: { position: PartitionState['position']; text: string } | null = null;
        const after: Step[] = [];
        for (const [i, records] of all.slice(0, broken).entries()) {
          const step = before.take(records)!;
          tell(step);
          after.push(step);
          if (i !== snapshotAt) continue;
          snapshot = { position: before.position, text: before.snapshot() };
          after.length = 0;
        }
        const again = new PartitionState(stage);
        if (snapshot !== null) again.restore(snapshot.position, snapshot.text);
        for (const { position, body } of after) {
          const step = again.restore(position, body);
          // Told again: it changes nothing.
          tell(step);
        }
        expect(again.position).toEqual(before.position);
        // From the first record on: what was taken in is passed over.
        for (const records of [all.slice(0, broken).flat(), ...all.slice(broken)]) {
          const step = again.take(records);
          if (step !== null) tell(step);
        }
        expect(sorted(results)).toEqual(sorted(untouched.results));
        // Nobody is left believing in a session that has become part of another one.
        expect([...told.keys()].filter((name) => !results.has(name))).toEqual([]);
        const { sequence: _, ...position } = again.position;
        const { sequence: __, ...expected } = untouched.state.position;
        expect(position).toEqual(expected);
        for (const state of [again, untouched.state]) state.windows.drop();
        expect(again.windows.size).toBe(untouched.state.windows.size);
      }),
      { seed: 23, numRuns: 400 },
    );
  });
}

test('windows close when the watermark passes their end, and are told of again when something comes late', () => {
  const [stage] = stagesOf(jobWith({ kind: 'tumbling', sizeMs: 20_000 }), 1) as [Stage];
  const state = new PartitionState(stage);
  const records = recordsOf(
    [1, 24, 26, 3, 56, 4].map((s, id) => ({ id, key: 'a', atNs: s * SECOND, size: 1 })),
  );
  const told = records.map((record) => {
    const { changes, position } = state.take([record])!;
    return [position.watermarkNs / SECOND, changes.windows.map(({ startNs }) => startNs / SECOND)];
  });
  // The watermark is 5 s behind: the first window is over at 20, told of again for the one from 3, gone at 50.
  expect(told).toEqual([
    [-1 / SECOND, [0]],
    [19, [20]],
    [21, [0, 20]],
    [21, [0]],
    [51, [20, 40]],
    [51, []],
  ]);
  expect(state.position).toMatchObject({ late: 1, nextOffset: 6, sequence: 6 });
});

test('a session that a late record joins with another one is one: what was told of the other is taken back', () => {
  const [stage] = stagesOf(jobWith({ kind: 'session', gapMs: 10_000 }), 1) as [Stage];
  const state = new PartitionState(stage);
  const at = [20, 38, 60, 29, 12].map((s, id) => ({ id, key: 'a', atNs: s * SECOND, size: id }));
  const records = recordsOf(at);
  state.take(records.slice(0, 3));
  const joined = state.take([records[3]!])!;
  expect(joined.changes.removed).toEqual([{ key: 'a', startNs: 38 * SECOND, told: true }]);
  expect(joined.changes.panes.map(({ startNs, values }) => [startNs, values[0]])).toEqual([[20 * SECOND, 3]]);
  const moved = state.take([records[4]!])!;
  expect(moved.changes.removed).toEqual([{ key: 'a', startNs: 20 * SECOND, told: true }]);
  expect(moved.changes.panes.map(({ startNs, values }) => [startNs, values[0]])).toEqual([[12 * SECOND, 4]]);
});

test('a record that was delivered again, or recorded twice, counts once', () => {
  fc.assert(
    fc.property(eventsOf(200), sizes, fc.array(fc.nat(100), { maxLength: 30 }), (events, cut, again) => {
      const job = jobWith({ kind: 'session', gapMs: 10_000 }, true);
      const [stage] = stagesOf(job, 1) as [Stage];
      const once = arrival(events, OUT_OF_ORDER_S);
      const twice = [...once];
      for (const place of again) {
        const from = place % twice.length;
        twice.splice(from + 1 + (place % (twice.length - from)), 0, twice[from]!);
      }
      const records = recordsOf(twice);
      // Each batch is delivered a second time, after the next one.
      const delivered = batches(records, cut).flatMap((batch, i, all) =>
        i === 0 ? [batch] : [batch, all[i - 1]!],
      );
      const { state, results } = run(stage, delivered);
      expect(state.position.repeated).toBe(twice.length - once.length);
      expect(sorted(results)).toEqual(sorted(referenceOf(job, records).results));
      let counted = 0;
      for (const [count] of results.values()) counted += count!;
      expect(counted).toBe(once.length);
    }),
    { seed: 24, numRuns: 150 },
  );
});

test('an id is remembered for as long as the job says, also by a state made again', () => {
  const job = jobWith({ kind: 'tumbling', sizeMs: 10_000_000 }, true);
  const [stage] = stagesOf(
    {
      ...job,
      source: { ...job.source, distinct: { field: 'id', withinMs: 60_000 } },
    },
    1,
  );
  const at = (s: number, id: number) => ({ id, key: 'a', atNs: s * SECOND, size: 1 });
  const records = recordsOf([at(10, 1), at(59, 2), at(69, 1), at(118, 2), at(400, 3), at(401, 1)]);
  const state = new PartitionState(stage!);
  for (const [i, record] of records.entries()) {
    const again = new PartitionState(stage!);
    if (i > 0) again.restore(state.position, state.snapshot());
    const [step, same] = [state.take([record])!, again.take([record])!];
    expect(same.position).toEqual(step.position);
  }
  expect(state.position.repeated).toBe(2);
});

test('the first record of all, and the first after a long silence, count once when they come again', () => {
  const job = jobWith({ kind: 'tumbling', sizeMs: 10_000_000 }, true);
  const [stage] = stagesOf(
    { ...job, source: { ...job.source, distinct: { field: 'id', withinMs: 60_000 } } },
    1,
  ) as [Stage];
  const at = (s: number, id: number) => ({ id, key: 'a', atNs: s * SECOND, size: 1 });
  const state = new PartitionState(stage);
  const records = recordsOf([at(1_000, 1), at(1_006, 1), at(5_000, 2), at(5_001, 2)]);
  expect(state.take(records)!.position).toMatchObject({ nextOffset: 4, repeated: 2 });
});

test('numbers that were written down before they had owners are nobody’s: none of another one is taken for them', () => {
  const [stage] = stagesOf(jobWith({ kind: 'tumbling', sizeMs: 20_000 }, true), 1) as [Stage];
  const state = new PartitionState(stage);
  const position = { ...state.position, sequence: 1, nextOffset: 1, latestNs: SECOND };
  state.restore(position, '{"windows":[],"distinct":[[0,7]]}');
  const records = recordsOf([0, 1, 2].map((at) => ({ id: 7, key: 'b', atNs: at * SECOND, size: 1 })));
  expect(state.take(records)!.position).toMatchObject({ nextOffset: 3, repeated: 1 });
});

test('records without a key, a time, an id or a number to add up are counted and passed over', () => {
  const job = jobWith({ kind: 'tumbling', sizeMs: 10_000 }, true);
  const [stage] = stagesOf(job, 1) as [Stage];
  const state = new PartitionState(stage);
  const good = { id: 1, key: 'a', atNs: 5, size: 1 };
  const bad = [
    null,
    'text',
    {},
    { ...good, key: 7 },
    { ...good, atNs: -1 },
    { ...good, atNs: Number.NaN },
    { ...good, atNs: '5' },
    { ...good, id: undefined },
    { ...good, size: 'large' },
    { ...good, size: Number.POSITIVE_INFINITY },
  ];
  state.take(recordsOf([...bad, good]));
  expect(state.position).toMatchObject({ malformed: bad.length, nextOffset: bad.length + 1, latestNs: 5 });
  expect(state.windows.size).toBe(1);
});

test('parts of windows, in any order of partitions and sent again, add up to the windows of all records', () => {
  const job: StreamJob = {
    ...jobWith({ kind: 'hopping', sizeMs: 30_000, everyMs: 10_000 }),
    source: { topic: 'events', partitionedBy: 'listener', eventTime: 'atNs' },
    merge: { topic: 'parts' },
  };
  const [partial, merge] = stagesOf(job, 3) as [Stage, Stage];
  const order = fc.array(fc.nat(2), { minLength: 1, maxLength: 8 });
  const three = fc.tuple(eventsOf(200), eventsOf(200), eventsOf(200));
  fc.assert(
    fc.property(three, sizes, order, (events, cut, turns) => {
      const queues = events.map((own, partition) => {
        const records = recordsOf(arrival(own, OUT_OF_ORDER_S));
        return run(partial, batches(records, cut)).steps.map(
          ({ position, windows: text }): PartialWindows => ({
            partition,
            sequence: position.sequence,
            watermarkNs: position.watermarkNs,
            windows: text,
          }),
        );
      });
      const state = new PartitionState(merge);
      const results: Results = new Map();
      const sent: PartialWindows[] = [];
      for (let turn = 0; queues.some(({ length }) => length > 0); turn++) {
        const part =
          queues[turns[turn % turns.length]!]?.shift() ?? queues.find(({ length }) => length > 0)!.shift()!;
        sent.push(part, part);
      }
      for (const batch of batches(recordsOf(sent), cut)) {
        const again = new PartitionState(merge);
        again.restore(state.position, state.snapshot());
        const [step, same] = [state.take(batch)!, again.take(batch)!];
        applyStep(results, step);
        expect(same.position).toEqual(step.position);
      }
      expect(state.position.late).toBe(0);
      expect(state.position.repeated).toBe(sent.length - new Set(sent).size);
      const all = events.flatMap((own) => arrival(own, 0)).sort((a, b) => a.atNs - b.atNs);
      expect(sorted(results)).toEqual(sorted(referenceOf(job, recordsOf(all)).results));
    }),
    { seed: 25, numRuns: 100 },
  );
});

test('a watermark that moves without records closes sessions, and nothing is late for it that is newer', () => {
  const [stage] = stagesOf(jobWith({ kind: 'session', gapMs: 10_000 }), 1) as [Stage];
  const state = new PartitionState(stage);
  state.take(recordsOf([{ id: 1, key: 'a', atNs: SECOND, size: 1 }]));
  expect(state.windows.dueNs).toBe(11 * SECOND + 1);
  expect(state.moveWatermark(11 * SECOND)!.changes.panes).toEqual([]);
  const closed = state.moveWatermark(12 * SECOND)!;
  expect(closed.changes.panes.map(({ key, startNs }) => nameOf(key, startNs))).toEqual([nameOf('a', SECOND)]);
  expect(state.moveWatermark(12 * SECOND)).toBeNull();
  expect(state.windows.dueNs).toBe(41 * SECOND + 1);
  state.moveWatermark(50 * SECOND);
  state.moveWatermark(51 * SECOND);
  expect(state.windows.size).toBe(0);
});
