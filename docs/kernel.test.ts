import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as kernel from '../system/runtime/index.ts';

const page = readFileSync(new URL('./kernel.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]!);

test('the M/M/1 queue on the page runs as it stands, in about 20 lines, and agrees with theory', () => {
  const code = blocks[0]!;
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(22);
  // The condition makes the package resolve to its sources; the working directory makes it resolve at all.
  const output = execFileSync(
    process.execPath,
    ['--conditions=@rehearsal/source', '--input-type=module-typescript', '--eval', code],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  );
  const [wait, utilisation] = [...output.matchAll(/(?:wait|utilisation) ([\d.]+)/g)].map(([, figure]) =>
    Number(figure),
  );
  // A million dependent waits at 0.8: the standard error is 0.05 s (Whitt 1989); three of them.
  expect(Math.abs(wait! - 3.2)).toBeLessThan(0.15);
  expect(utilisation).toBeCloseTo(0.8, 2);
});

test('the call on the page is answered', async () => {
  const simulation = new kernel.Simulation({ seed: 1 });
  const context = new kernel.CallContext(1, new kernel.ProcessLife('service'));
  const code = blocks[1]!.replace('<number>', '');
  const call = new Function('simulation', 'context', `${code}; return call;`)(simulation, context);
  await kernel.drive(simulation, { untilNs: 1 });
  expect(await call.promise).toBe(42);
});

test('every name in the table of parts is one that the kernel exports', () => {
  const table = page.slice(page.indexOf('## What it is made of'), page.indexOf('Handlers are numbers'));
  const names = [...table.matchAll(/^\|.*?\|/gm)].flatMap(([cell]) => [...cell!.matchAll(/`(\w+)`/g)]);
  expect(names.length).toBeGreaterThan(10);
  for (const [, name] of names) expect(kernel).toHaveProperty(name!);
});

test('the driver and the guard that the page speaks of come with the kernel', () => {
  for (const name of ['drive', 'installGuard', 'DeadlockError']) {
    expect(page).toContain(name);
    expect(kernel).toHaveProperty(name);
  }
});
