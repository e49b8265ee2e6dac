/** The whole system: what a play costs, with its token, its event, its consumers and its place in the history. */
import { runArm } from '../scenarios/harness/arm-run.ts';
import { defineScenario } from '../scenarios/harness/scenario.ts';
import { type BenchMeasure, cpuSeconds } from './measure.ts';

const SECONDS = 120;

/** Listeners who play and do nothing else. */
const playing = defineScenario({
  name: 'playing',
  title: 'Listeners play',
  teaches: '',
  hypothesis: '',
  modes: ['simulated'],
  minimumListeners: 1,
  phases: [{ name: 'trigger', seconds: SECONDS }],
  load: { plays: true, traffic: [] },
  invariants: ['no play lost or counted twice', 'conservation'],
  cases: [
    {
      name: 'playing',
      title: '',
      set: {},
      headline: { operation: 'play', series: [] },
      objectives: [
        { name: 'errors', phase: 'trigger', measure: () => 0, comparison: '<=', target: 1, unit: '%' },
      ],
      evidence: [],
      arms: [{ name: 'broken', role: 'broken', title: '', says: () => '' }],
    },
  ],
  notes: {
    see: '',
    why: '',
    fix: '',
    costs: '',
    questions: [],
    triage: [],
    caveats: [],
    arithmetic: [],
    sources: [],
  },
});

async function play(listeners: number): Promise<{ plays: number; events: number }> {
  const { run } = await runArm(playing, {
    case: 'playing',
    arm: 'broken',
    seed: 1,
    listeners,
    settings: {},
    drain: 'checkpoint',
    plays: null,
    shouldStop: () => false,
  });
  const broken = run.invariants.find(({ violations }) => violations > 0);
  if (broken !== undefined) throw new Error(`${broken.name}: ${broken.examples[0]}`);
  return run;
}

const MODEL = `gateway, token check, listening, log, history consumers and the check of every play, ${SECONDS} s of a million listeners (40,000 listen)`;

const playsPerCpuSecond: BenchMeasure = {
  name: 'playsPerCpuSecond',
  unit: 'plays/CPU-s',
  model: MODEL,
  better: 'higher',
  target: 50_000,
  async sample() {
    let plays = 0;
    const seconds = await cpuSeconds(async () => {
      plays = (await play(1_000_000)).plays;
    });
    return plays / seconds;
  },
};

const eventsPerPlay: BenchMeasure = {
  name: 'eventsPerPlay',
  unit: 'events/play',
  model: MODEL,
  better: 'lower',
  target: null,
  async sample() {
    const { plays, events } = await play(1_000_000);
    return events / plays;
  },
};

export const playMeasures: readonly BenchMeasure[] = [playsPerCpuSecond, eventsPerPlay];
