/**
 * When a figure that became worse is a regression, when it is none, and when there are too few pairs to tell.
 *
 *   the median pair worse by more than 10 % (a share: by more than a point)? ─no─▶ no regression
 *     └─yes─▶ significant by the paired test, or that much worse in every one of at least 3 pairs? ─yes─▶ regression
 *               └─no─▶ fewer than 5 pairs? ─yes─▶ cannot tell    ─no─▶ no regression: pairs that disagree
 *
 * Pairs share their arrivals, so a few of them are strong evidence. By chance alone all of 3 are worse in 1 of 8 cases
 * (1/2 cubed); that each is also worse by more than 10 % makes it rarer still, wherever the seeds spread less than that.
 */
import { median } from './numbers.ts';

/** With fewer, the spread that the test goes by is itself little more than chance. */
export const PAIRS_FOR_SIGNIFICANCE = 5;
/** Two that agree are one case of four. */
export const PAIRS_THAT_AGREE = 3;
/** estimate: less is hard to see in a service's own charts from one day to the next. */
export const WORSE_SHARE = 0.1;
/** Of a share in per cent, where a relative rule would call 0.2 % instead of 0.1 % twice as bad; objectives allow one point of errors. */
export const WORSE_POINTS = 1;

export type Decision = 'none' | 'cannot tell' | 'regression';

export interface Paired {
  readonly unit: string;
  readonly lowerIsBetter: boolean;
  /** [before, after] of each pair. */
  readonly values: readonly (readonly [number, number])[];
  /** By the paired test; false where it was not made. */
  readonly significant: boolean;
}

export interface Judgement {
  readonly decision: Decision;
  /** 'worse by more than 10 % in each of 3 pairs'; empty where there is none. */
  readonly why: string;
}

export function judgeChange({ unit, lowerIsBetter, values, significant }: Paired): Judgement {
  const isShare = unit === '%';
  const limit = isShare ? WORSE_POINTS : WORSE_SHARE;
  const by = values.map(([before, after]) => {
    const rise = lowerIsBetter ? after - before : before - after;
    if (isShare || rise === 0) return rise;
    return before === 0 ? rise * Number.POSITIVE_INFINITY : rise / Math.abs(before);
  });
  const pairs = by.length;
  if (pairs === 0 || !(median(by) > limit)) return { decision: 'none', why: '' };
  const size = `worse by more than ${isShare ? `${WORSE_POINTS} point` : `${100 * WORSE_SHARE} %`}`;
  if (pairs >= PAIRS_THAT_AGREE && by.every((rise) => rise > limit))
    return { decision: 'regression', why: `${size} in each of ${pairs} pairs` };
  if (significant)
    return { decision: 'regression', why: `${size} in the median of ${pairs} pairs, significantly` };
  if (pairs >= PAIRS_FOR_SIGNIFICANCE) return { decision: 'none', why: '' };
  const where = pairs === 1 ? 'in the only pair' : `in the median of ${pairs} pairs`;
  return { decision: 'cannot tell', why: `${size} ${where}` };
}
