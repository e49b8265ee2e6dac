/**
 * The command line as people meet it when they make a mistake: exit code 2, one clear sentence, no stack. In this process,
 * where it takes a hundredth of the time; what is about processes is in `launcher.slow.test.ts`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScenarioResult } from '../reports/result.ts';
import { sampleResult } from '../reports/sample-result.ts';
import { type Said, sentenceOf } from './refusal.ts';
import { rehearse as rehearseHere } from './rehearse.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a folder of its own. */
async function rehearse(...argv: string[]): Promise<Said> {
  const home = process.cwd();
  process.chdir(folder);
  try {
    return await rehearseHere(...argv);
  } finally {
    process.chdir(home);
  }
}

const refusal = async (...argv: string[]) => sentenceOf(await rehearse(...argv));

describe('bad input is refused with exit code 2 and one sentence', () => {
  test('an unknown scenario, with a suggestion', async () => {
    expect(await refusal('run', 'hot-partion')).toContain("Did you mean 'hot-partition'?");
    expect(await refusal('show', 'consumer_lag')).toContain("Did you mean 'consumer-lag'?");
  });

  test('an unknown command and an unknown option, with a suggestion', async () => {
    expect(await refusal('rnu')).toContain('Did you mean run?');
    expect(await refusal('fixtures', 'generate', 'listeners')).toContain(
      'See rehearse fixtures generate --help.',
    );
    expect(await refusal('run', 'all', '--listener', '5')).toContain('Did you mean --listeners?');
  });

  test('what was given is quoted without what would move the cursor', async () => {
    const said = await rehearse('show', '\u001b[2Jgone\u0007');
    expect(said.stderr).toContain("'�[2Jgone�'");
    expect(sentenceOf(said)).not.toContain('\u001b');
  });

  test('numbers that are none, or out of range', async () => {
    expect(await refusal('run', 'all', '--seed', 'lucky')).toContain("not 'lucky'");
    expect(await refusal('run', 'all', '--listeners', '1e9')).toContain('--listeners takes a whole number');
    expect(await refusal('run', 'all', '--repeat', '0')).toContain('from 1 to');
    expect(await refusal('run', 'all', '--workers', '-1')).toContain('--workers');
  });

  test('a mode or a format that does not exist', async () => {
    expect(await refusal('run', 'all', '--mode', 'simulate')).toContain("Did you mean 'simulated'?");
    expect(await refusal('run', 'all', '--format', 'html,jason')).toContain("Did you mean 'json'?");
  });

  test('an unknown knob with a suggestion, a knob without a value, a value that it cannot take', async () => {
    expect(await refusal('run', 'all', '--set', 'cassandra.node=3')).toContain('cassandra.nodes');
    // What resembles nothing gets none.
    expect(await refusal('run', 'all', '--set', 'foo=3')).toContain(
      "no knob 'foo'. 'rehearse show <scenario> --knobs' lists all of them",
    );
    expect(await refusal('run', 'all', '--set', 'cassandra.nodes=3', '--set', 'cassandra.nodes=6')).toContain(
      'cassandra.nodes is set twice, to 3 and to 6',
    );
    expect(await refusal('run', 'all', '--set', 'cassandra.nodes')).toContain('key=value');
    expect(await refusal('run', 'all', '--set', 'cassandra.nodes=many')).toContain('must be a number');
  });

  test('settings that do not go together', async () => {
    expect(await refusal('run', 'consumer-lag', '--set', 'kafka.brokers=2')).toContain(
      'it must be at least 3',
    );
    expect(
      await refusal('run', 'all', '--set', 'cassandra.replicationFactor=7', '--set', 'cassandra.nodes=3'),
    ).toContain('every copy of a row needs a node of its own');
    expect(await refusal('serve', '--set', 'kafka.brokers=2')).toContain('it must be at least 3');
  });

  test('an unknown arm, with those that there are', async () => {
    expect(await refusal('run', 'hot-partition', '--arm', 'bukceted key')).toContain(
      "Did you mean 'bucketed key'?",
    );
  });

  test('fewer listeners than the scenario can scale down to', async () => {
    expect(await refusal('run', 'hot-partition', '--listeners', '10')).toContain('Use --listeners');
  });

  test('a size between two steps, of which half a step would be another load than it says', async () => {
    expect(await refusal('run', 'hot-partition', '--listeners', '749999')).toContain(
      'use --listeners 500000 or 1000000',
    );
  });

  test('an empty name of what is to be written, before anything runs', async () => {
    for (const argv of [
      ['run', 'all', '--out', ''],
      ['load', 'browse', '--out', ' '],
      ['report', 'result.json', '--out', ''],
    ])
      expect(await refusal(...argv)).toContain('--out takes a directory, not nothing');
    expect(await refusal('fixtures', 'generate', 'plays', '--out', '')).toContain(
      '--out takes a file, not nothing',
    );
    expect(await refusal('serve', '--data', '')).toContain('--data takes a directory, not nothing');
  });

  test('a path to purge that is none', async () => {
    expect(await refusal('edge', 'purge', 'audio')).toContain(
      "begins with a slash, such as /audio/t42/, not 'audio'",
    );
  });

  test('load with no profile, with two, and with an arm that there is not', async () => {
    expect(await refusal('load')).toContain('such as browse, or a --scenario');
    expect(await refusal('load', 'browse', '--scenario', 'hot-partition')).toContain('not both');
    expect(await refusal('load', 'browse', '--arm', 'broken')).toContain('--arm needs a --scenario');
  });

  test('a directory that cannot be written', async () => {
    writeFileSync(join(folder, 'occupied'), '');
    expect(await refusal('run', 'hot-partition', '--out', 'occupied/reports')).toContain(
      'Choose another --out',
    );
  });

  test.runIf(process.platform === 'linux')(
    'a directory that the system cannot make, without trying for ever',
    async () => {
      expect(await refusal('run', 'hot-partition', '--out', '/proc/reports')).toContain(
        'Choose another --out',
      );
    },
  );

  test('a result that is broken, foreign or missing', async () => {
    writeFileSync(join(folder, 'broken.json'), '{"version": 1,');
    writeFileSync(join(folder, 'foreign.json'), '{"name": "something"}');
    expect(await refusal('report', 'broken.json')).toContain('is not JSON');
    expect(await refusal('report', 'foreign.json')).toContain('is not a result');
    expect(await refusal('run', 'hot-partition', '--baseline', 'missing.json')).toContain('no such file');
  });

  test('a plays file that is malformed, with its line', async () => {
    writeFileSync(join(folder, 'plays.csv'), 'listener,artist,plays\n1,2,3\n1,2,minus one\n');
    expect(await refusal('run', 'hot-partition', '--plays', 'plays.csv')).toContain('line 3');
  });
});

