/**
 * Checks the result of the showcase: `node tools/check-showcase.ts <result.json>`. Everything confirmed, three scenarios,
 * a digest, every arm's verdict there. Exit code 1 with what is wrong.
 */
import { readFileSync } from 'node:fs';
import type { RunResult } from '../reports/result.ts';
import { parseResult } from '../reports/validate-result.ts';

const EXPECTED = ['hot-partition', 'cache-stampede', 'consumer-lag'];

function problemsOf(result: RunResult): string[] {
  const problems: string[] = [];
  const names = result.scenarios.map(({ name }) => name);
  for (const name of EXPECTED) if (!names.includes(name)) problems.push(`scenario ${name} is missing`);
  if (!/^[0-9a-f]{64}$/.test(result.digest)) problems.push(`the digest is '${result.digest}'`);
  if (result.partial) problems.push('the result is partial');
  if (!result.confirmed) problems.push('the result is not confirmed');
  for (const { scenario, case: testCase, arm, confirmed, sentence } of result.verdicts) {
    if (!confirmed) problems.push(`${scenario} / ${testCase} / ${arm}: ${sentence}`);
  }
  const arms = result.scenarios.flatMap(({ cases }) => cases.flatMap((one) => one.arms));
  if (result.verdicts.length !== arms.length || arms.length === 0) {
    problems.push(`${result.verdicts.length} verdicts for ${arms.length} arms`);
  }
  return problems;
}

const file = process.argv[2];
if (file === undefined) throw new Error('Which result.json?');
const result = parseResult(readFileSync(file, 'utf8'), file);
const problems = problemsOf(result);
for (const problem of problems) console.error(`showcase: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
else {
  const { plays, arms } = result.totals;
  console.log(
    `showcase: ${result.scenarios.length} scenarios confirmed, ${arms} arms at seeds ${result.seeds.join(', ')}, ${plays} plays, digest ${result.digest.slice(0, 12)}`,
  );
}
