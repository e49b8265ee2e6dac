/** `rehearse fault`: makes machines and links of a live system (rehearse serve) fail, shows what does, and ends it. */
import type { Command } from 'commander';
import type { FaultState, FaultsState } from '../system/modes/fault-desk.ts';
import type { Fault, Side } from '../system/modes/fault-kinds.ts';
import {
  ALL_OTHERS,
  LIVE_MACHINE_NAMES as KNOWN,
  LONGEST_DELAY_MS,
  LONGEST_FAULT_S,
  type MachineSelection,
} from '../system/modes/fault-machines.ts';
import { didYouMean } from '../system/runtime/suggest.ts';
import { UsageError } from './errors.ts';
import { askSystem, TARGET_OPTION, type Target } from './live-system.ts';
import { AUTHORITY_OPTION, grouped, number } from './options.ts';

interface Timed extends Target {
  readonly for: number;
  readonly after?: number;
}

interface Disturbed extends Timed {
  readonly loss?: number;
  readonly latencyMs?: number;
}

const PATH = '/admin/faults';
const MACHINES =
  'by what runs on them: kafka is all of it, kafka-1 the first, kafka-1..2 two of them, and a comma stands between several';
const ONE = 'what runs on them: kafka is all of it, kafka-1 the first, kafka-1..2 two of them';

export function registerFault(program: Command): void {
  const fault = program
    .command('fault')
    .description('make machines and links of a live system (rehearse serve) fail')
    .addHelpText(
      'after',
      `\nWhat can fail:\n  ${KNOWN.slice(0, 8).join(', ')},\n  ${KNOWN.slice(8).join(', ')}\nWhat each fault does, and what the models leave out: docs/faults.md.\n\nExamples:\n  rehearse fault crash kafka-1 --for 20\n  rehearse fault partition gateway playlist-1,playlist-2 --for 10 --after 30\n  rehearse fault network cassandra 'all others' --for 60 --latency-ms 50\n  rehearse fault end`,
    );
  timed(fault.command('crash'), 'processes die; they start anew afterwards', ONE, (machines, options) => ({
    kind: 'crash',
    ...selection(machines),
    downSeconds: options.for,
  }));
  timed(
    fault.command('pause'),
    'processes stand still, as in a long garbage collection; callers wait',
    ONE,
    (machines, options) => ({ kind: 'pause', ...selection(machines), pauseSeconds: options.for }),
  );
  link(fault.command('partition'), 'no message passes, in either direction', (between, options) => ({
    kind: 'partition',
    between,
    forSeconds: options.for,
  }));
  link(fault.command('network'), 'messages are lost, or take longer', (between, options) => ({
    kind: 'network',
    between,
    forSeconds: options.for,
    ...(options.loss === undefined ? {} : { loss: options.loss }),
    ...(options.latencyMs === undefined ? {} : { extraLatencyMs: options.latencyMs }),
  }))
    .option('--loss <share>', 'of the messages, 0 to 1; TCP sends again what is lost', number('--loss', 0, 1))
    .option(
      '--latency-ms <ms>',
      'that each message takes longer, one way',
      number('--latency-ms', 0, LONGEST_DELAY_MS),
    );
  asking(
    fault.command('list'),
    'faults since the start, newest first, and what links did to messages',
  ).action(async (options: Target) => show(options, await askSystem(options, PATH, { missing: MISSING })));
  asking(fault.command('end'), 'end what acts and drop what is to come; a pause that has begun lasts').action(
    async (options: Target) =>
      show(options, await askSystem(options, PATH, { method: 'DELETE', missing: MISSING })),
  );
}

const MISSING = 'cannot be made to fail: it is an older one, or none of rehearse serve';

const asking = (command: Command, description: string): Command =>
  command
    .description(description)
    .option(...TARGET_OPTION)
    .option(...AUTHORITY_OPTION)
    .option('--json', 'print it as JSON');

const lasting = (command: Command, description: string): Command =>
  asking(command, description)
    .requiredOption('--for <s>', 'how long, in seconds', number('--for', 0.001, LONGEST_FAULT_S))
    .option('--after <s>', 'seconds from now on until it begins', number('--after', 0, LONGEST_FAULT_S));

function timed(
  command: Command,
  description: string,
  machines: string,
  faultOf: (machines: string, options: Timed) => Fault,
): void {
  lasting(command.argument('<machines>', machines), description).action(
    async (words: string, options: Timed) => begin(faultOf(words, options), options),
  );
}

function link(
  command: Command,
  description: string,
  faultOf: (between: readonly [Side, Side | typeof ALL_OTHERS], options: Disturbed) => Fault,
): Command {
  return lasting(
    command.argument('<machines>', MACHINES).argument('<others>', `the other side, or '${ALL_OTHERS}'`),
    description,
  ).action(async (one: string, other: string, options: Disturbed) =>
    begin(faultOf([side(one), other === ALL_OTHERS ? other : side(other)], options), options),
  );
}

async function begin({ kind, ...body }: Fault, options: Timed): Promise<void> {
  const { after = 0 } = options;
  const begun = (await askSystem(options, `${PATH}/${kind}`, {
    body: { ...body, afterSeconds: after },
    missing: MISSING,
  })) as FaultState;
  process.stdout.write(options.json === true ? `${JSON.stringify(begun)}\n` : `${line(begun)}\n`);
}

const side = (words: string): readonly MachineSelection[] =>
  words.split(',').map((word) => selection(word.trim()));

/** 'kafka', 'kafka-1', 'kafka-1..2' */
function selection(words: string): MachineSelection {
  const [, name = words, first, last] = /^(.+?)(?:-(\d+)(?:\.\.(\d+))?)?$/.exec(words) ?? [];
  const machines = KNOWN.find((one) => one === name);
  if (machines === undefined)
    throw new UsageError(
      `There are no machines '${words}': they are called ${KNOWN.join(', ')}, with a number such as kafka-1 for one of them.${didYouMean(name, KNOWN)}`,
    );
  if (first === undefined) return { machines };
  const count = last === undefined ? 1 : Number(last) - Number(first) + 1;
  if (Number(first) < 1 || count < 1)
    throw new UsageError(`Machines are numbered from 1, and '${words}' is none of them.`);
  return { machines, index: Number(first) - 1, count };
}

function show(options: Target, found: unknown): void {
  const state = found as FaultsState;
  process.stdout.write(options.json === true ? `${JSON.stringify(state)}\n` : `${textOf(state)}\n`);
}

function textOf({ faults, messagesLost, messagesDelayed }: FaultsState): string {
  const lines = faults.length === 0 ? ['Nothing was made to fail since the start.'] : faults.map(line);
  if (messagesLost + messagesDelayed === 0) return lines.join('\n');
  const links = `Links lost ${grouped(messagesLost)} messages, each try counts, and slowed ${grouped(messagesDelayed)} down.`;
  return [...lines, links].join('\n');
}

/** '3  acting   kafka-1 crashes, and is back after 20 s (16:02:11 to 16:02:31 UTC)' */
function line({ number: place, state, what, beginsAt, endsAt }: FaultState): string {
  const clock = (time: string) => time.slice(11, 19);
  const when =
    state === 'dropped'
      ? `was to begin at ${clock(beginsAt)} UTC`
      : `${clock(beginsAt)} to ${clock(endsAt)} UTC`;
  return `${place}  ${state.padEnd(7)}  ${what} (${when})`;
}
