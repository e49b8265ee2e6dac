/** The machine, the product and the commit behind a result: what is left out of its digest. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Environment } from '../../reports/result.ts';

/** Times are still to be filled in. */
export function hostEnvironment(workers: number, drain: string): Environment {
  return {
    product: productVersion(),
    commit: commitOf(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    workers,
    drain,
    startedAt: '',
    wallSeconds: 0,
    cpuSeconds: 0,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function productVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      return `${name} ${version}`;
    } catch {
      // The packed product lies one folder deeper.
    }
  }
  return 'unknown';
}

function commitOf(): string | null {
  try {
    const cwd = new URL('.', import.meta.url);
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim();
  } catch {
    return null;
  }
}
