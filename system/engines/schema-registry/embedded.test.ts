import { expect, test } from 'vitest';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { AvroSchema, SchemaRegistry } from '../../ports/schema-registry.ts';
import { drive } from '../../runtime/drive.ts';
import {
  CallContext,
  Machine,
  MILLISECOND,
  Network,
  RequestTrace,
  Simulation,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import { createSchemaRegistry } from './embedded.ts';
import type { SchemaRegistryKnobs } from './knobs.ts';

function createBench(options: { seed?: number; knobs?: Partial<SchemaRegistryKnobs> } = {}) {
  const simulation = new Simulation({ seed: options.seed ?? 1 });
  const hops: string[] = [];
  let machines = 0;
  const environment: EngineEnvironment = {
    simulation,
    network: new Network(simulation),
    createMachine: (name) => new Machine(simulation, machines++, name),
    hop: (name) => (hops.includes(name) ? hops.indexOf(name) : hops.push(name) - 1),
  };
  const registry = createSchemaRegistry(environment, { knobs: options.knobs ?? {} });
  const idle = simulation.register(() => {});
  let requests = 0;
  const bench = {
    simulation,
    registry,
    machine: (name: string) => environment.createMachine(name),
    trace: new RequestTrace(hops.map(() => 0)),
    /** Time passes even where nothing happens. */
    run(ms: number) {
      simulation.schedule(ms * MILLISECOND, idle);
      return drive(simulation, { untilNs: simulation.nowNs + ms * MILLISECOND });
    },
    /** The answer, or the message of the error. */
    async ask<T>(from: Machine, what: (registry: SchemaRegistry, context: Context) => Promise<T>) {
      let outcome: T | string | undefined;
      let done = false;
      bench.trace = new RequestTrace(hops.map(() => 0));
      const context = new CallContext(++requests, from.life, bench.trace);
      what(registry.connect(from), context).then(
        (value) => {
          outcome = value;
          done = true;
        },
        (error: unknown) => {
          outcome = error instanceof PortError ? error.message : String(error);
          done = true;
        },
      );
      for (let step = 0; step < 1_000 && !done; step++) await bench.run(1);
      expect(done).toBe(true);
      return outcome;
    },
  };
  return bench;
}

const play = (...more: unknown[]): AvroSchema => ({
  type: 'record',
  name: 'Play',
  fields: [{ name: 'trackId', type: 'string' }, ...more],
});
const withDefault = play({ name: 'ms', type: 'int', default: 0 });
const withoutDefault = play({ name: 'ms', type: 'int' });

test('registering a schema again changes nothing; a new one is the next version with an id of its own', async () => {
  const bench = createBench({ knobs: { followerLagMs: 0 } });
  const [one, other] = [bench.machine('one'), bench.machine('other')];
  const first = { subject: 'plays-value', version: 1, id: 1, schema: play() };
  expect(await bench.ask(one, (r, c) => r.register(c, 'plays-value', play()))).toEqual(first);
  expect(await bench.ask(other, (r, c) => r.register(c, 'plays-value', play()))).toEqual(first);
  expect(await bench.ask(other, (r, c) => r.lookUp(c, 'plays-value', play()))).toEqual(first);
  expect(await bench.ask(one, (r, c) => r.register(c, 'plays-value', withDefault))).toMatchObject({
    version: 2,
    id: 2,
  });
  expect(await bench.ask(one, (r, c) => r.register(c, 'listens-value', withDefault))).toMatchObject({
    version: 1,
    id: 2,
  });
  expect(await bench.ask(one, (r, c) => r.versions(c, 'plays-value'))).toEqual([1, 2]);
  expect(await bench.ask(one, (r, c) => r.version(c, 'plays-value', 1))).toEqual(first);
  expect(await bench.ask(one, (r, c) => r.version(c, 'plays-value', 'latest'))).toMatchObject({ id: 2 });
  expect(await bench.ask(one, (r, c) => r.subjects(c))).toEqual(['listens-value', 'plays-value']);
  expect(await bench.ask(other, (r, c) => r.schemaById(c, 2))).toEqual(withDefault);
});

test('what says the same in other words is one schema; with other documentation it is a version of its own', async () => {
  const bench = createBench({ knobs: { followerLagMs: 0 } });
  const one = bench.machine('one');
  const register = (schema: AvroSchema) => bench.ask(one, (r, c) => r.register(c, 'plays-value', schema));
  const named = { type: 'record', name: 'a.Play', fields: [{ name: 'id', type: 'int' }] };
  const apart = {
    fields: [{ type: { type: 'int' }, name: 'id' }],
    namespace: 'a',
    name: 'Play',
    type: 'record',
  };
  expect(await register(named)).toMatchObject({ version: 1, id: 1 });
  expect(await register(apart)).toMatchObject({ version: 1, id: 1 });
  expect(await register({ ...named, doc: 'A play.' })).toMatchObject({ version: 2, id: 2 });
  expect(await register({ ...apart, doc: 'A play.' })).toMatchObject({ version: 2, id: 2 });
  const typed = [{ name: 'id', type: { type: 'int', logicalType: 'date' } }];
  expect(await register({ ...named, fields: typed })).toMatchObject({ version: 3, id: 3 });
});

test('what breaks the level is refused with field and rule, and lower levels let it pass', async () => {
  const bench = createBench();
  const one = bench.machine('one');
  bench.registry.preload('plays-value', play());
  const refused =
    "schema-registry.register: conflict: plays-value is BACKWARD, and it cannot read version 1: field 'ms' (missing-default): the writer does not write it, and it has no default";
  expect(await bench.ask(one, (r, c) => r.register(c, 'plays-value', withoutDefault))).toBe(refused);
  expect(await bench.ask(one, (r, c) => r.testCompatibility(c, 'plays-value', withoutDefault))).toHaveLength(
    1,
  );
  expect(await bench.ask(one, (r, c) => r.testCompatibility(c, 'plays-value', withDefault))).toEqual([]);
  expect(bench.registry.inspect('plays-value')).toHaveLength(1);
  expect(await bench.ask(one, (r, c) => r.setCompatibility(c, 'plays-value', 'FORWARD'))).toBeUndefined();
  expect(await bench.ask(one, (r, c) => r.register(c, 'plays-value', withoutDefault))).toMatchObject({
    version: 2,
  });
  expect(await bench.ask(one, (r, c) => r.register(c, 'plays-value', 'string'))).toMatch(
    /FORWARD, and it cannot be read by version 2: the schema \(type-mismatch\)/,
  );
  expect(await bench.ask(one, (r, c) => r.setCompatibility(c, null, 'NONE'))).toBeUndefined();
  await bench.run(100);
  expect(await bench.ask(one, (r, c) => r.compatibility(c, 'plays-value'))).toBe('FORWARD');
  expect(await bench.ask(one, (r, c) => r.compatibility(c, 'others'))).toBe('NONE');
});

test('what is no schema, no level and no subject is invalid, and what nobody registered is not found', async () => {
  const bench = createBench();
  const one = bench.machine('one');
  const bad = play({ name: 'ms', type: 'int', default: 'none' });
  expect(await bench.ask(one, (r, c) => r.register(c, 'plays-value', bad))).toBe(
    'schema-registry.register: invalid: ms: its default "none" does not fit int.',
  );
  expect(await bench.ask(one, (r, c) => r.register(c, '', play()))).toMatch(
    /invalid: a subject needs a name/,
  );
  expect(await bench.ask(one, (r, c) => r.setCompatibility(c, null, 'SOME' as 'NONE'))).toMatch(
    /invalid: there is no level 'SOME'/,
  );
  expect(await bench.ask(one, (r, c) => r.schemaById(c, 7))).toMatch(/not-found: there is no schema 7/);
  expect(await bench.ask(one, (r, c) => r.schemaById(c, -1))).toMatch(/not-found/);
  expect(await bench.ask(one, (r, c) => r.versions(c, 'nothing'))).toMatch(/not-found: there is no subject/);
  expect(await bench.ask(one, (r, c) => r.version(c, 'nothing', 'latest'))).toMatch(/not-found/);
  expect(await bench.ask(one, (r, c) => r.lookUp(c, 'nothing', play()))).toMatch(/not-found/);
});

test('of many that register at once, all with one schema get one version, and of two that exclude each other one is refused', async () => {
  const bench = createBench({ knobs: { nodes: 3 } });
  const outcomes: { schema: AvroSchema; version: number | string }[] = [];
  const other = play({ name: 'country', type: 'string' });
  [withoutDefault, other, withoutDefault, other, withoutDefault, other, other].forEach((schema, i) => {
    const machine = bench.machine(`process-${i}`);
    const context = new CallContext(100 + i, machine.life, bench.trace);
    bench.registry
      .connect(machine)
      .register(context, 'plays-value', schema)
      .then(
        ({ version }) => outcomes.push({ schema, version }),
        (error: PortError) => outcomes.push({ schema, version: error.kind }),
      );
  });
  await bench.run(2_000);
  const registered = bench.registry.inspect('plays-value');
  expect(registered).toHaveLength(1);
  expect(outcomes).toHaveLength(7);
  for (const { schema, version } of outcomes)
    expect(version).toBe(schema === registered[0]!.schema ? 1 : 'conflict');
});

test('a client asks once; a process that starts anew asks again', async () => {
  const bench = createBench();
  const one = bench.machine('one');
  bench.registry.preload('plays-value', play());
  const requests = () => bench.registry.nodes.reduce((sum, node) => sum + node.requests(), 0);
  const ask = () => bench.ask(one, (r, c) => r.schemaById(c, 1));
  await ask();
  const asked = requests();
  expect(asked).toBeGreaterThan(0);
  for (let i = 0; i < 10; i++) await ask();
  expect(requests()).toBe(asked);
  one.crash();
  one.restart();
  expect(await ask()).toEqual(play());
  expect(requests()).toBe(2 * asked);
});

test('a node that lags says that there is no such schema until it has read it: it asks the leader for writes alone', async () => {
  const bench = createBench({ knobs: { nodes: 2, followerLagMs: 500 } });
  const writer = bench.machine('writer');
  const registered = await bench.ask(writer, (r, c) => r.register(c, 'plays-value', play()));
  const answers = async (round: string) => {
    const seen = new Set<unknown>();
    const ask = async (what: Parameters<typeof bench.ask>[1]) => {
      // Processes of their own, or their clients would remember; two after each other ask both nodes.
      for (const i of [1, 2]) seen.add(await bench.ask(bench.machine(`${round}-${i}`), what));
    };
    await ask((r, c) => r.schemaById(c, 1));
    await ask((r, c) => r.versions(c, 'plays-value').then(String));
    return [...seen].filter((answer) => typeof answer === 'string').sort();
  };
  expect(await answers('early')).toEqual([
    '1',
    expect.stringContaining('there is no schema 1'),
    expect.stringContaining('there is no subject plays-value'),
  ]);
  // The leader knows it, and a node that lags hands on what it is asked to register.
  for (let i = 0; i < 4; i++)
    expect(
      await bench.ask(bench.machine(`again-${i}`), (r, c) => r.register(c, 'plays-value', play())),
    ).toEqual(registered);
  await bench.run(500);
  expect(await answers('late')).toEqual(['1']);
});

test('without its leader the registry answers and takes nothing new, until another node leads', async () => {
  const bench = createBench({ knobs: { failoverMs: 5_000 } });
  const [first] = bench.registry.nodes;
  const at = (i: number) => bench.machine(`process-${i}`);
  bench.registry.preload('plays-value', play());
  first!.machine.crash();
  expect(await bench.ask(at(1), (r, c) => r.schemaById(c, 1))).toEqual(play());
  expect(await bench.ask(at(2), (r, c) => r.register(c, 'plays-value', withDefault))).toMatch(/unavailable/);
  expect(await bench.ask(at(3), (r, c) => r.schemaById(c, 2))).toMatch(/there is no schema 2/);
  await bench.run(5_000);
  expect(bench.registry.leader).toBe(1);
  expect(await bench.ask(at(4), (r, c) => r.register(c, 'plays-value', withDefault))).toMatchObject({
    id: 2,
  });
  for (const { machine } of bench.registry.nodes) if (machine.up) machine.crash();
  await bench.run(6_000);
  expect(bench.registry.leader).toBe(-1);
  expect(await bench.ask(at(5), (r, c) => r.schemaById(c, 2))).toMatch(/unavailable/);
  first!.machine.restart();
  expect(await bench.ask(at(6), (r, c) => r.schemaById(c, 2))).toEqual(withDefault);
});

test('a write costs what storing it takes, and the parts of its time add up', async () => {
  const bench = createBench({ knobs: { nodes: 1 } });
  const one = bench.machine('one');
  let doneNs = 0;
  await bench.ask(one, async (r, c) => {
    await r.register(c, 'plays-value', play());
    doneNs = bench.simulation.nowNs;
  });
  const parts = bench.trace.partsNs.reduce((sum, ns) => sum + ns, 0);
  expect(parts).toBe(doneNs);
  expect(doneNs / MILLISECOND).toBeGreaterThan(2);
});

test('the same seed gives the same times', async () => {
  const times = async (seed: number) => {
    const bench = createBench({ seed });
    const one = bench.machine('one');
    const times: number[] = [];
    for (const schema of [play(), withDefault])
      await bench.ask(one, async (r, c) => {
        await r.register(c, 'plays-value', schema);
        times.push(bench.simulation.nowNs);
      });
    return times;
  };
  expect(await times(3)).toEqual(await times(3));
  expect(await times(3)).not.toEqual(await times(4));
});
