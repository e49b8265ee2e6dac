/** A trace as people read it: every span below the one that called it, by time, with a bar of when it was at work. */
import type { KeptTrace } from './recent-traces.ts';
import type { Span } from './span.ts';

export interface PlacedSpan extends Span {
  /** 0: nothing is known above it. */
  readonly depth: number;
}

/** Parents before their children, siblings by their start. */
export function placed(spans: readonly Span[]): PlacedSpan[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const below = new Map<string | null, Span[]>();
  for (const span of spans) {
    const parent = span.parentSpanId !== null && known.has(span.parentSpanId) ? span.parentSpanId : null;
    below.set(parent, [...(below.get(parent) ?? []), span]);
  }
  const result: PlacedSpan[] = [];
  const walk = (parent: string | null, depth: number) => {
    const children = (below.get(parent) ?? []).sort((a, b) => a.startNs - b.startNs);
    for (const span of children) {
      result.push({ ...span, depth });
      walk(span.spanId, depth + 1);
    }
  };
  walk(null, 0);
  return result;
}

const BAR = 40;
/** Calls that are made side by side count their tries from numbers this far apart (`system/policies/in-parallel.ts`). */
const TRIES_APART = 16;

/** Lines of text, one a span: name, bar, start and duration. */
export function waterfall(trace: KeptTrace): string[] {
  const spans = placed(trace.spans);
  const startNs = Math.min(...spans.map((span) => span.startNs));
  const endNs = Math.max(...spans.map((span) => span.startNs + span.durationNs));
  const scale = BAR / Math.max(1, endNs - startNs);
  const names = spans.map(({ depth, operation, instance, attempt }) => {
    const tries = attempt % TRIES_APART;
    const again = tries === 0 ? '' : ` (try ${tries + 1})`;
    return `${'  '.repeat(depth)}${operation} @${instance}${again}`;
  });
  const width = Math.max(...names.map(({ length }) => length));
  return spans.map((span, i) => {
    const from = Math.min(BAR - 1, Math.floor((span.startNs - startNs) * scale));
    const length = Math.max(1, Math.round(span.durationNs * scale));
    const bar = (' '.repeat(from) + '█'.repeat(Math.min(length, BAR - from))).padEnd(BAR);
    const error = span.error === null ? '' : ` ${span.error}`;
    return `${names[i]!.padEnd(width)} |${bar}| ${milliseconds(span.startNs - startNs)} + ${milliseconds(span.durationNs)} ms${error}`;
  });
}

const milliseconds = (ns: number) => (ns / 1e6).toFixed(2);
