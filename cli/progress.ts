/**
 * Progress of long work on stderr: one line that is rewritten on a terminal, a plain line now and then elsewhere (CI
 * logs keep every line). Nothing here reaches stdout.
 */
import { grouped } from './options.ts';

export interface ProgressState {
  readonly done: number;
  readonly total: number;
  /** What is being worked on at the moment. */
  readonly running: string;
  /** Further figures, ready to print. */
  readonly detail: string;
  /** What `done` and `total` count; default: runs. */
  readonly unit?: string;
  /** Where it is known how long the rest takes. */
  readonly leftMs?: number;
}

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const REWRITE_MS = 100;
/** Elapsed time and the estimate move on even when nothing finishes. */
const TICK_MS = 1000;
const PLAIN_LINE_MS = 10_000;
const BAR_CELLS = 20;

export class ProgressLine {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #startedMs: number;
  readonly #ticker: NodeJS.Timeout | null;
  #state: ProgressState | null = null;
  #writtenMs: number;
  #visible = false;

  constructor(output: Output, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
    this.#startedMs = now();
    this.#writtenMs = this.#startedMs;
    this.#ticker = output.isTTY ? setInterval(() => this.#rewrite(), TICK_MS) : null;
    this.#ticker?.unref();
  }

  update(state: ProgressState): void {
    this.#state = state;
    const sinceMs = this.#now() - this.#writtenMs;
    if (this.#output.isTTY) {
      if (sinceMs >= REWRITE_MS || !this.#visible) this.#rewrite();
    } else if (sinceMs >= PLAIN_LINE_MS) {
      this.#writtenMs = this.#now();
      this.#output.write(`${this.#text(state)}\n`);
    }
  }

  /** Writes a line that stays, above the progress. */
  say(line: string): void {
    this.#clear();
    this.#output.write(`${line}\n`);
    if (this.#output.isTTY) this.#rewrite();
  }

  end(): void {
    if (this.#ticker !== null) clearInterval(this.#ticker);
    this.#clear();
    this.#state = null;
  }

  #rewrite(): void {
    if (this.#state === null) return;
    this.#writtenMs = this.#now();
    const text = this.#text(this.#state);
    const width = (this.#output.columns ?? 80) - 1;
    this.#output.write(`\r\u001b[2K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
    this.#visible = true;
  }

  #clear(): void {
    if (this.#visible) this.#output.write('\r\u001b[2K');
    this.#visible = false;
  }

  #text({ done, total, running, detail, unit = 'runs', leftMs }: ProgressState): string {
    const elapsedMs = this.#now() - this.#startedMs;
    // Runs differ in length; the mean of those that are done is the best guess there is.
    const guessMs = leftMs ?? (elapsedMs / done) * (total - done);
    const left = done > 0 && done < total ? `, about ${duration(guessMs)} left` : '';
    const bar = this.#output.isTTY ? `${barOf(done / Math.max(1, total))} ` : '';
    const parts = [`${done} of ${total} ${unit}${left}`, detail, running].filter((part) => part !== '');
    return `${bar}${parts.join(' · ')}`;
  }
}

function barOf(share: number): string {
  const full = Math.round(share * BAR_CELLS);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`;
}

/** '8 s', '2 min 5 s', '1 h 4 min'. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** '812', '43,000', '1.2 million'. */
export function amount(value: number): string {
  return value < 1e6 ? grouped(value) : `${(value / 1e6).toFixed(1)} million`;
}
