/** `rehearse show`: everything that a scenario states, before it is run. */
import type { Command } from 'commander';
import type { MachineFault, Scenario } from '../scenarios/harness/scenario.ts';
import type { Knob, Knobs } from '../system/ports/knobs.ts';
import { findScenario } from './find-scenarios.ts';
import { exactly, grouped } from './options.ts';
import { commandLine } from './replay.ts';
import { columns, heading, terminalWidth, wrap } from './text.ts';

export function registerShow(program: Command): void {
  program
    .command('show')
    .description('what a scenario states: hypothesis, cases, arms, knobs, notes')
    .argument('<scenario>', 'its name, or a file (./mine.scenario.ts)')
    .option('--knobs', 'also those that no arm of the scenario sets')
    .addHelpText('after', '\nExample:\n  rehearse show hot-partition')
    .action(async (word: string, { knobs = false }: { knobs?: boolean }) => {
      const { scenario } = await findScenario(word);
      const { whatHappens } = await import('../scenarios/harness/faults.ts');
      const { allKnobs, isScaled } = await import('../system/modes/knobs.ts');
      const width = terminalWidth(process.stdout);
      const command = commandLine(['show', word, '--knobs']);
      const described = describeScenario(scenario, allKnobs, {
        width,
        knobs,
        command,
        isScaled,
        whatHappens,
      });
      process.stdout.write(`${described.join('\n\n')}\n`);
    });
}

export interface ShowOptions {
  readonly width: number;
  /** Also the knobs that no arm of the scenario sets. */
  readonly knobs: boolean;
  /** The command that shows them. */
  readonly command: string;
  /** Whether a knob grows with the population. */
  readonly isScaled: (name: string) => boolean;
  /** A fault, in words. */
  readonly whatHappens: (fault: MachineFault) => string;
}

/** Paragraphs, each wrapped to the width. */
export function describeScenario(
  scenario: Scenario,
  allKnobs: Readonly<Record<string, Knobs>>,
  options: ShowOptions,
): string[] {
  const { width } = options;
  return [
    head(scenario, width),
    section('Hypothesis', wrap(scenario.hypothesis, width, '  ')),
    ...faultSections(scenario, options),
    ...scenario.cases.map((testCase) => caseSection(scenario, testCase, width)),
    section('Checked in every arm', wrap(scenario.invariants.join(', '), width, '  ')),
    ...noteSections(scenario, width),
    section('Knobs', knobTable(scenario, allKnobs, options)),
  ];
}

function section(title: string, body: string): string {
  return `${heading(title, process.stdout)}\n${body}`;
}

function head(scenario: Scenario, width: number): string {
  const phases = scenario.phases.map(({ name, seconds }) => `${name} ${seconds} s`).join(', ');
  const facts = [
    ['Teaches', scenario.teaches],
    ['Phases', phases],
    ['Modes', scenario.modes.join(', ')],
    ['Listeners', `${grouped(scenario.minimumListeners)} or more`],
  ];
  return section(`${scenario.name}: ${scenario.title}`, columns(facts, width));
}

/** With the phase and the seconds in it, as the scenario says it. */
function faultSections({ faults = [] }: Scenario, { width, whatHappens }: ShowOptions): string[] {
  if (faults.length === 0) return [];
  const rows = faults.map((fault) => [`${fault.phase} + ${fault.afterSeconds} s`, whatHappens(fault)]);
  return [section('What is made to fail, in arms that have the fault', columns(rows, width))];
}

function caseSection(scenario: Scenario, testCase: Scenario['cases'][number], width: number): string {
  const objectives = testCase.objectives.map(({ name, phase, comparison, target, unit }) => [
    'objective',
    `${name} ${comparison} ${grouped(target)} ${unit} (${phase})`,
  ]);
  const arms = testCase.arms.map(({ name, role, title, set, violates }) => [
    role,
    name,
    [title, settingsOf(set), violates === undefined ? '' : `breaks: ${violates.join(', ')}`]
      .filter((part) => part !== '')
      .join('; '),
  ]);
  const evidence = testCase.evidence.map(({ name, sentence, comparison, target, unit }) => [
    'evidence',
    `${name}: ${sentence} (${comparison} ${grouped(target)} ${unit})`,
  ]);
  const title = testCase.name === scenario.name ? 'Arms' : `Case ${testCase.name}`;
  return section(
    `${title}: ${testCase.title}`,
    `${columns(arms, width)}\n\n${columns([...objectives, ...evidence], width)}`,
  );
}

