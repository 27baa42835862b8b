import { AppError } from '../errors.ts';
import type { Metrics } from './metrics.ts';
import type { Tracer } from './tracing.ts';

/** Watches one call of a platform's API, or something that is made of some. `method`: as the platform names it, one of few. */
export type ObserveCall = <T>(method: string, call: () => Promise<T>) => Promise<T>;

/** By a platform's prefix, such as `slack`. */
export type CallObserver = (platform: string) => {
  /** One request. */ call: ObserveCall;
  /** Something that may be made of requests: only what they did not count. */ work: ObserveCall;
};

/** Watches nothing. */
export const watchNothing: ReturnType<CallObserver> = { call: async (_method, call) => call(), work: async (_method, call) => call() };

/** In the process's metrics: how long calls take, how they end, and how long we were told to wait. And as spans of what runs. */
export function createCallObserver(metrics: Metrics, tracer: Tracer): CallObserver {
  const seconds = metrics.histogram(
    'chat_call_seconds',
    'Duration of calls of a platform’s API, by how they ended',
    ['platform', 'method', 'outcome'],
    [0.1, 0.25, 0.5, 1, 2.5, 5, 15],
  );
  const limited = metrics.counter('chat_rate_limited_total', 'Calls that a platform refused because there were too many', [
    'platform',
    'method',
  ]);
  const asked = metrics.counter('chat_rate_limited_seconds_total', 'How long it told us to wait', ['platform', 'method']);
  // What a call rejects with passes through what is made of calls.
  const counted = new WeakSet<AppError>();
  const count = (platform: string, method: string, error: unknown): void => {
    if (!(error instanceof AppError) || error.code !== 'chat-rate-limited' || counted.has(error)) return;
    counted.add(error);
    limited.inc({ platform, method });
    asked.inc({ platform, method }, (error.retryAfterMs ?? 0) / 1_000);
  };
  return (platform) => {
    const work: ObserveCall = async (method, call) => {
      try {
        return await call();
      } catch (error) {
        count(platform, method, error);
        throw error;
      }
    };
    return {
      work,
      call: async (method, call) => {
        const end = seconds.startTimer({ platform, method });
        const name = `${platform} ${method}`;
        try {
          const result = await tracer.span(name, { kind: 'client', onlyInside: true }, async () => work(method, call));
          end({ outcome: 'done' });
          return result;
        } catch (error) {
          end({ outcome: error instanceof AppError ? error.code : 'internal' });
          throw error;
        }
      },
    };
  };
}
