/**
 * Sessions: windows that begin with a record and last until no further one has come for the gap. A record may join two
 * of them, and one that comes late may move a beginning: the session is another one then, and the old one is removed.
 */
import type { Event, Folding } from './aggregates.ts';
import { DueQueue } from './due-queue.ts';
import type { Changes, Pane, RemovedPane, SharedWindow, Windows } from './windows.ts';

/** Places of a session's values among its numbers: beginning and end come first. */
const VALUES = 2;

/**
 * The numbers of all sessions, side by side: beginning, end and values of each. There is a session for everybody who has
 * listened within half an hour, and as fields each of its numbers would be an object of its own.
 */
class SessionNumbers {
  of: Float64Array;
  readonly width: number;
  readonly #free: number[] = [];
  #top = 0;

  constructor(values: number) {
    this.width = VALUES + values;
    this.of = new Float64Array(64 * this.width);
  }

  /** Where a session's numbers are. */
  take(): number {
    const at = this.#free.pop() ?? this.#top;
    if (at < this.#top) return at;
    this.#top += this.width;
    if (this.#top > this.of.length) {
      const wider = new Float64Array(2 * this.of.length);
      wider.set(this.of);
      this.of = wider;
    }
    return at;
  }

  /** Whoever had them must not be asked for them again. */
  release(at: number): void {
    this.#free.push(at);
  }
}

class Session implements Pane {
  readonly key: string;
  cacheKey: string | undefined = undefined;
  /** The watermark has passed its end. */
  closed = false;
  /** It was closed at some time. */
  told = false;
  changed = true;
  gone = false;
  /** The only one of its key. */
  alone: boolean;
  /** Another session of the same key. */
  next: Session | null;
  /** Where its numbers are. */
  readonly at: number;
  readonly #numbers: SessionNumbers;

  constructor(key: string, numbers: SessionNumbers, next: Session | null) {
    this.key = key;
    this.#numbers = numbers;
    this.at = numbers.take();
    this.next = next;
    this.alone = next === null;
  }

  get startNs(): number {
    return this.#numbers.of[this.at]!;
  }

  set startNs(ns: number) {
    this.#numbers.of[this.at] = ns;
  }

  get endNs(): number {
    return this.#numbers.of[this.at + 1]!;
  }

  set endNs(ns: number) {
    this.#numbers.of[this.at + 1] = ns;
  }

  get values(): readonly number[] {
    const { of, width } = this.#numbers;
    const values = new Array<number>(width - VALUES);
    for (let i = 0; i < values.length; i++) values[i] = of[this.at + VALUES + i]!;
    return values;
  }
}

const NONE: readonly SharedWindow[] = [];
const CLOSED = 1;
const TOLD = 2;

/** Flat, because JSON is fastest on numbers and texts: key, start, end, flags, values; and key, start, told. */
interface Encoded {
  readonly panes: readonly (string | number)[];
  readonly removed?: readonly (string | number)[];
}

export interface SessionOptions {
  readonly gapNs: number;
  readonly latenessNs: number;
  readonly folding: Folding;
}

export class SessionWindows implements Windows {
  readonly shared = NONE;
  size = 0;
  readonly #gapNs: number;
  readonly #latenessNs: number;
  readonly #folding: Folding;
  readonly #numbers: SessionNumbers;
  readonly #byKey = new Map<string, Session>();
  /** Each session once, or more often after it was opened again. */
  readonly #due = new DueQueue<Session>();
  #over: Session[] = [];
  #changed: Session[] = [];
  #removed: RemovedPane[] = [];

  constructor({ gapNs, latenessNs, folding }: SessionOptions) {
    this.#gapNs = gapNs;
    this.#latenessNs = latenessNs;
    this.#folding = folding;
    this.#numbers = new SessionNumbers(folding.names.length);
  }

  get panes(): Iterable<Pane> {
    return this.#all();
  }

  get dueNs(): number {
    return this.#due.firstNs;
  }

  isNewest(pane: Pane): boolean {
    if ((pane as Session).alone) return true;
    let session = this.#byKey.get(pane.key) ?? null;
    while (session !== null && session.startNs <= pane.startNs) session = session.next;
    return session === null;
  }

