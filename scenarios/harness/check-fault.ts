/** Whether a fault is one that acts: a field, a name or a time that is wrong is refused, and so is what no model carries out. */
import {
  MACHINE_NAMES,
  type MachineName,
  type MachineSelection,
  runsOn,
} from '../../system/modes/fault-machines.ts';
import {
  ALL_OTHERS,
  type Crash,
  type MachineFault,
  type NetworkFault,
  type Partition,
  type Pause,
  type ReplicaRestart,
  type Side,
  secondsOf,
  selectionsOf,
} from './faults.ts';
import { fieldsOf, type Mistakes } from './mistakes.ts';
import type { Phase } from './scenario.ts';

const BEGINS = { kind: 1, phase: 1, afterSeconds: 1 } as const;
const MACHINES = { machines: 1, index: 1, count: 1 } as const;
const FIELDS: Readonly<Record<MachineFault['kind'], readonly string[]>> = {
  'restart a replica of the hot playlist': fieldsOf<ReplicaRestart>({ ...BEGINS, downSeconds: 1 }),
  crash: fieldsOf<Crash>({ ...BEGINS, ...MACHINES, downSeconds: 1 }),
  pause: fieldsOf<Pause>({ ...BEGINS, ...MACHINES, pauseSeconds: 1 }),
  partition: fieldsOf<Partition>({ ...BEGINS, between: 1, forSeconds: 1 }),
  network: fieldsOf<NetworkFault>({
    ...BEGINS,
    between: 1,
    forSeconds: 1,
    loss: 1,
    extraLatencyMs: 1,
  }),
};

export function checkFault(
  mistakes: Mistakes,
  fault: MachineFault,
  place: number,
  phases: readonly Phase[],
): void {
  const of = `fault ${place + 1}`;
  mistakes.object(of, fault);
  mistakes.oneOf(`kind of ${of}`, fault.kind, Object.keys(FIELDS));
  mistakes.object(`${of} (${fault.kind})`, fault, FIELDS[fault.kind]);
  checkTime(mistakes, fault, `${of} (${fault.kind})`, phases);
  checkWhat(mistakes, fault, `${of} (${fault.kind})`);
}

/** It begins within its phase, and has healed when the last one ends: what is checked then has no fault in its way. */
function checkTime(mistakes: Mistakes, fault: MachineFault, of: string, phases: readonly Phase[]): void {
  mistakes.oneOf(
    `phase of ${of}`,
    fault.phase,
    phases.map(({ name }) => name),
  );
  mistakes.number(`afterSeconds of ${of}`, fault.afterSeconds);
  const field = FIELDS[fault.kind].find((name) => /^(down|pause|for)Seconds$/.test(name))!;
  mistakes.positive(`${field} of ${of}`, secondsOf(fault));
  const place = phases.findIndex(({ name }) => name === fault.phase);
  const { seconds } = phases[place]!;
  if (fault.afterSeconds >= seconds)
    mistakes.fail(
      `${of} begins after ${fault.afterSeconds} s of '${fault.phase}', which lasts ${seconds} s: say the phase in which it begins.`,
    );
  const leftS = phases.slice(place).reduce((sum, phase) => sum + phase.seconds, 0) - fault.afterSeconds;
  if (secondsOf(fault) > leftS)
    mistakes.fail(
      `${of} lasts ${secondsOf(fault)} s, and ${leftS} s after its beginning the last phase is over: it may reach into later phases, and has to end with the last.`,
    );
}

function checkWhat(mistakes: Mistakes, fault: MachineFault, of: string): void {
  if (fault.kind === 'network') checkDisturbance(mistakes, fault, of);
  if (fault.kind === 'network' || fault.kind === 'partition') checkBetween(mistakes, fault, of);
  if (fault.kind === 'crash' || fault.kind === 'pause') checkProcesses(mistakes, fault, of);
}

