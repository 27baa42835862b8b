import type { TracingConfig } from '../config/tracing.ts';
import { tracingSettings } from '../config/tracing.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Logger } from './logger.ts';
import { noTracer, type Tracer } from './tracing.ts';

/**
 * The tracer of a process, as the environment says. Where tracing is off, nothing of OpenTelemetry is loaded. It is closed with `lifecycle`,
 * after everything that is acquired later. `name`: of the process, such as `ingest`.
 */
export async function openTracer(
  config: TracingConfig,
  name: string,
  { log, lifecycle }: { log: Logger; lifecycle: Pick<Lifecycle, 'onStop'> },
): Promise<Tracer> {
  const settings = tracingSettings(config, name);
  if (!settings) return noTracer;
  const { createOtelTracer } = await import('./otel-tracer.ts');
  const tracer = createOtelTracer(settings, log);
  lifecycle.onStop('traces', () => tracer.close());
  log.info({ sampler: settings.sampler, service: settings.service }, 'traces are sent');
  return tracer;
}
