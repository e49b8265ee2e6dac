/**
 * Whether what a file exports is a scenario: it may be written in JavaScript, so nothing is taken for granted. The first
 * mistake is told in one sentence that names the place and, where a word is wrong, the words there are.
 */
import { didYouMean } from '../../system/runtime/suggest.ts';
import { checkFault } from './check-fault.ts';
import { operationsOf } from './journeys.ts';
import { fieldsOf, Mistakes, ScenarioError } from './mistakes.ts';
import type {
  Arm,
  Case,
  Evidence,
  InvariantName,
  Journey,
  Load,
  Objective,
  Phase,
  Scenario,
  Traffic,
} from './scenario.ts';

export { ScenarioError };

type PhaseName = Phase['name'];
const PHASES: readonly PhaseName[] = ['warm-up', 'steady', 'trigger', 'recovery'];
const JOURNEYS: readonly Journey['kind'][] = [
  'open-playlist',
  'add-track',
  'follow',
  'search',
  'look-up-track',
  'publish-track',
];
const MODES: Scenario['modes'] = ['simulated', 'embedded', 'real'];
/** A day: longer phases are a slip (milliseconds, a date), and would run for hours. */
const LONGEST_PHASE_S = 86_400;
const COMPARISONS: readonly Objective['comparison'][] = ['<=', '>='];
const ROLES = ['healthy', 'broken', 'fixed', 'decoy'] as const;
const INVARIANTS: readonly InvariantName[] = [
  'read-your-writes',
  'no acknowledged write lost',
  'no play lost or counted twice',
  'conservation',
  'every published track becomes searchable',
];
const NOTES = ['see', 'why', 'fix', 'costs', 'questions', 'triage', 'caveats', 'arithmetic', 'sources'];

/** Every field there is: `fualt: false` would otherwise be no mistake and no setting. */
const FIELDS = {
  scenario: fieldsOf<Scenario>({
    name: 1,
    title: 1,
    teaches: 1,
    hypothesis: 1,
    modes: 1,
    minimumListeners: 1,
    phases: 1,
    load: 1,
    faults: 1,
    invariants: 1,
    margin: 1,
    cases: 1,
    notes: 1,
  }),
  load: fieldsOf<Load>({ plays: 1, traffic: 1, hotPlaylists: 1 }),
  traffic: fieldsOf<Traffic>({ operation: 1, journey: 1, perSecond: 1, fault: 1 }),
  case: fieldsOf<Case>({
    name: 1,
    title: 1,
    set: 1,
    headline: 1,
    objectives: 1,
    evidence: 1,
    arms: 1,
  }),
  arm: fieldsOf<Arm>({ name: 1, role: 1, title: 1, set: 1, fault: 1, violates: 1, says: 1 }),
} as const;

/** Throws `ScenarioError`. */
export function checkScenario(scenario: Scenario): void {
  const mistakes = new Mistakes(typeof scenario?.name === 'string' ? scenario.name : '(without a name)');
  mistakes.object('', scenario, FIELDS.scenario);
  if (typeof scenario.name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(scenario.name))
    mistakes.fail('the name must be lower-case words joined by hyphens.');
  for (const field of ['title', 'teaches', 'hypothesis'] as const) mistakes.text(field, scenario[field]);
  mistakes.number('minimumListeners', scenario.minimumListeners);
  for (const mode of mistakes.list('modes', scenario.modes)) mistakes.oneOf('modes', mode, MODES);
  if (!scenario.modes.includes('simulated'))
    mistakes.fail("modes must have 'simulated': it is the one that scenarios run in.");
  const { margin = 0 } = scenario;
  if (!(typeof margin === 'number' && margin >= 0 && margin < 1))
    mistakes.fail('margin must be a share of the target from 0 to less than 1: 0.05 is 5 %.');
  checkPhases(mistakes, scenario);
  checkLoad(mistakes, scenario);
  for (const name of mistakes.list('invariants', scenario.invariants))
    mistakes.oneOf('invariants', name, INVARIANTS);
  const cases = mistakes.list('cases', scenario.cases);
  if (cases.length === 0) mistakes.fail('it needs at least one case.');
  for (const testCase of cases) checkCase(mistakes, scenario, testCase);
  mistakes.object('notes', scenario.notes);
  for (const field of NOTES)
    if ((scenario.notes as unknown as Record<string, unknown>)[field] === undefined)
      mistakes.fail(`notes.${field} is missing: leave it empty ('' or []) if there is nothing to say.`);
}

