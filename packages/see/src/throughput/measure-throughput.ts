import { createLogger } from '@watchpost/shared/observability/logger';
import type { SeeConfig } from '../config.ts';
import { createFaceEngine } from '../create-face-engine.ts';
import type { Throughput } from './messages.ts';

/** The frames per second of an engine whose threads are all busy for at least `forMs`. */
export async function measureThroughput(
  config: SeeConfig,
  pictures: Uint8Array[],
  forMs: number,
  signal: AbortSignal,
): Promise<Throughput> {
  const threads = config.INFERENCE_THREADS;
  const engine = await createFaceEngine(config, createLogger('bench', 'warn'), signal);
  try {
    await Promise.all(
      Array.from({ length: threads * 2 }, (_, index) => engine.see(pictures[index % pictures.length] ?? new Uint8Array(), signal)),
    );
    const watch = watchProcess();
    const startedAtMs = performance.now();
    let done = 0;
    const feed = async (): Promise<void> => {
      while (performance.now() - startedAtMs < forMs) {
        await engine.see(pictures[done % pictures.length] ?? new Uint8Array(), signal);
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: threads }, feed));
    const seconds = (performance.now() - startedAtMs) / 1_000;
    return { threads, framesPerSecond: rounded(done / seconds), ...watch.stop() };
  } finally {
    await engine.close();
  }
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

/** Memory and event loop of this process until `stop`. */
function watchProcess(): { stop: () => Pick<Throughput, 'rssMb' | 'lateMs'> } {
  let [rss, late, before] = [0, 0, performance.now()];
  const timer = setInterval(() => {
    const now = performance.now();
    late = Math.max(late, now - before - 10);
    before = now;
    rss = Math.max(rss, process.memoryUsage.rss());
  }, 10);
  return {
    stop: () => {
      clearInterval(timer);
      return { rssMb: Math.round(rss / 1e6), lateMs: rounded(late) };
    },
  };
}
