/** The full configuration of an arm: every knob's default, the case's, the arm's and the user's settings, scaled. */
import type { Setting } from '../../reports/result.ts';
import {
  checkSetting,
  checkTogether,
  isScaled,
  knobNames,
  knobOf,
  SCALED_KNOBS,
  SettingError,
} from '../../system/modes/knobs.ts';
import { type Arm, type Case, REFERENCE_LISTENERS } from './scenario.ts';

/** Demand and servers scale in halves of the reference size, so that cores, consumers and partitions stay whole. */
const STEP = 0.5;
export const STEP_LISTENERS = STEP * REFERENCE_LISTENERS;

/** The sizes next to one that lies between two steps, the smaller first; empty when it is one itself. */
export function nextSizes(listeners: number, step = STEP_LISTENERS): number[] {
  const below = Math.floor(listeners / step) * step;
  if (below === listeners && listeners > 0) return [];
  return [below, below + step].filter((size) => size > 0);
}

/** What demand and servers are multiplied by for a population of this size. Of a size between two steps: the nearer one's. */
export function scaleFactor(listeners: number): number {
  return Math.max(STEP, Math.round(listeners / REFERENCE_LISTENERS / STEP) * STEP);
}

/** Throws `SettingError` for servers that would not be whole at this size. */
export function configurationOf(
  testCase: Pick<Case, 'set'>,
  arm: Pick<Arm, 'set'>,
  listeners: number,
  overrides: Readonly<Record<string, Setting>>,
): Record<string, Setting> {
  const factor = scaleFactor(listeners);
  const configuration: Record<string, Setting> = {};
  for (const name of knobNames()) configuration[name] = knobOf(name)!.default;
  for (const set of [testCase.set, arm.set ?? {}]) {
    for (const [name, value] of Object.entries(set)) {
      configuration[name] = checkSetting(name, String(value));
    }
  }
  for (const name of Object.keys(configuration)) {
    if (!(name in overrides)) refuseParts(name, configuration[name]!, listeners, factor);
    configuration[name] = scaled(name, configuration[name]!, factor);
  }
  // What the user sets is meant as it is written, at whatever size.
  const resolved = { ...configuration, ...overrides };
  checkTogether(resolved);
  return resolved;
}

function scaled(name: string, value: Setting, factor: number): Setting {
  return isScaled(name) ? (value as number) * factor : value;
}

/** What of the user's settings ('cassandra.coresPerNode=2') would scale to this size if a scenario stated it. */
export function settingsAsSet(settings: Readonly<Record<string, Setting>>, listeners: number): string[] {
  if (scaleFactor(listeners) === 1) return [];
  return Object.entries(settings)
    .filter(([name]) => isScaled(name))
    .map(([name, value]) => `${name}=${value}`);
}

/** Half a core cannot be had, and rounded up it would leave the demand alone to scale: every utilisation would differ. */
function refuseParts(name: string, value: Setting, listeners: number, factor: number): void {
  const amount = (value as number) * factor;
  if (!SCALED_KNOBS.includes(name) || Number.isInteger(amount)) return;
  const [size, whole] = [listeners, REFERENCE_LISTENERS].map((number) => number.toLocaleString('en-US'));
  const sizes = nextSizes(factor * REFERENCE_LISTENERS, REFERENCE_LISTENERS).join(' or ');
  throw new SettingError(
    `${name}=${value} is ${amount} at ${size} listeners (× ${factor}), and must be whole: it is at ${whole} and its multiples. Use --listeners ${sizes}.`,
  );
}

export function unitsOf(configuration: Record<string, Setting>): Record<string, string> {
  return Object.fromEntries(Object.keys(configuration).map((name) => [name, knobOf(name)?.unit ?? '']));
}

/** Knobs that differ from `reference`; with null, from the defaults (scaled as the run is). */
export function differenceFrom(
  reference: Record<string, Setting> | null,
  configuration: Record<string, Setting>,
  listeners: number,
): { knob: string; from: Setting; to: Setting; unit: string }[] {
  const factor = scaleFactor(listeners);
  return Object.keys(configuration)
    .map((knob) => {
      const standard = knobOf(knob)!.default;
      const from = reference === null ? scaled(knob, standard, factor) : reference[knob]!;
      return { knob, from, to: configuration[knob]!, unit: knobOf(knob)!.unit };
    })
    .filter(({ from, to }) => from !== to);
}
