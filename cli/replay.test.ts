import { expect, test } from 'vitest';
import { replayCommand } from './replay.ts';

const options = { seed: 1, repeat: 3, listeners: 1_000_000 };

test('the command holds what decides the result', () => {
  expect(replayCommand(['hot-partition'], options)).toBe(
    'npm run -s rehearse -- run hot-partition --seed 1 --repeat 3 --listeners 1000000',
  );
});

test('words that a shell would take apart are quoted', () => {
  const set = new Map([['playlist.schema', 'wide']]);
  const command = replayCommand(['./my own.scenario.ts'], { ...options, arm: ['reads at ONE', "it's"], set });
  expect(command).toContain("run './my own.scenario.ts'");
  expect(command).toContain("--arm 'reads at ONE' --arm 'it'\\''s' --set playlist.schema=wide");
});
