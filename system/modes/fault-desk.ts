/** Faults of the live system, as whoever rehearses with it asks for them, sees them, and ends them. */
import type { Gauge } from '../engines/engine.ts';
import { SECOND } from '../ports/clock.ts';
import { PortError } from '../ports/errors.ts';
import type { Machine, Network, Simulation } from '../runtime/kernel/index.ts';
import type { FaultDesk, FaultState, FaultsState } from '../transport/telemetry/index.ts';
import { canBe, type Fault, inject, missingMachines, secondsOf, whatHappens, whyNot } from './fault-kinds.ts';
import {
  ALL_OTHERS,
  LIVE_MACHINE_NAMES,
  LONGEST_DELAY_MS,
  LONGEST_FAULT_S,
  type MachineName,
  selectMachines,
} from './fault-machines.ts';
import { type EndFault, Faults } from './faults.ts';

export type { FaultState, FaultsState };

export interface FaultDeskOptions {
  readonly simulation: Simulation;
  readonly network: Network;
  /** Every machine of this process. */
  readonly machines: readonly Machine[];
  /** Unix time, in ms, at which the system's clock stands at 0. */
  readonly epochMs: number;
  /** Calls `work` at the present time. */
  readonly enter: <T>(work: () => Promise<T>) => Promise<T>;
  /** What happens to a fault, for the log. */
  readonly onChange?: (fault: FaultState) => void;
}

/** A fault that was asked for; times are the system's. */
interface Asked {
  readonly number: number;
  readonly fault: Fault;
  readonly beginsNs: number;
  endsNs: number;
  ended: boolean;
  readonly end: EndFault;
}

/** How many are remembered when they are over. */
const KEPT = 100;
const MOST_SELECTIONS = 20;
const MOST_MACHINES = 1_000;

const seconds = { type: 'number', exclusiveMinimum: 0, maximum: LONGEST_FAULT_S } as const;
const afterSeconds = { type: 'number', minimum: 0, maximum: LONGEST_FAULT_S } as const;
const selecting = (names: readonly MachineName[]) =>
  ({
    machines: { type: 'string', enum: names },
    index: { type: 'integer', minimum: 0, maximum: MOST_MACHINES },
    count: { type: 'integer', minimum: 1, maximum: MOST_MACHINES },
  }) as const;
const body = (properties: object, required: readonly string[]) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties: { ...properties, afterSeconds },
});

const selection = {
  type: 'object',
  additionalProperties: false,
  required: ['machines'],
  properties: selecting(LIVE_MACHINE_NAMES),
} as const;
const nameOrSelection = { anyOf: [{ type: 'string', enum: LIVE_MACHINE_NAMES }, selection] } as const;
const side = {
  anyOf: [
    { type: 'string', enum: LIVE_MACHINE_NAMES },
    selection,
    { type: 'array', minItems: 1, maxItems: MOST_SELECTIONS, items: nameOrSelection },
  ],
} as const;
const between = {
  type: 'array',
  minItems: 2,
  maxItems: 2,
  items: { anyOf: [...side.anyOf, { const: ALL_OTHERS }] },
} as const;

/** As in scenarios, without the phase. */
const KINDS: FaultDesk['kinds'] = [
  {
    kind: 'crash',
    body: body(
      { ...selecting(LIVE_MACHINE_NAMES.filter((name) => canBe('crash', name))), downSeconds: seconds },
      ['machines', 'downSeconds'],
    ),
  },
  {
    kind: 'pause',
    body: body(
      { ...selecting(LIVE_MACHINE_NAMES.filter((name) => canBe('pause', name))), pauseSeconds: seconds },
      ['machines', 'pauseSeconds'],
    ),
  },
  { kind: 'partition', body: body({ between, forSeconds: seconds }, ['between', 'forSeconds']) },
  {
    kind: 'network',
    body: body(
      {
        between,
        forSeconds: seconds,
        loss: { type: 'number', minimum: 0, maximum: 1 },
        extraLatencyMs: { type: 'number', minimum: 0, maximum: LONGEST_DELAY_MS },
      },
      ['between', 'forSeconds'],
    ),
  },
];

