/** What ends `serve` before it listens, where all of stderr is a log: a line of it too, or whoever reads it sees nothing. */

import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { Said } from './refusal.ts';
import { rehearse } from './rehearse.ts';

interface Line {
  readonly message: string;
  readonly 'log.level': string;
  readonly event: { readonly action: string; readonly outcome?: string };
  readonly service: { readonly name: string };
  readonly labels?: { readonly exit_code?: string };
  readonly error?: { readonly stack_trace?: string };
}

const linesOf = ({ stderr }: Said) =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

const ends = { action: 'end', outcome: 'failure' };

test('with --log json a mistake in the words is one line of the log, wherever it stands', async () => {
  for (const words of [
    ['--log', 'json', '--port', '99999'],
    ['--port', '99999', '--log=json'],
    ['--log', 'json', '--set', 'no.such=1'],
    ['--log', 'json', '--no-such-option'],
    ['--log', 'json', '--tls', '/no/such/folder'],
  ]) {
    const said = await rehearse('serve', ...words);
    expect(said.status).toBe(2);
    expect(said.stdout).toBe('');
    const lines = linesOf(said);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      'log.level': 'fatal',
      event: ends,
      labels: { exit_code: '2' },
      service: { name: 'rehearsal-gateway' },
    });
    expect(lines[0]!.message).toMatch(/^[A-Z/-][^\n]+[.?)!]$/);
  }
});

test('of a service alone the line bears its name, and --debug puts the stack into it', async () => {
  const said = await rehearse('serve', '--debug', '--log', 'json', '--service', 'search', '--set', 'x=1');
  const [line, ...more] = linesOf(said);
  expect(more).toEqual([]);
  expect(line!.service.name).toBe('rehearsal-search');
  expect(line!.error!.stack_trace).toContain('knobs.ts');
});

test('so is a port or a journal that cannot be had', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = other.address() as { port: number };
    const words = ['--log', 'json', '--listeners', '1000', '--port', String(port)];
    const taken = await rehearse('serve', ...words);
    expect(taken.status).toBe(3);
    expect(linesOf(taken).at(-1)).toMatchObject({ event: ends, labels: { exit_code: '3' } });
    const noFolder = await rehearse('serve', ...words, '--data', '/proc/no-journal');
    expect(linesOf(noFolder)).toMatchObject([{ event: ends, labels: { exit_code: '2' } }]);
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
});

test('elsewhere a mistake is a sentence, as it was', async () => {
  for (const words of [
    ['serve', '--log', 'pretty', '--port', '99999'],
    ['serve', '--log', 'json', '--log', 'off', '--port', '99999'],
    ['load', '--log', 'json'],
  ])
    expect((await rehearse(...words)).stderr).toMatch(/^rehearse: [^\n]+\n$/);
});
