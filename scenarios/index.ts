import { loadScenario } from './harness/load-scenario.ts';
import type { Scenario } from './harness/scenario.ts';

/** The incidents that ship with the product: one line each. Load profiles: `load/profiles.ts`. */
export interface RegisteredScenario {
  readonly name: string;
  /** URL of the module; worker threads import it again. */
  readonly module: string;
  load(): Promise<Scenario>;
}

function register(name: string): RegisteredScenario {
  const file = import.meta.url.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`;
  const module = new URL(file, import.meta.url).href;
  return { name, module, load: () => loadScenario(module, name) };
}

export const registry: readonly RegisteredScenario[] = [
  register('hot-partition'),
  register('cache-stampede'),
  register('consumer-lag'),
];
