import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { GuardError, installGuard } from './guard.ts';

test('in a guarded worker each host function throws what to use instead, while runs, messages and imports work', async () => {
  const worker = new Worker(new URL('./guard.worker.ts', import.meta.url), {
    workerData: 1_000,
    stdout: true,
  });
  const exit = once(worker, 'exit');
  const [report] = await once(worker, 'message');
  expect(report).toMatchObject({
    ends: [1_000, 1_000, 1_000],
    given: '1970-01-01T00:00:01.000Z',
    isDate: true,
    imported: 3,
  });
  for (const [name, outcome] of Object.entries(report.banned as Record<string, string>)) {
    expect(outcome, name).toMatch(/^GuardError: .+ would let the host into a simulated run/);
    expect(outcome, name).toMatch(/Use (the clock port|keyed randomness|a port)/);
  }
  expect(Object.keys(report.banned).length).toBe(19);
  worker.postMessage({ echo: new Date(5) });
  const [answer] = await once(worker, 'message');
  expect(answer.echo.getTime()).toBe(5);
  expect(await exit).toEqual([0]);
});

test('what was replaced is put back, and the message names the function and its replacement', () => {
  const before = [Date, setTimeout, Math.random, performance.now, process.hrtime, fetch, crypto.randomUUID];
  const remove = installGuard();
  let caught: unknown;
  try {
    Math.random();
  } catch (error) {
    caught = error;
  }
  remove();
  expect([Date, setTimeout, Math.random, performance.now, process.hrtime, fetch, crypto.randomUUID]).toEqual(
    before,
  );
  expect(crypto.randomUUID()).toHaveLength(36);
  expect(caught).toBeInstanceOf(GuardError);
  expect((caught as Error).message).toBe(
    "Math.random() would let the host into a simulated run, which must depend on its seed alone. Use keyed randomness: simulation.random('purpose').uniform(entity, request, attempt).",
  );
});
