/** `rehearse edge`: what an operator does to the points of presence of a live system (rehearse serve). */
import type { Command } from 'commander';
import { UsageError } from './errors.ts';
import { askSystem, TARGET_OPTION, type Target } from './live-system.ts';
import { AUTHORITY_OPTION } from './options.ts';

export function registerEdge(program: Command): void {
  const edge = program
    .command('edge')
    .description('the points of presence of a live system (rehearse serve)');
  edge
    .command('purge')
    .description('drop all copies of an object, or of everything below a path that ends with /')
    .argument('<path>', 'such as /audio/t42/')
    .option(...TARGET_OPTION)
    .option(...AUTHORITY_OPTION)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nWhat is asked for afterwards is fetched from the origin again; a new version of a track needs no purge, because its\nURL differs.\n\nExample:\n  rehearse edge purge /audio/t42/',
    )
    .action(async (path: string, options: Target) => {
      if (!path.startsWith('/'))
        throw new UsageError(`A path begins with a slash, such as /audio/t42/, not '${path}'.`);
      const body = path.endsWith('/') ? { prefix: path } : { path };
      const report = await askSystem(options, '/admin/edge/purges', { body });
      const { tookMs } = report as { tookMs: number };
      const text = `No point of presence has ${path} any more: the last one confirmed after ${Math.round(tookMs)} ms.\n`;
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : text);
    });
}
