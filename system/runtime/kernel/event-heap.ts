/**
 * The pending events of a simulation: a 4-ary heap over typed arrays, ordered by (time, sequence), so that events at
 * the same instant fire in the order in which they were scheduled. Nothing is allocated per event.
 */
export class EventHeap {
  size = 0;
  times: Float64Array;
  #sequences: Float64Array;
  #handlers: Int32Array;
  #arguments: Int32Array;
  /** Handler and argument of the event that `pop` took last. */
  poppedHandler = 0;
  poppedArgument = 0;

  constructor(capacity = 1024) {
    this.times = new Float64Array(capacity);
    this.#sequences = new Float64Array(capacity);
    this.#handlers = new Int32Array(capacity);
    this.#arguments = new Int32Array(capacity);
  }

  push(time: number, sequence: number, handler: number, argument: number): void {
    if (this.size === this.times.length) this.#grow();
    const times = this.times;
    const sequences = this.#sequences;
    const handlers = this.#handlers;
    const args = this.#arguments;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const parentTime = times[parent]!;
      if (parentTime < time || (parentTime === time && sequences[parent]! < sequence)) break;
      times[i] = parentTime;
      sequences[i] = sequences[parent]!;
      handlers[i] = handlers[parent]!;
      args[i] = args[parent]!;
      i = parent;
    }
    times[i] = time;
    sequences[i] = sequence;
    handlers[i] = handler;
    args[i] = argument;
  }

  /** Argument of the earliest event; the caller has checked that there is one. */
  firstArgument(): number {
    return this.#arguments[0]!;
  }

  /** Takes the earliest event and returns its time; the caller has checked that there is one. */
  pop(): number {
    const times = this.times;
    const sequences = this.#sequences;
    const handlers = this.#handlers;
    const args = this.#arguments;
    const first = times[0]!;
    this.poppedHandler = handlers[0]!;
    this.poppedArgument = args[0]!;
    const size = --this.size;
    if (size === 0) return first;
    const time = times[size]!;
    const sequence = sequences[size]!;
    let i = 0;
    for (;;) {
      const firstChild = (i << 2) + 1;
      if (firstChild >= size) break;
      let least = firstChild;
      let leastTime = times[firstChild]!;
      const end = firstChild + 4 < size ? firstChild + 4 : size;
      for (let child = firstChild + 1; child < end; child++) {
        const childTime = times[child]!;
        if (childTime < leastTime || (childTime === leastTime && sequences[child]! < sequences[least]!)) {
          least = child;
          leastTime = childTime;
        }
      }
      if (leastTime > time || (leastTime === time && sequences[least]! > sequence)) break;
      times[i] = leastTime;
      sequences[i] = sequences[least]!;
      handlers[i] = handlers[least]!;
      args[i] = args[least]!;
      i = least;
    }
    times[i] = time;
    sequences[i] = sequence;
    handlers[i] = handlers[size]!;
    args[i] = args[size]!;
    return first;
  }

  #grow(): void {
    const capacity = this.times.length * 2;
    const wider = <A extends Float64Array | Int32Array>(make: (n: number) => A, old: A): A => {
      const array = make(capacity);
      array.set(old);
      return array;
    };
    this.times = wider((n) => new Float64Array(n), this.times);
    this.#sequences = wider((n) => new Float64Array(n), this.#sequences);
    this.#handlers = wider((n) => new Int32Array(n), this.#handlers);
    this.#arguments = wider((n) => new Int32Array(n), this.#arguments);
  }
}
