import { createLogger } from '@watchpost/shared/observability/logger';
import type { SeeConfig } from '../config.ts';
import { createFaceEngine } from '../create-face-engine.ts';

export interface Throughput {
  threads: number;
  framesPerSecond: number;
  /** The largest resident set of this process while it ran, MB. */
  rssMb: number;
  /** The longest time that a timer of 10 ms came late: how free the event loop stayed. */
  lateMs: number;
}

/** Frames a second of an engine with so many threads, all threads busy for at least `forMs`. */
export async function measureThroughput(
  config: SeeConfig,
  threads: number,
  pictures: Uint8Array[],
  forMs: number,
  signal: AbortSignal,
): Promise<Throughput> {
  const engine = await createFaceEngine({ ...config, INFERENCE_THREADS: threads }, createLogger('bench', 'warn'));
  try {
    await Promise.all(
      Array.from({ length: threads * 2 }, (_, index) => engine.see(pictures[index % pictures.length] ?? new Uint8Array(), signal)),
    );
    const watch = watchProcess();
    const startedAt = performance.now();
    let done = 0;
    const feed = async (): Promise<void> => {
      while (performance.now() - startedAt < forMs) {
        await engine.see(pictures[done % pictures.length] ?? new Uint8Array(), signal);
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: threads }, feed));
    const seconds = (performance.now() - startedAt) / 1_000;
    return { threads, framesPerSecond: rounded(done / seconds), ...watch.stop() };
  } finally {
    await engine.close();
  }
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

function watchProcess(): { stop: () => { rssMb: number; lateMs: number } } {
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
