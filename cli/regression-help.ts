/** What a regression is, as `run --help` and `compare --help` say it; `reports/regression.ts` decides it so. */
import {
  PAIRS_FOR_SIGNIFICANCE,
  PAIRS_THAT_AGREE,
  WORSE_POINTS,
  WORSE_SHARE,
} from '../reports/regression.ts';

const worse = `${100 * WORSE_SHARE} %`;

export const REGRESSION_HELP = `A regression is an arm that is no longer confirmed, or a figure of its headline or
objectives (latency, errors, goodput …) that is worse by more than ${worse} (a share: by more
than ${WORSE_POINTS} point) in the median pair of seeds and either significant by a paired t-test (from
${PAIRS_FOR_SIGNIFICANCE} pairs) or that much worse in every pair (from ${PAIRS_THAT_AGREE}). Pairs see the same arrivals: by
chance alone all of ${PAIRS_THAT_AGREE} are worse in 1 of ${2 ** PAIRS_THAT_AGREE} cases, and seldom all by more than ${worse}.
Exit code 0: no regression. 1: a regression, or '? Cannot tell' (worse, in fewer than ${PAIRS_FOR_SIGNIFICANCE}
pairs that do not decide it): run both with --repeat ${PAIRS_FOR_SIGNIFICANCE} or more; or '? Not comparable':
the load itself was changed, so that pairs of a seed have other arrivals (live: another --rate).`;
