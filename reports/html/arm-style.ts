/** How an arm looks, everywhere the same: its role decides the colour, its place among the arms of that role the shade and the dash. */
import type { ArmResult, CaseResult } from '../result.ts';
import { html, type Markup } from './escape.ts';

export interface ArmStyle {
  /** Class and name of the custom property that holds the colour: 'fixed-1'. */
  readonly tone: string;
  /** Dash pattern of its lines; empty: solid. Colour alone must not carry the meaning. */
  readonly dash: readonly number[];
  readonly width: number;
}

/** Shades that the style sheet defines for each role. */
const SHADES = 4;

const DASHES: Readonly<Record<ArmResult['role'], readonly (readonly number[])[]>> = {
  healthy: [[], [8, 3], [3, 3], [10, 3, 2, 3]],
  live: [[], [8, 3], [3, 3], [10, 3, 2, 3]],
  broken: [[], [8, 3], [3, 3], [10, 3, 2, 3]],
  fixed: [[], [9, 4], [3, 3], [10, 3, 2, 3]],
  decoy: [
    [7, 4],
    [2, 3],
    [12, 4],
    [9, 3, 2, 3],
  ],
};

export function armStyles(testCase: CaseResult): ReadonlyMap<ArmResult, ArmStyle> {
  const seen = new Map<string, number>();
  return new Map(
    testCase.arms.map((arm) => {
      const index = seen.get(arm.role) ?? 0;
      seen.set(arm.role, index + 1);
      const shade = index % SHADES;
      const style = {
        tone: `${arm.role}-${shade}`,
        dash: DASHES[arm.role][shade]!,
        width: arm.role === 'broken' ? 2.5 : 1.75,
      };
      return [arm, style];
    }),
  );
}

/** A piece of the arm's line, as the charts draw it. */
export function swatch({ dash, width }: ArmStyle): Markup {
  return html`<svg class="swatch" width="26" height="8" viewBox="0 0 26 8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke="var(--arm)" stroke-width="${width + 0.75}" stroke-dasharray="${dash.join(' ')}"/></svg>`;
}
