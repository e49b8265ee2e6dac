import { expect, test } from 'vitest';
import { type Drain, drive } from './drive.ts';
import { CallContext, Histogram, ProcessLife, Simulation, Station } from './kernel/index.ts';

const DRAINS: Drain[] = ['public', 'tick', 'checkpoint'];

/**
 * Nested async functions, parallel branches, waits on stations, retries and cancellations: every way in which service
 * code strings continuations together. Each wake-up checks that virtual time is what it was when the call was answered.
 */
async function runTangle(drain: Drain) {
  const simulation = new Simulation({ seed: 5 });
  const life = new ProcessLife('service');
  const station = new Station(simulation, { name: 'store', servers: 3 });
  const random = simulation.stream('tangle');
  const latency = new Histogram();
  const log: string[] = [];
  let late = 0;
  let wakeUps = 0;

  const answers = new Map<number, () => void>();
  const answer = simulation.register((request) => answers.get(request)!());
  let calls = 0;
  const serve = (context: CallContext) => {
    const call = simulation.open<number>(context, 'store.get');
    const number = calls++;
    answers.set(number, () => {
      answers.delete(number);
      call.resolve(simulation.nowNs);
    });
    station.enter(answer, number, random.exponential(900));
    return call.promise;
  };
  const check = (answeredNs: number) => {
    wakeUps++;
    if (answeredNs !== simulation.nowNs) late++;
  };
  const nest = async (context: CallContext, depth: number): Promise<number> =>
    depth === 0 ? serve(context) : await nest(context, depth - 1);
  const request = async (number: number) => {
    const context = new CallContext(number, life);
    const startNs = simulation.nowNs;
    for (let k = 0; k < 4; k++) {
      check(await nest(context, 6));
      const pair = await Promise.all([nest(context, 3), nest(context, 1)]);
      check(Math.max(...pair));
      const untilNs = simulation.nowNs + 250;
      await simulation.sleep(context, 250);
      check(untilNs);
      const hedge = context.child({ attempt: 1 });
      const loser = serve(hedge).catch((error: Error) => error.message);
      check(await serve(context));
      hedge.cancel(new Error('lost the race'));
      log.push(`${number}.${k}@${simulation.nowNs} ${await loser}`);
    }
    latency.record((simulation.nowNs - startNs) / 1_000);
  };
  let started = 0;
  const arrive = simulation.register(() => {
    if (++started < 400) simulation.schedule(random.exponential(3_000), arrive);
    void request(started);
  });
  simulation.schedule(0, arrive);
  const end = await drive(simulation, { untilNs: 1e12, drain });
  return { end, late, wakeUps, log, events: simulation.events, latency: latency.snapshot() };
}

test('no continuation runs late, however deep it nests, and all drains give the same events and results', async () => {
  const [first, ...others] = await Promise.all(DRAINS.map(runTangle));
  expect(first).toMatchObject({ end: 'empty', late: 0, wakeUps: 400 * 4 * 4 });
  expect(first!.log.length).toBe(1_600);
  for (const other of others) expect(other).toEqual(first);
});

test.each(DRAINS)(
  'drain %s: an empty heap with calls still waiting is an error that names them',
  async (drain) => {
    const simulation = new Simulation({ seed: 1 });
    const life = new ProcessLife('service');
    const forget = async (operation: string) => {
      await simulation.open(new CallContext(1, life), operation).promise;
    };
    void forget('cache.get');
    void forget('cache.get');
    void forget('store.select');
    simulation.schedule(
      3e9,
      simulation.register(() => {}),
    );
    const error = await drive(simulation, { untilNs: 1e12, drain }).catch((caught: Error) => caught);
    expect(error).toMatchObject({ name: 'DeadlockError' });
    expect((error as Error).message).toBe(
      'At 3 s of virtual time no event is left, but these calls still wait for an answer: store.select (1), cache.get (2).',
    );
  },
);

test('calls of a crashed process are no deadlock', async () => {
  const simulation = new Simulation({ seed: 1 });
  const life = new ProcessLife('service');
  void simulation.open(new CallContext(1, life), 'cache.get').promise;
  life.alive = false;
  expect(await drive(simulation, { untilNs: 1e12 })).toBe('empty');
});

test.each(DRAINS)('drain %s: an error in an event handler ends the run with that error', async (drain) => {
  const simulation = new Simulation({ seed: 1 });
  simulation.schedule(
    5,
    simulation.register(() => {
      throw new Error('a model is broken');
    }),
  );
  await expect(drive(simulation, { untilNs: 100, drain })).rejects.toThrow('a model is broken');
});

test.each(DRAINS)(
  'drain %s: the stop check ends the run, and a run stops at the time asked for',
  async (drain) => {
    const simulation = new Simulation({ seed: 1 });
    const tick: number = simulation.register(() => simulation.schedule(1, tick));
    simulation.schedule(1, tick);
    expect(await drive(simulation, { untilNs: 500, drain })).toBe('until');
    expect(simulation.nowNs).toBe(500);
    expect(await drive(simulation, { untilNs: 1e9, drain, shouldStop: () => true })).toBe('stopped');
  },
);

test('promises that an entry handler or a timer sets off by hand are finished before time moves', async () => {
  for (const drain of DRAINS) {
    const simulation = new Simulation({ seed: 1 });
    const late: number[] = [];
    const work = async (startNs: number) => {
      for (let k = 0; k < 10; k++) await null;
      if (simulation.nowNs !== startNs) late.push(startNs);
    };
    const entry = simulation.registerEntry(() => void work(simulation.nowNs));
    for (let i = 0; i < 50; i++) {
      simulation.schedule(i * 10, entry);
      simulation.after(i * 10 + 5, () => void work(simulation.nowNs));
    }
    await drive(simulation, { untilNs: 1e6, drain });
    expect(late).toEqual([]);
  }
});