function checkPhases(mistakes: Mistakes, { phases: given, faults = [] }: Scenario): void {
  const phases = mistakes.list('phases', given);
  for (const phase of phases) mistakes.oneOf('phases', phase?.name, PHASES);
  const names = phases.map(({ name }) => name);
  if (new Set(names).size !== names.length) mistakes.fail('two phases have the same name.');
  if (phases.some(({ seconds }) => !Number.isInteger(seconds) || seconds < 1))
    mistakes.fail('a phase lasts a whole number of seconds.');
  if (phases.some(({ seconds }) => seconds > LONGEST_PHASE_S))
    mistakes.fail(`a phase lasts ${LONGEST_PHASE_S} s, a day, at most.`);
  if (!names.includes('trigger')) mistakes.fail("it needs a phase named 'trigger'.");
  for (const [i, fault] of mistakes.list('faults', faults).entries()) checkFault(mistakes, fault, i, phases);
}

function checkLoad(mistakes: Mistakes, { load, phases, faults = [] }: Scenario): void {
  mistakes.object('load', load, FIELDS.load);
  if (typeof load.plays !== 'boolean') mistakes.fail('load.plays must be true or false.');
  const traffic = mistakes.list('load.traffic', load.traffic);
  for (const one of traffic) checkTraffic(mistakes, one, phases);
  const operations = ['play', ...traffic.map(({ operation }) => operation)];
  if (new Set(operations).size !== operations.length)
    mistakes.fail('two kinds of traffic have the same operation.');
  const hot = traffic.some(({ journey }) => 'from' in journey && journey.from === 'hot');
  const restarts = faults.some(({ kind }) => kind === 'restart a replica of the hot playlist');
  if ((hot || restarts) && !load.hotPlaylists?.count)
    mistakes.fail("it uses hot playlists and has no 'hotPlaylists'.");
}

function checkTraffic(mistakes: Mistakes, traffic: Traffic, phases: readonly Phase[]): void {
  mistakes.object('an entry of load.traffic', traffic, FIELDS.traffic);
  mistakes.text('operation of an entry of load.traffic', traffic.operation);
  const of = `traffic '${traffic.operation}'`;
  mistakes.object(`journey of ${of}`, traffic.journey);
  mistakes.oneOf(`${of}: journey.kind`, traffic.journey.kind, JOURNEYS);
  if ('from' in traffic.journey)
    mistakes.oneOf(`${of}: journey.from`, traffic.journey.from, ['popularity', 'hot']);
  mistakes.object(`perSecond of ${of}`, traffic.perSecond);
  for (const [name, rate] of Object.entries(traffic.perSecond)) {
    mistakes.oneOf(`${of}: perSecond`, name, ['always', ...phases.map((phase) => phase.name)]);
    mistakes.number(`perSecond.${name} of ${of}`, rate);
  }
}

