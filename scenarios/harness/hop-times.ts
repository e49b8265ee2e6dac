/** Where a request spends its time, hop by hop: what the recorder books when its answer is there. */
import type { Hop, Trace } from '../../system/ports/context.ts';
import { empty } from '../../system/runtime/kernel/index.ts';

/** Times by hop, and which hops have any: of dozens a request comes to some ten. */
export interface HopSheet {
  readonly partsNs: number[];
  readonly booked: Hop[];
}

export class HopTimes implements Trace {
  #sheet: HopSheet | null;

  constructor(sheet: HopSheet) {
    this.#sheet = sheet;
  }

  add(hop: Hop, ns: number): void {
    const sheet = this.#sheet;
    // Work that goes on after the answer is nobody's time.
    if (sheet === null || ns === 0) return;
    const { partsNs, booked } = sheet;
    if (partsNs[hop] === 0) booked.push(hop);
    partsNs[hop]! += ns;
  }

  /** Ends the request: what is booked from now on is lost. */
  close(): HopSheet {
    const sheet = this.#sheet;
    if (sheet === null) throw new Error('A request was booked twice.');
    this.#sheet = null;
    return sheet;
  }
}

/** Sheets that are used again and again: a request leaves nothing behind. */
export class HopSheets {
  readonly #hops: number;
  readonly #spare: HopSheet[] = [];

  constructor(hops: number) {
    this.#hops = hops;
  }

  take(): HopSheet {
    // Minus zero is no small integer: the list begins as one of doubles, and none is converted at the first time.
    return this.#spare.pop() ?? { partsNs: Array.from({ length: this.#hops }, () => -0), booked: [] };
  }

  giveBack(sheet: HopSheet): void {
    const { partsNs, booked } = sheet;
    for (let i = 0; i < booked.length; i++) partsNs[booked[i]!] = 0;
    empty(booked);
    this.#spare.push(sheet);
  }
}
