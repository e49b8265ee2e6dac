import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { profiles } from './profiles.ts';

/** What a file imports at run time: types are gone by then. */
const IMPORT = /^(?:import|export)(?!\s+type\b)[^;]*?\bfrom\s+'([^']+)'/gm;

/** Everything that a script brings along, and the modules that are no files. */
function closureOf(script: string): { files: Set<string>; modules: Set<string> } {
  const files = new Set<string>();
  const modules = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, name] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (name!.startsWith('.')) visit(join(dirname(file), name!));
      else modules.add(name!);
    }
  };
  visit(join(import.meta.dirname, script));
  return { files, modules };
}

test('every profile has a script that k6 can load: nothing in it needs Node or a package', () => {
  for (const { name } of profiles) {
    const { files, modules } = closureOf(`${name}.ts`);
    expect(files.size, name).toBeGreaterThan(10);
    expect([...modules].filter((one) => !/^k6(\/|$)/.test(one))).toEqual([]);
    expect([...files].filter((file) => file.endsWith('fixtures/names.ts'))).toEqual([]);
  }
});
