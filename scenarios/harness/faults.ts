/**
 * The faults that a scenario can inject, as its author writes them: which machines or links, from when, for how long.
 * They act from outside (`system/modes/faults.ts`), in virtual time, and heal by themselves. What each does, and what
 * the models leave out: docs/faults.md.
 */
import type { FaultWindow, PhaseWindow, Setting } from '../../reports/result.ts';
import { machineCount, placesOf, runsOn } from '../../system/modes/fault-machines.ts';
import type { FaultTime } from '../../system/modes/faults.ts';
import type { MachineName, MachineSelection, SimulatedSystem } from '../../system/modes/simulated.ts';
import { type LinkFault, type Machine, MILLISECOND, SECOND } from '../../system/runtime/kernel/index.ts';
import type { Phase } from './scenario.ts';

/** A fault begins in its phase; it may reach into later ones, and is over with the last. */
interface Begins {
  readonly phase: Phase['name'];
  readonly afterSeconds: number;
}

/** A database node that holds the first hot playlist stops and comes back; the next such fault takes the next one, as in a rolling restart. */
export interface ReplicaRestart extends Begins {
  readonly kind: 'restart a replica of the hot playlist';
  readonly downSeconds: number;
}

/** Processes die: what they had in flight is reset, new requests find them unavailable, and they start anew. */
export interface Crash extends MachineSelection, Begins {
  readonly kind: 'crash';
  readonly downSeconds: number;
}

/** A stop of the world: nothing is served, connections stay, callers wait. Of engines and services, which have processors. */
export interface Pause extends MachineSelection, Begins {
  readonly kind: 'pause';
  readonly pauseSeconds: number;
}

/** Machines at one end of the links: all of a name, some of them, or several of those together (a rack, a zone). */
export type Side = MachineName | MachineSelection | readonly (MachineName | MachineSelection)[];

/** The links between each machine of the first and each of the second, in both directions. */
export type Between = readonly [Side, Side | typeof ALL_OTHERS];

/** No message passes: what is sent meanwhile arrives when TCP tries again after the end, if anybody still waits. */
export interface Partition extends Begins {
  readonly kind: 'partition';
  readonly between: Between;
  readonly forSeconds: number;
}

/** Messages are lost (a share from 0 to 1), so that TCP sends them again, or take longer, each way. */
export interface NetworkFault extends Begins {
  readonly kind: 'network';
  readonly between: Between;
  readonly forSeconds: number;
  readonly loss?: number;
  readonly extraLatencyMs?: number;
}

/** What happens to machines and to what is between them. Part of the fault: an arm with `fault: false` runs without it. */
export type MachineFault = ReplicaRestart | Crash | Pause | Partition | NetworkFault;

export const ALL_OTHERS = 'all others';

export const secondsOf = (fault: MachineFault): number => {
  if (fault.kind === 'pause') return fault.pauseSeconds;
  return 'downSeconds' in fault ? fault.downSeconds : fault.forSeconds;
};

export function selectionsOf(side: Side): MachineSelection[] {
  const list = (Array.isArray(side) ? side : [side]) as readonly (MachineName | MachineSelection)[];
  return list.map((one) => (typeof one === 'string' ? { machines: one } : one));
}

const beginsAtS = ({ phase, afterSeconds }: MachineFault, phases: readonly PhaseWindow[]): number =>
  phases.find(({ name }) => name === phase)!.startS + afterSeconds;

/** Every selection that a fault names. */
export function selectionsIn(fault: MachineFault): MachineSelection[] {
  if ('machines' in fault) return [fault];
  if (!('between' in fault)) return [];
  return fault.between.flatMap((side) => (side === ALL_OTHERS ? [] : selectionsOf(side)));
}

/** Sets everything up that is to happen, before time begins. Returns what links have done to messages, at the end. */
export function scheduleFaults(
  faults: readonly MachineFault[],
  system: SimulatedSystem,
  phases: readonly PhaseWindow[],
): () => { name: string; value: number; unit: string }[] {
  let replicas = 0;
  for (const fault of faults) {
    const time = { afterNs: beginsAtS(fault, phases) * SECOND, forNs: secondsOf(fault) * SECOND };
    inject(fault, system, time, () => replicas++);
  }
  if (!faults.some((fault) => 'between' in fault)) return () => [];
  const { network } = system;
  return () => [
    { name: 'messages lost', value: network.lost, unit: '1' },
    { name: 'messages slowed down', value: network.delayed, unit: '1' },
  ];
}