test('a mode that this version lacks is refused with exit code 3', async () => {
  const { status, stderr } = await rehearse('run', 'hot-partition', '--mode', 'real');
  expect(status).toBe(3);
  expect(stderr).toMatch(/^rehearse: Mode 'real' is not available[^\n]+\n$/);
  const embedded = await rehearse('run', 'hot-partition', '--mode', 'embedded');
  expect(embedded.status).toBe(3);
  expect(embedded.stderr).toContain('rehearse serve is the embedded system');
  const help = (await rehearse('run', '--help')).stdout.replaceAll(/\s+/g, ' ');
  expect(help).not.toContain('embedded or real');
  expect(help).toContain('in steps of half a million; what is one thread (Redis) does not');
  expect(help).toContain('--listeners scales what scenarios state, not what is set');
});

test('the stack is shown to whoever asks for it', async () => {
  expect((await rehearse('show', 'nothing', '--debug')).stderr).toMatch(/\n\s+at /);
});

test('list --json is JSON alone', async () => {
  const { status, stdout } = await rehearse('list', '--json');
  expect(status).toBe(0);
  const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['hot-partition', 'cache-stampede', 'consumer-lag']));
});

test('results are rendered again beside a baseline, and what is worse is the exit code', async () => {
  const before = sampleResult({ scenarios: ['cache-stampede'], seeds: [1, 2, 3] });
  const after = structuredClone(before);
  after.digest = 'another';
  const [{ cases }] = after.scenarios as [ScenarioResult];
  const arm = cases[0]!.arms.find(({ name }) => name === 'lock')!;
  for (const run of arm.runs) run.objectives[0]!.measured *= 2;
  for (const [name, result] of Object.entries({ before, after }))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(result));
  expect((await rehearse('report', 'after.json', '--out', 'same', '--baseline', 'after.json')).status).toBe(
    0,
  );
  const worse = await rehearse('report', 'after.json', '--out', 'worse', '--baseline', 'before.json');
  expect([worse.status, worse.stdout]).toEqual([
    1,
    expect.stringContaining('Regressed: cache-stampede / lock.'),
  ]);
  for (const file of ['summary.md', 'report.html', 'junit.xml'])
    expect(readFileSync(join(folder, 'worse', file), 'utf8')).toContain('cache-stampede / lock');
  expect(readFileSync(join(folder, 'worse', 'junit.xml'), 'utf8')).toContain('classname="baseline"');
});
