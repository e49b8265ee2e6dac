import { readFileSync } from 'node:fs';

/** The product's own version; 'unknown' where its package.json is not to be found. */
export function productVersion(): string {
  // The packed product lies one folder deeper.
  for (const up of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')).version as string;
    } catch {
      // Not there: one folder up.
    }
  }
  return 'unknown';
}

/** What `npm pack` calls the product's tarball. */
export const packedName = (): string => `rehearsal-rehearse-${productVersion()}.tgz`;
