/** Faults of the live system over HTTP: asked for, felt by who calls it, seen in metrics and log, ended. */
import { afterAll, expect, test, vi } from 'vitest';
import { SECOND } from '../ports/clock.ts';
import { LIVE_DEFAULTS } from './live-defaults.ts';
import { closedAfterEach, configuration, type Observed, startObserved } from './test-observed.ts';

// Each starts a system, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const closing = closedAfterEach();

interface Fault {
  readonly number: number;
  readonly what: string;
  readonly beginsAt: string;
  readonly endsAt: string;
  readonly state: string;
}

async function rehearsed(...given: Parameters<typeof startObserved>) {
  const observed = await startObserved(...given);
  closing.push(() => observed.live.close());
  return desk(observed);
}

function desk(observed: Observed) {
  const { live, lines } = observed;
  const admin = async (method: string, path = '', body?: object) => {
    const answer = await fetch(`${live.url}/admin/faults${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const listed = async () => (await admin('GET')).body.faults as Fault[];
  const metric = async (name: string) => {
    const text = await (await fetch(`${live.url}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length),
    );
  };
  const logged = () =>
    lines
      .map((line) => JSON.parse(line) as { event: { action: string }; message: string })
      .filter(({ event }) => event.action.startsWith('fault'))
      .map(({ message }) => message);
  /** When the system's own time is that far: no time of the test's. */
  const passed = (seconds: number) =>
    new Promise<void>((resolve) =>
      live.system.settle(() => live.system.clock.after(seconds * SECOND, resolve)),
    );
  return { ...observed, admin, listed, metric, logged, passed };
}

