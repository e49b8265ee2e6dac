/** `rehearse events`: dead letters of a live system (rehearse serve), and sending them again. */
import type { Command } from 'commander';
import type { HttpRequest } from '../scenarios/harness/live/http-client.ts';
import type { DeadLettersOfTopic } from '../system/modes/dead-letters.ts';
import { UnavailableError, UsageError } from './errors.ts';
import { readText } from './files.ts';
import { AUTHORITY_OPTION, grouped, wholeNumber } from './options.ts';

interface Target {
  readonly target: string;
  readonly ca?: string;
  readonly json?: boolean;
}

const TARGET = 'http://127.0.0.1:8080';
/** The pages of a process are for its own machine. */
const LOCAL_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export function registerEvents(program: Command): void {
  const events = program
    .command('events')
    .description('messages of a live system (rehearse serve) that were set aside');
  events
    .command('dead-letters')
    .description('what was set aside, by topic, with the newest ones and why')
    .option('--target <url>', 'where the system listens', TARGET)
    .option(...AUTHORITY_OPTION)
    .option('--limit <n>', 'how many of each topic are shown', wholeNumber('--limit', 0, 100), 5)
    .option('--json', 'print it as JSON')
    .action(async (options: Target & { readonly limit: number }) => {
      const found = await ask(options, {
        method: 'GET',
        path: `/admin/dead-letters?limit=${options.limit}`,
        headers: {},
      });
      const { topics } = found as { topics: readonly DeadLettersOfTopic[] };
      process.stdout.write(options.json === true ? `${JSON.stringify(topics)}\n` : textOf(topics));
    });
  events
    .command('redrive')
    .description('send the dead letters of a topic again, for the group that could not handle them')
    .argument('<topic>', 'such as plays')
    .option('--target <url>', 'where the system listens', TARGET)
    .option(...AUTHORITY_OPTION)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nMend the cause before: what still cannot be handled is set aside again, and after some times for good.\n\nExample:\n  rehearse events dead-letters && rehearse events redrive plays',
    )
    .action(async (topic: string, options: Target) => {
      const body = JSON.stringify({ topic });
      const headers = { 'content-type': 'application/json' };
      const path = '/admin/dead-letters/redrive';
      const report = await ask(options, { method: 'POST', path, body, headers });
      const { sent, left } = report as { sent: number; left: number };
      const text = `${grouped(sent)} sent again, ${grouped(left)} left where they are.\n`;
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : text);
    });
}

async function ask({ target, ca }: Target, request: HttpRequest): Promise<unknown> {
  const base = URL.canParse(target) ? new URL(target) : null;
  if (base === null || !/^https?:$/.test(base.protocol) || !LOCAL_NAMES.has(base.hostname))
    throw new UsageError(
      `--target takes the address of a system on this machine, such as ${TARGET}, not '${target}'.`,
    );
  const { HttpClient, NoAnswer, parsed } = await import('../scenarios/harness/live/http-client.ts');
  const client = new HttpClient(base.origin, ca === undefined ? null : readText(ca));
  try {
    const answer = await client.send(request);
    const content = (parsed(answer) ?? {}) as { detail?: string };
    if (answer.status >= 200 && answer.status < 300) return content;
    if (answer.status === 404 && request.method === 'GET')
      throw new UsageError(
        `The system at ${base.origin} has no dead letters: its messages have no schemas (events.format=off).`,
      );
    throw new UsageError(content.detail ?? `${base.origin} answered with ${answer.status}.`);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const hint = base.protocol === 'https:' && ca === undefined ? ', and give --ca its authority' : '';
    throw new UnavailableError(
      `Nothing answers at ${base.origin} (${error.message}): start it with rehearse serve${hint}.`,
    );
  } finally {
    client.close();
  }
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
