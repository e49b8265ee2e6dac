/** `rehearse compare`: what became better or worse between two results, paired by seed. */
import type { Command } from 'commander';
import { EXIT } from './errors.ts';
import { readResult } from './files.ts';
import { REGRESSION_HELP } from './regression-help.ts';
import { terminalWidth } from './text.ts';

export function registerCompare(program: Command): void {
  program
    .command('compare')
    .description('compare two results by seed; exit 1 on a regression, or where that cannot be told')
    .argument('<a.json>', 'the earlier result')
    .argument('<b.json>', 'the later result')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nExample:\n  rehearse compare before/result.json after/result.json\n\n${REGRESSION_HELP}`,
    )
    .action(async (before: string, after: string, options: { json?: boolean }) => {
      const [a, b] = [await readResult(before), await readResult(after)];
      const { compareResults, passes } = await import('../reports/compare.ts');
      const { renderComparison } = await import('../reports/render-comparison.ts');
      const comparison = compareResults(a, b);
      const text = options.json
        ? JSON.stringify(comparison, null, 2)
        : renderComparison(comparison, { width: terminalWidth(process.stdout) });
      process.stdout.write(`${text.trimEnd()}\n`);
      process.exitCode = passes(comparison) ? EXIT.confirmed : EXIT.refuted;
    });
}
