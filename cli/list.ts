/** `rehearse list`: what can be rehearsed, and what each teaches. */
import type { Command } from 'commander';
import { grouped } from './options.ts';
import { commandLine } from './replay.ts';
import { columns, heading, terminalWidth } from './text.ts';

export function registerList(program: Command): void {
  program
    .command('list')
    .description('what can be rehearsed, and what each scenario teaches')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rehearse list')
    .action(async (options: { json?: boolean }) => {
      const { registeredScenarios } = await import('./find-scenarios.ts');
      const { profiles } = await import('../scenarios/load/profiles.ts');
      const scenarios = (await registeredScenarios()).map(({ scenario }) => scenario);
      if (options.json) {
        const incidents = scenarios.map((scenario) => ({
          name: scenario.name,
          kind: 'incident',
          title: scenario.title,
          teaches: scenario.teaches,
          modes: scenario.modes,
          minimumListeners: scenario.minimumListeners,
          cases: scenario.cases.map(({ name, arms }) => ({
            name,
            arms: arms.map((arm) => ({ name: arm.name, role: arm.role })),
          })),
        }));
        const loads = profiles.map(({ name, title, teaches, perSecond, seconds }) => ({
          name,
          kind: 'load',
          title,
          teaches,
          modes: ['embedded', 'real'],
          minimumListeners: 1_000,
          perSecond,
          seconds,
          cases: [],
        }));
        process.stdout.write(`${JSON.stringify([...incidents, ...loads], null, 2)}\n`);
        return;
      }
      const width = terminalWidth(process.stdout);
      const rows = scenarios.map((scenario) => [
        scenario.name,
        scenario.modes.join(', '),
        `${scenario.teaches} (${grouped(scenario.minimumListeners)} listeners or more)`,
      ]);
      process.stdout.write(`${heading('Incidents', process.stdout)}\n${columns(rows, width)}\n\n`);
      const loads = profiles.map(({ name, teaches, perSecond, seconds }) => [
        name,
        `${perSecond}/s for ${seconds} s`,
        teaches,
      ]);
      process.stdout.write(
        `${heading('Load for a live system (rehearse serve)', process.stdout)}\n${columns(loads, width)}\n\n`,
      );
      process.stdout.write(`${wrapHint(scenarios[0]?.name ?? 'all', width)}\n`);
    });
}

function wrapHint(name: string, width: number): string {
  return columns(
    [
      [commandLine(['show', name]), 'its hypothesis, arms, knobs and notes'],
      [commandLine(['run', name]), 'rehearses it'],
      [commandLine(['run', 'all']), 'rehearses everything'],
      [commandLine(['load', 'browse']), 'sends a load profile to the system that serve runs'],
    ],
    width,
    '',
  );
}
