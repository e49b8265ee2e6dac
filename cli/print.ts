/** What a run leaves: reports in the output directory, a table (or JSON) on stdout, the paths that were written. */
import type { RunResult } from '../reports/result.ts';
import { terminalWidth } from './text.ts';

export const FORMATS = ['html', 'json', 'junit', 'markdown'] as const;

export interface PrintOptions {
  readonly out: string;
  readonly format: readonly (typeof FORMATS)[number][];
  readonly json?: boolean;
}

/** Returns whether the result is worse than the baseline, or that cannot be told. Throws ReportError where the two have nothing in common. */
export async function printResult(
  result: RunResult,
  baseline: RunResult | null,
  options: PrintOptions,
): Promise<boolean> {
  const { comparedWith } = await import('../reports/baseline.ts');
  const { passes } = await import('../reports/compare.ts');
  const { writeReports } = await import('../reports/write.ts');
  const compared = baseline === null ? null : comparedWith(baseline, result);
  const written = await writeReports(result, { directory: options.out, formats: options.format, compared });
  const beside = options.json ? process.stderr : process.stdout;
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(await tableOf(result));
  // Only now: what was run is written and shown, whatever it was to be compared with.
  if (compared instanceof Error) throw compared;
  if (compared !== null) {
    const { renderComparison } = await import('../reports/render-comparison.ts');
    const width = terminalWidth(process.stdout);
    beside.write(`${renderComparison(compared, { width }).trimEnd()}\n`);
  }
  beside.write(`${written.length === 0 ? '' : `\nWritten: ${written.join(', ')}\n`}`);
  return compared !== null && !passes(compared);
}

async function tableOf(result: RunResult): Promise<string> {
  const { renderTable, terminalOptions } = await import('../reports/terminal.ts');
  return renderTable(result, terminalOptions(process.stdout, process.env));
}
