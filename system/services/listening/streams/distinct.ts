/**
 * Numbers that were seen within some time of the stream, each with whose it is: apps choose them, so that two listeners may
 * have the same. In two generations: the younger one becomes the older one when a period has passed, so that each is
 * remembered for one period at least and for two at most.
 */

/** Periods, each followed by its numbers and whose each is, in turn: flat, as JSON is fastest. */
export type Encoded = readonly (readonly (number | string)[])[];

/** By number: nearly always one owner; a set only where there are more. */
type Generation = Map<number, string | Set<string>>;

export class Distinct {
  readonly #periodNs: number;
  #period = 0;
  #young: Generation = new Map();
  #old: Generation = new Map();
  /** What is new since the last `take`. */
  #added: (number | string)[][] = [];

  constructor(periodNs: number) {
    this.#periodNs = periodNs;
  }

  /** False: it was there. `streamNs`: the latest time of the stream, that of its own record included. */
  add(number: number, owner: string, streamNs: number): boolean {
    this.#turn(Math.floor(streamNs / this.#periodNs));
    if (holds(this.#old, number, owner) || !insert(this.#young, number, owner)) return false;
    const last = this.#added.at(-1);
    if (last !== undefined && last[0] === this.#period) last.push(number, owner);
    else this.#added.push([this.#period, number, owner]);
    return true;
  }

  take(): Encoded {
    const added = this.#added;
    this.#added = [];
    return added;
  }

  encodeAll(): Encoded {
    return [encode(this.#period - 1, this.#old), encode(this.#period, this.#young)];
  }

  restore(encoded: Encoded): void {
    for (const numbers of encoded) {
      this.#turn(numbers[0] as number);
      for (let i = 1; i < numbers.length; i += 2)
        insert(this.#young, numbers[i] as number, numbers[i + 1] as string);
    }
  }

  #turn(period: number): void {
    if (period <= this.#period) return;
    this.#old = period === this.#period + 1 ? this.#young : new Map();
    this.#young = new Map();
    this.#period = period;
  }
}

function holds(generation: Generation, number: number, owner: string): boolean {
  const owners = generation.get(number);
  if (owners === undefined) return false;
  return typeof owners === 'string' ? owners === owner : owners.has(owner);
}

/** False: it was there. */
function insert(generation: Generation, number: number, owner: string): boolean {
  const owners = generation.get(number);
  if (owners === undefined) generation.set(number, owner);
  else if (typeof owners !== 'string') {
    const { size } = owners;
    return owners.add(owner).size > size;
  } else if (owners === owner) return false;
  else generation.set(number, new Set([owners, owner]));
  return true;
}

function encode(period: number, generation: Generation): (number | string)[] {
  const encoded: (number | string)[] = [period];
  for (const [number, owners] of generation) {
    if (typeof owners === 'string') encoded.push(number, owners);
    else for (const owner of owners) encoded.push(number, owner);
  }
  return encoded;
}
