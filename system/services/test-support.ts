/** What the tests of services share: knobs with some turned, and the outcome of a call as one word. */
import { PortError } from '../ports/errors.ts';
import type { Knobs, KnobValue, KnobValues } from '../ports/knobs.ts';

export function knobsOf<K extends Knobs>(knobs: K, set: Partial<KnobValues<K>> = {}): KnobValues<K> {
  const values: Record<string, KnobValue> = {};
  for (const [name, knob] of Object.entries(knobs)) values[name] = knob.default;
  return { ...values, ...set } as KnobValues<K>;
}

/** 'ok', or the kind of the error. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return error instanceof PortError ? error.kind : String(error);
  }
}
