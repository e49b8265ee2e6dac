/** `rehearse report`: renders results again, without running anything. */
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from './errors.ts';
import { ensureWritable, readResult } from './files.ts';
import { listOf, pathTo } from './options.ts';
import { FORMATS, printResult } from './print.ts';

interface ReportOptions {
  readonly out?: string;
  readonly format?: readonly (typeof FORMATS)[number][];
  readonly baseline?: string;
}

export function registerReport(program: Command): void {
  program
    .command('report')
    .description('render results again, without running')
    .argument('<result...>', 'result.json of earlier runs')
    .option(
      '--out <dir>',
      'where reports are written (default: beside the result)',
      pathTo('directory', '--out'),
    )
    .option(
      '--format <list>',
      'which reports: html,json,junit,markdown (default: html,junit,markdown)',
      listOf('--format', FORMATS),
    )
    .option(
      '--baseline <file>',
      'a result.json to compare with, as run does; exit 1 on a regression, or where that cannot be told',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse report reports/out/result.json\n  rehearse report new/result.json --baseline old/result.json    # of rehearse load, too',
    )
    .action(async (files: string[], options: ReportOptions) => {
      const baseline = options.baseline === undefined ? null : await readResult(options.baseline);
      const results = [];
      for (const file of files) results.push({ file, result: await readResult(file) });
      for (const [i, { file, result }] of results.entries()) {
        // Several results into one directory would overwrite each other.
        const chosen = options.out === undefined ? dirname(file) : several(options.out, i, results.length);
        ensureWritable(chosen);
        const format = options.format ?? ['html', 'junit', 'markdown'];
        if (await printResult(result, baseline, { out: chosen, format })) process.exitCode = EXIT.refuted;
      }
    });
}

function several(out: string, index: number, count: number): string {
  return count === 1 ? out : `${out}/${index + 1}`;
}
