import { describe, expect, test } from 'vitest';
import { compareResults } from '../../../reports/compare.ts';
import { renderHtml } from '../../../reports/html.ts';
import { renderMarkdown } from '../../../reports/markdown.ts';
import type { RunResult } from '../../../reports/result.ts';
import { renderTable } from '../../../reports/terminal.ts';
import { parseResult } from '../../../reports/validate-result.ts';
import { NEW_TRACK_WAIT, PROMISED } from '../../load/objectives.ts';
import { addTrack, operationsOf, type Profile } from '../../load/profiles.ts';
import { publishTracks } from '../../load/publish.ts';
import { phasesOf } from './live-load.ts';
import { LiveRecorder } from './live-recorder.ts';
import { type Finished, resultOf, type Series } from './live-result.ts';
import type { RunningThere } from './running.ts';
import { testLoad } from './test-load.ts';

interface Story {
  readonly profile?: Profile;
  readonly latencyMs?: number;
  readonly book?: (recorder: LiveRecorder) => void;
  readonly finished?: Partial<Finished>;
  readonly running?: RunningThere;
  readonly series?: Partial<Series>;
}

/** A run of 100 requests an operation, all answered after `latencyMs`, and whatever else happens. */
function result({
  profile = addTrack,
  latencyMs = 20,
  book,
  finished = {},
  running,
  series = {},
}: Story): RunResult {
  const load = testLoad({ profile, running: running ?? null });
  const operations = operationsOf(profile);
  const goodWithinMs = operations.map((operation) => PROMISED[operation].p99Ms);
  const recorder = new LiveRecorder({ operations, phases: phasesOf(load), goodWithinMs });
  for (const operation of operations) {
    for (let i = 0; i < 100; i++) {
      recorder.arrive(operation, 'steady', 1 + i / 100);
      recorder.answer(operation, 'steady', 1 + i / 100, latencyMs);
    }
  }
  recorder.late('steady', 0);
  book?.(recorder);
  const run: Finished = {
    load,
    recorder,
    partial: false,
    objections: [],
    waits: null,
    startedAtMs: 0,
    faults: [],
    ...finished,
  };
  return resultOf({
    runs: [run],
    asked: 1,
    engine: 'own generator',
    startedAt: new Date(0),
    wallSeconds: 3,
    command: 'rehearse load add-track',
    ...series,
  });
}

const READ_BACK = 'playlist.add-track read-back';

/** A run of labels in which so many tracks waited, each for so many seconds. */
const publishing = (seconds: readonly number[], isFound: boolean, more: Story = {}) =>
  result({
    ...more,
    profile: { ...addTrack, mix: [{ traffic: publishTracks(0.9), share: 1 }] },
    finished: {
      waits: {
        all: seconds.map((wait, i) => ({ publishedS: 1 + i / 10, seconds: wait, isFound, looks: 3 })),
        unanswered: 0,
      },
    },
  });

test('a run that keeps its objectives is confirmed, and is a result by the schema', () => {
  const good = result({});
  expect(good.confirmed, good.verdicts[0]!.sentence).toBe(true);
  expect(parseResult(JSON.stringify(good), 'result.json')).toEqual(good);
  expect(good.verdicts[0]!.sentence).toContain('playlist.add-track p99 20 ms, 0 % failed');
  expect(renderTable(good)).toContain('load-add-track');
});

test('the result names what was loaded, and never calls it healthy', () => {
  const change = { knob: 'cassandra.coresPerNode', from: 4, to: 2, unit: '1' };
  const as = { scenario: 'hot-partition', case: 'hot-partition', arm: 'broken' };
  const told = result({ running: { as, costs: false, listeners: 10_000, seed: 1, changed: [change] } });
  const arm = told.scenarios[0]!.cases[0]!.arms[0]!;
  expect(arm.role).toBe('live');
  expect(arm.configuration).toMatchObject({
    'target.scenario': 'hot-partition',
    'target.arm': 'broken',
    'target.costs': false,
    'cassandra.coresPerNode': 2,
  });
  expect(arm.difference).toEqual([change]);
  expect(parseResult(JSON.stringify(told), 'result.json')).toEqual(told);
  for (const text of [renderTable(told), renderMarkdown(told), renderHtml(told)]) {
    expect(text).toContain('hot-partition / broken');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('1 knob differs from the default; engines without costs');
    expect(text).not.toContain('healthy ');
    expect(text).not.toMatch(/\b0<?[^>]*>? plays/);
  }
  expect(renderTable(result({}))).toContain('A system that does not say what it runs');
});

test('a percentile that is the objective stands in a table once', () => {
  const slow = result({ latencyMs: 2_000 });
  expect(renderTable(slow)).toMatch(/arm +p50 +errors +objective +verdict\n/);
  expect(renderHtml(slow)).toContain('class="num">p50 <small>playlist.add-track</small>');
});

