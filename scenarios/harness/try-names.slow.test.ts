/** Every arm that comes with the product is begun, which tries its names, and stopped at once. */
import { expect, test } from 'vitest';
import { registry } from '../index.ts';
import { runArm } from './arm-run.ts';

test('no arm of a scenario that comes with the product is refused', async () => {
  for (const { load } of registry) {
    const scenario = await load();
    for (const { name, arms } of scenario.cases)
      for (const arm of arms) {
        const { run } = await runArm(scenario, {
          case: name,
          arm: arm.name,
          seed: 1,
          listeners: scenario.minimumListeners,
          settings: {},
          drain: 'checkpoint',
          plays: null,
          shouldStop: () => true,
        });
        expect(run.partial).toBe(true);
      }
  }
}, 600_000);
