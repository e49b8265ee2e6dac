/** An engine's settings: what was given over the defaults that its knobs declare. */
import type { Knobs, KnobValues } from '../ports/knobs.ts';

/** Undefined counts as not given. Throws RangeError for a name that is no knob of the engine. */
export function withDefaults<K extends Knobs>(
  engine: string,
  declared: K,
  given: Partial<KnobValues<K>> = {},
): KnobValues<K> {
  const resolved: Record<string, unknown> = {};
  for (const [name, knob] of Object.entries(declared)) resolved[name] = knob.default;
  for (const [name, value] of Object.entries(given)) {
    if (!(name in declared)) throw new RangeError(`${engine} has no knob '${name}'.`);
    if (value !== undefined) resolved[name] = value;
  }
  return resolved as KnobValues<K>;
}
