/** `rehearse search`: what an operator does to the search index of a live system (rehearse serve). */
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ReindexState } from '../system/modes/reindex-desk.ts';
import { UnavailableError } from './errors.ts';
import { askSystem, TARGET_OPTION, type Target } from './live-system.ts';
import { AUTHORITY_OPTION, grouped, wholeNumber } from './options.ts';

const PATH = '/admin/search/reindex';
/** Between two looks at how far it is. */
const LOOK_MS = 250;
const missing = 'has no search index of its own: search runs in another process';

interface Begun {
  readonly index: string;
  readonly shards: number;
}

export function registerSearch(program: Command): void {
  const search = program.command('search').description('the search index of a live system (rehearse serve)');
  search
    .command('reindex')
    .description(
      'make the next version of the index while it is written and searched, and wait until everybody is on it',
    )
    .option(
      '--shards <n>',
      'primary shards of the new index; default: as many as it has',
      wholeNumber('--shards', 1, 1_000),
    )
    .option(...TARGET_OPTION)
    .option(...AUTHORITY_OPTION)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nSearches find all the time what they would have found before; indexing pauses for a moment. How far it is:\nGET /admin/search/reindex. What a killed process left of an earlier one is cleared away at the next start.\n\nExample:\n  rehearse search reindex --shards 3',
    )
    .action(async (options: Target & { readonly shards?: number }) => {
      const body = options.shards === undefined ? {} : { shards: options.shards };
      const begun = (await askSystem(options, PATH, { body, missing })) as Begun;
      const copied = await moved(options, begun);
      const text = `Everybody is on ${begun.index} (${begun.shards} shards, ${grouped(copied)} documents copied); the old index goes in a while.\n`;
      process.stdout.write(options.json === true ? `${JSON.stringify({ ...begun, copied })}\n` : text);
    });
}

/** Documents that were copied, once everybody is on the index. */
async function moved(options: Target, { index }: Begun): Promise<number> {
  for (;;) {
    const { underWay, last } = (await askSystem(options, PATH, { missing })) as ReindexState;
    if (underWay?.index === index && underWay.step === 'keeping') return underWay.copied;
    if (last?.index === index) return last.copied;
    if (underWay?.index !== index)
      throw new UnavailableError(
        `${index} was not finished; what is left of it is cleared away by the next one.`,
      );
    await pause(LOOK_MS);
  }
}
