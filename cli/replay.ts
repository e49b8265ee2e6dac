/** The command that repeats a run exactly: what decides the result, and nothing else. */
import type { RunOptions } from './run.ts';

type Replayed = Pick<RunOptions, 'seed' | 'repeat' | 'arm' | 'listeners' | 'set' | 'plays'>;

/** `npx rehearse` where the package is installed; a checkout has no such command and goes through npm. */
const PROGRAM = import.meta.url.endsWith('.ts') ? 'npm run -s rehearse --' : 'npx rehearse';

export function replayCommand(words: readonly string[], options: Replayed): string {
  const parts = ['run', ...words, '--seed', options.seed, '--repeat', options.repeat];
  parts.push('--listeners', options.listeners);
  for (const arm of options.arm ?? []) parts.push('--arm', arm);
  for (const [knob, value] of options.set ?? []) parts.push('--set', `${knob}=${value}`);
  if (options.plays !== undefined) parts.push('--plays', options.plays);
  return `${PROGRAM} ${parts.map((part) => quoted(String(part))).join(' ')}`;
}

/** For a POSIX shell: bare where nothing needs quoting. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
