/** Calls of services in other processes that failed: which service is down is seen by whoever called it. */
import { kindOf } from './error-kinds.ts';
import { family, type MetricFamily } from './metric-family.ts';

export class UpstreamFailures {
  readonly #counts = new Map<string, { readonly service: string; readonly kind: string; count: number }>();

  record(service: string, error: Error): void {
    const kind = kindOf(error);
    const key = `${service} ${kind}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { service, kind, count: 1 });
    else known.count++;
  }

  family(): MetricFamily {
    const samples = [...this.#counts.values()].map(({ service, kind, count }) => {
      return { labels: { service, kind }, value: count };
    });
    return family(
      'counter',
      'upstream_failures_total',
      'Calls of services in other processes that failed, by kind of error.',
      samples,
    );
  }
}
