import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type { Counter, Gauge, Histogram };

/** The process's Prometheus metrics. Each module creates its own instruments; names get the prefix `watchpost_`, units are seconds and bytes. */
export interface Metrics {
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  histogram<L extends string>(name: string, help: string, labels?: readonly L[], buckets?: number[]): Histogram<L>;
  /** The text that Prometheus scrapes, and its content type. */
  scrape(): Promise<{ contentType: string; body: string }>;
}

const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** `processMetrics`: Node's own too (event loop lag, memory); off in tests. */
export function createMetrics({ processMetrics = true } = {}): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const common = <L extends string>(name: string, help: string, labels: readonly L[] = []) => ({
    name: `watchpost_${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    counter: (name, help, labels) => new Counter(common(name, help, labels)),
    gauge: (name, help, labels) => new Gauge(common(name, help, labels)),
    histogram: (name, help, labels, buckets = defaultBuckets) => new Histogram({ ...common(name, help, labels), buckets }),
    scrape: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
