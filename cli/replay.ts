/** The command that repeats a run exactly: what decides the result, and nothing else. */
import { join } from 'node:path';
import type { RunOptions } from './run.ts';

type Replayed = Pick<RunOptions, 'seed' | 'repeat' | 'arm' | 'listeners' | 'set' | 'plays'>;

/** How this product is started from where we are: an installed package, its checkout, or another folder. */
export function programName(): string {
  if (!import.meta.url.endsWith('.ts')) return 'npx rehearse';
  const root = join(import.meta.dirname, '..');
  return process.cwd() === root
    ? 'npm run -s rehearse --'
    : `node ${quoted(join(root, 'bin', 'rehearse.js'))}`;
}

export function replayCommand(words: readonly string[], options: Replayed): string {
  const parts = ['run', ...words, '--seed', options.seed, '--repeat', options.repeat];
  parts.push('--listeners', options.listeners);
  for (const arm of options.arm ?? []) parts.push('--arm', arm);
  for (const [knob, value] of options.set ?? []) parts.push('--set', `${knob}=${value}`);
  if (options.plays !== undefined) parts.push('--plays', options.plays);
  return commandLine(parts.map(String));
}

export function commandLine(words: readonly string[]): string {
  return `${programName()} ${words.map(quoted).join(' ')}`;
}

/** For a POSIX shell: bare where nothing needs quoting. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
