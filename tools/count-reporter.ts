/**
 * Closes a test run with what was skipped and why, and a plain last line that people and programs read alike:
 * '312 passed, 0 failed, 3 skipped'.
 */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    for (const test of skipped) console.log(`skipped: ${test.fullName}${reasonOf(test)}`);
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    // A file that does not load and an error outside of any test are failures too.
    const broken = modules.reduce((sum, module) => sum + module.errors().length, 0);
    const failed = tests.filter((test) => test.result().state === 'failed').length;
    const summary = [`${passed} passed`, `${failed + broken + unhandledErrors.length} failed`];
    if (skipped.length > 0) summary.push(`${skipped.length} skipped`);
    console.log(summary.join(', '));
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return result.state === 'skipped' && result.note !== undefined ? ` (${result.note})` : '';
}
