/**
 * Metrics as Prometheus scrapes them, by prom-client: what the system counts for itself, read when it is asked for
 * (nothing is counted twice, and nothing is counted for a scrape), and prom-client's own about the process.
 */
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { MetricFamily } from '../../observability/index.ts';

export interface Prometheus {
  readonly contentType: string;
  text(): Promise<string>;
}

export function createPrometheus(families: () => readonly MetricFamily[]): Prometheus {
  const host = new Registry();
  collectDefaultMetrics({ register: host });
  return {
    contentType: host.contentType,
    async text() {
      const own = new Registry();
      for (const one of families()) own.registerMetric(collected(one));
      return `${await own.metrics()}\n${await host.metrics()}`;
    },
  };
}

/** A family as the registry asks for it: whoever is registered is asked for a name and, at a scrape, for the values. */
function collected({ name, help, type, samples }: MetricFamily): Metric {
  const values = samples.map(({ suffix = '', labels, value }) => ({
    metricName: `${name}${suffix}`,
    labels,
    value,
  }));
  const metric = { name, help, type, get: async () => ({ name, help, type, aggregator: 'sum', values }) };
  return metric as unknown as Metric;
}
