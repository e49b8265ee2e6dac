/**
 * A knob is a setting that a scenario may turn: its default, its unit and one sentence that says what it does.
 * Every service and engine declares its knobs in one object; `rehearse show` prints them and `--set` checks them.
 */
export type KnobValue = number | string | boolean;

export interface Knob<T extends KnobValue = KnobValue> {
  readonly default: T;
  /** 'ms', 's', 'bytes', 'requests/s', '1' for counts and ratios, '' for words and switches. */
  readonly unit: string;
  readonly description: string;
  /** The words that a textual knob accepts. */
  readonly values?: readonly T[];
  readonly min?: number;
  readonly max?: number;
}

export type Knobs = Readonly<Record<string, Knob>>;

type Widen<T> = T extends number ? number : T extends boolean ? boolean : T;
export type KnobValues<K extends Knobs> = {
  readonly [Name in keyof K]: K[Name] extends { values: readonly (infer V)[] }
    ? V
    : Widen<K[Name]['default']>;
};
