import type { EngineLoad, FaceEngine } from '@watchpost/see/face-engine';
import { AppError } from '@watchpost/shared/errors';
import type { Metrics } from '@watchpost/shared/observability/metrics';

const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The same engine, but how long it takes and how busy it is can be read in the metrics. */
export function observeEngine(engine: FaceEngine & { load: () => EngineLoad }, metrics: Metrics): FaceEngine {
  const seconds = metrics.histogram(
    'inference_seconds',
    'Time from a picture to its faces or its fingerprint, waiting for a thread included',
    ['task', 'outcome'],
    buckets,
  );
  const threads = metrics.gauge('inference_threads', 'Inference threads, by what they do', ['state']);
  const waiting = metrics.gauge('inference_waiting', 'Pictures that wait for an inference thread');
  const busy = metrics.counter('inference_busy_seconds_total', 'Time that inference threads have worked, together');
  let countedMs = 0;
  metrics.onScrape(() => {
    const load = engine.load();
    threads.set({ state: 'busy' }, load.busy);
    threads.set({ state: 'idle' }, load.threads - load.busy);
    waiting.set(load.waiting);
    busy.inc(Math.max(0, load.busyMs - countedMs) / 1_000);
    countedMs = Math.max(countedMs, load.busyMs);
  });
  const timed = async <T>(task: 'see' | 'fingerprint', work: () => Promise<T>): Promise<T> => {
    const end = seconds.startTimer({ task });
    try {
      const result = await work();
      end({ outcome: 'done' });
      return result;
    } catch (error) {
      end({ outcome: error instanceof AppError ? error.code : 'internal' });
      throw error;
    }
  };
  return {
    ...engine,
    see: async (...args) => timed('see', async () => engine.see(...args)),
    fingerprint: async (...args) => timed('fingerprint', async () => engine.fingerprint(...args)),
  };
}
