import { describe, expect, it } from 'vitest';
import type { Context } from '../../ports/context.ts';
import type { PortError } from '../../ports/errors.ts';
import { drive } from '../drive.ts';
import { CallContext, ProcessLife, RequestTrace } from './context.ts';
import { constant } from './distribution.ts';
import { type Balancing, type CallObserver, Host, Remote } from './host.ts';
import { Machine } from './machine.ts';
import { Network } from './network.ts';
import { Simulation } from './simulation.ts';

interface EchoApi {
  echo(context: Context, text: string): Promise<string>;
}

function build(
  options: {
    queueLimit?: number;
    sleepNs?: number;
    instances?: number;
    balancing?: Balancing;
    observer?: CallObserver;
    cancellation?: boolean;
  } = {},
) {
  const simulation = new Simulation({ seed: 7 });
  const network = new Network(simulation, { latency: constant(200_000) });
  const client = new Machine(simulation, 0, 'client');
  const starts: string[] = [];
  const finished: string[] = [];
  const hosts = Array.from({ length: options.instances ?? 1 }, (_, i) => {
    const machine = new Machine(simulation, i + 1, `echo-${i}`);
    return new Host<EchoApi>(simulation, machine, {
      cores: 1,
      queueLimit: options.queueLimit,
      start: (life) => {
        starts.push(`${life.process} ${life.number}`);
        return {
          async echo(context, text) {
            if (options.sleepNs !== undefined) await simulation.sleep(context, options.sleepNs);
            finished.push(text);
            return text;
          },
        };
      },
    });
  });
  const hops: string[] = [];
  const hop = (name: string) => hops.push(name) - 1;
  const remote = new Remote(simulation, network, hosts, {
    service: 'echo',
    hop,
    ...(options.balancing === undefined ? {} : { balancing: options.balancing }),
    ...(options.cancellation === undefined ? {} : { cancellation: options.cancellation }),
    observer: options.observer ?? null,
  });
  const echo = remote.method('echo', constant(1_000_000), (api, context, text: string) =>
    api.echo(context, text),
  );
  const life = new ProcessLife('client');
  const context = (request: number) => {
    const trace = new RequestTrace(hops.map(() => 0));
    return { trace, context: new CallContext(request, life, trace) };
  };
  return { simulation, network, client, hosts, remote, echo, context, starts, finished };
}

