/** A small scenario of everything that listeners and labels do, to be disturbed by faults, and its run. */
import type { ArmRun, Setting } from '../../reports/result.ts';
import { runArm } from './arm-run.ts';
import { phaseWindows } from './arrivals.ts';
import { figuresOf, type RunFigures } from './figures.ts';
import { defineScenario, type MachineFault, NO_NOTES, type Scenario } from './scenario.ts';

export interface Disturbed {
  readonly run: ArmRun;
  readonly figures: RunFigures;
}

export const PHASES = [
  { name: 'warm-up', seconds: 15 },
  { name: 'steady', seconds: 10 },
  { name: 'trigger', seconds: 30 },
  { name: 'recovery', seconds: 15 },
] as const;

export const faultScenario = (faults: readonly MachineFault[], set: Record<string, Setting> = {}): Scenario =>
  defineScenario({
    name: 'disturbed',
    title: '',
    teaches: '',
    hypothesis: '',
    modes: ['simulated'],
    minimumListeners: 500_000,
    phases: PHASES,
    load: {
      plays: true,
      hotPlaylists: { count: 1, followers: 1_000 },
      traffic: [
        {
          operation: 'get',
          journey: { kind: 'open-playlist', from: 'popularity' },
          perSecond: { always: 60 },
        },
        { operation: 'hot', journey: { kind: 'open-playlist', from: 'hot' }, perSecond: { always: 40 } },
        { operation: 'add', journey: { kind: 'add-track', from: 'hot' }, perSecond: { always: 4 } },
        { operation: 'search', journey: { kind: 'search' }, perSecond: { always: 40 } },
        { operation: 'publish', journey: { kind: 'publish-track' }, perSecond: { always: 4 } },
      ],
    },
    faults,
    invariants: [
      'read-your-writes',
      'no acknowledged write lost',
      'no play lost or counted twice',
      'every published track becomes searchable',
    ],
    cases: [
      {
        name: 'disturbed',
        title: '',
        set,
        headline: { operation: 'get', series: [] },
        objectives: [
          { name: 'reads', phase: 'steady', measure: () => 0, comparison: '<=', target: 1, unit: '1' },
        ],
        evidence: [
          {
            name: 'reads',
            in: ['broken', 'healthy'],
            sentence: '',
            measure: () => 1,
            comparison: '>=',
            target: 1,
            unit: '1',
          },
        ],
        arms: [
          { name: 'healthy', role: 'healthy', title: '', fault: false, says: () => '' },
          { name: 'broken', role: 'broken', title: '', says: () => '' },
        ],
      },
    ],
    notes: NO_NOTES,
  });

/** One run of it at half a million listeners. */
export async function disturbed(
  faults: readonly MachineFault[],
  set: Record<string, Setting> = {},
  arm: 'healthy' | 'broken' = 'broken',
): Promise<Disturbed> {
  const scenario = faultScenario(faults, set);
  const { run } = await runArm(scenario, {
    case: 'disturbed',
    arm,
    seed: 1,
    listeners: 500_000,
    settings: {},
    drain: 'checkpoint',
    plays: null,
    shouldStop: () => false,
  });
  return { run, figures: figuresOf(run, phaseWindows(scenario.phases)) };
}
