import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UsageError } from './errors.ts';
import { findScenario } from './find-scenarios.ts';

const folder = mkdtempSync(join(tmpdir(), 'rehearse-find-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(text: string): string {
  const file = join(folder, 'mine.scenario.mjs');
  writeFileSync(file, text);
  return file;
}

test('a file with a loop without end at its top is refused, and does not take this thread with it', async () => {
  const file = written('for (;;);');
  const refused = await findScenario(file, 500).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UsageError);
  expect((refused as Error).message).toBe(
    `'${file}' is not loaded after 0.5 s. Is there a loop without end at its top, or an await of what comes late?`,
  );
});
