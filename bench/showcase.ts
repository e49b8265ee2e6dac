/** How long the showcase (`npm start`) takes on two cores, by a few of its runs. */
import { runArm } from '../scenarios/harness/arm-run.ts';
import { registry } from '../scenarios/index.ts';
import { type BenchMeasure, cpuSeconds } from './measure.ts';

const SEEDS = 3;
const CORES = 2;
/** Of each scenario the arm that lies in the middle of its costs. */
const TYPICAL: Readonly<Record<string, readonly [testCase: string, arm: string]>> = {
  'hot-partition': ['hot-partition', 'bucketed key'],
  'cache-stampede': ['cache-stampede', 'lock'],
  'consumer-lag': ['too slow', 'bulk'],
};

const showcaseSeconds: BenchMeasure = {
  name: 'showcaseSecondsOnTwoCores',
  unit: 's',
  model:
    'npm start at a million listeners: CPU time of one typical arm of each scenario, times its arms and three seeds, over two cores',
  better: 'lower',
  target: 60,
  async sample() {
    let total = 0;
    for (const { name, load } of registry) {
      const scenario = await load();
      const [testCase, arm] = TYPICAL[name]!;
      const seconds = await cpuSeconds(() =>
        runArm(scenario, {
          case: testCase,
          arm,
          seed: 1,
          listeners: 1_000_000,
          settings: {},
          drain: 'checkpoint',
          plays: null,
          shouldStop: () => false,
        }),
      );
      const arms = scenario.cases.reduce((sum, { arms }) => sum + arms.length, 0);
      total += seconds * arms * SEEDS;
    }
    return total / CORES;
  },
};

export const showcaseMeasures: readonly BenchMeasure[] = [showcaseSeconds];
