import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import type { BenchFigure } from '../bench/index.ts';
import { registerBench } from './bench.ts';

const figures: BenchFigure[] = [
  {
    name: 'fastPerCpuSecond',
    value: 8_123_456,
    samples: [8_123_456],
    unit: 'events/CPU-s',
    model: 'a queue',
    target: 6e6,
    met: true,
  },
  {
    name: 'slowPerCpuSecond',
    value: 1_000_000,
    samples: [1_000_000],
    unit: 'awaits/CPU-s',
    model: 'a service',
    target: 2e6,
    met: false,
  },
];

const exitCode = process.exitCode;
afterEach(() => vi.restoreAllMocks());

async function bench(...words: string[]): Promise<{ out: string; err: string }> {
  const written = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.err += text;
    return true;
  });
  const program = new Command().exitOverride();
  registerBench(program, { own: async () => figures, live: async () => [] });
  await program.parseAsync(['bench', ...words], { from: 'user' });
  return written;
}

test('bench --json gives each figure by its name, with its model, and nothing else on stdout', async () => {
  const { out } = await bench('--json');
  expect(JSON.parse(out)).toMatchObject({
    fastPerCpuSecond: 8_123_456,
    slowPerCpuSecond: 1_000_000,
    measures: [{ model: 'a queue' }, { model: 'a service' }],
    node: process.version,
  });
});

test('a missed target is a warning on stderr and no failure', async () => {
  const { out, err } = await bench();
  expect(err).toContain('slowPerCpuSecond is 1,000,000 awaits/CPU-s; the target is 2,000,000.');
  expect(err).not.toContain('fastPerCpuSecond');
  expect(out).toMatch(/fastPerCpuSecond +8,120,000 +events\/CPU-s +meets 6,000,000/);
  expect(process.exitCode).toBe(exitCode);
});
