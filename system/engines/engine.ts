import type { Hop } from '../ports/context.ts';
import type { Machine, Network, Simulation, Station } from '../runtime/kernel/index.ts';

/** What an embedded engine is built on; made by the composition root. */
export interface EngineEnvironment {
  readonly simulation: Simulation;
  readonly network: Network;
  /** A new machine: its number addresses it on the network. */
  createMachine(name: string): Machine;
  /** The number under which time is booked for this name in a request's latency breakdown ('cassandra.read queue'). */
  hop(name: string): Hop;
}

/** Where a figure of a run comes from: a function that is read once a second. */
export interface Gauge {
  /** 'cassandra-3 pending compactions' */
  readonly name: string;
  readonly unit: string;
  /** Charts are drawn by group: 'lag', 'load', 'cache', 'rate'. */
  readonly group: string;
  /** The present value; null where there is nothing to measure. */
  read(): number | null;
  /** It is about the time since it was read last: for one reader, who comes at regular times. */
  readonly sinceLastLook?: boolean;
}

/** What is counted from the start on: any number of readers see the same, at whatever times. */
export interface Counter {
  /** With its base unit, as Prometheus has it, without prefix and '_total': 'edge_egress_bytes'. */
  readonly name: string;
  /** A sentence; the same for all of a name. */
  readonly description: string;
  /** Which of several. Values come from code and configuration. */
  readonly labels?: Readonly<Record<string, string>>;
  read(): number;
}

/** One machine of an engine, as load tables and charts see it. */
export interface EngineNode {
  readonly machine: Machine;
  /** Its resources; the busiest one is the node's utilisation. */
  readonly stations: readonly Station[];
  /** Requests served since the start of the run. */
  requests(): number;
  /** Bytes of its largest partition, log or index; null where that means nothing. */
  largestBytes(): number | null;
}

/**
 * What of an engine outlives the process, where somebody journals it. A change is a plain value that a structured clone
 * carries; putting the changes back in their order, into an engine of the same data model, makes it what it was.
 */
export interface Durable {
  /** The listener is told of each change within the event that decides it, before anybody hears of its success. */
  onChange(listener: (change: unknown) => void): void;
  /** Puts a change of an earlier process back, outside time. Changes that were there already alter nothing. */
  restore(change: unknown): void;
  /** All changes are back: time may begin. */
  restored(): void;
  /** Changes that make of an empty engine what this one is: what it holds now, not how it came about. */
  changes(): Iterable<unknown>;
}

/** What every embedded engine shows to the harness, beside the port that services use. */
export interface EmbeddedEngine {
  /** 'cassandra' */
  readonly name: string;
  readonly nodes: readonly EngineNode[];
  readonly gauges: readonly Gauge[];
  /** Beside the requests of its nodes; absent: nothing. */
  readonly counters?: readonly Counter[];
  /** Absent: what it holds is lost with the process, as a cache's contents are. */
  readonly durable?: Durable;
  /** Stops periodic work (refreshes, flush checks, heartbeats) so that a run can end with an empty heap. */
  stop(): void;
}
