import { expect, it } from 'vitest';
import type { MachineFault } from '../scenarios/harness/scenario.ts';
import { faultScenario } from '../scenarios/harness/test-faults.ts';
import { setUpText } from './init.ts';
import { scenarioTemplate, workflowTemplate } from './templates.ts';

it('no workflow asks a registry for the product: it is in none', () => {
  for (const place of ['elsewhere', 'checkout'] as const)
    expect(workflowTemplate('friday-release', place)).not.toMatch(/--package|npx --yes|install @rehearsal/);
});

it('in a checkout of the product the workflow runs it from there', () => {
  const workflow = workflowTemplate('friday-release', 'checkout');
  expect(workflow).toContain('- run: npm ci\n');
  expect(workflow).toContain('npm run -s rehearse -- run ./friday-release.scenario.ts');
  expect(workflow).not.toContain('PACKAGE');
});

it('init says what types and CI need', () => {
  expect(setUpText('elsewhere')).toMatch(
    /npm pack.*npm install --save-dev \.\/rehearsal-rehearse-.*\.tgz.*commit/s,
  );
  expect(setUpText('checkout')).not.toContain('npm pack');
});

it('the fault that the scenario shows as a comment is one that can be injected', () => {
  const [, line] = /^ +\/\/ faults: (\[.*\]),$/m.exec(scenarioTemplate('mine'))!;
  // The line is written as code.
  const faults = new Function(`return ${line}`)() as MachineFault[];
  expect(faults).toHaveLength(1);
  expect(() => faultScenario(faults)).not.toThrow();
});