test('two runs of a profile can be compared', () => {
  const { arms, regressed } = compareResults(result({}), result({ latencyMs: 40 }));
  expect(regressed).toBe(false);
  const p99 = arms[0]!.changes.find(({ metric }) => metric === 'playlist.add-track p99')!;
  expect(p99.relative).toBeCloseTo(1, 1);
});

test('new tracks that are soon found are told, and keep their objective', () => {
  const told = publishing([1.2, 0.6, 0.9], true);
  const [verdict] = told.verdicts;
  expect(told.confirmed, verdict!.sentence).toBe(true);
  expect(parseResult(JSON.stringify(told), 'result.json')).toEqual(told);
  const { objectives, figures } = told.scenarios[0]!.cases[0]!.arms[0]!.runs[0]!;
  expect(objectives[0]).toMatchObject({
    name: NEW_TRACK_WAIT,
    measured: 1.2,
    target: 5,
    unit: 's',
    met: true,
  });
  expect(figures).toContainEqual({ name: 'new tracks looked for', value: 3, unit: 'tracks' });
  expect(verdict!.sentence).toContain(
    'a new track could not be found for up to 1.2 s (all 3 that were looked for were found)',
  );
  const { arms } = compareResults(told, publishing([3.1], true));
  expect(arms[0]!.changes.map(({ metric }) => metric)).toContain(NEW_TRACK_WAIT);
  expect(renderHtml(told)).toContain(NEW_TRACK_WAIT);
});

test('new tracks that were not found by the end miss it with their age, which is said', () => {
  const [verdict] = publishing([12, 8], false).verdicts;
  expect(verdict!.observed).toBe('misses');
  expect(verdict!.sentence).toContain(
    'for up to 12 s (2 of 2 that were looked for were not found by the end, and count with their age)',
  );
  // Milliseconds by which a generator is late explain no seconds.
  const late = (seconds: number) =>
    publishing([seconds], false, { book: (recorder) => recorder.late('steady', 300) }).verdicts[0]!;
  expect(late(12).observed).toBe('misses');
  expect(late(5.28).observed).toBe('inconclusive');
});

describe('not confirmed is', () => {
  const refused = (story: Story) => {
    const told = result(story);
    expect(told.confirmed).toBe(false);
    expect(parseResult(JSON.stringify(told), 'result.json').confirmed).toBe(false);
    return told.verdicts[0]!;
  };

  test('a run that misses an objective', () => {
    const verdict = refused({ latencyMs: 400 });
    expect(verdict.observed).toBe('misses');
    expect(verdict.sentence).toContain('playlist.add-track p99 400 ms (target <= 250 ms)');
  });

  test('a run with dropped journeys, however fast the rest was', () => {
    const verdict = refused({
      book: (recorder) => {
        recorder.dropped = 3;
      },
    });
    expect(verdict.sentence).toContain("'every journey that was due was begun' was violated 3 times");
  });

  test('one that the generator did not keep up with, which says nothing about the target', () => {
    const verdict = refused({
      finished: { recorder: emptyRecorder() },
      book: () => {},
    });
    expect(verdict.observed).toBe('meets');
    const recorder = emptyRecorder();
    recorder.dropped = 24_000;
    const stopped = 'k6 had not begun after 60 s, and was stopped';
    const overrun = refused({ finished: { recorder, stopped } });
    expect(overrun.observed).toBe('inconclusive');
    expect(overrun.sentence).toContain('own generator could not begin 24,000 journeys: lower --rate');
    expect(overrun.sentence).toContain(stopped);
    expect(overrun.sentence).not.toContain('--rate or --duration is too small');
    // What it was not the cause of stays refuted.
    recorder.arrive(READ_BACK, 'steady', 2);
    recorder.fail(READ_BACK, 'steady', 2, { kind: 'stale', definite: false, why: 'lacks t1' });
    expect(refused({ finished: { recorder } }).observed).toBe('misses');
  });

  test('a run in which a writer did not see the own write', () => {
    const verdict = refused({
      book(recorder) {
        recorder.arrive(READ_BACK, 'steady', 2);
        recorder.fail(READ_BACK, 'steady', 2, { kind: 'stale', definite: false, why: 'lacks t1' });
      },
    });
    expect(verdict.sentence).toContain("'read-your-writes' was violated once: ");
    expect(verdict.sentence).toContain('lacks t1');
  });

  test('a run of labels in which no new track was looked for, or no look was answered', () => {
    const [none] = publishing([], true).verdicts;
    expect(none!.confirmed).toBe(false);
    expect(none!.sentence).toContain("'new tracks looked for' was never checked");
    const all = [{ publishedS: 1, seconds: 0, isFound: false, looks: 0 }];
    const profile = { ...addTrack, mix: [{ traffic: publishTracks(0.9), share: 1 }] };
    const deaf = result({ profile, finished: { waits: { all, unanswered: 9 } } }).verdicts[0]!;
    expect(deaf.confirmed).toBe(false);
    expect(deaf.sentence).toContain('no search for it was answered');
  });

  test('a run with answers that are wrong in their content', () => {
    const verdict = refused({
      book(recorder) {
        recorder.arrive(READ_BACK, 'steady', 2);
        recorder.fail(READ_BACK, 'steady', 2, { kind: 'wrong-answer', definite: false, why: 'no tracks' });
      },
    });
    expect(verdict.sentence).toContain("'answers are as agreed' was violated once");
  });

  test('a run that ends with requests in flight', () => {
    const verdict = refused({ book: (recorder) => recorder.arrive(READ_BACK, 'steady', 2) });
    expect(verdict.sentence).toContain("'conservation' was violated once");
  });

  test('a run in which nothing of an operation was answered, or everything failed', () => {
    const silent = refused({ book: () => {}, finished: { recorder: emptyRecorder() } });
    expect(silent.sentence).toMatch(/^Nothing was answered in the measured phase\./);
    const failed = emptyRecorder();
    for (let i = 0; i < 10; i++) {
      failed.arrive('playlist.add-track', 'steady', 2);
      failed.fail('playlist.add-track', 'steady', 2, { kind: 'rate-limited', definite: true, why: '' });
    }
    const verdict = refused({ finished: { recorder: failed } });
    expect(verdict.observed).toBe('misses');
    expect(verdict.sentence).toContain('playlist.add-track 100 % failed');
  });

  test('a run that k6 itself objects to', () => {
    const verdict = refused({ finished: { objections: ['k6 saw thresholds missed'] } });
    expect(verdict.observed).toBe('inconclusive');
  });

  test('an interrupted run, which says so', () => {
    const told = result({ finished: { partial: true } });
    expect(told.partial).toBe(true);
    expect(told.verdicts[0]!.sentence).toContain('the run was interrupted');
    // Sent until 1.99 s of 3: what was planned is no load.
    expect(told.totals.virtualSeconds).toBeCloseTo(1.99, 2);
    expect(result({}).totals.virtualSeconds).toBe(3);
    expect(renderTable(told)).toContain('1.99 s of load in');
  });

  test('a part of the runs that were asked for', () => {
    expect(result({ series: { asked: 3 } }).partial).toBe(true);
    expect(refused({ series: { asked: 3 } }).sentence).toContain('only 1 of 3 runs were made');
  });
});