function settingsOf(set: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(set ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

/** Knobs that the scenario turns; the others, which can be given to `--set` too, on demand: there are hundreds. */
function knobTable(
  scenario: Scenario,
  allKnobs: Readonly<Record<string, Knobs>>,
  { width, knobs, command, isScaled }: ShowOptions,
): string {
  const turned = new Set(
    scenario.cases.flatMap((testCase) => [
      ...Object.keys(testCase.set),
      ...testCase.arms.flatMap((arm) => Object.keys(arm.set ?? {})),
    ]),
  );
  const rows = Object.entries(allKnobs).flatMap(([component, knobs]) =>
    Object.entries(knobs).map(([name, knob]) => ({ name: `${component}.${name}`, knob })),
  );
  const first = rows.filter(({ name }) => turned.has(name));
  const others = rows.filter(({ name }) => !turned.has(name));
  // Values are those at a million listeners.
  const scale = (name: string) => (isScaled(name) ? '; scales with --listeners' : '');
  const line = ({ name, knob }: { name: string; knob: Knob }) => [
    name,
    valueWithUnit(knob, knob.default),
    `${knob.description}${limits(knob)}${scale(name)}`,
  ];
  const turnedLine = ({ name, knob }: { name: string; knob: Knob }) => [
    name,
    `${valuesHere(scenario, name, knob)}; default ${valueWithUnit(knob, knob.default)}${scale(name)}`,
  ];
  const parts: string[] = [];
  if (first.length > 0) parts.push(`  Turned here:\n${columns(first.map(turnedLine), width, '    ')}`);
  if (knobs) parts.push(`  Further ones, for --set:\n${columns(others.map(line), width, '    ')}`);
  else {
    const lead = `${others.length} further knobs for --set, which no arm turns:`;
    parts.push(`${wrap(lead, width, '  ')}\n    ${command}`);
  }
  return parts.join('\n\n');
}

/** What the scenario sets a knob to: by its cases, and by single arms. */
function valuesHere(scenario: Scenario, name: string, knob: Knob): string {
  const parts = new Set<string>();
  for (const testCase of scenario.cases) {
    const value = testCase.set[name];
    if (value !== undefined) parts.add(valueWithUnit(knob, value));
    for (const arm of testCase.arms) {
      const own = arm.set?.[name];
      if (own !== undefined) parts.add(`${valueWithUnit(knob, own)} in '${arm.name}'`);
    }
  }
  return [...parts].join(', ');
}

function valueWithUnit({ unit }: Knob, value: Knob['default']): string {
  const text = typeof value === 'number' ? exactly(value) : String(value);
  return unit === '' || unit === '1' ? text : `${text} ${unit}`;
}

function limits({ values, min, max }: Knob): string {
  if (values !== undefined) return ` (${values.join(', ')})`;
  if (min !== undefined && max !== undefined) return ` (${exactly(min)} to ${exactly(max)})`;
  if (min !== undefined) return ` (from ${exactly(min)})`;
  return max === undefined ? '' : ` (up to ${exactly(max)})`;
}

function noteSections({ notes }: Scenario, width: number): string[] {
  const prose: [string, string][] = [
    ['What you see', notes.see],
    ['Why', notes.why],
    ['Fix', notes.fix],
    ['What it costs', notes.costs],
  ];
  const lists: [string, readonly string[]][] = [
    ['Questions', notes.questions],
    ['Triage', notes.triage],
    ['Arithmetic', notes.arithmetic],
    ['What the model leaves out', notes.caveats],
    ['Sources', notes.sources],
  ];
  return [
    ...prose.map(([title, text]) => section(title, wrap(text, width, '  '))),
    ...lists
      .filter(([, items]) => items.length > 0)
      .map(([title, items]) =>
        // Commands are copied: they stay on one line.
        section(
          title,
          items
            .map((item) => (title === 'Triage' ? `  $ ${item}` : wrap(item, width, '    ', '  - ')))
            .join('\n'),
        ),
      ),
  ];
}
