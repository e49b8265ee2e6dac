import { expect, it } from 'vitest';
import { whatHappens } from '../scenarios/harness/faults.ts';
import { allKnobs, isScaled, knobNames } from '../system/modes/knobs.ts';
import { findScenario } from './find-scenarios.ts';
import { describeScenario } from './show.ts';

const { scenario } = await findScenario('hot-partition');
const command = 'rehearse show hot-partition --knobs';
const shown = (knobs: boolean) =>
  describeScenario(scenario, allKnobs, { width: 100, knobs, command, isScaled, whatHappens }).join('\n\n');
const count = Object.values(allKnobs).flatMap((knobs) => Object.keys(knobs)).length;

it('shows the knobs that arms turn, and counts the others with the way to see them', () => {
  const text = shown(false);
  expect(text).toMatch(/playlist\.readConsistency +.*ONE in 'reads at ONE'/);
  expect(text).not.toContain('kafka.brokers');
  expect(text.split('\n').length).toBeLessThan(150);
  const further = Number(/(\d+) further knobs [^:]*:\s+rehearse show hot-partition --knobs/.exec(text)![1]);
  expect(further).toBeGreaterThan(100);
  expect(further).toBeLessThan(count);
});

it('says what fails when, and nothing of faults where there are none', () => {
  expect(shown(false)).toMatch(
    /recovery \+ 24 s +a database node that holds the hot playlist crashes, and is back after 8 s/,
  );
  const { faults: _, ...calm } = scenario;
  expect(
    describeScenario(calm, allKnobs, { width: 100, knobs: false, command, isScaled, whatHappens }).join('\n'),
  ).not.toMatch(/made to fail/);
});

it('shows every knob on demand, small values as they are', () => {
  const text = shown(true);
  expect(text).toContain('kafka.brokers');
  expect(text).toMatch(/s3\.getDollarsPerThousand +0\.0004 \$/);
  expect(text).not.toContain('further knobs for');
});

it('marks the knobs that grow with the population, and no other', () => {
  const text = shown(true).replaceAll(/\s+/g, ' ');
  const marked = [...text.matchAll(/ ([\w-]+\.\w+) (?:(?! [\w-]+\.\w+ ).)*?scales with --listeners/g)].map(
    ([, name]) => name!,
  );
  expect(marked.toSorted()).toEqual(knobNames().filter(isScaled).toSorted());
  expect(marked).toContain('cassandra.coresPerNode');
  expect(marked).not.toContain('schema-registry.coresPerNode');
});