function checkProcesses(mistakes: Mistakes, fault: Crash | Pause, of: string): void {
  const { kind, machines } = fault;
  const about = `${of} is about '${machines}', and cannot be`;
  const able = (name: MachineName) =>
    runsOn(name) !== 'clients' && (kind === 'crash' || runsOn(name) !== 'consumer');
  const known = MACHINE_NAMES.filter(able);
  if (MACHINE_NAMES.includes(machines) && !able(machines))
    mistakes.fail(
      runsOn(machines) === 'clients'
        ? `${about}: they are who judges the system.`
        : `${about}: its work takes no time of a processor that could stand still; a crash stops it.`,
    );
  checkMachines(mistakes, fault, of, known);
}

function checkMachines(
  mistakes: Mistakes,
  { machines, index, count }: MachineSelection,
  of: string,
  known: readonly string[] = MACHINE_NAMES,
): void {
  mistakes.oneOf(`machines of ${of}`, machines, known);
  if (index !== undefined && !(Number.isInteger(index) && index >= 0))
    mistakes.fail(`index of ${of} must be a whole number from 0.`);
  if (count !== undefined && !(Number.isInteger(count) && count >= 1))
    mistakes.fail(`count of ${of} must be a whole number from 1.`);
}

function checkDisturbance(mistakes: Mistakes, fault: NetworkFault, of: string): void {
  const { loss = 0, extraLatencyMs = 0 } = fault;
  mistakes.number(`loss of ${of}`, loss);
  if (loss > 1) mistakes.fail(`loss of ${of} is a share of the messages, 0 to 1, and not ${loss}.`);
  mistakes.number(`extraLatencyMs of ${of}`, extraLatencyMs);
  if (loss === 0 && extraLatencyMs === 0)
    mistakes.fail(`${of} changes nothing: give it loss or extraLatencyMs.`);
}

function checkBetween(mistakes: Mistakes, { between }: Partition | NetworkFault, of: string): void {
  if (mistakes.list(`between of ${of}`, between).length !== 2)
    mistakes.fail(`between of ${of} must have two sides: ['gateway', 'playlist'].`);
  const [first, second] = between;
  const one = checkSide(mistakes, first, `between of ${of}`);
  const rest = second === ALL_OTHERS;
  const other = rest ? [] : checkSide(mistakes, second, `between of ${of}`);
  const names = new Set([...one, ...other].map(({ machines }) => machines));
  if (!rest && names.size === 1 && (names.has('redis') || names.has('clients')))
    mistakes.fail(`${of} has one machine on both sides, and there is no link from it to itself.`);
  const ofKafka = one.filter(({ machines }) => machines === 'kafka');
  const toKafka = rest
    ? ofKafka.some(({ index, count }) => index !== undefined || count !== undefined)
    : other.some(({ machines }) => machines === 'kafka');
  if (ofKafka.length > 0 && toKafka)
    mistakes.fail(
      `${of} has brokers of kafka on both sides, and what they copy from each other crosses no link of the model: crash or pause brokers, or name on the other side who uses them.`,
    );
}

function checkSide(mistakes: Mistakes, side: Side, of: string): readonly MachineSelection[] {
  const list = (Array.isArray(side) ? side : [side]) as readonly unknown[];
  if (list.length === 0) mistakes.fail(`a side in ${of} names no machines.`);
  for (const one of list) {
    if (typeof one === 'string') mistakes.oneOf(`a side in ${of}`, one, [...MACHINE_NAMES, ALL_OTHERS]);
    else mistakes.object(`a side in ${of}`, one, Object.keys(MACHINES));
  }
  if (list.includes(ALL_OTHERS))
    mistakes.fail(
      `'${ALL_OTHERS}' in ${of} can be the second side, alone: the first says of which machines.`,
    );
  const selections = selectionsOf(side);
  for (const selection of selections) checkMachines(mistakes, selection, `a side in ${of}`);
  return selections;
}
