import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span as OtelSpan } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { TracingSettings } from '../config/tracing.ts';
import { toAppError } from '../errors.ts';
import { raceAbort } from '../wait.ts';
import { releaseVersion } from './build-info.ts';
import type { Logger } from './logger.ts';
import type { Span, SpanOptions, Tracer } from './tracing.ts';

/** What waits for the collector: a few megabytes at most. Beyond it, spans are dropped. */
const mostWaiting = 2_048;
const batch = 512;
/** Between two requests to the collector, milliseconds. */
const everyMs = 2_000;
/** For what is left when the process stops, milliseconds. */
const closeMs = 2_000;
/** A collector that stays away is told of so often. Milliseconds. */
const remindMs = 600_000;

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} satisfies Record<NonNullable<SpanOptions['kind']> | 'internal', SpanKind>;

/** Sends spans to an OTLP collector over HTTP, in the background: one that is away, slow or broken costs spans, and nothing else. */
export function createOtelTracer(settings: TracingSettings, log: Logger): Tracer {
  const { url, timeoutMs, service, attributes } = settings;
  const exporter = telling(new OTLPTraceExporter({ url, headers: { ...settings.headers }, timeoutMillis: timeoutMs }), log);
  const provider = new TracerProvider({
    sampler: samplerOf(settings),
    resource: resourceFromAttributes({
      'service.name': service,
      'service.version': releaseVersion(),
      'service.instance.id': randomUUID(),
      ...attributes,
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: mostWaiting,
        maxExportBatchSize: batch,
        scheduledDelayMillis: everyMs,
        exportTimeoutMillis: timeoutMs,
      }),
    ],
  });
  const tracer = provider.getTracer('watchpost');
  const here = new AsyncLocalStorage<OtelSpan>();

  return {
    span: async (name, { kind, attributes: given, parent, onlyInside = false }, work) => {
      const current = here.getStore();
      if (onlyInside && !current) return work(asSpan(null));
      const context = parent === undefined ? contextOf(current) : fromTraceparent(parent);
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the rule does not see that both are the library's SpanKind
      const span = tracer.startSpan(name, { kind: kinds[kind ?? 'internal'], attributes: given ?? {} }, context);
      try {
        return await here.run(span, () => work(asSpan(span)));
      } catch (error) {
        asSpan(span).fail(toAppError(error).code);
        throw error;
      } finally {
        span.end();
      }
    },
    traceparent: () => {
      const current = here.getStore()?.spanContext();
      return current ? `00-${current.traceId}-${current.spanId}-${String(current.traceFlags).padStart(2, '0')}` : null;
    },
    close: async () => {
      // It rejects when the collector is away.
      await raceAbort(provider.shutdown(), AbortSignal.timeout(closeMs)).catch(() => undefined);
    },
  };
}

function asSpan(span: OtelSpan | null): Span {
  return {
    set: (attributes) => void span?.setAttributes(attributes),
    fail: (code) => {
      span?.setAttribute('error.type', code);
      span?.setStatus({ code: SpanStatusCode.ERROR });
    },
  };
}

const contextOf = (span: OtelSpan | undefined): Context => (span ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT);

/** A new trace where it is none: another version may have written it, or somebody by hand. */
function fromTraceparent(parent: string | null): Context {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(parent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true });
}

function samplerOf({ sampler, ratio }: TracingSettings): Sampler {
  const roots = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const byParent = (root: Sampler): Sampler => new ParentBasedSampler({ root });
  const samplers: Record<TracingSettings['sampler'], () => Sampler> = {
    ...roots,
    parentbased_always_on: () => byParent(roots.always_on()),
    parentbased_always_off: () => byParent(roots.always_off()),
    parentbased_traceidratio: () => byParent(roots.traceidratio()),
  };
  return samplers[sampler]();
}

/** The same, but the log says when the collector does not take spans. */
function telling(exporter: SpanExporter, log: Logger): SpanExporter {
  let toldAtMs = -Infinity;
  let lost = 0;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.SUCCESS) {
          if (lost > 0) log.info({ lost }, 'the collector takes traces again');
          [lost, toldAtMs] = [0, -Infinity];
        } else {
          lost += spans.length;
          if (performance.now() - toldAtMs > remindMs) {
            toldAtMs = performance.now();
            log.warn({ lost }, 'the collector does not take traces (OTEL_EXPORTER_OTLP_ENDPOINT): they are dropped');
          }
        }
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
