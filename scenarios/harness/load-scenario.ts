/** Loads a scenario from the module that defines it: one of ours, or a file of the user's. */
import { checkScenario } from './check-scenario.ts';
import { resolveOwnName } from './own-name.ts';
import { type Scenario, ScenarioError } from './scenario.ts';

function isScenario(value: unknown): value is Scenario {
  return (
    typeof value === 'object' && value !== null && 'cases' in value && 'phases' in value && 'name' in value
  );
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
    throw new ScenarioError(`${module} cannot be loaded: ${(error as Error).message}`);
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