function checkCase(mistakes: Mistakes, scenario: Scenario, testCase: Case): void {
  mistakes.object('an entry of cases', testCase, FIELDS.case);
  mistakes.text('name of a case', testCase.name);
  const of = `case ${testCase.name}`;
  mistakes.text(`title of ${of}`, testCase.title);
  checkHeadline(mistakes, scenario, testCase);
  const arms = mistakes.list(`arms of ${of}`, testCase.arms);
  for (const arm of arms) {
    mistakes.object(`an arm of ${of}`, arm, FIELDS.arm);
    mistakes.text(`name of an arm of ${of}`, arm.name);
    mistakes.oneOf(`${of}, arm ${arm.name}: role`, arm.role, ROLES);
    mistakes.function(`says of ${of}, arm ${arm.name}`, arm.says);
    for (const name of mistakes.list(`violates of ${of}, arm ${arm.name}`, arm.violates ?? [])) {
      mistakes.oneOf(`${of}, arm ${arm.name}: violates`, name, INVARIANTS);
      if (name === 'conservation')
        mistakes.fail(`${of}, arm ${arm.name}: violates has 'conservation', which no arm may break.`);
      if (!scenario.invariants.includes(name))
        mistakes.fail(
          `${of}, arm ${arm.name}: violates has '${name}', which nobody checks: it is not among the scenario's invariants.`,
        );
    }
    if (arm.fault === false && (arm.role === 'fixed' || arm.role === 'decoy'))
      mistakes.fail(
        `${of}, arm ${arm.name} is '${arm.role}' and runs without the fault: what it changes is tested against the fault.`,
      );
    mistakes.settings(`${of}, arm ${arm.name}`, arm.set ?? {});
  }
  mistakes.settings(of, testCase.set);
  const names = arms.map((arm) => arm.name);
  if (new Set(names).size !== names.length) mistakes.fail(`${of} has two arms of the same name.`);
  if (!arms.some((arm) => arm.role === 'broken')) mistakes.fail(`${of} has no broken arm.`);
  const objectives = mistakes.list(`objectives of ${of}`, testCase.objectives);
  if (objectives.length === 0) mistakes.fail(`${of} has no objective.`);
  const phases = scenario.phases.map(({ name }) => name);
  for (const objective of objectives) {
    mistakes.oneOf(`${of}, objective '${objective?.name}': phase`, objective?.phase, phases);
    checkFigure(mistakes, `${of}, objective '${objective.name}'`, objective);
  }
  for (const evidence of mistakes.list(`evidence of ${of}`, testCase.evidence)) {
    mistakes.object(`an entry of evidence of ${of}`, evidence);
    checkFigure(mistakes, `${of}, evidence '${evidence.name}'`, evidence);
    mistakes.text(`sentence of ${of}, evidence '${evidence.name}'`, evidence.sentence);
    for (const name of mistakes.list(`in of ${of}, evidence '${evidence.name}'`, evidence.in)) {
      if (!arms.some((arm) => arm.name === name || arm.role === name))
        mistakes.fail(`evidence '${evidence.name}' names '${name}', which is no arm or role of ${of}.`);
    }
  }
  const shown = new Set(testCase.evidence.flatMap((evidence) => evidence.in));
  const unproven = arms.find(({ name, role }) => role === 'broken' && !shown.has(name) && !shown.has(role));
  if (unproven !== undefined)
    mistakes.fail(
      `arm ${unproven.name} of ${of} has no evidence: state a figure that shows why it misses its objectives.`,
    );
}

function checkFigure(mistakes: Mistakes, of: string, figure: Objective | Evidence): void {
  mistakes.text(`name of ${of}`, figure.name);
  mistakes.function(`measure of ${of}`, figure.measure);
  mistakes.oneOf(`${of}: comparison`, figure.comparison, COMPARISONS);
  mistakes.number(`target of ${of}`, figure.target);
  mistakes.text(`unit of ${of}`, figure.unit);
}

/** Every operation has a series of these; what else there is depends on the arm, and is looked for when all have run. */
const PERCENTILES = ['p50', 'p99'] as const;

function checkHeadline(mistakes: Mistakes, { load }: Scenario, { name, headline }: Case): void {
  mistakes.object(`headline of case ${name}`, headline);
  const operations = operationsOf(load);
  mistakes.oneOf(`case ${name}: headline.operation`, headline.operation, operations);
  const known = operations.flatMap((operation) => PERCENTILES.map((one) => `${operation} ${one}`));
  for (const series of mistakes.list(`headline.series of case ${name}`, headline.series)) {
    mistakes.text(`an entry of headline.series of case ${name}`, series);
    if (/ p[\d.]+$/.test(series) && !known.includes(series))
      mistakes.fail(
        `headline.series of case ${name} has '${series}', which no arm has.${didYouMean(series, known)} Of percentiles there are: ${known.join(', ')}.`,
      );
  }
}