describe('a miss proves nothing when the generator itself explains it:', () => {
  const late = (lateMs: number, latencyMs: number) =>
    result({ latencyMs, book: (recorder) => recorder.late('steady', lateMs) }).verdicts[0]!;
  const READ = 'playlist.add-track';
  /** So many of a hundred more requests fail. */
  const failing = (kind: string, count: number, more: (recorder: LiveRecorder) => void = () => {}) =>
    result({
      book(recorder) {
        for (let i = 0; i < count; i++) {
          recorder.arrive(READ, 'steady', 2);
          recorder.fail(READ, 'steady', 2, { kind, definite: true, why: '' });
        }
        more(recorder);
      },
    }).verdicts[0]!;

  test('a latency that it made itself by beginning late', () => {
    expect(late(80, 300).observed).toBe('inconclusive');
    expect(late(80, 300).sentence).toContain('the generator itself was 80 ms late at p99');
    expect(late(3, 400).observed).toBe('misses');
    // Lateness counts in the latencies: who meets them in spite of it meets them.
    expect(late(80, 20).observed).toBe('meets');
  });

  test('but not one that is missed by more than it was late', () => {
    expect(late(80, 400).observed).toBe('misses');
  });

  test('and no errors of a target that is gone, which are told by their kind', () => {
    const gone = failing('refused', 60, (recorder) => recorder.late('steady', 80));
    expect(gone.observed).toBe('misses');
    expect(gone.sentence).toContain('failures: 60 connection refused');
    expect(gone.sentence).not.toContain('the generator itself');
    const mixed = failing('overloaded', 5, (recorder) => {
      recorder.arrive(READ, 'steady', 2);
      recorder.fail(READ, 'steady', 2, { kind: 'no-answer', definite: false, why: '' });
    });
    expect(mixed.sentence).toContain('failures: 5 overloaded (503), 1 no answer within 10 s');
  });

  test('and requests without an answer only where it could not keep up, nor a timeout that was answered', () => {
    const dropping = (recorder: LiveRecorder) => {
      recorder.dropped = 7;
    };
    expect(failing('no-answer', 60).observed).toBe('misses');
    expect(failing('no-answer', 60, dropping).observed).toBe('inconclusive');
    expect(failing('timeout', 60, dropping).observed).toBe('misses');
    expect(failing('refused', 60, dropping).observed).toBe('misses');
  });
});

function emptyRecorder(): LiveRecorder {
  const load = testLoad({ profile: addTrack });
  const operations = operationsOf(addTrack);
  return new LiveRecorder({ operations, phases: phasesOf(load), goodWithinMs: operations.map(() => 1) });
}
