/** Loads a scenario from the module that defines it: one of ours, or a file of the user's. */
import { fileURLToPath } from 'node:url';
import { checkScenario } from './check-scenario.ts';
import { resolveOwnName } from './own-name.ts';
import { type Scenario, ScenarioError } from './scenario.ts';

function isScenario(value: unknown): value is Scenario {
  return (
    typeof value === 'object' && value !== null && 'cases' in value && 'phases' in value && 'name' in value
  );
}

/**
 * Where in the file it went wrong, as far as Node says it: before the stack where types could not be stripped, in it where
 * the module threw. Plain JavaScript that cannot be parsed has no place.
 */
function placeOf({ stack = '' }: Error, module: string): string {
  const [first = ''] = stack.split('\n', 1);
  const parsed = /^(.+):(\d+)$/.exec(first);
  if (parsed !== null) {
    const [, where = '', line] = parsed;
    // A path, or a URL where Node was told that it is an ES module.
    const file = where.startsWith('file:') ? fileURLToPath(where) : where;
    return file === fileURLToPath(module) ? ` (line ${line})` : ` (${file}, line ${line})`;
  }
  const threw = stack.split('\n').find((frame) => frame.includes(module));
  const line = threw === undefined ? undefined : /:(\d+):\d+\)?$/.exec(threw)?.[1];
  return line === undefined ? '' : ` (line ${line})`;
}

/**
 * `module`: URL of the module. It exports the scenario as its default or by any name. With `name`, the scenario of that
 * name. Throws `ScenarioError` when the file cannot be loaded or holds none.
 */
export async function loadScenario(module: string, name?: string): Promise<Scenario> {
  resolveOwnName();
  let loaded: Record<string, unknown>;
  try {
    loaded = (await import(module)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    const { message } = error as Error;
    throw new ScenarioError(`${module} cannot be loaded: ${message}${placeOf(error as Error, module)}`);
  }
  const found = Object.values(loaded).filter(isScenario);
  const scenario = name === undefined ? found[0] : found.find((candidate) => candidate.name === name);
  if (scenario !== undefined) {
    // It may be a plain object, which nobody has looked at.
    checkScenario(scenario);
    return scenario;
  }
  const wanted = name === undefined ? 'a scenario' : `a scenario named '${name}'`;
  throw new ScenarioError(
    `${module} does not export ${wanted}: export default defineScenario({ … }) from @rehearsal/rehearse.`,
  );
}
