/** Reads option values. Each parser returns the value or throws a UsageError that says what was given and what is wanted. */

import { didYouMean } from '../system/runtime/suggest.ts';
import { UsageError } from './errors.ts';

/** Seeds are whole numbers that a double holds exactly; the keys of the random numbers use 53 bits. */
export const LARGEST_SEED = Number.MAX_SAFE_INTEGER;
export const DEFAULT_SEED = 1;
/** The size that scenarios are written for. `load` takes for granted what `serve` does, so they share both defaults. */
export const DEFAULT_LISTENERS = 1_000_000;

/** A whole number between the bounds; underscores may group its digits ('1_000_000'). */
export function wholeNumber(option: string, minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(_\d+)*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    const range =
      maximum === Number.MAX_SAFE_INTEGER
        ? `of ${grouped(minimum)} or more`
        : `from ${grouped(minimum)} to ${grouped(maximum)}`;
    throw new UsageError(`${option} takes a whole number ${range}, not '${text}'.`);
  };
}

/** A number between the bounds, fractions too. */
export function number(option: string, minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new UsageError(`${option} takes a number from ${minimum} to ${grouped(maximum)}, not '${text}'.`);
  };
}

/** The name of a file or a directory: an empty one (a variable that is not set) is found out before anything runs. */
export function pathTo(what: 'file' | 'directory', option: string): (text: string) => string {
  return (text) => {
    if (text.trim() !== '') return text;
    throw new UsageError(`${option} takes a ${what}, not nothing.`);
  };
}

/** One of the words. */
export function oneOf<const T extends string>(option: string, words: readonly T[]): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new UsageError(`${option} takes ${alternatives(words)}, not '${text}'.${didYouMean(text, words)}`);
  };
}

/** Words separated by commas; an option given again adds to them. */
export function listOf<const T extends string>(
  option: string,
  words: readonly T[] | null,
): (text: string, before: readonly T[] | undefined) => readonly T[] {
  return (text, before = []) => {
    const given = text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
    if (given.length === 0) throw new UsageError(`${option} needs at least one word, separated by commas.`);
    const checked = words === null ? (given as T[]) : given.map(oneOf(option, words));
    return [...new Set([...before, ...checked])];
  };
}

/** Collects `key=value` pairs, each key once: which of two values counts would be a guess. */
export function keyAndValue(
  option: string,
  example = 'cassandra.nodes=24',
): (text: string, before: ReadonlyMap<string, string> | undefined) => ReadonlyMap<string, string> {
  return (text, before = new Map()) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UsageError(`${option} takes key=value, such as ${example}, not '${text}'.`);
    const [key, value] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
    if (before.has(key))
      throw new UsageError(`${option}: ${key} is set twice, to ${before.get(key)} and to ${value}.`);
    return new Map(before).set(key, value);
  };
}

/** Sites as browsers name them in the header Origin, one each time that the option is given. */
export function origins(option: string): (text: string, before?: readonly string[]) => readonly string[] {
  return (text, before = []) => {
    const origin = /^https?:/i.test(text) && URL.canParse(text) ? new URL(text).origin : null;
    if (origin === text) return [...before, text];
    const meant = origin === null ? 'such as https://open.example.org' : `here ${origin}`;
    throw new UsageError(`${option} takes a site as browsers name it, ${meant}, not '${text}'.`);
  };
}

export function alternatives(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** With every digit that it has: a price of 0.0004 is not 0. */
export function exactly(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 20 });
}

/** For commands that ask a live system: flags and description of the option, as commander takes them. */
export const AUTHORITY_OPTION = [
  '--ca <file>',
  'certificate of the authority to trust at an https target (rehearse certificates)',
] as const;