test('a crash is felt until it is over, and who reads metrics and log knows of it', async () => {
  const { ask, admin, listed, logged, passed, live } = await rehearsed();
  expect((await ask('/v1/playlists/p1')).status).toBe(200);
  const begun = await admin('POST', '/crash', { machines: 'cassandra', downSeconds: 2 });
  expect(begun).toMatchObject({
    status: 202,
    body: { number: 1, what: 'all of cassandra crash, and are back after 2 s' },
  });
  expect((await ask('/v1/playlists/p1')).status).toBe(503);
  const metrics = await (await fetch(`${live.url}/metrics`)).text();
  const nodes = metrics.split('\n').filter((line) => /^rehearsal_node_up\{.*"cassandra-\d+"/.test(line));
  expect(nodes.length).toBeGreaterThan(3);
  expect(nodes.every((line) => line.endsWith('} 0'))).toBe(true);
  expect(metrics).toContain('rehearsal_engine_faults{gauge="faults that act"} 1');
  await passed(2.01);
  const [fault] = await listed();
  expect(fault).toMatchObject({ number: 1, state: 'over' });
  expect(Date.parse(fault!.endsAt) - Date.parse(fault!.beginsAt)).toBe(2_000);
  await vi.waitFor(async () => expect((await ask('/v1/playlists/p1')).status).toBe(200), 5_000);
  expect(logged()).toEqual([
    'fault: all of cassandra crash, and are back after 2 s',
    'fault over: all of cassandra crash, and are back after 2 s',
  ]);
});

test('what acts and what is to come ends at once when somebody says so', async () => {
  const { ask, admin, listed, metric, logged } = await rehearsed();
  const between = ['gateway', 'playlist'];
  await admin('POST', '/partition', { between, forSeconds: 600 });
  await admin('POST', '/crash', { machines: 'redis', downSeconds: 5, afterSeconds: 600 });
  await admin('POST', '/network', { between: ['clients', 'all others'], forSeconds: 600, extraLatencyMs: 1 });
  // It waits for an answer until its deadline, which is when TCP has tried twice.
  expect((await ask('/v1/playlists/p1')).status).toBe(504);
  expect(await metric('rehearsal_network_messages_lost_total')).toBeGreaterThan(0);
  expect(await metric('rehearsal_network_messages_delayed_total')).toBeGreaterThan(0);
  const ended = await admin('DELETE');
  // What had not begun never was: a list that gives it an end before its beginning would be believed or not.
  const faults = ended.body.faults as Fault[];
  expect(faults.map(({ state }) => state)).toEqual(['ended', 'dropped', 'ended']);
  expect(faults[1]!.endsAt).toBe(faults[1]!.beginsAt);
  expect((await ask('/v1/playlists/p1')).status).toBe(200);
  expect((await listed()).map(({ number }) => number)).toEqual([3, 2, 1]);
  expect(logged().filter((line) => line.startsWith('fault ended'))).toHaveLength(2);
  expect(logged().filter((line) => line.startsWith('fault dropped'))).toHaveLength(1);
});

test.each([
  ['/crash', { machines: 'kafak', downSeconds: 1 }, 400, /^body.machines: must be one of "cassandra", /],
  ['/crash', { machines: 'clients', downSeconds: 1 }, 400, /^body.machines: must be one of /],
  ['/crash', { machines: 'identity', downSeconds: 1 }, 400, /^body.machines: must be one of /],
  ['/pause', { machines: 'indexer', pauseSeconds: 1 }, 400, /^body.machines: must be one of /],
  ['/crash', { machines: 'kafka' }, 400, /downSeconds/],
  ['/crash', { machines: 'kafka', downSeconds: 0 }, 400, /^body.downSeconds: must be > 0/],
  ['/crash', { machines: 'kafka', downSeconds: 1, phase: 'steady' }, 400, /additional/],
  [
    '/crash',
    { machines: 'kafka', index: 99, downSeconds: 1 },
    409,
    /kafka-100 is not there in this process: of 'kafka' there are 3: kafka-1 to kafka-3, index 0 to 2/,
  ],
  ['/network', { between: ['gateway', 'playlist'], forSeconds: 1 }, 400, /it changes nothing/],
  ['/partition', { between: ['kafka', 'kafka'], forSeconds: 1 }, 400, /brokers of kafka on both sides/],
  ['/partition', { between: ['gateway'], forSeconds: 1 }, 400, /^body.between: /],
  ['/flood', { forSeconds: 1 }, 404, /./],
] as const)('%s of %j is refused, and nothing fails', async (path, body, status, why) => {
  const { admin, listed } = await shared();
  const answer = await admin('POST', path, body);
  expect([answer.status, answer.body.detail]).toEqual([status, expect.stringMatching(why)]);
  expect(await listed()).toEqual([]);
});

/** One system for all that is refused. */
let one: Promise<Observed> | undefined;
const shared = async () => {
  one ??= startObserved();
  return desk(await one);
};

afterAll(async () => (await one)?.live.close());

test('everything may crash at once, with streams and a log, and goes on where it was', async () => {
  const set = { ...LIVE_DEFAULTS, 'listening.streams': 'on' };
  const { ask, admin, passed, token } = await rehearsed({}, { configuration: configuration(set) });
  const own = await token('plays:write history:read playlist:read');
  const play = (number: number) =>
    ask('/v1/plays', {
      method: 'POST',
      token: own,
      body: JSON.stringify({ playId: number, trackId: 't42', listenedMs: 31_000, skipped: false }),
    });
  expect((await play(1)).status).toBe(202);
  for (const machines of ['cassandra', 'redis', 'kafka', 'elasticsearch', 'gateway', 'listening', 'history'])
    expect((await admin('POST', '/crash', { machines, downSeconds: 1 })).status).toBe(202);
  expect((await play(2)).status).toBeGreaterThanOrEqual(500);
  await passed(1.01);
  await vi.waitFor(async () => expect((await play(3)).status).toBe(202), 20_000);
  const kept = async () => {
    const { plays } = (await (await ask('/v1/me/history', { token: own })).json()) as {
      plays: { playId: number }[];
    };
    return plays.map(({ playId }) => playId);
  };
  await vi.waitFor(async () => expect(await kept()).toEqual(expect.arrayContaining([1, 3])), {
    timeout: 40_000,
    interval: 500,
  });
});
