/**
 * Emits what the packed product runs: JavaScript and declarations in dist/, and beside them the files that are read at
 * run time. Node refuses to strip types below node_modules, so a package cannot ship its sources alone.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
/** Folders whose files that are not TypeScript travel along: schemas, contracts, styles. */
const WITH_ASSETS = ['system', 'fixtures', 'scenarios', 'reports', 'bench', 'laws', 'cli'];

rmSync(dist, { recursive: true, force: true });
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

for (const file of globSync(`{${WITH_ASSETS.join(',')}}/**/*.{json,proto,css,html,svg}`, { cwd: root })) {
  if (file.startsWith(join('reports', 'out'))) continue;
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  copyFileSync(join(root, file), join(dist, file));
}

// The compiler rewrites imports; URLs of modules (workers, the registry) are left to us.
for (const file of globSync('**/*.js', { cwd: dist })) {
  const path = join(dist, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(/(new URL\(\s*['"`]\.[^'"`]+)\.ts(['"`]\s*,\s*import\.meta\.url)/g, '$1.js$2');
  if (after !== before) writeFileSync(path, after);
}
