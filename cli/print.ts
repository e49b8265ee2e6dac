/** What a run leaves: reports in the output directory, a table (or JSON) on stdout, the paths that were written. */
import type { RunResult } from '../reports/result.ts';
import { terminalWidth } from './text.ts';

export const FORMATS = ['html', 'json', 'junit', 'markdown'] as const;

export interface PrintOptions {
  readonly out: string;
  readonly format: readonly (typeof FORMATS)[number][];
  readonly json?: boolean;
}

/** Returns whether the result is worse than the baseline, or too little was run to tell. */
export async function printResult(
  result: RunResult,
  baseline: RunResult | null,
  options: PrintOptions,
): Promise<boolean> {
  const { writeReports } = await import('../reports/write.ts');
  const written = await writeReports(result, { directory: options.out, formats: options.format });
  const beside = options.json ? process.stderr : process.stdout;
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(await tableOf(result));
  let regressed = false;
  if (baseline !== null) {
    const { compareResults } = await import('../reports/compare.ts');
    const { renderComparison } = await import('../reports/render-comparison.ts');
    const comparison = compareResults(baseline, result);
    regressed = comparison.regressed || comparison.undecided;
    beside.write(`${renderComparison(comparison, { width: terminalWidth(process.stdout) }).trimEnd()}\n`);
  }
  beside.write(`${written.length === 0 ? '' : `\nWritten: ${written.join(', ')}\n`}`);
  return regressed;
}

async function tableOf(result: RunResult): Promise<string> {
  const { renderTable, terminalOptions } = await import('../reports/terminal.ts');
  return renderTable(result, terminalOptions(process.stdout, process.env));
}
