import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sampleResult } from './sample-result.ts';
import { parseResult } from './validate-result.ts';
import { ReportError, writeReports } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'rehearse-reports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const result = sampleResult({ seeds: [1], scenarios: ['hot-partition'] });

it('makes the directory, writes every report and leaves nothing else', async () => {
  const directory = join(folder, 'new', 'deep');
  const written = await writeReports(result, { directory });
  expect(readdirSync(directory).sort()).toEqual(['junit.xml', 'report.html', 'result.json', 'summary.md']);
  expect(written).toHaveLength(4);
  const file = join(directory, 'result.json');
  expect(parseResult(readFileSync(file, 'utf8'), file)).toEqual(result);
});

it('writes only the formats that were asked for', async () => {
  const directory = join(folder, 'two');
  const written = await writeReports(result, { directory, formats: ['markdown', 'junit'] });
  expect(written).toEqual([join(directory, 'summary.md'), join(directory, 'junit.xml')]);
});

it('a file where the directory should be is refused with the reason', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const refused = writeReports(result, { directory: file });
  await expect(refused).rejects.toThrow(ReportError);
  await expect(writeReports(result, { directory: file })).rejects.toThrow(
    `Cannot write to '${file}': it is a file, not a directory.`,
  );
  await expect(writeReports(result, { directory: join(file, 'below') })).rejects.toThrow(
    'a part of the path is a file, not a directory',
  );
});
