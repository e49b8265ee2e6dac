/** The command line within the process of a test, where it takes a hundredth of the time. */
import { vi } from 'vitest';
import { runCommandLine } from '../cli/main.ts';
import type { Said } from './refusal.ts';

/** Runs one command; nothing of it is left in this process. */
export async function rehearse(...argv: string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const capture = (stream: keyof typeof said) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text);
      return true;
    });
  const spies = [capture('stdout'), capture('stderr')];
  const { exitCode } = process;
  process.exitCode = undefined;
  try {
    await runCommandLine(argv);
    return { status: Number(process.exitCode ?? 0), ...said };
  } finally {
    process.exitCode = exitCode;
    for (const spy of spies) spy.mockRestore();
  }
}
