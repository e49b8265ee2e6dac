import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import type { LawResult } from '../laws/index.ts';
import { registerValidate } from './validate.ts';

const exitCode = process.exitCode;
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = exitCode;
});

/** Runs the command and returns what it wrote to stdout. */
async function validate(...words: string[]): Promise<string> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  const program = new Command().exitOverride();
  registerValidate(program);
  await program.parseAsync(['validate', ...words], { from: 'user' });
  return output;
}

test('validate --json gives name, expected, measured, interval, tolerance, bias, unit, source and verdict', async () => {
  const results = JSON.parse(await validate('--json', '--only', '3 attempts, all fail')) as LawResult[];
  expect(results).toEqual([
    {
      name: '3 attempts, all fail: calls per request',
      expected: 3,
      measured: 3,
      interval: [3, 3],
      tolerance: 0.015,
      bias: 0,
      unit: '1',
      source: expect.stringContaining('Google SRE'),
      verdict: 'pass',
      reason: null,
    },
  ]);
  expect(process.exitCode).toBe(exitCode);
});

test('validate prints a line a law and a verdict over all', async () => {
  const output = await validate('--only', 'layers');
  expect(output).toMatch(/^pass +64\.00 +64\.00 +64\.00 to 64\.00/m);
  expect(output).toContain('1 of 1 laws hold.');
});

test('a name that no law has is bad usage, with what was probably meant', async () => {
  const rejection = expect(validate('--only', 'M/M/5 at 0.7: mean wait')).rejects;
  await rejection.toMatchObject({ exitCode: 2, message: expect.stringMatching(/Did you mean 'M\/M\/\d/) });
});
