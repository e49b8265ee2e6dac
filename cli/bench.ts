/** `rehearse bench`: what the kernel costs on this machine. It informs; a missed target is a warning, never a failure. */
import type { Command } from 'commander';
import type { BenchFigure } from '../bench/index.ts';
import { grouped } from './options.ts';
import { ProgressLine } from './progress.ts';
import { columns, terminalWidth } from './text.ts';

interface BenchOptions {
  readonly json?: boolean;
  readonly live?: boolean;
}

type Measuring = (progress: ProgressLine) => Promise<BenchFigure[]>;

/** `measuring`: where the figures come from, so that what is made of them can be tested without half a minute of measuring. */
export function registerBench(
  program: Command,
  measuring: { readonly own: Measuring; readonly live: Measuring } = { own: ownFigures, live: liveFigures },
): void {
  program
    .command('bench')
    .description('measure the speed and the memory of kernel and system on this machine')
    .option('--json', 'print JSON')
    .option('--live', 'measure the live system (rehearse serve) instead; needs wrk')
    .addHelpText('after', '\nExamples:\n  rehearse bench --json\n  rehearse bench --live')
    .action((options: BenchOptions) => bench(options, options.live ? measuring.live : measuring.own));
}

/** Of what takes seconds and starts servers. */
const LIVE_SAMPLES = 3;

async function bench(options: BenchOptions, measure: Measuring): Promise<void> {
  const progress = new ProgressLine(process.stderr);
  let figures: BenchFigure[];
  try {
    figures = await measure(progress);
  } finally {
    progress.end();
  }
  process.stdout.write(options.json ? `${JSON.stringify(asJson(figures), null, 2)}\n` : table(figures));
  for (const { name, value, target, unit, met, notes = [] } of figures) {
    if (!options.json) for (const note of notes) process.stderr.write(`rehearse: ${name}: ${note}.\n`);
    if (met !== false) continue;
    process.stderr.write(
      `rehearse: ${name} is ${rounded(value)} ${unit}; the target is ${rounded(target!)}. Other work on this machine can be the reason.\n`,
    );
  }
}

async function ownFigures(progress: ProgressLine): Promise<BenchFigure[]> {
  const { runBench } = await import('../bench/index.ts');
  const { playMeasures } = await import('../bench/plays.ts');
  const { deliveryMeasures } = await import('../bench/delivery.ts');
  const { showcaseMeasures } = await import('../bench/showcase.ts');
  const { inThread } = await import('../bench/in-thread.ts');
  const extra = [...inThread([...playMeasures, ...showcaseMeasures]), ...deliveryMeasures];
  return runBench({ extra }, (state) => progress.update({ ...state, detail: '' }));
}

async function liveFigures(progress: ProgressLine): Promise<BenchFigure[]> {
  const { runBench } = await import('../bench/index.ts');
  const { createLiveBench } = await import('../bench/live.ts');
  const { measures, close } = createLiveBench(process.argv[1]!);
  const live = new Set(measures);
  try {
    return await runBench(
      { extra: measures, filter: (measure) => live.has(measure), samples: LIVE_SAMPLES },
      (state) => progress.update({ ...state, detail: '' }),
    );
  } finally {
    close();
  }
}

/** Figures by name, for programs; what they mean beside them. */
function asJson(figures: readonly BenchFigure[]): Record<string, unknown> {
  return {
    ...Object.fromEntries(figures.map(({ name, value }) => [name, value])),
    measures: figures,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}

function table(figures: readonly BenchFigure[]): string {
  const rows = figures.map(({ name, value, unit, target, met, model }) => [
    name,
    rounded(value),
    unit,
    target === null ? '' : `${met ? 'meets' : 'MISSES'} ${rounded(target)}`,
    model,
  ]);
  return `${columns(rows, terminalWidth(process.stdout), '')}\n`;
}

/** Three significant digits are more than such a figure deserves. */
function rounded(value: number): string {
  return grouped(Number(value.toPrecision(3)));
}
