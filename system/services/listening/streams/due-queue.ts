/** A binary heap of items by the time at which somebody has to look at them. */
export class DueQueue<Item> {
  readonly #times: number[] = [];
  readonly #items: Item[] = [];

  /** Infinity: it is empty. */
  get firstNs(): number {
    return this.#times.length === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  push(timeNs: number, item: Item): void {
    const times = this.#times;
    const items = this.#items;
    let at = times.length;
    times.push(timeNs);
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (times[parent]! <= timeNs) break;
      times[at] = times[parent]!;
      items[at] = items[parent]!;
      at = parent;
    }
    times[at] = timeNs;
    items[at] = item;
  }

  /** The first item; there has to be one. */
  pop(): Item {
    const times = this.#times;
    const items = this.#items;
    const first = items[0]!;
    const timeNs = times.pop()!;
    const item = items.pop()!;
    const length = times.length;
    if (length === 0) return first;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && times[child + 1]! < times[child]!) child++;
      if (times[child]! >= timeNs) break;
      times[at] = times[child]!;
      items[at] = items[child]!;
      at = child;
    }
    times[at] = timeNs;
    items[at] = item;
    return first;
  }
}
