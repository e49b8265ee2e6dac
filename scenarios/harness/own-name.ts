/**
 * Lets a scenario file import '@rehearsal/rehearse' wherever it lies: where the package is not installed beside it (a
 * checkout, a global installation), the name leads to the product that is running.
 */
import { registerHooks } from 'node:module';

const NAME = '@rehearsal/rehearse';

/** Modules under the package's names, relative to its root; in the packed product they are JavaScript under dist/. */
const MODULES: Readonly<Record<string, string>> = {
  [NAME]: 'index',
  [`${NAME}/kernel`]: 'system/runtime/index',
};

let registered = false;

/**
 * What `npm init` writes today makes a folder CommonJS, and `npm install` says nothing, of which Node warns in each thread.
 * Scenarios are ES modules all the same.
 */
function formatOf(url: string, format: string | null | undefined): string | null | undefined {
  const unsaid = (format ?? null) === null && url.endsWith('.ts');
  return unsaid || format === 'commonjs-typescript' ? 'module-typescript' : format;
}

/** Once a thread. An installed copy beside the scenario is not preferred: two harnesses in one process would not mix. */
export function resolveOwnName(): void {
  if (registered) return;
  registered = true;
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const module = MODULES[specifier];
      if (module === undefined) return nextResolve(specifier, context);
      const { href } = new URL(`../../${module}${extension}`, import.meta.url);
      return { url: href, shortCircuit: true };
    },
    load(url, context, nextLoad) {
      return nextLoad(url, { ...context, format: formatOf(url, context.format) });
    },
  });
}