describe('a call to a host', () => {
  it('takes two network legs and a turn on the processor, and books exactly the time it took', async () => {
    const { simulation, remote, client, echo, context } = build();
    const { trace, context: first } = context(1);
    const answer = remote.call(client, echo, first, 'hello').then((text) => [text, simulation.now()]);
    await drive(simulation, { untilNs: 1e9 });
    expect(await answer).toEqual(['hello', 1_400_000]);
    expect(trace.partsNs).toEqual([400_000, 0, 1_000_000]);
  });

  it('is shed with overloaded when the queue is full', async () => {
    const { simulation, remote, client, echo, context } = build({ queueLimit: 1 });
    const answers = [1, 2, 3].map((n) =>
      remote.call(client, echo, context(n).context, `${n}`).catch((error: PortError) => error.kind),
    );
    await drive(simulation, { untilNs: 1e9 });
    expect(await Promise.all(answers)).toEqual(['1', '2', 'overloaded']);
  });

  it('stops the work downstream when the caller gives up', async () => {
    const { simulation, remote, client, echo, context, finished } = build({ sleepNs: 50_000_000 });
    const { context: parent } = context(1);
    const child = parent.child();
    const answer = remote.call(client, echo, child, 'late').catch((error: Error) => error.message);
    simulation.after(10_000_000, () => child.cancel(new Error('gave up')));
    await drive(simulation, { untilNs: 1e9 });
    expect(await answer).toBe('gave up');
    expect(finished).toEqual([]);
  });

  it('burns on without cancellation: what runs finishes, what waits takes its turn, and nobody hears of it', async () => {
    const outcomes: unknown[] = [];
    for (const cancellation of [true, false]) {
      const { simulation, remote, client, hosts, echo, context, finished } = build({
        cancellation,
        sleepNs: 5_000_000,
      });
      const call = (n: number) => {
        const child = context(n).context.child();
        const answer = remote.call(client, echo, child, `${n}`).catch((error: Error) => error.message);
        return { child, answer };
      };
      // One core and a millisecond each: after 2 ms the first runs, the second is at the core, the third waits for it.
      const calls = [1, 2, 3].map(call);
      simulation.after(2_000_000, () => {
        for (const { child } of calls) child.cancel(new Error('gave up'));
      });
      await drive(simulation, { untilNs: 1e9 });
      expect(await Promise.all(calls.map(({ answer }) => answer))).toEqual(['gave up', 'gave up', 'gave up']);
      const { completions, busyNs } = hosts[0]!.cpu.read();
      outcomes.push({ finished: [...finished], completions, busyMs: busyNs / 1e6 });
      expect(simulation.unanswered().size).toBe(0);
    }
    expect(outcomes).toEqual([
      { finished: [], completions: 1, busyMs: expect.closeTo(1.8, 1) },
      { finished: ['1', '2', '3'], completions: 3, busyMs: 3 },
    ]);
  });

  it('is reset by a crash, unavailable while down, and served by a new instance after the restart', async () => {
    const { simulation, remote, client, hosts, echo, context, starts } = build({ sleepNs: 50_000_000 });
    const outcomes: string[] = [];
    const call = (n: number) =>
      remote.call(client, echo, context(n).context, `served ${n}`).then(
        (text) => outcomes.push(text),
        (error: PortError) => outcomes.push(`${error.kind} ${error.definite}`),
      );
    void call(1);
    simulation.after(10_000_000, () => hosts[0]!.machine.crash());
    simulation.after(20_000_000, () => void call(2));
    simulation.after(30_000_000, () => hosts[0]!.machine.restart());
    simulation.after(40_000_000, () => void call(3));
    await drive(simulation, { untilNs: 1e9 });
    expect(outcomes).toEqual(['reset false', 'unavailable true', 'served 3']);
    expect(starts).toEqual(['echo-0 1', 'echo-0 2']);
  });

  it('goes to the instances in turn and passes over those that are down', async () => {
    const { simulation, remote, client, hosts, echo, context } = build({ instances: 3 });
    hosts[1]!.machine.crash();
    const answers = Array.from({ length: 8 }, (_, n) =>
      remote.call(client, echo, context(n).context, `${n}`),
    );
    await drive(simulation, { untilNs: 1e9 });
    await Promise.all(answers);
    expect(hosts.map((host) => host.cpu.read().completions)).toEqual([4, 0, 4]);
  });
});

describe('balancing', () => {
  /** 300 requests a millisecond apart at three instances, of which one stands still for the first 200 ms. */
  async function servedBy(balancing: Balancing): Promise<number[]> {
    const { simulation, remote, client, echo, context, hosts } = build({ instances: 3, balancing });
    hosts[0]!.machine.pause(200_000_000);
    for (let i = 0; i < 300; i++)
      simulation.after(i * 1_000_000, () => void remote.call(client, echo, context(i).context, `${i}`));
    const atTheEndOfThePause: number[] = [];
    simulation.after(200_000_000, () => {
      for (const { cpu } of hosts) atTheEndOfThePause.push(cpu.read().arrivals);
    });
    await drive(simulation, { untilNs: 2e9 });
    const total = hosts.reduce((sum, { cpu }) => sum + cpu.read().completions, 0);
    expect(total).toBe(300);
    return atTheEndOfThePause;
  }

  it('round robin sends an instance that stands still as much as the others', async () => {
    const [still, ...others] = await servedBy('round-robin');
    expect(still).toBeGreaterThan(60);
    expect(others.every((arrivals) => Math.abs(arrivals - still!) <= 1)).toBe(true);
  });

  it('least requests sends it next to nothing', async () => {
    const [still, ...others] = await servedBy('least-requests');
    expect(still).toBeLessThanOrEqual(4);
    expect(Math.min(...others)).toBeGreaterThan(90);
  });

  it('two choices notices it without looking at all', async () => {
    const [still, ...others] = await servedBy('two-choices');
    expect(still).toBeLessThanOrEqual(8);
    expect(Math.min(...others)).toBeGreaterThan(80);
  });

  it('every way goes around an instance that is down', async () => {
    for (const balancing of ['round-robin', 'least-requests', 'two-choices'] as const) {
      const { simulation, remote, client, echo, context, hosts } = build({ instances: 3, balancing });
      hosts[1]!.machine.crash();
      hosts[2]!.machine.crash();
      const answers = Array.from({ length: 30 }, (_, i) =>
        remote.call(client, echo, context(i).context, `${i}`),
      );
      await drive(simulation, { untilNs: 1e9 });
      expect(await Promise.all(answers)).toHaveLength(30);
      expect(hosts[1]!.cpu.read().arrivals).toBe(0);
    }
  });
});

