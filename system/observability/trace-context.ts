/**
 * Which trace a request belongs to, and whether it is sampled: both follow from its correlation id, so that every process
 * that sees the request comes to the same answer without asking another.
 */

/** A trace as another process names it: W3C Trace Context. */
export interface RemoteSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** Null for what is not valid: the header is then to be ignored (W3C Trace Context, section 3.2). */
export function parseTraceparent(text: string | undefined): RemoteSpan | null {
  const found = text === undefined ? null : TRACEPARENT.exec(text);
  if (found === null) return null;
  const [, version, traceId, spanId, flags, more] = found;
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId!) || /^0+$/.test(spanId!)) return null;
  return { traceId: traceId!, spanId: spanId!, sampled: (Number.parseInt(flags!, 16) & 1) === 1 };
}

export function formatTraceparent({ traceId, spanId, sampled }: RemoteSpan): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** The trace of a request, as every process names it that has not been told another name. */
export function traceIdOf(correlationId: string): string {
  const { a, b, c, d } = lanesOf(correlationId);
  const id = hex(a) + hex(b) + hex(c) + hex(d);
  return id === NO_TRACE ? '1'.padStart(32, '0') : id;
}

const NO_TRACE = '0'.repeat(32);

/**
 * Where a request stands in [0, 1): it is sampled when the share is larger. From the last 52 bits of its trace id, which
 * W3C Trace Context Level 2 wants to be random in ids that others make.
 */
export function placeOf(traceId: string): number {
  return Number.parseInt(traceId.slice(19), 16) / 2 ** 52;
}

/** `placeOf(traceIdOf(correlationId))` without making the text: most requests are not sampled and need no more. */
export function placeOfRequest(correlationId: string): number {
  const { c, d } = lanesOf(correlationId);
  return ((c & 0xfffff) * 2 ** 32 + (d >>> 0)) / 2 ** 52;
}

/** 128 bits of a text: four lanes of multiply and rotate, each mixed at the end as in MurmurHash3 (A. Appleby, public domain). */
function lanesOf(text: string): { a: number; b: number; c: number; d: number } {
  let a = 0x239b961b;
  let b = 0xab0e9789;
  let c = 0x38b34ae5;
  let d = 0xa1e38b93;
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    a = (rotated(Math.imul(a ^ unit, 0x85ebca6b), 13) + b) | 0;
    b = (rotated(Math.imul(b ^ unit, 0xc2b2ae35), 17) + c) | 0;
    c = (rotated(Math.imul(c ^ unit, 0x27d4eb2f), 19) + d) | 0;
    d = (rotated(Math.imul(d ^ unit, 0x165667b1), 11) + a) | 0;
  }
  return { a: mixed(a ^ length), b: mixed(b ^ length), c: mixed(c ^ length), d: mixed(d ^ length) };
}

/** Span ids of one process: a number of the process, then a count, so that none comes twice and nothing is drawn. */
export class SpanIds {
  readonly #prefix: string;
  #count = 0;

  /** `process`: 32 bits that differ between the processes that a trace can go through. */
  constructor(process: number) {
    this.#prefix = hex(process);
  }

  next(): string {
    this.#count = this.#count === 0xffffffff ? 1 : this.#count + 1;
    return this.#prefix + hex(this.#count);
  }
}

const rotated = (value: number, by: number) => (value << by) | (value >>> (32 - by));

function mixed(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
