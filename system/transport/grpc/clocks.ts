/**
 * Every process has a clock of its own, which begins when the process or its journal did. A caller says when his stood at 0,
 * and whoever serves him takes and gives times of the caller's clock.
 */

/** Names of fields that hold a time, as the contracts have them. The others in ns are lengths. */
const TIME = /^(at|from|until|notBefore)Ns$|AtNs$/;
/** A cursor is nobody's but the one's who made it. */
const OPAQUE: ReadonlySet<string> = new Set(['cursor', 'next']);

/** The message with all times later by so much. 0 is no time and stays; what was before a clock began was at its first moment. */
export function shifted<T>(message: T, byNs: number): T {
  if (byNs === 0 || typeof message !== 'object' || message === null) return message;
  if (Array.isArray(message)) return message.map((item) => shifted(item, byNs)) as T;
  const entries = Object.entries(message).map(([name, value]) => {
    if (OPAQUE.has(name)) return [name, value];
    if (typeof value !== 'number') return [name, shifted(value, byNs)];
    return [name, TIME.test(name) && value !== 0 ? within(value + byNs) : value];
  });
  return Object.fromEntries(entries) as T;
}

const within = (ns: number) => Math.min(Math.max(1, ns), Number.MAX_SAFE_INTEGER);
