/** `rehearse events`: dead letters of a live system (rehearse serve), and sending them again. */
import type { Command } from 'commander';
import type { DeadLettersOfTopic } from '../system/modes/dead-letters.ts';
import { askSystem, TARGET_OPTION, type Target } from './live-system.ts';
import { AUTHORITY_OPTION, grouped, wholeNumber } from './options.ts';

export function registerEvents(program: Command): void {
  const events = program
    .command('events')
    .description('messages of a live system (rehearse serve) that were set aside');
  events
    .command('dead-letters')
    .description('what was set aside, by topic, with the newest ones and why')
    .option(...TARGET_OPTION)
    .option(...AUTHORITY_OPTION)
    .option('--limit <n>', 'how many of each topic are shown', wholeNumber('--limit', 0, 100), 5)
    .option('--json', 'print it as JSON')
    .action(async (options: Target & { readonly limit: number }) => {
      const found = await askSystem(options, `/admin/dead-letters?limit=${options.limit}`, {
        missing: 'has no dead letters: its messages have no schemas (events.format=off)',
      });
      const { topics } = found as { topics: readonly DeadLettersOfTopic[] };
      process.stdout.write(options.json === true ? `${JSON.stringify(topics)}\n` : textOf(topics));
    });
  events
    .command('redrive')
    .description('send the dead letters of a topic again, for the group that could not handle them')
    .argument('<topic>', 'such as plays')
    .option(...TARGET_OPTION)
    .option(...AUTHORITY_OPTION)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nMend the cause before: what still cannot be handled is set aside again, and after some times for good.\n\nExample:\n  rehearse events dead-letters && rehearse events redrive plays',
    )
    .action(async (topic: string, options: Target) => {
      const report = await askSystem(options, '/admin/dead-letters/redrive', { body: { topic } });
      const { sent, left } = report as { sent: number; left: number };
      const text = `${grouped(sent)} sent again, ${grouped(left)} left where they are.\n`;
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : text);
    });
}

function textOf(topics: readonly DeadLettersOfTopic[]): string {
  const lines = topics.flatMap(({ topic, kept, sinceStart, newest }) => [
    `${topic}: ${kept === 0 ? 'none' : `${grouped(kept)}, ${grouped(sinceStart)} of them since the start`}`,
    ...newest.map(
      ({ at, reason, error, from, group, times }) =>
        `  ${at}  ${reason}  from ${from.partition}/${from.offset} by ${group}${times > 1 ? `, ${times} times` : ''}\n    ${error}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
