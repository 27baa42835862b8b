import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { releaseVersion } from './build-info.ts';

export type { Counter, Gauge, Histogram };

/** The process's Prometheus metrics. Each module creates its own instruments; names get the prefix `watchpost_`, units are seconds and bytes. */
export interface Metrics {
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  histogram<L extends string>(name: string, help: string, labels?: readonly L[], buckets?: number[]): Histogram<L>;
  /**
   * Calls `read` for each scrape, to set what is looked up only then. A scrape waits 50 ms for all of them together: what comes later is in
   * the next one. While a `read` is under way it is not called again. What it throws is dropped.
   */
  onScrape(read: () => Promise<void> | void): void;
  /** The text that Prometheus scrapes, and its content type. */
  scrape(): Promise<{ contentType: string; body: string }>;
}

const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A store that is slow or away holds up no scrape. Milliseconds. */
const patienceMs = 50;

/** `processMetrics`: Node's own too (event loop lag, memory), and which release this is; off in tests. */
export function createMetrics({ processMetrics = true } = {}): Metrics {
  const registry = new Registry();
  const readers: (() => Promise<void>)[] = [];
  const common = <L extends string>(name: string, help: string, labels: readonly L[] = []) => ({
    name: `watchpost_${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  const metrics: Metrics = {
    counter: (name, help, labels) => new Counter(common(name, help, labels)),
    gauge: (name, help, labels) => new Gauge(common(name, help, labels)),
    histogram: (name, help, labels, buckets = defaultBuckets) => new Histogram({ ...common(name, help, labels), buckets }),
    onScrape: (read) => void readers.push(oneAtATime(read)),
    scrape: async () => {
      await settledOrLate(readers.map(async (read) => read()));
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
  if (processMetrics) {
    collectDefaultMetrics({ register: registry });
    const build = metrics.gauge('build_info', '1, with the release and the version of Node', ['version', 'node']);
    build.set({ version: releaseVersion(), node: process.version }, 1);
  }
  return metrics;
}

/** The one that is under way, or a new one. Never rejects. */
function oneAtATime(read: () => Promise<void> | void): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  const once = async (): Promise<void> => {
    try {
      await read();
    } catch {
      // A scrape shows what is known.
    } finally {
      underWay = undefined;
    }
  };
  return async () => (underWay ??= once());
}

async function settledOrLate(all: Promise<void>[]): Promise<void> {
  if (all.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
  await Promise.race([Promise.all(all), late]);
  clearTimeout(timer);
}
