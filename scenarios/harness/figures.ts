/** What objectives, evidence and sentences may read from a finished run of one arm. */
import { quantileMs } from '../../reports/percentiles.ts';
import type { ArmRun, NodeLoad, OperationResult, PhaseWindow, TimeSeries } from '../../reports/result.ts';
import { didYouMean } from '../../system/runtime/suggest.ts';

export interface RunFigures {
  /** Latency quantile of an operation in a phase, in ms. `q` in (0, 1]. Throws FigureError when nothing was answered. */
  latencyMs(operation: string, phase: string, q: number): number;
  /** Failed share of the finished requests, 0 to 1. Throws FigureError when none has finished. */
  errorShare(operation: string, phase: string): number;
  /** Throws FigureError for an operation that there is not. */
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

/** A list that is longer says little more than the suggestion. */
const NAMES_SHOWN = 40;

function noSuch(what: string, name: string, known: readonly string[]): FigureError {
  const more = known.length - NAMES_SHOWN;
  const shown = known.slice(0, NAMES_SHOWN).join(', ');
  const there =
    known.length === 0 ? 'There are none' : `There are: ${shown}${more > 0 ? ` and ${more} more` : ''}`;
  return new FigureError(`There ${what} '${name}' in this run.${didYouMean(name, known)} ${there}.`);
}

export function figuresOf(
  run: Omit<ArmRun, 'objectives' | 'evidence'>,
  phases: readonly PhaseWindow[],
): RunFigures {
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const window = (phase: string): PhaseWindow => {
    const found = phases.find(({ name }) => name === phase);
    if (found === undefined)
      throw noSuch(
        'is no phase',
        phase,
        phases.map(({ name }) => name),
      );
    return found;
  };
  const invariant = (name: string) => {
    const found = run.invariants.find((result) => result.name === name);
    if (found === undefined)
      throw noSuch(
        'is no checked invariant',
        name,
        run.invariants.map((result) => result.name),
      );
    return found;
  };
  /** Those that had no arrival stand among the series alone. */
  const operations = [
    ...new Set([
      ...run.series.filter(({ group }) => group === 'rate').map(({ name }) => name.replace(/ rate$/, '')),
      ...run.phases.flatMap((phase) => phase.operations.map(({ operation }) => operation)),
    ]),
  ];
  const known = (operation: string, phase: string): OperationResult | undefined => {
    if (!operations.includes(operation)) throw noSuch('is no operation', operation, operations);
    return figures.operation(operation, phase);
  };
  /** With at least one answer: what nobody asked, and what is misspelt, must not pass as zero. */
  const seen = (operation: string, phase: string): OperationResult => {
    const found = known(operation, phase);
    if (found !== undefined && found.conservation.completed + found.conservation.failed > 0) return found;
    throw new FigureError(`Nothing was answered of '${operation}' in the phase '${phase}' of this run.`);
  };
  const figures: RunFigures = {
    operation(operation, phase) {
      window(phase);
      const operations = run.phases.find(({ name }) => name === phase)?.operations;
      return operations?.find((result) => result.operation === operation);
    },
    latencyMs(operation, phase, q) {
      // 99 would be the slowest request of all.
      if (!(q > 0 && q <= 1))
        throw new FigureError(
          `latencyMs('${operation}', '${phase}', ${q}) takes a share above 0 and up to 1: 0.99 for the 99th percentile.`,
        );
      return quantileMs(seen(operation, phase).latency, q);
    },
    errorShare(operation, phase) {
      const { completed, failed } = seen(operation, phase).conservation;
      return failed / (completed + failed);
    },
    completedPerSecond(operation, phase) {
      const { startS, endS } = window(phase);
      return (known(operation, phase)?.conservation.completed ?? 0) / (endS - startS);
    },
    nodes(engine, phase) {
      window(phase);
      const found = run.nodes.filter((node) => node.engine === engine && node.phase === phase);
      if (found.length === 0)
        throw noSuch('are no nodes of', engine, [...new Set(run.nodes.map((node) => node.engine))]);
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
      if (series === undefined)
        throw noSuch(
          'is no series',
          name,
          run.series.map((one) => one.name),
        );
      const { startS, endS } = window(phase);
      const index = (s: number) => Math.round((s - series.startS) / series.stepS);
      return series.values.slice(index(startS), index(endS)).filter((value) => value !== null);
    },
    figure(name) {
      const found = run.figures.find((figure) => figure.name === name);
      if (found === undefined)
        throw noSuch(
          'is no figure',
          name,
          run.figures.map((one) => one.name),
        );
      return found.value;
    },
    violations: (name) => invariant(name).violations,
    checked: (name) => invariant(name).checked,
  };
  return figures;
}