export function createFaultDesk(options: FaultDeskOptions): FaultDesk {
  const { simulation, network, machines, epochMs, enter, onChange = () => {} } = options;
  const faults = new Faults({ simulation, network });
  const asked: Asked[] = [];
  let number = 0;
  const timeOf = (ns: number) => new Date(epochMs + ns / 1e6).toISOString();
  const stateOf = (one: Asked): FaultState['state'] => {
    if (one.ended) return one.endsNs > one.beginsNs ? 'ended' : 'dropped';
    if (simulation.nowNs < one.beginsNs) return 'coming';
    return simulation.nowNs < one.endsNs ? 'acting' : 'over';
  };
  const told = (one: Asked): FaultState => ({
    number: one.number,
    what: whatHappens(one.fault),
    beginsAt: timeOf(one.beginsNs),
    endsAt: timeOf(one.endsNs),
    state: stateOf(one),
  });
  const state = () => ({
    faults: asked.map(told).reverse(),
    messagesLost: network.lost,
    messagesDelayed: network.delayed,
  });
  /** What follows from time is logged behind what the fault itself does then. */
  const announce = (one: Asked) => {
    for (const atNs of [one.beginsNs, one.endsNs])
      simulation.after(atNs - simulation.nowNs, () => {
        if (!one.ended) onChange(told(one));
      });
  };
  return {
    kinds: KINDS,
    // Time moves when something is due: up to now, so that what is over is told as that.
    state: () => enter(async () => state()),
    begin(kind, { afterSeconds = 0, ...rest }: { afterSeconds?: number }) {
      const fault = { kind, ...rest } as Fault;
      return enter(async () => {
        refuse(fault, machines);
        const beginsNs = simulation.nowNs + afterSeconds * SECOND;
        const endsNs = beginsNs + secondsOf(fault) * SECOND;
        const end = inject(fault, faults, machines, { afterNs: beginsNs - simulation.nowNs });
        const one: Asked = { number: ++number, fault, beginsNs, endsNs, ended: false, end };
        asked.push(one);
        if (asked.length > KEPT) forget(asked, stateOf);
        announce(one);
        return told(one);
      });
    },
    end: () =>
      enter(async () => {
        for (const one of asked) {
          const before = stateOf(one);
          // Whoever stands still does so to the end.
          const lasts = one.fault.kind === 'pause' && before === 'acting';
          if ((before !== 'coming' && before !== 'acting') || lasts) continue;
          one.end();
          one.ended = true;
          // What has not begun lasts no time.
          one.endsNs = before === 'coming' ? one.beginsNs : simulation.nowNs;
          onChange(told(one));
        }
        return state();
      }),
    get acting() {
      return asked.filter((one) => stateOf(one) === 'acting').length;
    },
  };
}

/** The oldest that is over. */
function forget(asked: Asked[], stateOf: (one: Asked) => FaultState['state']): void {
  const place = asked.findIndex((one) => !['coming', 'acting'].includes(stateOf(one)));
  if (place >= 0) asked.splice(place, 1);
}

function refuse(fault: Fault, machines: readonly Machine[]): void {
  const why = whyNot(fault);
  if (why !== null) throw new PortError('invalid', 'faults', true, withoutStop(`it ${why}`));
  const countOf = (name: MachineName) => selectMachines({ machines: name }, machines).length;
  const missing = missingMachines(fault, countOf, 'in this process');
  if (missing !== null) throw new PortError('conflict', 'faults', true, withoutStop(missing));
}

/** Errors of ports are told in a sentence that has its own end. */
const withoutStop = (sentence: string) => sentence.replace(/\.$/, '');

/** How many act at present. */
export const faultGauge = (desk: FaultDesk): Gauge => ({
  name: 'faults that act',
  unit: '1',
  group: 'faults',
  read: () => desk.acting,
});
