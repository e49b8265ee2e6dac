/**
 * Aggregates by name. What a window knows of one is a number; adding and merging are free of order, so that the same
 * records give the same result however they come.
 */
import type { Aggregation, Condition } from './description.ts';

export type AggregateName = 'count' | 'sum' | 'min' | 'max';

interface Aggregate {
  /** Whether it is of a number in the record. */
  readonly takesField: boolean;
  /** Of no record at all. */
  readonly zero: number;
  add(state: number, input: number): number;
  merge(a: number, b: number): number;
}

const plus = (a: number, b: number) => a + b;

/** The smallest of nothing. JSON knows no infinity. */
const NOTHING_SMALLER = Number.MAX_VALUE;

export const aggregates: Readonly<Record<AggregateName, Aggregate>> = {
  count: { takesField: false, zero: 0, add: (count) => count + 1, merge: plus },
  sum: { takesField: true, zero: 0, add: plus, merge: plus },
  min: { takesField: true, zero: NOTHING_SMALLER, add: Math.min, merge: Math.min },
  max: { takesField: true, zero: -NOTHING_SMALLER, add: Math.max, merge: Math.max },
};

/** Values of one window, or those of many side by side. */
type Numbers = { [place: number]: number };
type ReadonlyNumbers = { readonly [place: number]: number };

/** A record as the operators see it. */
export type Event = Readonly<Record<string, unknown>>;

/** Whether one of the conditions holds; a field that is missing fulfils none. */
export function holdsAny(conditions: readonly Condition[], event: Event): boolean {
  for (let i = 0; i < conditions.length; i++) {
    const condition = conditions[i]!;
    const value = event[condition.field];
    if ('equals' in condition) {
      if (value === condition.equals) return true;
    } else if (typeof value === 'number') {
      if ('below' in condition ? value < condition.below : value >= condition.atLeast) return true;
    }
  }
  return false;
}

interface Folded {
  readonly aggregate: Aggregate;
  readonly field: string;
  readonly where: readonly Condition[] | undefined;
}

/** The aggregates of a job, in the order in which it names them. */
export class Folding {
  readonly names: readonly string[];
  readonly #folded: readonly Folded[];
  /** Copied for each window: an array that grew would take several times as much, once for each listener. */
  readonly #zeroes: readonly number[];
  /** Fields that have to hold a number. */
  readonly #numbers: readonly string[];

  constructor(wanted: Readonly<Record<string, Aggregation>>) {
    this.names = Object.keys(wanted);
    this.#folded = Object.values(wanted).map(({ function: name, field = '', where }) => ({
      aggregate: aggregates[name],
      field,
      where,
    }));
    this.#zeroes = this.#folded.map(({ aggregate }) => aggregate.zero);
    this.#numbers = this.#folded.filter(({ aggregate }) => aggregate.takesField).map(({ field }) => field);
  }

  /** Whether an aggregate's value is of some record, or is one without any (a count of none is 0); otherwise results leave it out. */
  isSome(place: number, value: number): boolean {
    const { zero } = this.#folded[place]!.aggregate;
    return zero === 0 || value !== zero;
  }

  /** Whether a record has what the aggregates are of. */
  fits(event: Event): boolean {
    for (let i = 0; i < this.#numbers.length; i++)
      if (!Number.isFinite(event[this.#numbers[i]!])) return false;
    return true;
  }

  /** Values of one record. */
  start(event: Event): number[] {
    const values = this.#zeroes.slice();
    this.add(values, 0, event);
    return values;
  }

  /** The same among the values of others, from place `at` on. */
  startAt(values: Numbers, at: number, event: Event): void {
    for (let i = 0; i < this.#zeroes.length; i++) values[at + i] = this.#zeroes[i]!;
    this.add(values, at, event);
  }

  /** `values` holds one for each aggregate, from place `at` on. */
  add(values: Numbers, at: number, event: Event): void {
    for (let i = 0; i < this.#folded.length; i++) {
      const { aggregate, field, where } = this.#folded[i]!;
      if (where === undefined || holdsAny(where, event))
        values[at + i] = aggregate.add(values[at + i]!, event[field] as number);
    }
  }

  /** Values of `from`, from its place `fromAt` on, into those of another one. */
  merge(into: Numbers, at: number, from: ReadonlyNumbers, fromAt: number): void {
    for (let i = 0; i < this.#folded.length; i++)
      into[at + i] = this.#folded[i]!.aggregate.merge(into[at + i]!, from[fromAt + i]!);
  }
}
