/**
 * cache-stampede with a third of its time, for tests of what holds in any run: locks, caches, the log, both consumers and
 * the database take part, and keys expire under load.
 */

import stampede from '../scenarios/cache-stampede.ts';
import { defineScenario } from '../scenarios/harness/index.ts';

export default defineScenario({
  ...stampede,
  name: 'brief-stampede',
  phases: stampede.phases.map(({ seconds, ...phase }) => ({ ...phase, seconds: Math.ceil(seconds / 3) })),
});
