import { expect, test } from 'vitest';
import { faultWindows, missingMachines } from './faults.ts';
import { HarnessError, runScenarios } from './run.ts';
import { type MachineFault, type Scenario, ScenarioError } from './scenario.ts';
import { faultScenario } from './test-faults.ts';

const AT = { phase: 'trigger', afterSeconds: 5 } as const;
const crash = { kind: 'crash', machines: 'kafka', index: 0, ...AT, downSeconds: 5 } as const;
const pause = { kind: 'pause', machines: 'redis', ...AT, pauseSeconds: 3 } as const;
const cut = { kind: 'partition', between: ['gateway', 'playlist'], ...AT, forSeconds: 5 } as const;
const bad = { kind: 'network', between: ['playlist', 'redis'], loss: 0.1, ...AT, forSeconds: 5 } as const;
const firstBroker = { machines: 'kafka', index: 0 } as const;

function said(fault: unknown): string {
  try {
    faultScenario([fault as MachineFault]);
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as Error).message;
  }
  return 'nothing';
}

test.each([
  ['no fault', 3, /fault 1 must be an object/],
  ['a kind', { ...crash, kind: 'crush' }, /kind of fault 1 is 'crush', and can be .*Did you mean 'crash'\?/],
  [
    'a kind of which no run would show anything',
    { ...crash, kind: 'clock-skew' },
    /kind of fault 1 is 'clock-skew'/,
  ],
  [
    'a field',
    { ...crash, dwnSeconds: 3 },
    /fault 1 \(crash\) has a field 'dwnSeconds'.*mean 'downSeconds'\?/,
  ],
  ['a field of another kind', { ...pause, forSeconds: 3 }, /\(pause\) has a field 'forSeconds'/],
  [
    'a name',
    { ...crash, machines: 'kakfa' },
    /machines of fault 1 \(crash\) is 'kakfa'.*Did you mean 'kafka'\?/,
  ],
  ['an index', { ...crash, index: -1 }, /index of fault 1 \(crash\) must be a whole number from 0/],
  ['a count', { ...crash, count: 0.5 }, /count of fault 1 \(crash\) must be a whole number from 1/],
  [
    'a phase',
    { ...crash, phase: 'triger' },
    /phase of fault 1 \(crash\) is 'triger'.*Did you mean 'trigger'\?/,
  ],
  ['a time', { ...crash, afterSeconds: '5' }, /afterSeconds of fault 1 \(crash\) must be a number/],
  ['no duration', { ...crash, downSeconds: 0 }, /downSeconds of fault 1 \(crash\) must be a number above 0/],
  ['a missing duration', { ...cut, forSeconds: undefined }, /forSeconds of fault 1 \(partition\) must be/],
  [
    'a beginning behind its phase',
    { ...crash, afterSeconds: 30 },
    /after 30 s of 'trigger', which lasts 30 s/,
  ],
  [
    'an end behind the run',
    { ...crash, downSeconds: 41 },
    /lasts 41 s, and 40 s after its beginning the last/,
  ],
  [
    'a crash of clients',
    { ...crash, machines: 'clients' },
    /about 'clients', and cannot be: they are who judges/,
  ],
  [
    'a pause of a consumer',
    { ...pause, machines: 'history' },
    /about 'history', and cannot be: its work takes/,
  ],
  ['one side', { ...cut, between: ['gateway'] }, /between of fault 1 \(partition\) must have two sides/],
  [
    'a side',
    { ...cut, between: ['gateway', 'playlst'] },
    /a side in .* is 'playlst'.*Did you mean 'playlist'\?/,
  ],
  ['a field of a side', { ...cut, between: [{ ...firstBroker, at: 1 }, 'history'] }, /has a field 'at'/],
  [
    'all others as the first side',
    { ...cut, between: ['all others', 'redis'] },
    /can be the second side, alone/,
  ],
  [
    'a machine and itself',
    { ...cut, between: ['redis', { machines: 'redis' }] },
    /one machine on both sides/,
  ],
  ['what brokers copy', { ...cut, between: ['kafka', firstBroker] }, /brokers of kafka on both sides/],
  ['what a broker and all others copy', { ...cut, between: [firstBroker, 'all others'] }, /on both sides/],
  [
    'a share',
    { ...bad, loss: 2 },
    /loss of fault 1 \(network\) is a share of the messages, 0 to 1, and not 2/,
  ],
  [
    'a bad link that is none',
    { ...bad, loss: 0 },
    /\(network\) changes nothing: give it loss or extraLatencyMs/,
  ],
])('%s is refused in one sentence', (_, fault, expected) => {
  expect(said(fault)).toMatch(/^Scenario disturbed: [^\n]*[.?]$/);
  expect(said(fault)).toMatch(expected);
});

