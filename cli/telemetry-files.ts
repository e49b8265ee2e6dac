/** Metrics and traces of runs as files: a pair for each arm and seed. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunTelemetry } from '../system/modes/run-telemetry.ts';
import { UsageError } from './errors.ts';
import { makeDirectory, reasonOf } from './files.ts';

interface RunName {
  readonly scenario: string;
  readonly case: string;
  readonly arm: string;
  readonly seed: number;
}

/** Makes the folder now, so that what cannot be written is said before the work. */
export function telemetryWriter(out: string): (run: RunName, telemetry: RunTelemetry) => void {
  const folder = resolve(join(out, 'telemetry'));
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      throw new UsageError(
        `Nothing can be written to '${folder}': ${reasonOf(error)}. Choose another --out.`,
      );
    }
  };
  attempt(() => makeDirectory(folder));
  return (run, { metrics, traces }) => {
    const file = join(folder, fileName(run));
    attempt(() => {
      writeFileSync(`${file}.prom`, metrics);
      writeFileSync(`${file}.spans.jsonl`, traces);
    });
  };
}

/** A scenario of one case calls it by its own name. */
function fileName({ scenario, case: testCase, arm, seed }: RunName): string {
  const name = testCase === scenario ? testCase : `${scenario}-${testCase}`;
  return `${name}-${arm}-seed${seed}`.replace(/[^\w.-]+/g, '-');
}
