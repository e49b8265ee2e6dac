/**
 * What is measured, as data that any exposition can render: families of samples with labels, named as Prometheus asks
 * (base units as a suffix, `_total` for what only grows). Names of labels and the values that they can take are fixed by
 * code and configuration, never by what a request brings along.
 */
export type MetricType = 'counter' | 'gauge' | 'histogram';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  /** Of a histogram's parts: '_bucket', '_sum', '_count'. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number;
}

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly samples: readonly Sample[];
}

/** Every metric of this system begins with it. */
export const PREFIX = 'rehearsal';

export function family(
  type: MetricType,
  name: string,
  help: string,
  samples: readonly Sample[],
): MetricFamily {
  return { name: `${PREFIX}_${name}`, help, type, samples };
}

/** The Prometheus text format, version 0.0.4. `timestampMs`: when the values were taken; left out: now, whenever that is. */
export function exposition(families: readonly MetricFamily[], timestampMs?: number): string {
  const end = timestampMs === undefined ? '\n' : ` ${Math.round(timestampMs)}\n`;
  let text = '';
  for (const { name, help, type, samples } of families) {
    text += `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n`;
    for (const { suffix = '', labels, value } of samples) {
      text += `${name}${suffix}${labelText(labels)} ${numberText(value)}${end}`;
    }
  }
  return text;
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const escaped = (text: string) => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
