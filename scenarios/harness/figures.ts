/** What objectives, evidence and sentences may read from a finished run of one arm. */
import type { NodeLoad, OperationResult, TimeSeries } from '../../reports/result.ts';

export interface RunFigures {
  /** Latency quantile of an operation in a phase, in ms; 0 when nothing happened. `q` in (0, 1]. */
  latencyMs(operation: string, phase: string, q: number): number;
  /** Failed share of the finished requests, 0 to 1. */
  errorShare(operation: string, phase: string): number;
  completedPerSecond(operation: string, phase: string): number;
  operation(operation: string, phase: string): OperationResult | undefined;
  nodes(engine: string, phase: string): readonly NodeLoad[];
  /** Mean utilisation over the nodes of an engine, 0 to 1. */
  meanUtilisation(engine: string, phase: string): number;
  /** Mean utilisation of the `count` busiest nodes of an engine. */
  busiestUtilisation(engine: string, phase: string, count: number): number;
  series(name: string): TimeSeries | undefined;
  /** Values of a series within a phase, gaps left out. */
  valuesIn(name: string, phase: string): readonly number[];
  /** A named figure that the run collected ('peak database reads per expiry'). */
  figure(name: string): number;
  violations(invariant: string): number;
  checked(invariant: string): number;
}
