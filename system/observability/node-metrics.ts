/** Saturation: how busy each resource of each node is and how much waits for it, and the figures that engines show. */
import type { Machine, Station } from '../runtime/kernel/index.ts';
import { family, type Labels, type MetricFamily, type Sample } from './metric-family.ts';

/** One machine of a service or an engine. */
export interface ObservedNode {
  /** 'playlist', 'cassandra' */
  readonly engine: string;
  readonly machine: Machine;
  readonly stations: readonly Station[];
  requests(): number;
}

/** A figure that an engine shows. */
export interface ObservedGauge {
  readonly name: string;
  readonly unit: string;
  readonly group: string;
  read(): number | null;
  /** It means something to one reader at regular times alone: whoever else looks takes a part of it away. */
  readonly sinceLastLook?: boolean;
}

/** A count that an engine shows: it grows from the start on. */
export interface ObservedCounter {
  /** Without prefix and '_total'. */
  readonly name: string;
  readonly description: string;
  readonly labels?: Labels;
  read(): number;
}

export function nodeFamilies(nodes: readonly ObservedNode[]): MetricFamily[] {
  const each = (value: (node: ObservedNode) => number): Sample[] =>
    nodes.map((node) => ({ labels: labelsOf(node), value: value(node) }));
  const resources = nodes.flatMap((node) =>
    node.stations
      .filter(({ servers }) => Number.isFinite(servers))
      .map((station) => ({ station, labels: { ...labelsOf(node), resource: resourceOf(node, station) } })),
  );
  const ofResources = (value: (station: Station) => number): Sample[] =>
    resources.map(({ station, labels }) => ({ labels, value: value(station) }));
  return [
    family(
      'gauge',
      'node_up',
      'Whether the process of the node is alive.',
      each(({ machine }) => Number(machine.up)),
    ),
    family('counter', 'node_requests_total', 'Requests that the node has served.', [
      ...each((node) => node.requests()),
    ]),
    family(
      'counter',
      'resource_busy_seconds_total',
      'Busy time summed over the servers of a resource: its rate over resource_servers is the utilisation.',
      ofResources((station) => station.read().busyNs / 1e9),
    ),
    family(
      'gauge',
      'resource_servers',
      'How many requests the resource works on at once: cores, disk heads, threads.',
      ofResources(({ servers }) => servers),
    ),
    family(
      'gauge',
      'resource_busy_servers',
      'Servers that are busy at present.',
      ofResources(({ busy }) => busy),
    ),
    family(
      'gauge',
      'resource_queue_length',
      'Requests that wait for the resource at present.',
      ofResources(({ waiting }) => waiting),
    ),
    family(
      'counter',
      'resource_shed_total',
      'Requests that found the queue of the resource full.',
      ofResources((station) => station.read().shed),
    ),
  ];
}

/**
 * Gauges of engines, a family for each group and unit. Left out are what has nothing to show at present, and rates: those
 * follow from counters, whoever reads them and when.
 */
export function gaugeFamilies(gauges: readonly ObservedGauge[]): MetricFamily[] {
  const families = new Map<string, { name: string; group: string; unit: string; samples: Sample[] }>();
  for (const { name: gauge, unit, group, read, sinceLastLook = false } of gauges) {
    if (sinceLastLook) continue;
    const value = read();
    if (value === null) continue;
    const [suffix, factor] = baseUnit(unit);
    const name = `engine_${words(group)}${suffix}`;
    const known = families.get(name) ?? { name, group, unit, samples: [] };
    families.set(name, known);
    known.samples.push({ labels: { gauge }, value: value * factor });
  }
  return [...families.values()].map(({ name, group, samples }) =>
    family('gauge', name, `What engines show about their ${group}.`, samples),
  );
}

/** A family for each name. */
export function counterFamilies(counters: readonly ObservedCounter[]): MetricFamily[] {
  const families = new Map<string, { description: string; samples: Sample[] }>();
  for (const { name, description, labels = {}, read } of counters) {
    const known = families.get(name) ?? { description, samples: [] };
    families.set(name, known);
    known.samples.push({ labels, value: read() });
  }
  return [...families].map(([name, { description, samples }]) =>
    family('counter', `${name}_total`, description, samples),
  );
}

const labelsOf = ({ engine, machine }: ObservedNode) => ({ component: engine, node: machine.name });

function resourceOf({ machine }: ObservedNode, { name }: Station): string {
  return name.startsWith(`${machine.name} `) ? name.slice(machine.name.length + 1) : name;
}

const BASE_UNITS: Readonly<Record<string, readonly [suffix: string, factor: number]>> = {
  '': ['', 1],
  // A count or a share: the gauge's name says which.
  '1': ['', 1],
  '%': ['_ratio', 0.01],
  ms: ['_seconds', 1e-3],
  µs: ['_seconds', 1e-6],
  ns: ['_seconds', 1e-9],
  s: ['_seconds', 1],
  KB: ['_bytes', 1e3],
  MB: ['_bytes', 1e6],
  GB: ['_bytes', 1e9],
};

/** Prometheus asks for base units in the name: what a unit is called there, and what to multiply with. */
function baseUnit(unit: string): readonly [suffix: string, factor: number] {
  return BASE_UNITS[unit] ?? [`_${words(unit)}`, 1];
}

const words = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