describe('an observer', () => {
  it('is told of each call that an instance serves, sheds or loses in a crash', async () => {
    const seen: string[] = [];
    const observer: CallObserver = {
      begin(operation, instance, caller) {
        seen.push(`begin ${operation} ${instance}`);
        return caller.trace;
      },
      end(_operation, instance, _trace, durationNs, error) {
        seen.push(`end ${instance} ${durationNs / 1e6} ms ${error?.message ?? 'well'}`);
      },
      shed: (_operation, instance) => void seen.push(`shed ${instance}`),
    };
    const { simulation, remote, client, echo, context, hosts } = build({
      queueLimit: 0,
      sleepNs: 5_000_000,
      observer,
    });
    const call = (n: number) => remote.call(client, echo, context(n).context, `${n}`).catch(() => undefined);
    void call(1);
    void call(2);
    simulation.after(20_000_000, () => void call(3));
    simulation.after(23_000_000, () => hosts[0]!.machine.crash());
    await drive(simulation, { untilNs: 1e9 });
    expect(seen).toEqual([
      'shed echo-0',
      'begin echo.echo echo-0',
      'end echo-0 6 ms well',
      'begin echo.echo echo-0',
      'end echo-0 2.8 ms echo.echo: reset',
    ]);
  });
});

describe('a link that loses messages', () => {
  const cut = { partitioned: true };

  it.each([
    ['request', 0, 1],
    ['answer', 1, 0],
  ])('delays a lost %s until it is sent again after the link has healed', async (_, from, to) => {
    const { simulation, network, remote, client, echo, context, finished } = build();
    network.setFault(from, to, cut);
    simulation.after(500_000_000, () => network.setFault(from, to, null));
    const { trace, context: first } = context(1);
    const answer = remote.call(client, echo, first, 'hello').then((text) => [text, simulation.now()]);
    await drive(simulation, { untilNs: 2e9 });
    // Sent again after 200 and after 400 ms more: lost twice, and the work is done once.
    const sentFirstNs = from === 0 ? 0 : 1_200_000;
    const restNs = 1_400_000 - sentFirstNs;
    expect(await answer).toEqual(['hello', sentFirstNs + 600_000_000 + restNs]);
    expect(trace.partsNs).toEqual([600_400_000, 0, 1_000_000]);
    expect(finished).toEqual(['hello']);
    expect(network.lost).toBe(2);
  });

  it('keeps nothing of a call whose answer was lost and whose caller has given up', async () => {
    const balancing = 'least-requests';
    const { simulation, network, remote, client, echo, context } = build({ instances: 2, balancing });
    network.setFault(1, 0, cut);
    const given = Array.from({ length: 6 }, (_, i) => context(i).context);
    const calls = given.map((one) => remote.call(client, echo, one, 'once').catch(() => 'given up'));
    simulation.after(100_000_000, () => {
      for (const one of given) one.cancel(new Error('enough'));
    });
    await drive(simulation, { untilNs: 1e9 });
    expect((await Promise.all(calls)).filter((answer) => answer === 'given up')).toHaveLength(3);
    network.setFault(1, 0, null);
    const lostBefore = network.lost;
    const served = remote.hosts.map(({ cpu }) => cpu.read().completions);
    for (let i = 0; i < 4; i++) void remote.call(client, echo, context(10 + i).context, 'again');
    await drive(simulation, { untilNs: 2e9 });
    expect(remote.hosts.map(({ cpu }, i) => cpu.read().completions - served[i]!)).toEqual([2, 2]);
    expect(network.lost).toBe(lostBefore);
  });

  it('resets a call whose answer is not delivered when the instance crashes', async () => {
    const { simulation, network, remote, client, hosts, echo, context } = build();
    network.setFault(1, 0, cut);
    const answer = remote.call(client, echo, context(1).context, 'hello').catch((error) => error.kind);
    simulation.after(50_000_000, () => hosts[0]!.machine.crash());
    await drive(simulation, { untilNs: 1e9 });
    expect(await answer).toBe('reset');
  });
});
