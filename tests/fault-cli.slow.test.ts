/** `rehearse fault` against a live system: what is asked for, how it is told, and what a mistake is answered with. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Observed, startObserved } from '../system/modes/test-observed.ts';
import { rehearse } from './rehearse.ts';

vi.setConfig({ testTimeout: 60_000 });

let system: Observed;

beforeAll(async () => {
  system = await startObserved();
});
afterAll(() => system.live.close());

const fault = (...argv: string[]) => rehearse('fault', ...argv, '--target', system.live.url);

test('faults are asked for by the names that metrics have, listed, and ended', async () => {
  expect((await fault('list')).stdout).toBe('Nothing was made to fail since the start.\n');
  const crash = await fault('crash', 'kafka-1', '--for', '600');
  expect([crash.status, crash.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^1 {2}acting {3}kafka-1 crashes, and is back after 600 s \([\d:]{8} to [\d:]{8} UTC\)\n$/,
    ),
  ]);
  const later = await fault('pause', 'cassandra-2..3', '--for', '0.5', '--after', '600', '--json');
  expect(JSON.parse(later.stdout)).toMatchObject({
    number: 2,
    what: 'cassandra-2 to cassandra-3 stand still for 0.5 s',
    state: 'coming',
  });
  for (const [words, what] of [
    [
      ['partition', 'gateway', 'playlist-1,listening'],
      'no message passes between all of gateway and playlist-1 with all of listening for 600 s',
    ],
    [
      ['network', 'clients,session-state', 'all others', '--loss', '0.5', '--latency-ms', '2.5'],
      'between clients with all of session-state and all other machines, for 600 s, 50 % of the messages are lost and each takes 2.5 ms longer',
    ],
  ] as const) {
    // A stream's workers are not there by default.
    const asked = await fault(...words, '--for', '600', '--json');
    if (asked.status === 0) expect(JSON.parse(asked.stdout)).toMatchObject({ what });
    else expect(asked.stderr).toContain("of 'session-state' there is none");
  }
  const ended = await fault('end', '--json');
  const { faults } = JSON.parse(ended.stdout) as { faults: { state: string }[] };
  expect(faults.map(({ state }) => state)).toEqual(['ended', 'dropped', 'ended']);
  expect((await fault('list')).stdout).toMatch(
    /^3 {2}ended {4}.*\n2 {2}dropped {2}.* \(was to begin at \d\d:\d\d:\d\d UTC\)\n1 {2}ended {4}.*\n/,
  );
});

test.each([
  [['crash', 'kafak-1', '--for', '1'], "Did you mean 'kafka'?"],
  [['crash', 'kafka-0', '--for', '1'], 'numbered from 1'],
  [['crash', 'kafka-3..2', '--for', '1'], 'numbered from 1'],
  [['crash', 'kafka-9', '--for', '1'], 'kafka-1 to kafka-3, index 0 to 2. Nothing was changed.'],
  [['crash', 'kafka'], "'--for <s>' not specified"],
  [['crash', 'kafka', '--for', 'long'], '--for takes a number from 0.001 to 3,600'],
  [['network', 'kafka', 'gateway', '--for', '1'], 'changes nothing: give it loss or extraLatencyMs'],
  [['network', 'kafka', 'gateway', '--for', '1', '--loss', '2'], '--loss takes a number from 0 to 1'],
  [['pause', 'indexer', '--for', '1'], 'must be one of'],
] as const)('fault %j is refused with one sentence', async (argv, why) => {
  const { status, stdout, stderr } = await fault(...argv);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(why);
  expect(stderr).not.toMatch(/\.\.(?!\d)|\n./);
});

test('where nothing listens, that is said', async () => {
  const { status, stderr } = await rehearse('fault', 'list', '--target', 'http://127.0.0.1:9');
  expect([status, stderr]).toEqual([3, expect.stringContaining('start it with rehearse serve')]);
});