function inject(
  fault: MachineFault,
  system: SimulatedSystem,
  time: FaultTime,
  nextReplica: () => number,
): void {
  const { faults } = system;
  switch (fault.kind) {
    case 'restart a replica of the hot playlist':
      faults.crash([system.replicaOfHotPlaylist(nextReplica())], time);
      break;
    case 'crash':
      faults.crash(system.machinesOf(fault), time);
      break;
    case 'pause':
      faults.pause(system.machinesOf(fault), time);
      break;
    case 'partition':
    case 'network': {
      const machinesOf = (side: Side): readonly Machine[] =>
        selectionsOf(side).flatMap((selection) => system.machinesOf(selection));
      const [first, second] = fault.between;
      const one = machinesOf(first);
      const other = second === ALL_OTHERS ? system.machinesBut(one) : machinesOf(second);
      faults.disturb(one, other, linkFault(fault), time);
      break;
    }
  }
}

function linkFault(fault: Partition | NetworkFault): LinkFault {
  if (fault.kind === 'partition') return { partitioned: true };
  const { loss = 0, extraLatencyMs = 0 } = fault;
  return { loss, extraLatencyNs: extraLatencyMs * MILLISECOND };
}

/** What a fault names and a system of this configuration does not have, as a sentence; null: it has everything. */
export function missingMachines(
  fault: MachineFault,
  configuration: Readonly<Record<string, Setting>>,
): string | null {
  for (const selection of selectionsIn(fault)) {
    const { machines } = selection;
    const all = machineCount(machines, configuration);
    const { from, to } = placesOf(selection, all);
    if (from < to && to <= all) continue;
    const wanted =
      to - from > 1 ? `${wordsOf(selection)} are` : `${wordsOf({ ...selection, index: from, count: 1 })} is`;
    const known = wordsOf({ machines, index: 0, count: all });
    const there =
      all === 0
        ? 'there is none'
        : all === 1
          ? `there is one: index 0`
          : `there are ${all}: ${known}, index 0 to ${all - 1}`;
    return `${wanted} not there in this arm at this size: of '${machines}' ${there}.`;
  }
  return null;
}

/** What happens when, in the seconds of the run. */
export function faultWindows(faults: readonly MachineFault[], phases: readonly PhaseWindow[]): FaultWindow[] {
  return faults.map((fault) => {
    const startS = beginsAtS(fault, phases);
    return { startS, endS: startS + secondsOf(fault), what: whatHappens(fault) };
  });
}

/** 'kafka-1 crashes, and is back after 20 s' */
export function whatHappens(fault: MachineFault): string {
  const seconds = `${secondsOf(fault)} s`;
  switch (fault.kind) {
    case 'restart a replica of the hot playlist':
      return `a database node that holds the hot playlist crashes, and is back after ${seconds}`;
    case 'crash':
      return `${wordsOf(fault)} ${isOne(fault) ? 'crashes, and is' : 'crash, and are'} back after ${seconds}`;
    case 'pause':
      return `${wordsOf(fault)} ${isOne(fault) ? 'stands' : 'stand'} still for ${seconds}`;
    case 'partition':
      return `no message passes between ${sides(fault.between)} for ${seconds}`;
    case 'network':
      return `between ${sides(fault.between)}, for ${seconds}, ${disturbances(fault).join(' and ')}`;
  }
}

function disturbances({ loss = 0, extraLatencyMs = 0 }: NetworkFault): string[] {
  const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;
  return [
    ...(loss > 0 ? [`${percent(loss)} of the messages are lost`] : []),
    ...(extraLatencyMs > 0 ? [`each takes ${extraLatencyMs} ms longer`] : []),
  ];
}

const sides = (between: Between) =>
  between
    .map((side) =>
      side === ALL_OTHERS ? 'all other machines' : selectionsOf(side).map(wordsOf).join(' with '),
    )
    .join(' and ');

const isOne = (selection: MachineSelection) => {
  const { from, to } = placesOf(selection, Number.POSITIVE_INFINITY);
  return to - from === 1 || selection.machines === 'redis';
};

/** 'kafka-1', 'cassandra-3 to cassandra-5', 'all of playlist', 'redis' */
function wordsOf(selection: MachineSelection): string {
  const { machines } = selection;
  if (machines === 'redis' && placesOf(selection, 1).to === 1) return machines;
  if (runsOn(machines) === 'clients') return machines;
  const { from, to } = placesOf(selection, Number.POSITIVE_INFINITY);
  if (to === Number.POSITIVE_INFINITY) return `all of ${machines}`;
  const first = `${machines}-${from + 1}`;
  return to - from === 1 ? first : `${first} to ${machines}-${to}`;
}
