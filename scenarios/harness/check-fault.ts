/** Whether a fault is one that acts: a field, a name or a time that is wrong is refused, and so is what no model carries out. */
import { canBe, type Side, selectionsOf, whyNot } from '../../system/modes/fault-kinds.ts';
import { ALL_OTHERS, MACHINE_NAMES, type MachineSelection } from '../../system/modes/fault-machines.ts';
import {
  type Crash,
  type MachineFault,
  type NetworkFault,
  type Partition,
  type Pause,
  type ReplicaRestart,
  secondsOf,
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
  if (fault.kind === 'restart a replica of the hot playlist') return;
  if (fault.kind === 'network') checkDisturbance(mistakes, fault, of);
  if (fault.kind === 'network' || fault.kind === 'partition') checkBetween(mistakes, fault, of);
  else if (!MACHINE_NAMES.includes(fault.machines) || canBe(fault.kind, fault.machines))
    checkMachines(
      mistakes,
      fault,
      of,
      MACHINE_NAMES.filter((name) => canBe(fault.kind, name)),
    );
  const why = whyNot(fault);
  if (why !== null) mistakes.fail(`${of} ${why}`);
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
}

function checkBetween(mistakes: Mistakes, { between }: Partition | NetworkFault, of: string): void {
  if (mistakes.list(`between of ${of}`, between).length !== 2)
    mistakes.fail(`between of ${of} must have two sides: ['gateway', 'playlist'].`);
  const [first, second] = between;
  checkSide(mistakes, first, `between of ${of}`);
  if (second !== ALL_OTHERS) checkSide(mistakes, second, `between of ${of}`);
}

function checkSide(mistakes: Mistakes, side: Side, of: string): void {
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
  for (const selection of selectionsOf(side)) checkMachines(mistakes, selection, `a side in ${of}`);
}