test('what acts is taken: a fault may reach into later phases and end with the last', () => {
  const rack = [
    { machines: 'cassandra', count: 4 },
    { machines: 'gateway', index: 0 },
  ] as const;
  for (const fault of [
    crash,
    { ...crash, downSeconds: 40 },
    { ...crash, machines: 'history', index: undefined },
    pause,
    cut,
    bad,
    { ...cut, between: ['kafka', 'all others'] },
    { ...cut, between: [rack, 'all others'] },
    { ...cut, between: ['clients', 'gateway'] },
  ])
    expect([fault, said(fault)]).toEqual([fault, 'nothing']);
});

test('machines that there are not at this size, or with these knobs, are named with those that there are', () => {
  const configuration = { 'kafka.brokers': 3, 'audio.plays': 'off', 'metadata.readFrom': 'gateway' };
  const missing = (machines: object) =>
    missingMachines({ ...crash, ...machines } as MachineFault, configuration);
  expect(missing({})).toBeNull();
  expect(missing({ index: undefined })).toBeNull();
  expect(missing({ index: 3 })).toBe(
    "kafka-4 is not there in this arm at this size: of 'kafka' there are 3: kafka-1 to kafka-3, index 0 to 2.",
  );
  expect(missing({ index: 2, count: 2 })).toMatch(/^kafka-3 to kafka-4 are not there .* index 0 to 2\.$/);
  expect(missing({ machines: 'redis', index: 1 })).toMatch(
    /^redis-2 is not there .* there is one: index 0\.$/,
  );
  expect(missing({ machines: 'delivery' })).toMatch(
    /of 'delivery' there is none \(set audio\.plays=on or metadata\.readFrom=edge\)\.$/,
  );
  const between = ['redis', { machines: 'kafka', index: 5 }];
  expect(missingMachines({ ...cut, between } as unknown as MachineFault, configuration)).toMatch(
    /^kafka-6 is/,
  );
});

const refusal = (scenario: Scenario, arms: readonly string[] | null) =>
  runScenarios({
    scenarios: [{ scenario, module: '' }],
    seeds: [1],
    listeners: 500_000,
    arms,
    settings: {},
    plays: null,
    workers: 1,
    drain: 'public',
    command: '',
    commandFor: () => '',
    onProgress: () => {},
    signal: AbortSignal.abort(),
  }).then(
    () => null,
    (error: HarnessError) => error,
  );

test('such a scenario is refused before anything runs, but for an arm without the fault', async () => {
  const scenario = faultScenario([crash, { ...crash, machines: 'elasticsearch', index: 7 }]);
  const error = await refusal(scenario, null);
  expect(error).toBeInstanceOf(HarnessError);
  expect(error!.exitCode).toBe(2);
  expect(error!.message).toBe(
    "disturbed, arm broken, fault 2 (crash): elasticsearch-8 is not there in this arm at this size: of 'elasticsearch' there are 3: elasticsearch-1 to elasticsearch-3, index 0 to 2.",
  );
  expect(await refusal(scenario, ['healthy'])).toBeNull();
});

test('words say what happens when', () => {
  const phases = [
    { name: 'steady', startS: 0, endS: 10, measured: true },
    { name: 'trigger', startS: 10, endS: 40, measured: true },
  ];
  const faults: readonly MachineFault[] = [
    crash,
    { ...crash, index: 1, count: 2 },
    { ...crash, machines: 'playlist', index: undefined },
    pause,
    cut,
    { ...cut, between: [[{ machines: 'cassandra', count: 4 }, 'redis'], 'all others'] },
    { ...bad, extraLatencyMs: 20 },
  ];
  const windows = faultWindows(faults, phases);
  expect(windows[0]).toMatchObject({ startS: 15, endS: 20 });
  expect(windows.map(({ what }) => what)).toEqual([
    'kafka-1 crashes, and is back after 5 s',
    'kafka-2 to kafka-3 crash, and are back after 5 s',
    'all of playlist crash, and are back after 5 s',
    'redis stands still for 3 s',
    'no message passes between all of gateway and all of playlist for 5 s',
    'no message passes between cassandra-1 to cassandra-4 with redis and all other machines for 5 s',
    'between all of playlist and redis, for 5 s, 10 % of the messages are lost and each takes 20 ms longer',
  ]);
});
