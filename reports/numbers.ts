/** Numbers as people read them: the same rounding and units in the table, the page and the comment on a pull request. */

/** What the seeds of one arm measured: the middle one, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Null when there is nothing to spread. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    count: values.length,
  };
}

/** Three digits that matter, thousands grouped: 0.031, 4.52, 45.2, 452, 45,200. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size === 0 || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** A whole count, thousands grouped. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** '1 arm', '2 arms', '1,000 arms': of words that only take an s. */
export function counted(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** A number with its unit; milliseconds and bytes change to the larger unit where that reads better. */
export function formatQuantity(value: number, unit: string): string {
  if (!Number.isFinite(value)) return '–';
  if (unit === 'ms') return formatMs(value);
  if (unit === 'bytes') return formatBytes(value);
  if (unit === '%') return `${formatPercent(value)} %`;
  return withUnit(formatNumber(value), unit);
}

/** A pure number, unit '1' or none, has nothing after it. */
export function withUnit(shown: string, unit: string): string {
  return unit === '1' || unit === '' ? shown : `${shown} ${unit}`;
}

export function formatMs(value: number): string {
  if (Math.abs(value) >= 10_000) return `${formatNumber(value / 1000)} s`;
  return `${formatNumber(value)} ms`;
}

/** Shares need no third digit: 0.03, 4.5, 31. What is not nothing, and not all, never reads as if it were. */
function formatPercent(value: number): string {
  const size = Math.abs(value);
  if (value > 0 && value < 0.005) return '< 0.01';
  if (value >= 99.95 && value < 100) return '> 99.9';
  const digits = size === 0 || size >= 99.95 ? 0 : size >= 1 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

export function formatBytes(value: number): string {
  let unit = 0;
  let scaled = value;
  while (Math.abs(scaled) >= 1000 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${formatNumber(scaled)} ${BYTE_UNITS[unit]}`;
}

/** Seconds as a duration: '0.8 s', '45 s', '3 min 20 s', '2 h 5 min'. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${formatNumber(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 120) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${formatCount(hours)} h` : `${formatCount(hours)} h ${minutes % 60} min`;
}

/** Large counts in words: '5.2 million'. */
export function formatLarge(value: number): string {
  if (value >= 1e9) return `${formatNumber(value / 1e9)} billion`;
  if (value >= 1e6) return `${formatNumber(value / 1e6)} million`;
  return formatCount(value);
}

/** 'p99.9' from 99.9. */
export function percentileName(percentile: number): string {
  return `p${percentile}`;
}

/** The middle of the seeds, and their range where they differ visibly: '45 ms (41–52)'. */
export function formatSpread(spread: Spread | null, unit: string): string {
  if (spread === null) return '–';
  const middle = formatQuantity(spread.median, unit);
  const [low, high] = [formatQuantity(spread.min, unit), formatQuantity(spread.max, unit)];
  if (spread.count < 2 || low === high) return middle;
  const suffix = middle.slice(middle.search(/[^\d.,-]/));
  const bare = low.endsWith(suffix) && high.endsWith(suffix) && suffix !== middle;
  return bare
    ? `${middle} (${low.slice(0, -suffix.length)}–${high.slice(0, -suffix.length)})`
    : `${middle} (${low}–${high})`;
}
