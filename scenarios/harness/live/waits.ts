/** For how long new tracks could not be found: the figures, the chart and the sentence of a live run. */
import type { Figure, InvariantResult, TimeSeries } from '../../../reports/result.ts';
import { NEW_TRACK_WAIT } from '../../load/objectives.ts';
import type { RunFigures } from '../figures.ts';
import { format } from '../judge.ts';
import { round } from '../recorder.ts';

/** Of one track. */
export interface Wait {
  /** Seconds into the run, when its publication was due. */
  readonly publishedS: number;
  /** From then until it was found. Not found: until it was last looked for in vain, so it waits longer than this. */
  readonly seconds: number;
  readonly isFound: boolean;
  /** Those that were answered. */
  readonly looks: number;
}

export interface Waits {
  /** In the order in which they were taken. */
  readonly all: readonly Wait[];
  /** Looks without a right answer: whether the track was there nobody knows. */
  readonly unanswered: number;
}

const LOOKED_FOR = 'new tracks looked for';
const NOT_FOUND = 'new tracks not found by the end';

export function waitFigures({ all, unanswered }: Waits): Figure[] {
  const sorted = all.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const looks = all.reduce((sum, wait) => sum + wait.looks, 0);
  return [
    { name: NEW_TRACK_WAIT, value: round(sorted.at(-1) ?? 0), unit: 's' },
    { name: `${NEW_TRACK_WAIT} p50`, value: round(sorted[Math.ceil(sorted.length / 2) - 1] ?? 0), unit: 's' },
    { name: LOOKED_FOR, value: all.length, unit: 'tracks' },
    { name: NOT_FOUND, value: all.filter(({ isFound }) => !isFound).length, unit: 'tracks' },
    { name: 'looks for new tracks', value: looks + unanswered, unit: 'searches' },
    { name: 'looks for new tracks without an answer', value: unanswered, unit: 'searches' },
  ];
}

/** For how long the track that waits longest has waited, at the end of each step; 0: none waits, null: none was taken yet. */
export function waitSeries({ all }: Waits, stepS: number, steps: number): TimeSeries {
  const stepOf = (atS: number) => Math.max(0, Math.floor(atS / stepS));
  const first = all.length === 0 ? steps : stepOf(all[0]!.publishedS);
  const values: (number | null)[] = Array.from({ length: steps }, (_, step) => (step < first ? null : 0));
  for (const { publishedS, seconds, isFound } of all) {
    for (let step = stepOf(publishedS); step < steps; step++) {
      const waitedS = (step + 1) * stepS - publishedS;
      if (isFound && waitedS >= seconds) break;
      values[step] = Math.max(values[step] ?? 0, round(waitedS));
    }
  }
  return { name: NEW_TRACK_WAIT, unit: 's', group: 'lag', stepS, startS: 0, values };
}

export function waitInvariant({ all }: Waits): InvariantResult {
  const unseen = all.filter(({ looks }) => looks === 0).length;
  return {
    name: LOOKED_FOR,
    checked: all.length,
    violations: unseen,
    expectedToBreak: false,
    examples: unseen === 0 ? [] : ['no search for it was answered'],
  };
}

/** 'a new track could not be found for up to 31 s (3 of 20 were not found by the end, and count with their age)'. */
export function waitSentence(run: RunFigures): string {
  const [lookedFor, notFound] = [run.figure(LOOKED_FOR), run.figure(NOT_FOUND)];
  const rest =
    notFound === 0
      ? `all ${format(lookedFor)} that were looked for were found`
      : `${format(notFound)} of ${format(lookedFor)} that were looked for were not found by the end, and count with their age`;
  return `a new track could not be found for up to ${format(run.figure(NEW_TRACK_WAIT))} s (${rest})`;
}
