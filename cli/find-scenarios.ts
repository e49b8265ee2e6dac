/** Turns the words after `run` and `show` into scenarios: names of the registry, files of the user's, or 'all'. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Scenario } from '../scenarios/harness/scenario.ts';
import { didYouMean } from '../system/runtime/suggest.ts';
import { UsageError } from './errors.ts';

export interface Found {
  readonly scenario: Scenario;
  /** URL of the module that defines it: workers load it again. */
  readonly module: string;
  /** What to type to get it: its name, or the file as it was given. */
  readonly word: string;
}

/** Everything in the registry that runs as a scenario. */
export async function registeredScenarios(): Promise<Found[]> {
  const { registry } = await import('../scenarios/index.ts');
  return Promise.all(
    registry.map(async ({ name, module, load }) => ({ scenario: await load(), module, word: name })),
  );
}

/** In the order given, each once. Throws UsageError for a name that is not known and a file that holds no scenario. */
export async function findScenarios(words: readonly string[]): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (const word of words) {
    const these = word === 'all' ? await registeredScenarios() : [await findScenario(word)];
    for (const one of these) {
      const other = found.get(one.scenario.name);
      if (other !== undefined && other.module !== one.module) {
        throw new UsageError(
          `'${other.word}' and '${one.word}' both define a scenario named '${one.scenario.name}': give one of them another name.`,
        );
      }
      found.set(one.scenario.name, one);
    }
  }
  return [...found.values()];
}

/** `limitMs`: for how long a file may load; left out: as the harness says. */
export async function findScenario(word: string, limitMs?: number): Promise<Found> {
  const { registry } = await import('../scenarios/index.ts');
  const registered = registry.find(({ name }) => name === word);
  if (registered !== undefined) return { scenario: await registered.load(), module: registered.module, word };
  if (looksLikeFile(word)) return loadFile(word, limitMs);
  const names = registry.map(({ name }) => name);
  throw new UsageError(
    `There is no scenario '${word}'.${didYouMean(word, [...names, 'all'])} Known are: ${names.join(', ')}; a file of your own is given as ./${word}.scenario.ts.`,
  );
}

function looksLikeFile(word: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(word);
}

async function loadFile(word: string, limitMs?: number): Promise<Found> {
  const path = resolve(word);
  if (!existsSync(path) || !statSync(path).isFile())
    throw new UsageError(`There is no scenario file '${word}'.`);
  const { loadOnceApart } = await import('../scenarios/harness/first-load.ts');
  const { loadScenario } = await import('../scenarios/harness/load-scenario.ts');
  const module = pathToFileURL(path).href;
  try {
    await loadOnceApart(module, limitMs);
    return { scenario: await loadScenario(module), module, word };
  } catch (error) {
    // The file under the name by which it was given.
    throw new UsageError((error as Error).message.replace(module, `'${word}'`), { cause: error });
  }
}
