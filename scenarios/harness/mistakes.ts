/** Mistakes in what a scenario file exports, each in one sentence that names the place. */
import { checkSetting } from '../../system/modes/knobs.ts';
import { didYouMean } from '../../system/runtime/suggest.ts';

export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** The type checker holds that the list is whole. */
export function fieldsOf<T>(fields: Record<keyof T, 1>): readonly string[] {
  return Object.keys(fields);
}

/** Raises the first mistake of a scenario. */
export class Mistakes {
  readonly #scenario: string;

  constructor(scenario: string) {
    this.#scenario = scenario;
  }

  fail(what: string): never {
    throw new ScenarioError(`Scenario ${this.#scenario}: ${what}`);
  }

  /** `known`: the fields that it can have; left out: any. */
  object(field: string, value: unknown, known?: readonly string[]): void {
    const what = field === '' ? 'it' : field;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.fail(`${what} must be an object.`);
    const unknown = Object.keys(value as object).find((name) => known !== undefined && !known.includes(name));
    if (unknown !== undefined)
      this.fail(
        `${what} has a field '${unknown}', and can have ${known!.join(', ')}.${didYouMean(unknown, known!)}`,
      );
  }

  list<T>(field: string, value: readonly T[]): readonly T[] {
    if (!Array.isArray(value)) this.fail(`${field} must be a list; it may be empty: [].`);
    return value;
  }

  text(field: string, value: unknown): void {
    if (typeof value !== 'string') this.fail(`${field} must be a text.`);
  }

  number(field: string, value: unknown): void {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
      this.fail(`${field} must be a number that is not negative.`);
  }

  positive(field: string, value: unknown): void {
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
      this.fail(`${field} must be a number above 0.`);
  }

  function(field: string, value: unknown): void {
    if (typeof value !== 'function') this.fail(`${field} must be a function.`);
  }

  oneOf(field: string, value: unknown, known: readonly string[]): void {
    if (known.includes(value as string)) return;
    const meant = typeof value === 'string' ? didYouMean(value, known) : '';
    this.fail(
      `${field} is ${value === undefined ? 'missing' : `'${value}'`}, and can be ${known.join(', ')}.${meant}`,
    );
  }

  /** Knobs that there are, with values that they can take. */
  settings(of: string, set: unknown): void {
    this.object(`set of ${of}`, set);
    for (const [name, value] of Object.entries(set as object)) {
      try {
        checkSetting(name, String(value));
      } catch (error) {
        this.fail(`${of}: ${(error as Error).message}`);
      }
    }
  }
}
