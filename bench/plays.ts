/** The whole system: what a play costs, with its token, its event, its consumers and its place in the history. */
import { createPlayArrivals, createPopulation } from '../fixtures/index.ts';
import { runArm } from '../scenarios/harness/arm-run.ts';
import { defineScenario, NO_NOTES } from '../scenarios/harness/scenario.ts';
import { type BenchMeasure, cpuSeconds } from './measure.ts';

const SECONDS = 120;

/** Listeners who play and do nothing else. */
export const playing = defineScenario({
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
      set: { 'audio.plays': 'on', 'listening.streams': 'on' },
      headline: { operation: 'play', series: [] },
      objectives: [
        { name: 'errors', phase: 'trigger', measure: () => 0, comparison: '<=', target: 1, unit: '%' },
      ],
      evidence: [
        {
          name: 'plays',
          in: ['broken'],
          sentence: 'Listeners play',
          measure: (run) => run.completedPerSecond('play', 'trigger'),
          comparison: '>=',
          target: 1,
          unit: 'plays/s',
        },
      ],
      arms: [{ name: 'broken', role: 'broken', title: '', says: () => '' }],
    },
  ],
  notes: NO_NOTES,
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
  const { arrivals, completed } = run.conservation;
  if (run.partial || completed < 0.999 * arrivals)
    throw new Error(`Only ${completed} of ${arrivals} plays were answered.`);
  const broken = run.invariants.find(({ checked, violations }) => checked === 0 || violations > 0);
  if (broken !== undefined) throw new Error(`${broken.name}: ${broken.examples[0]}`);
  return run;
}

/** Until the code is compiled for good: a thread of `npm start` makes 39 runs, each longer than this one. */
const WARM_UPS = 6;

const MODEL = `authorised, delivered by app, peers or edge, then gateway, token check, listening, log, and its consumers (history, sessions, charts, recently played) and the check of every play; ${SECONDS} s of a million listeners (40,000 listen), drawn beforehand`;

const playsPerCpuSecond: BenchMeasure = {
  name: 'playsPerCpuSecond',
  unit: 'plays/CPU-s',
  model: `${MODEL}; in a thread as runs have it, after ${WARM_UPS} such runs`,
  better: 'higher',
  target: 50_000,
  warmUps: WARM_UPS,
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

const DRAWN_PLAYS = 300_000;
/** 4 % of the smallest population, in all of them: what is compared is the population alone. */
const DRAWING_LISTENERS = 400;

/** CPU time to draw a play out of a population of this size, in ns, the stationary start left out. */
async function drawNs(listeners: number): Promise<number> {
  const population = createPopulation({ seed: 1, listeners });
  const arrivals = createPlayArrivals({ population, activeListeners: DRAWING_LISTENERS });
  const seconds = await cpuSeconds(() => {
    for (let i = 0; i < DRAWN_PLAYS; i++) arrivals.next();
  });
  return (seconds * 1e9) / DRAWN_PLAYS;
}

/**
 * The drawing alone: what a play does in the system after that sees its listener and its track as numbers, and its cost
 * would drown a drawing that had become slower. The name in the JSON is older than this sentence and stays.
 */
const drawingCostRatio: BenchMeasure = {
  name: 'playCostOf100MillionListenersTo10Thousand',
  unit: '×',
  model: `the drawing of a play alone (who, what and when), from a population of 100 million and from one of 10,000, ${DRAWING_LISTENERS} listening; what the system does with the play is not in it`,
  better: 'lower',
  target: 1.25,
  async sample() {
    const small = await drawNs(10_000);
    return (await drawNs(100_000_000)) / small;
  },
};

export const playMeasures: readonly BenchMeasure[] = [playsPerCpuSecond, eventsPerPlay, drawingCostRatio];
