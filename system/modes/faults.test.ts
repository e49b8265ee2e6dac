import { expect, test } from 'vitest';
import { drive } from '../runtime/drive.ts';
import { constant, Machine, Network, SECOND, Simulation } from '../runtime/kernel/index.ts';
import { endsOf } from './fault-kinds.ts';
import { ALL_OTHERS, MACHINE_NAMES, machineCount } from './fault-machines.ts';
import { Faults } from './faults.ts';
import { createSimulatedSystem } from './simulated.ts';
import { configuration } from './test-observed.ts';

test('the table of machines tells what a system has, whatever its configuration', async () => {
  for (const set of [
    {},
    { 'cassandra.nodes': 5, 'kafka.brokers': 4, 'playlist.instances': 2, 'metadata.readFrom': 'edge' },
    { 'listening.streams': 'on', 'audio.plays': 'on', 'delivery.instances': 3, 'indexer.consumers': 1 },
  ]) {
    const settings = configuration(set);
    const system = await createSimulatedSystem({
      seed: 1,
      listeners: 500_000,
      configuration: settings,
      hotPlaylists: { count: 0, followers: 0 },
      plays: null,
    });
    for (const machines of MACHINE_NAMES)
      expect([machines, system.machinesOf({ machines }).length]).toEqual([
        machines,
        machineCount(machines, settings),
      ]);
    const [second] = system.machinesOf({ machines: 'kafka', index: 1 });
    expect(second!.name).toBe('kafka-2');
    expect(system.machinesOf({ machines: 'cassandra', count: 2 }).map(({ name }) => name)).toEqual([
      'cassandra-1',
      'cassandra-2',
    ]);
    const cut = endsOf(
      { kind: 'partition', between: [{ machines: 'kafka', index: 1 }, ALL_OTHERS], forSeconds: 1 },
      system.machines,
    );
    expect(cut.one).toEqual([second]);
    expect(cut.other).toEqual(system.machines.filter((machine) => machine !== second));
  }
});

function build() {
  const simulation = new Simulation({ seed: 1 });
  const network = new Network(simulation, { latency: constant(1_000_000) });
  const machines = ['a', 'b', 'c'].map((name, id) => new Machine(simulation, id, name));
  return { simulation, network, machines, faults: new Faults({ simulation, network }) };
}

const lasting = (from: number, seconds: number) => ({ afterNs: from * SECOND, forNs: seconds * SECOND });

test('a machine is back when the last of its crashes is over, and starts anew once', async () => {
  const { simulation, machines, faults } = build();
  const [machine] = machines;
  const log: string[] = [];
  machine!.onCrash(() => log.push(`down ${simulation.nowNs / SECOND}`));
  machine!.onRestart(() => log.push(`up ${simulation.nowNs / SECOND}`));
  faults.crash(machines, lasting(1, 5));
  faults.crash([machine!], lasting(3, 6));
  // It is not there: what comes back is not paused.
  faults.pause([machine!], lasting(8, 30));
  await drive(simulation, { untilNs: 10 * SECOND });
  expect(log).toEqual(['down 1', 'up 9']);
  expect(machines.map(({ up, pausedUntilNs }) => [up, pausedUntilNs <= simulation.nowNs])).toEqual([
    [true, true],
    [true, true],
    [true, true],
  ]);
});

test('faults of one link add up while they overlap, each ends with its time, and other links have none', async () => {
  const { simulation, network, machines, faults } = build();
  const [a, b, c] = machines;
  faults.disturb([a!], [b!], { extraLatencyNs: 10_000_000 }, lasting(1, 10));
  faults.disturb([b!], [a!, b!], { extraLatencyNs: 5_000_000 }, lasting(2, 4));
  faults.disturb([a!, c!], [b!], { partitioned: true }, lasting(3, 1));
  const arrived = simulation.register(() => {});
  const latencies: number[][] = [];
  for (const second of [0.5, 1.5, 2.5, 3.5, 4.5, 7, 12])
    simulation.after(second * SECOND, () => {
      const ms = (from: Machine, to: Machine) =>
        network.send(from.id, to.id, 1, second, arrived, 0) / 1_000_000;
      latencies.push([ms(a!, b!), ms(b!, a!), ms(b!, c!), ms(a!, c!)]);
    });
  await drive(simulation, { untilNs: 30 * SECOND });
  // Into the partition at 3.5 s: tries after 200 and 600 ms, and it is over after 500.
  expect(latencies).toEqual([
    [1, 1, 1, 1],
    [11, 11, 1, 1],
    [16, 16, 1, 1],
    [616, 616, 601, 1],
    [16, 16, 1, 1],
    [11, 11, 1, 1],
    [1, 1, 1, 1],
  ]);
});
