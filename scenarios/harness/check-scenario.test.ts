import { describe, expect, test } from 'vitest';
import hotPartition from '../hot-partition.ts';
import { checkScenario, ScenarioError } from './check-scenario.ts';
import type { Scenario } from './scenario.ts';

// biome-ignore lint/suspicious/noExplicitAny: a file of somebody who does not use TypeScript.
type Loose = any;

/** A copy that can be spoilt; functions stay. */
function copyOf(value: Loose): Loose {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)]));
}

function complaint(spoil: (scenario: Loose) => void): string {
  const scenario = copyOf(hotPartition);
  spoil(scenario);
  try {
    checkScenario(scenario as Scenario);
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as Error).message;
  }
  return 'nothing was said';
}

describe('a scenario with one mistake is refused in a sentence that names the place', () => {
  const mistakes: readonly [string, (scenario: Loose) => void, RegExp][] = [
    ['no phases', (s) => delete s.phases, /phases must be a list/],
    ['no load', (s) => delete s.load, /load must be an object/],
    ['no traffic', (s) => delete s.load.traffic, /load\.traffic must be a list/],
    [
      'a phase that there is not',
      (s) => (s.load.traffic[0].perSecond = { trigge: 5 }),
      /traffic 'playlist\.get': perSecond is 'trigge', and can be always, warm-up/,
    ],
    [
      'a rate that is none',
      (s) => (s.load.traffic[0].perSecond.always = '10'),
      /perSecond\.always .* must be a number/,
    ],
    [
      'a journey',
      (s) => (s.load.traffic[0].journey.kind = 'open-playlst'),
      /journey\.kind is 'open-playlst'/,
    ],
    ['a source', (s) => (s.load.traffic[1].journey.from = 'warm'), /journey\.from is 'warm'/],
    [
      'an operation of the headline',
      (s) => (s.cases[0].headline.operation = 'playlist.gte hot'),
      /headline\.operation is 'playlist\.gte hot', and can be play, playlist\.get, .*, playlist\.add-track read-back/,
    ],
    ['no series', (s) => delete s.cases[0].headline.series, /headline\.series of case .* must be a list/],
    [
      'a percentile of the headline',
      (s) => s.cases[0].headline.series.push('playlist.gte hot p99'),
      /headline\.series of case hot-partition has 'playlist\.gte hot p99'.* Did you mean 'playlist\.get hot p99'\?/,
    ],
    ['no evidence', (s) => delete s.cases[0].evidence, /evidence of case hot-partition must be a list/],
    ['no arms', (s) => delete s.cases[0].arms, /arms of case hot-partition must be a list/],
    ['a role', (s) => (s.cases[0].arms[0].role = 'sane'), /arm healthy: role is 'sane', and can be healthy/],
    ['no sentence', (s) => delete s.cases[0].arms[1].says, /says of case hot-partition, arm broken must be/],
    ['a phase of an objective', (s) => (s.cases[0].objectives[0].phase = 'later'), /phase is 'later'/],
    ['no measure', (s) => delete s.cases[0].objectives[0].measure, /measure of .* must be a function/],
    [
      'a knob',
      (s) => (s.cases[0].set['cassandra.node'] = 3),
      /no knob 'cassandra\.node'. Did you mean 'cass/,
    ],
    [
      'a value of a knob in an arm',
      (s) => (s.cases[0].arms[2].set = { 'cassandra.nodes': 'many' }),
      /arm bucketed key: cassandra\.nodes=many: it must be a number/,
    ],
    [
      'a field',
      (s) => (s.cases[0].arms[0].fualt = false),
      /an arm of .* has a field 'fualt', and can have name/,
    ],
    ['a field of the traffic', (s) => (s.load.traffic[0].rate = 3), /load\.traffic has a field 'rate'/],
    ['an invariant', (s) => s.invariants.push('conservaton'), /invariants is 'conservaton'/],
    [
      'conservation, broken on purpose',
      (s) => (s.cases[0].arms[1].violates = ['conservation']),
      /arm broken: violates has 'conservation', which no arm may break/,
    ],
    [
      'a broken arm without evidence',
      (s) => (s.cases[0].evidence = s.cases[0].evidence.filter((e: Loose) => !e.in.includes('broken'))),
      /arm broken of case hot-partition has no evidence: state a figure that shows why it misses its objectives/,
    ],
    [
      'a comparison',
      (s) => (s.cases[0].objectives[0].comparison = '<'),
      /objective '.*': comparison is '<', and can be <=, >=/,
    ],
    ['a comparison of evidence', (s) => (s.cases[0].evidence[0].comparison = '=='), /comparison is '=='/],
    ['a target of evidence', (s) => (s.cases[0].evidence[0].target = '5'), /target of .*, evidence/],
    ['no unit', (s) => delete s.cases[0].objectives[0].unit, /unit of .*, objective '.*' must be a text/],
    ['a margin in per cent', (s) => (s.margin = 5), /margin must be a share of the target/],
    ['a margin that is none', (s) => (s.margin = 'a'), /margin must be a share/],
    ['a margin below zero', (s) => (s.margin = -1), /margin must be a share/],
    ['a mode', (s) => (s.modes = ['simulate']), /modes is 'simulate', and can be simulated/],
    ['only other modes', (s) => (s.modes = ['real']), /modes must have 'simulated'/],
    ['plays', (s) => (s.load.plays = 'no'), /load\.plays must be true or false/],
    ['a phase of a million days', (s) => (s.phases[1].seconds = 1e9), /lasts 86400 s, a day, at most/],
    [
      'a fix that is tested without the fault',
      (s) => (s.cases[0].arms[2].fault = false),
      /arm bucketed key is 'fixed' and runs without the fault/,
    ],
    [
      'an invariant that is broken and not checked',
      (s) => (s.cases[0].arms[1].violates = ['every published track becomes searchable']),
      /arm broken: violates has 'every published track becomes searchable', which nobody checks/,
    ],
    ['a phase twice', (s) => s.phases.push({ ...s.phases[0] }), /two phases have the same name/],
    [
      'an operation twice',
      (s) => s.load.traffic.push(structuredClone(s.load.traffic[0])),
      /two kinds of traffic have the same operation/,
    ],
    ['no hot playlists', (s) => delete s.load.hotPlaylists, /uses hot playlists and has no 'hotPlaylists'/],
    ['no title', (s) => delete s.cases[0].title, /title of case hot-partition must be/],
    ['no objective', (s) => (s.cases[0].objectives = []), /case hot-partition has no objective/],
    [
      'an arm twice',
      (s) => (s.cases[0].arms[1].name = s.cases[0].arms[0].name),
      /has two arms of the same name/,
    ],
    [
      'evidence of an arm that there is not',
      (s) => s.cases[0].evidence[0].in.push('brokn'),
      /evidence '.*' names 'brokn', which is no arm or role of case hot-partition/,
    ],
    [
      'a series that is no text',
      (s) => s.cases[0].headline.series.push(99),
      /an entry of headline\.series of case hot-partition must be/,
    ],
    ['no notes', (s) => delete s.notes, /notes must be an object/],
    ['a note', (s) => delete s.notes.triage, /notes\.triage is missing/],
  ];
  test.each(mistakes)('%s', (_, spoil, expected) => {
    const said = complaint(spoil);
    expect(said).toMatch(/^Scenario hot-partition: .*[.:?]/);
    expect(said).toMatch(expected);
  });

  test('what is no scenario at all, and one without a name', () => {
    for (const none of [undefined, null, 3, [], { name: 'x' }])
      expect(() => checkScenario(none as unknown as Scenario)).toThrow(ScenarioError);
    expect(complaint((s) => delete s.name)).toContain('lower-case words joined by hyphens');
  });
});
