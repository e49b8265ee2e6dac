/**
 * The faults that a scenario can inject, as its author writes them: which machines or links (`system/modes/fault-kinds.ts`),
 * from when, for how long. They act from outside, in virtual time, and heal by themselves.
 */
import type { FaultWindow, PhaseWindow, Setting } from '../../reports/result.ts';
import {
  type CrashFault,
  type NetworkFault as Disturbance,
  type Fault,
  inject,
  missingMachines as missingOf,
  type PartitionFault,
  type PauseFault,
  secondsOf as secondsOfFault,
  whatHappens as whatHappensOf,
} from '../../system/modes/fault-kinds.ts';
import { machineCount } from '../../system/modes/fault-machines.ts';
import type { SimulatedSystem } from '../../system/modes/simulated.ts';
import { SECOND } from '../../system/runtime/kernel/index.ts';
import { MESSAGES_LOST, MESSAGES_SLOWED } from './judge.ts';
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

export interface Crash extends CrashFault, Begins {}
export interface Pause extends PauseFault, Begins {}
export interface Partition extends PartitionFault, Begins {}
export interface NetworkFault extends Disturbance, Begins {}

/** What happens to machines and to what is between them. Part of the fault: an arm with `fault: false` runs without it. */
export type MachineFault = ReplicaRestart | Crash | Pause | Partition | NetworkFault;

const ofReplica = (fault: MachineFault): fault is ReplicaRestart =>
  fault.kind === 'restart a replica of the hot playlist';

export const secondsOf = (fault: MachineFault): number =>
  ofReplica(fault) ? fault.downSeconds : secondsOfFault(fault);

const beginsAtS = ({ phase, afterSeconds }: MachineFault, phases: readonly PhaseWindow[]): number =>
  phases.find(({ name }) => name === phase)!.startS + afterSeconds;

/** Sets everything up that is to happen, before time begins. Returns what links have done to messages, at the end. */
export function scheduleFaults(
  faults: readonly MachineFault[],
  system: SimulatedSystem,
  phases: readonly PhaseWindow[],
): () => { name: string; value: number; unit: string }[] {
  let replicas = 0;
  for (const fault of faults) {
    const afterNs = beginsAtS(fault, phases) * SECOND;
    if (ofReplica(fault)) {
      const forNs = fault.downSeconds * SECOND;
      system.faults.crash([system.replicaOfHotPlaylist(replicas++)], { afterNs, forNs });
    } else inject(fault, system.faults, system.machines, { afterNs });
  }
  if (!faults.some((fault) => 'between' in fault)) return () => [];
  const { network } = system;
  return () => [
    { name: MESSAGES_LOST, value: network.lost, unit: '1' },
    { name: MESSAGES_SLOWED, value: network.delayed, unit: '1' },
  ];
}

/** What a fault names and a system of this configuration does not have, as a sentence; null: it has everything. */
export function missingMachines(
  fault: MachineFault,
  configuration: Readonly<Record<string, Setting>>,
): string | null {
  if (ofReplica(fault)) return null;
  const countOf = (name: Parameters<typeof machineCount>[0]) => machineCount(name, configuration);
  return missingOf(fault, countOf, 'in this arm at this size');
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
  if (ofReplica(fault))
    return `a database node that holds the hot playlist crashes, and is back after ${fault.downSeconds} s`;
  return whatHappensOf(fault satisfies Fault);
}
