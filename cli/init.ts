/** `rehearse init`: a scenario of your own that already runs, and a workflow that rehearses it on every push. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from './errors.ts';
import { makeDirectory, reasonOf } from './files.ts';
import { programName } from './replay.ts';
import { type Place, scenarioTemplate, workflowTemplate } from './templates.ts';
import { packedName } from './version.ts';

export function registerInit(program: Command): void {
  program
    .command('init')
    .description('write a scenario of your own and a CI workflow that runs it')
    .argument('<name>', 'lower-case words joined by hyphens')
    .addHelpText('after', '\nExample:\n  rehearse init friday-release')
    .action((name: string) => {
      checkName(name);
      const place = placeOf(process.cwd());
      const scenario = `${name}.scenario.ts`;
      const files = [
        { path: scenario, text: scenarioTemplate(name) },
        { path: `.github/workflows/${name}.yml`, text: workflowTemplate(name, place) },
      ];
      const taken = files.find(({ path }) => existsSync(path));
      if (taken !== undefined) {
        throw new UsageError(`'${taken.path}' exists already and stays as it is: choose another name.`);
      }
      for (const { path, text } of files) write(path, text);
      process.stdout.write(`${files.map(({ path }) => path).join('\n')}\n`);
      process.stdout.write(
        `Run it: ${programName()} run ./${scenario} --listeners 500000\n${setUpText(place)}`,
      );
    });
}

const placeOf = (folder: string): Place =>
  folder === join(import.meta.dirname, '..') ? 'checkout' : 'elsewhere';

/** What an editor and CI need before they know the product: it is in no registry. */
export function setUpText(place: Place): string {
  if (place === 'checkout') return 'Types and CI: nothing to do here, both use this checkout.\n';
  const tarball = `./${packedName()}`;
  return `Types: make ${tarball} by npm pack in the checkout of the product, then npm install --save-dev ${tarball}
CI: commit ${tarball} (the workflow installs it from there), or start the workflow with another 'package'.
`;
}

function checkName(name: string): void {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return;
  const better = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '');
  const hint = better === '' ? '' : ` Try '${better}'.`;
  throw new UsageError(`A scenario's name is lower-case words joined by hyphens, not '${name}'.${hint}`);
}

function write(path: string, text: string): void {
  try {
    makeDirectory(dirname(path));
    // 'wx': whoever wrote the file since we looked keeps it.
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    throw new UsageError(`'${path}' cannot be written: ${reasonOf(error)}.`);
  }
}