  add(key: string, timeNs: number, event: Event, watermarkNs: number): boolean {
    const endNs = timeNs + this.#gapNs + 1;
    let joined: Session | null = null;
    const first = this.#byKey.get(key) ?? null;
    for (let session = first; session !== null; session = session.next) {
      if (timeNs >= session.endNs || timeNs < session.startNs - this.#gapNs) continue;
      if (session.endNs + this.#latenessNs <= watermarkNs) continue;
      if (joined === null) joined = session;
      else this.#absorb(joined, session);
    }
    if (joined === null) {
      if (endNs + this.#latenessNs <= watermarkNs) return false;
      const { at } = this.#open(key, timeNs, endNs, first);
      this.#folding.startAt(this.#numbers.of, at + VALUES, event);
      return true;
    }
    this.#folding.add(this.#numbers.of, joined.at + VALUES, event);
    if (timeNs < joined.startNs) {
      this.#remove(joined);
      joined.startNs = timeNs;
      joined.told = joined.closed;
    }
    if (endNs > joined.endNs) this.#extend(joined, endNs, watermarkNs);
    this.#change(joined);
    return true;
  }

  close(watermarkNs: number): void {
    while (this.#due.firstNs <= watermarkNs) {
      const session = this.#due.pop();
      if (session.gone) continue;
      if (!session.closed && session.endNs <= watermarkNs) {
        session.closed = true;
        session.told = true;
        this.#change(session);
      }
      const dueNs = session.endNs + (session.closed ? this.#latenessNs : 0);
      if (dueNs > watermarkNs) this.#due.push(dueNs, session);
      else this.#over.push(session);
    }
  }

  drop(): void {
    for (const session of this.#over) if (!session.gone) this.#unlink(session);
    this.#over = [];
  }

  take(): Changes {
    const panes = this.#changed.filter(({ gone }) => !gone);
    for (const session of this.#changed) session.changed = false;
    const removed = this.#removed;
    this.#changed = [];
    this.#removed = [];
    return { panes, removed, windows: NONE };
  }

  encode({ panes, removed }: Changes): Encoded {
    const encoded: (string | number)[] = [];
    for (const pane of panes) this.#encode(pane as Session, encoded);
    if (removed.length === 0) return { panes: encoded };
    return {
      panes: encoded,
      removed: removed.flatMap(({ key, startNs, told }) => [key, startNs, told ? 1 : 0]),
    };
  }

  encodeAll(): Encoded {
    const panes: (string | number)[] = [];
    for (const session of this.#all()) this.#encode(session, panes);
    return { panes };
  }

  restore(encoded: unknown): void {
    const { panes, removed = [] } = encoded as Encoded;
    for (let i = 0; i < removed.length; i += 3) {
      const [key, startNs, told] = removed.slice(i, i + 3) as [string, number, number];
      const session = this.#find(key, startNs);
      if (session !== null) this.#unlink(session);
      this.#removed.push({ key, startNs, told: told === 1 });
    }
    const width = 4 + this.#folding.names.length;
    for (let i = 0; i < panes.length; i += width) {
      const [key, startNs, endNs, flags] = panes.slice(i, i + 4) as [string, number, number, number];
      const old = this.#find(key, startNs);
      if (old !== null) this.#unlink(old);
      const session = this.#open(key, startNs, endNs, this.#byKey.get(key) ?? null);
      this.#numbers.of.set(panes.slice(i + 4, i + width) as number[], session.at + VALUES);
      session.closed = (flags & CLOSED) !== 0;
      session.told = (flags & TOLD) !== 0;
    }
  }

  *#all(): Generator<Session> {
    for (const first of this.#byKey.values())
      for (let session: Session | null = first; session !== null; session = session.next) yield session;
  }

  /** `next`: the first of its key so far. Its values are still to be set. */
  #open(key: string, startNs: number, endNs: number, next: Session | null): Session {
    const session = new Session(key, this.#numbers, next);
    session.startNs = startNs;
    session.endNs = endNs;
    if (next !== null) next.alone = false;
    this.#byKey.set(key, session);
    this.#changed.push(session);
    this.#due.push(endNs, session);
    this.size++;
    return session;
  }

  #change(session: Session): void {
    if (session.changed) return;
    session.changed = true;
    this.#changed.push(session);
  }

  #extend(session: Session, endNs: number, watermarkNs: number): void {
    session.endNs = endNs;
    if (!session.closed || endNs <= watermarkNs) return;
    // It goes on after all: somebody has to look at it before the time until which it would have been kept.
    session.closed = false;
    this.#due.push(endNs, session);
  }

  #absorb(into: Session, from: Session): void {
    const { of } = this.#numbers;
    this.#folding.merge(of, into.at + VALUES, of, from.at + VALUES);
    // What remains is the one that began earlier.
    if (from.startNs < into.startNs) {
      this.#remove(into);
      into.startNs = from.startNs;
      into.told = from.told;
    } else this.#remove(from);
    if (from.endNs > into.endNs) {
      into.endNs = from.endNs;
      if (!from.closed && into.closed) {
        into.closed = false;
        this.#due.push(into.endNs, into);
      }
    }
    this.#unlink(from);
    this.#change(into);
  }

  #remove({ key, startNs, told }: Session): void {
    this.#removed.push({ key, startNs, told });
  }

  /** It is not asked for its numbers any more. */
  #unlink(session: Session): void {
    session.gone = true;
    this.size--;
    this.#numbers.release(session.at);
    const first = this.#byKey.get(session.key)!;
    if (first !== session) {
      let before = first;
      while (before.next !== session) before = before.next!;
      before.next = session.next;
      first.alone = first.next === null;
    } else if (session.next === null) this.#byKey.delete(session.key);
    else {
      this.#byKey.set(session.key, session.next);
      session.next.alone = session.next.next === null;
    }
  }

  #find(key: string, startNs: number): Session | null {
    let session = this.#byKey.get(key) ?? null;
    while (session !== null && session.startNs !== startNs) session = session.next;
    return session;
  }

  #encode({ key, at, closed, told }: Session, into: (string | number)[]): void {
    const { of, width } = this.#numbers;
    into.push(key, of[at]!, of[at + 1]!, (closed ? CLOSED : 0) | (told ? TOLD : 0));
    for (let i = at + VALUES; i < at + width; i++) into.push(of[i]!);
  }
}
