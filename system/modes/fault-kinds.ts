/**
 * The faults of machines and links that can be asked for, in a scenario as at a live system: what each needs to know, how
 * it is said, and what it does to a system's machines. What each does and what the models leave out: docs/faults.md.
 */
import { type LinkFault, type Machine, MILLISECOND, SECOND } from '../runtime/kernel/index.ts';
import {
  ALL_OTHERS,
  type MachineName,
  type MachineSelection,
  neededFor,
  placesOf,
  runsOn,
  selectMachines,
} from './fault-machines.ts';
import type { EndFault, Faults, FaultTime } from './faults.ts';

/** Processes die: what they had in flight is reset, new requests find them unavailable, and they start anew. */
export interface CrashFault extends MachineSelection {
  readonly kind: 'crash';
  readonly downSeconds: number;
}

/** A stop of the world: nothing is served, connections stay, callers wait. Of engines and services, which have processors. */
export interface PauseFault extends MachineSelection {
  readonly kind: 'pause';
  readonly pauseSeconds: number;
}

/** Machines at one end of the links: all of a name, some of them, or several of those together (a rack, a zone). */
export type Side = MachineName | MachineSelection | readonly (MachineName | MachineSelection)[];

/** The links between each machine of the first and each of the second, in both directions. */
export type Between = readonly [Side, Side | typeof ALL_OTHERS];

/** No message passes: what is sent meanwhile arrives when TCP tries again after the end, if anybody still waits. */
export interface PartitionFault {
  readonly kind: 'partition';
  readonly between: Between;
  readonly forSeconds: number;
}

/** Messages are lost (a share from 0 to 1), so that TCP sends them again, or take longer, each way. */
export interface NetworkFault {
  readonly kind: 'network';
  readonly between: Between;
  readonly forSeconds: number;
  readonly loss?: number;
  readonly extraLatencyMs?: number;
}

export type Fault = CrashFault | PauseFault | PartitionFault | NetworkFault;

export function secondsOf(fault: Fault): number {
  if (fault.kind === 'pause') return fault.pauseSeconds;
  return 'downSeconds' in fault ? fault.downSeconds : fault.forSeconds;
}

/** Which machines can crash, or stand still: consumers have no processor that could, and clients judge the system. */
export const canBe = (kind: 'crash' | 'pause', name: MachineName): boolean =>
  runsOn(name) !== 'clients' && (kind === 'crash' || runsOn(name) !== 'consumer');

/** Why no model carries it out, behind 'it' or its name: 'changes nothing: …'; null: one does. */
export function whyNot(fault: Fault): string | null {
  if (fault.kind === 'crash' || fault.kind === 'pause') {
    const { kind, machines } = fault;
    if (canBe(kind, machines)) return null;
    const about = `is about '${machines}', and cannot be`;
    return runsOn(machines) === 'clients'
      ? `${about}: they are who judges the system.`
      : `${about}: its work takes no time of a processor that could stand still; a crash stops it.`;
  }
  if (fault.kind === 'network' && (fault.loss ?? 0) === 0 && (fault.extraLatencyMs ?? 0) === 0)
    return 'changes nothing: give it loss or extraLatencyMs.';
  return whyNoLink(fault.between);
}

function whyNoLink([first, second]: Between): string | null {
  const rest = second === ALL_OTHERS;
  const one = selectionsOf(first);
  const other = rest ? [] : selectionsOf(second);
  const names = new Set([...one, ...other].map(({ machines }) => machines));
  if (!rest && names.size === 1 && (names.has('redis') || names.has('clients')))
    return 'has one machine on both sides, and there is no link from it to itself.';
  const ofKafka = one.filter(({ machines }) => machines === 'kafka');
  const toKafka = rest
    ? ofKafka.some(({ index, count }) => index !== undefined || count !== undefined)
    : other.some(({ machines }) => machines === 'kafka');
  return ofKafka.length > 0 && toKafka
    ? 'has brokers of kafka on both sides, and what they copy from each other crosses no link of the model: crash or pause brokers, or name on the other side who uses them.'
    : null;
}

export function selectionsOf(side: Side): MachineSelection[] {
  const list = (Array.isArray(side) ? side : [side]) as readonly (MachineName | MachineSelection)[];
  return list.map((one) => (typeof one === 'string' ? { machines: one } : one));
}

/** Every selection that a fault names. */
export function selectionsIn(fault: Fault): MachineSelection[] {
  if ('machines' in fault) return [fault];
  return fault.between.flatMap((side) => (side === ALL_OTHERS ? [] : selectionsOf(side)));
}

/** Makes it happen to a system that has these machines, from a time on. Returns what ends it before its time. */
export function inject(
  fault: Fault,
  faults: Faults,
  machines: readonly Machine[],
  time: Pick<FaultTime, 'afterNs'>,
): EndFault {
  const when = { ...time, forNs: secondsOf(fault) * SECOND };
  const of = (selection: MachineSelection) => selectMachines(selection, machines);
  if (fault.kind === 'crash') return faults.crash(of(fault), when);
  if (fault.kind === 'pause') return faults.pause(of(fault), when);
  const { one, other } = endsOf(fault, machines);
  return faults.disturb(one, other, linkFault(fault), when);
}

/** The machines at both ends. */
export function endsOf(
  { between: [first, second] }: PartitionFault | NetworkFault,
  machines: readonly Machine[],
): { one: Machine[]; other: Machine[] } {
  const of = (side: Side) => selectionsOf(side).flatMap((selection) => selectMachines(selection, machines));
  const one = of(first);
  const other = second === ALL_OTHERS ? machines.filter((machine) => !one.includes(machine)) : of(second);
  return { one, other };
}

function linkFault(fault: PartitionFault | NetworkFault): LinkFault {
  if (fault.kind === 'partition') return { partitioned: true };
  const { loss = 0, extraLatencyMs = 0 } = fault;
  return { loss, extraLatencyNs: extraLatencyMs * MILLISECOND };
}

/** What it names and a system does not have, of which there are `countOf` each, as a sentence; null: it has everything. */
export function missingMachines(
  fault: Fault,
  countOf: (name: MachineName) => number,
  where: string,
): string | null {
  for (const selection of selectionsIn(fault)) {
    const { machines } = selection;
    const all = countOf(machines);
    const { from, to } = placesOf(selection, all);
    if (from < to && to <= all) continue;
    const wanted =
      to - from > 1 ? `${wordsOf(selection)} are` : `${wordsOf({ ...selection, index: from, count: 1 })} is`;
    const known = wordsOf({ machines, index: 0, count: all });
    const there =
      all === 0
        ? `there is none${neededFor(machines) === null ? '' : ` (set ${neededFor(machines)})`}`
        : all === 1
          ? `there is one: index 0`
          : `there are ${all}: ${known}, index 0 to ${all - 1}`;
    return `${wanted} not there ${where}: of '${machines}' ${there}.`;
  }
  return null;
}

/** 'kafka-1 crashes, and is back after 20 s' */
export function whatHappens(fault: Fault): string {
  const seconds = `${secondsOf(fault)} s`;
  switch (fault.kind) {
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
