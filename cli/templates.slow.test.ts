import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workflowTemplate } from './templates.ts';
import { packedName } from './version.ts';

const ROOT = join(import.meta.dirname, '..');

it('the tarball that the workflow installs is the one that npm pack makes', () => {
  const json = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [packed] = JSON.parse(json) as { filename: string }[];
  expect(packedName()).toBe(packed!.filename);
  const workflow = workflowTemplate('friday-release', 'elsewhere');
  expect(workflow).toContain(`PACKAGE: \${{ inputs.package || './${packed!.filename}' }}`);
  expect(workflow).toContain('npm install --no-save "$PACKAGE"');
  expect(workflow).toContain('npx rehearse run ./friday-release.scenario.ts');
});
