/** What objectives, evidence and sentences may read from a finished run of one arm. */
import { quantileMs } from '../../reports/percentiles.ts';
import type { ArmRun, NodeLoad, OperationResult, PhaseWindow, TimeSeries } from '../../reports/result.ts';

export interface RunFigures {
  /** Latency quantile of an operation in a phase, in ms. `q` in (0, 1]. Throws FigureError when nothing was answered. */
  latencyMs(operation: string, phase: string, q: number): number;
  /** Failed share of the finished requests, 0 to 1. Throws FigureError when none has finished. */
  errorShare(operation: string, phase: string): number;
  completedPerSecond(operation: string, phase: string): number;
  operation(operation: string, phase: string): OperationResult | undefined;
  nodes(engine: string, phase: string): readonly NodeLoad[];
  /** Mean utilisation over the nodes of an engine, 0 to 1. */
  meanUtilisation(engine: string, phase: string): number;
  /** The `count` busiest nodes of an engine, the busiest first. */
  busiest(engine: string, phase: string, count: number): readonly NodeLoad[];
  /** Mean utilisation of the `count` busiest nodes of an engine. */
  busiestUtilisation(engine: string, phase: string, count: number): number;
  series(name: string): TimeSeries | undefined;
  /** Values of a series within a phase, gaps left out. */
  valuesIn(name: string, phase: string): readonly number[];
  /** A named figure that the run collected ('database reads per expiry'). */
  figure(name: string): number;
  violations(invariant: string): number;
  checked(invariant: string): number;
}

/** Raised when a scenario asks for something that its run does not have: a spelling mistake must not pass as zero. */
export class FigureError extends Error {
  override readonly name = 'FigureError';
}

export function figuresOf(
  run: Omit<ArmRun, 'objectives' | 'evidence'>,
  phases: readonly PhaseWindow[],
): RunFigures {
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const window = (phase: string): PhaseWindow => {
    const found = phases.find(({ name }) => name === phase);
    if (found === undefined) throw new FigureError(`There is no phase '${phase}' in this run.`);
    return found;
  };
  const invariant = (name: string) => {
    const found = run.invariants.find((result) => result.name === name);
    if (found === undefined) throw new FigureError(`The invariant '${name}' was not checked in this run.`);
    return found;
  };
  /** With at least one answer: what nobody asked, and what is misspelt, must not pass as zero. */
  const seen = (operation: string, phase: string): OperationResult => {
    const found = figures.operation(operation, phase);
    if (found !== undefined && found.conservation.completed + found.conservation.failed > 0) return found;
    throw new FigureError(`Nothing was answered of '${operation}' in the phase '${phase}' of this run.`);
  };
  const figures: RunFigures = {
    operation(operation, phase) {
      window(phase);
      const operations = run.phases.find(({ name }) => name === phase)?.operations;
      return operations?.find((result) => result.operation === operation);
    },
    latencyMs: (operation, phase, q) => quantileMs(seen(operation, phase).latency, q),
    errorShare(operation, phase) {
      const { completed, failed } = seen(operation, phase).conservation;
      return failed / (completed + failed);
    },
    completedPerSecond(operation, phase) {
      const { startS, endS } = window(phase);
      return (figures.operation(operation, phase)?.conservation.completed ?? 0) / (endS - startS);
    },
    nodes(engine, phase) {
      const found = run.nodes.filter((node) => node.engine === engine && node.phase === phase);
      if (found.length === 0) throw new FigureError(`There are no nodes of '${engine}' in this run.`);
      return found;
    },
    meanUtilisation: (engine, phase) => mean(figures.nodes(engine, phase).map((node) => node.utilisation)),
    busiest: (engine, phase, count) =>
      figures
        .nodes(engine, phase)
        .toSorted((a, b) => b.utilisation - a.utilisation)
        .slice(0, count),
    busiestUtilisation: (engine, phase, count) =>
      mean(figures.busiest(engine, phase, count).map((node) => node.utilisation)),
    series: (name) => run.series.find((series) => series.name === name),
    valuesIn(name, phase) {
      const series = figures.series(name);
      if (series === undefined) {
        const known = run.series.map((one) => one.name).join(', ');
        throw new FigureError(`There is no series '${name}' in this run, but: ${known}.`);
      }
      const { startS, endS } = window(phase);
      const index = (s: number) => Math.round((s - series.startS) / series.stepS);
      return series.values.slice(index(startS), index(endS)).filter((value) => value !== null);
    },
    figure(name) {
      const found = run.figures.find((figure) => figure.name === name);
      if (found === undefined) throw new FigureError(`There is no figure '${name}' in this run.`);
      return found.value;
    },
    violations: (name) => invariant(name).violations,
    checked: (name) => invariant(name).checked,
  };
  return figures;
}
