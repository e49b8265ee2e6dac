/** Tumbling and hopping windows: all keys share them, and a record belongs to one or to several that overlap. */
import type { Event, Folding } from './aggregates.ts';
import type { Changes, Pane, RemovedPane, SharedWindow, Windows } from './windows.ts';

interface AlignedWindow extends SharedWindow {
  readonly panes: Map<string, AlignedPane>;
  closed: boolean;
  changed: boolean;
}

class AlignedPane implements Pane {
  readonly key: string;
  readonly values: number[];
  changed = true;
  readonly #window: SharedWindow;

  constructor(key: string, window: SharedWindow, values: number[]) {
    this.key = key;
    this.#window = window;
    this.values = values;
  }

  get startNs(): number {
    return this.#window.startNs;
  }

  get endNs(): number {
    return this.#window.endNs;
  }
}

const NONE: readonly RemovedPane[] = [];

/** A window's start, then key and values of each pane, flat. */
type Encoded = readonly (readonly (string | number)[])[];

export interface AlignedOptions {
  readonly sizeNs: number;
  /** Between the beginnings of two windows; as the size: they do not overlap. */
  readonly everyNs: number;
  readonly latenessNs: number;
  readonly folding: Folding;
  /** Whether a window that closes counts as a change of each of its panes. */
  readonly closesPanes: boolean;
}

export class AlignedWindows implements Windows {
  size = 0;
  readonly #sizeNs: number;
  readonly #everyNs: number;
  readonly #latenessNs: number;
  readonly #folding: Folding;
  readonly #closesPanes: boolean;
  readonly #windows = new Map<number, AlignedWindow>();
  #over: AlignedWindow[] = [];
  #changed: AlignedPane[] = [];

  constructor({ sizeNs, everyNs, latenessNs, folding, closesPanes }: AlignedOptions) {
    this.#sizeNs = sizeNs;
    this.#everyNs = everyNs;
    this.#latenessNs = latenessNs;
    this.#folding = folding;
    this.#closesPanes = closesPanes;
  }

  get panes(): Iterable<Pane> {
    return [...this.#windows.values()].flatMap(({ panes }) => [...panes.values()]);
  }

  get shared(): Iterable<SharedWindow> {
    return this.#windows.values();
  }

  get dueNs(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { endNs, closed } of this.#windows.values())
      first = Math.min(first, closed ? endNs + this.#latenessNs : endNs);
    return first;
  }

  isNewest({ key, startNs }: Pane): boolean {
    for (const window of this.#windows.values())
      if (window.startNs > startNs && window.panes.has(key)) return false;
    return true;
  }

  add(key: string, timeNs: number, event: Event, watermarkNs: number): boolean {
    let startNs = Math.floor(timeNs / this.#everyNs) * this.#everyNs;
    let taken = false;
    for (; startNs > timeNs - this.#sizeNs; startNs -= this.#everyNs) {
      if (this.#isLate(startNs, watermarkNs)) continue;
      taken = true;
      const window = this.#window(startNs);
      const pane = window.panes.get(key);
      if (pane === undefined) this.#open(window, key, this.#folding.start(event));
      else {
        this.#folding.add(pane.values, 0, event);
        this.#change(window, pane);
      }
    }
    return taken;
  }

  /** What was counted elsewhere; returns how many panes of it came too late. */
  merge(encoded: unknown, watermarkNs: number): number {
    const width = 1 + this.#folding.names.length;
    let late = 0;
    for (const entries of encoded as Encoded) {
      const startNs = entries[0] as number;
      if (this.#isLate(startNs, watermarkNs)) {
        late += (entries.length - 1) / width;
        continue;
      }
      const window = this.#window(startNs);
      for (let i = 1; i < entries.length; i += width) {
        const key = entries[i] as string;
        const pane = window.panes.get(key);
        if (pane === undefined) this.#open(window, key, entries.slice(i + 1, i + width) as number[]);
        else {
          this.#folding.merge(pane.values, 0, entries as readonly number[], i + 1);
          this.#change(window, pane);
        }
      }
    }
    return late;
  }

  close(watermarkNs: number): void {
    for (const window of this.#windows.values()) {
      if (!window.closed && window.endNs <= watermarkNs) {
        window.closed = window.changed = true;
        if (this.#closesPanes) for (const pane of window.panes.values()) this.#change(window, pane);
      }
      if (window.closed && window.endNs + this.#latenessNs <= watermarkNs) this.#over.push(window);
    }
  }

  drop(): void {
    for (const window of this.#over) {
      if (this.#windows.delete(window.startNs)) this.size -= window.panes.size;
    }
    this.#over = [];
  }

  /** Forgets everything: what is left is what the changes hold. */
  clear(): void {
    this.#windows.clear();
    this.size = 0;
  }

  take(): Changes {
    const panes = this.#changed;
    for (const pane of panes) pane.changed = false;
    this.#changed = [];
    const windows: SharedWindow[] = [];
    for (const window of this.#windows.values()) {
      if (window.changed) windows.push(window);
      window.changed = false;
    }
    return { panes, removed: NONE, windows };
  }

  encode({ panes }: Changes): Encoded {
    const windows = new Map<number, (string | number)[]>();
    for (const { key, startNs, values } of panes) {
      let entries = windows.get(startNs);
      if (entries === undefined) {
        entries = [startNs];
        windows.set(startNs, entries);
      }
      entries.push(key);
      for (let i = 0; i < values.length; i++) entries.push(values[i]!);
    }
    return [...windows.values()];
  }

  encodeAll(): Encoded {
    return [...this.#windows.values()].map(({ startNs, panes }) => {
      const entries: (string | number)[] = [startNs];
      for (const { key, values } of panes.values()) {
        entries.push(key);
        for (let i = 0; i < values.length; i++) entries.push(values[i]!);
      }
      return entries;
    });
  }

  restore(encoded: unknown): void {
    const width = 1 + this.#folding.names.length;
    for (const entries of encoded as Encoded) {
      const window = this.#window(entries[0] as number);
      for (let i = 1; i < entries.length; i += width) {
        const key = entries[i] as string;
        if (window.panes.has(key)) this.size--;
        this.#open(window, key, entries.slice(i + 1, i + width) as number[]);
      }
    }
  }

  #isLate(startNs: number, watermarkNs: number): boolean {
    return startNs + this.#sizeNs + this.#latenessNs <= watermarkNs;
  }

  #window(startNs: number): AlignedWindow {
    let window = this.#windows.get(startNs);
    if (window === undefined) {
      const endNs = startNs + this.#sizeNs;
      window = { startNs, endNs, panes: new Map(), closed: false, changed: false };
      this.#windows.set(startNs, window);
    }
    return window;
  }

  #open(window: AlignedWindow, key: string, values: number[]): void {
    const pane = new AlignedPane(key, window, values);
    window.panes.set(key, pane);
    window.changed = true;
    this.#changed.push(pane);
    this.size++;
  }

  #change(window: AlignedWindow, pane: AlignedPane): void {
    window.changed = true;
    if (pane.changed) return;
    pane.changed = true;
    this.#changed.push(pane);
  }
}
