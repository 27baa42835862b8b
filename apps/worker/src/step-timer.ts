import type { Metrics } from '@watchpost/shared/observability/metrics';
import { noTracer, type Tracer } from '@watchpost/shared/observability/tracing';

/** Runs one step of a pipeline and measures how long it took, even if it failed. */
export type StepTimer = <T>(step: string, work: () => Promise<T>) => Promise<T>;

export function createStepTimer(metrics: Metrics, tracer: Tracer = noTracer): StepTimer {
  const durations = metrics.histogram('step_duration_seconds', 'How long each step of a job took', ['step', 'outcome']);
  return async (step, work) => {
    const end = durations.startTimer({ step });
    try {
      const result = await tracer.span(step, { onlyInside: true }, work);
      end({ outcome: 'done' });
      return result;
    } catch (error) {
      end({ outcome: 'failed' });
      throw error;
    }
  };
}
