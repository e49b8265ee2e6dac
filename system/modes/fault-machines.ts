/**
 * The machines that a fault can be about, by what runs on them, and how many there are of each. A test compares the
 * table with the machines that a system really has. The command line knows faults by this file, and loads no kernel for it.
 */
import type { Machine } from '../runtime/kernel/index.ts';

/** Consumers are processes that read the log and serve nobody; clients are listeners and labels. */
export type Runs = 'engine' | 'service' | 'consumer' | 'clients';

interface Kind {
  readonly runs: Runs;
  /** Knobs without which there is none. */
  readonly needs?: string;
  readonly count: (setting: (knob: string) => unknown) => number;
}

const engine = (knob: string | null): Kind => ({
  runs: 'engine',
  count: (setting) => (knob === null ? 1 : Number(setting(knob))),
});
const service = (name: string): Kind => ({
  runs: 'service',
  count: (setting) => Number(setting(`${name}.instances`)),
});
const consumer = (count: Kind['count']): Kind => ({ runs: 'consumer', count });
const stream: Kind = {
  ...consumer((setting) =>
    setting('listening.streams') === 'on' ? Number(setting('listening.streamWorkers')) : 0,
  ),
  needs: 'listening.streams=on',
};

const KINDS = {
  cassandra: engine('cassandra.nodes'),
  redis: engine(null),
  kafka: engine('kafka.brokers'),
  elasticsearch: engine('elasticsearch.nodes'),
  gateway: service('gateway'),
  identity: { runs: 'service', count: () => 2 },
  catalogue: service('catalogue'),
  playlist: service('playlist'),
  listening: service('listening'),
  search: service('search'),
  /** It is there where audio or metadata are fetched at the edge. */
  delivery: {
    runs: 'service',
    needs: 'audio.plays=on or metadata.readFrom=edge',
    count: (setting) =>
      setting('audio.plays') === 'on' || setting('metadata.readFrom') === 'edge'
        ? Number(setting('delivery.instances'))
        : 0,
  },
  history: consumer((setting) => Number(setting('listening.historyConsumers'))),
  edits: consumer(() => 1),
  indexer: consumer((setting) => Number(setting('indexer.consumers'))),
  recent: stream,
  'session-state': stream,
  'top-charts': stream,
  clients: { runs: 'clients', count: () => 1 },
} as const satisfies Record<string, Kind>;

export type MachineName = keyof typeof KINDS;

export const MACHINE_NAMES = Object.keys(KINDS) as readonly MachineName[];

/**
 * Those of the live system. It checks tokens at its door, with the keys of its own authorization server: the service that
 * does it in virtual time stands there unasked.
 */
export const LIVE_MACHINE_NAMES: readonly MachineName[] = MACHINE_NAMES.filter((name) => name !== 'identity');

/** The second side of a link can be every machine but those of the first. */
export const ALL_OTHERS = 'all others';

/** A fault of the live system lasts, and is asked for, no longer ahead than that. */
export const LONGEST_FAULT_S = 3_600;
/** Longer than anything waits there for an answer. */
export const LONGEST_DELAY_MS = 60_000;

/** Some machines of a kind: `count` of them from the one at `index` (from 0) on; with neither, all. */
export interface MachineSelection {
  readonly machines: MachineName;
  readonly index?: number;
  /** Default: 1 with an index, otherwise all. */
  readonly count?: number;
}

export const runsOn = (name: MachineName): Runs => KINDS[name].runs;

/** 'listening.streams=on': what has to be set so that there are any; null: nothing. */
export const neededFor = (name: MachineName): string | null => (KINDS[name] as Kind).needs ?? null;

/** How many machines of a kind a system of this configuration has. */
export function machineCount(name: MachineName, configuration: Readonly<Record<string, unknown>>): number {
  return KINDS[name].count((knob) => configuration[knob]);
}

/** The places of a selection among the machines of its kind: from, and up to but without. `all`: how many there are. */
export function placesOf({ index, count }: MachineSelection, all: number): { from: number; to: number } {
  const from = index ?? 0;
  return { from, to: count === undefined ? (index === undefined ? all : from + 1) : from + count };
}

/** The machines of a selection, of all that there are: 'kafka-1' is the first of kafka, and 'redis' the only one. */
export function selectMachines(selection: MachineSelection, machines: readonly Machine[]): Machine[] {
  const numbered = new RegExp(`^${selection.machines}(-\\d+)?$`);
  const all = machines.filter(({ name }) => numbered.test(name));
  const { from, to } = placesOf(selection, all.length);
  return all.slice(from, to);
}
