import { createServer } from 'node:net';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { tracingEnv } from '@watchpost/shared/config/tracing';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { openTracer } from '@watchpost/shared/observability/open-tracer';
import { noTracer, type Tracer } from '@watchpost/shared/observability/tracing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCollector, type Collector } from '../support/numbers-collector.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');

describe('the tracer', () => {
  let collector: Collector;
  let tracers: Tracer[];
  beforeEach(async () => {
    collector = await startCollector();
    tracers = [];
  });
  afterEach(async () => {
    await Promise.all(tracers.map(async (tracer) => tracer.close()));
    await collector.close();
  });

  async function open(env: Record<string, string> = {}): Promise<Tracer> {
    const config = parseEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env }, tracingEnv);
    const tracer = await openTracer(config, 'test', { log, lifecycle: { onStop: () => undefined } });
    tracers.push(tracer);
    return tracer;
  }
  const closedWithin = async (tracer: Tracer): Promise<number> => {
    tracers.splice(tracers.indexOf(tracer), 1);
    const startMs = performance.now();
    await tracer.close();
    return performance.now() - startMs;
  };

  it('goes on where another process was, keeps to its word about sampling, and begins anew where it is told nothing sensible', async () => {
    const tracer = await open();
    const [traceId, spanId] = ['a'.repeat(32), 'b'.repeat(16)];
    const ownIn = async (parent: string | null) => tracer.span('x', { parent }, async () => tracer.traceparent());
    expect(await ownIn(`00-${traceId}-${spanId}-01`)).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(await ownIn(`00-${traceId}-${spanId}-00`)).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    expect(await ownIn('{"of":"somebody else"}')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(await ownIn(null)).not.toContain(traceId);
    expect(tracer.traceparent()).toBeNull();
    await tracer.close();
    expect(collector.spans.map((span) => [span.traceId === traceId, span.parentSpanId === spanId])).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ]);
  });

  it('tells how work failed by its code alone, and lets the failure through', async () => {
    const tracer = await open();
    const failure = new AppError('chat-unavailable', 'what Ada wrote');
    await expect(tracer.span('fails', {}, async () => Promise.reject(failure))).rejects.toBe(failure);
    await tracer.close();
    expect(collector.spans).toMatchObject([{ name: 'fails', status: { code: 2 }, attributes: { 'error.type': 'chat-unavailable' } }]);
    expect(collector.bodies.join('')).not.toContain('Ada');
  });

  it('takes the share that it is told to', async () => {
    const tracer = await open({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' });
    for (let index = 0; index < 1_000; index += 1) await tracer.span('x', {}, async () => undefined);
    await tracer.close();
    expect(collector.spans.length).toBeGreaterThan(50);
    expect(collector.spans.length).toBeLessThan(170);
  });

  it.each<[string, Collector['misbehave']]>([
    ['answers garbage', (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('<html>no')],
    ['refuses', (response) => void response.writeHead(503, { 'retry-after': '3600' }).end('later')],
    ['never answers', () => undefined],
  ])('holds up nothing where the collector %s', async (_what, misbehave) => {
    collector.misbehave = misbehave;
    const tracer = await open();
    const startMs = performance.now();
    for (let index = 0; index < 10_000; index += 1) await tracer.span('x', {}, async () => undefined);
    expect(performance.now() - startMs).toBeLessThan(3_000);
    expect(await closedWithin(tracer)).toBeLessThan(3_500);
  });

  it('holds up nothing where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const port = await until('it listens', () => {
      const address = server.address();
      return typeof address === 'object' && address ? address.port : undefined;
    });
    server.close();
    const tracer = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(port)}` });
    await tracer.span('x', {}, async () => undefined);
    expect(await closedWithin(tracer)).toBeLessThan(3_500);
  });

  it('is nothing, and loads nothing, where it is off', async () => {
    const off = await openTracer(parseEnv({}, tracingEnv), 'test', { log, lifecycle: { onStop: () => undefined } });
    expect(off).toBe(noTracer);
    const script = `const { openTracer } = await import('@watchpost/shared/observability/open-tracer');
      const { tracingEnv } = await import('@watchpost/shared/config/tracing');
      const { parseEnv } = await import('@watchpost/shared/config/parse-env');
      const { createRequire } = await import('node:module');
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('opentelemetry')).length;
      const open = async (env) => openTracer(parseEnv(env, tracingEnv), 'x', { log: { info() {}, warn() {} }, lifecycle: { onStop() {} } });
      await open({}); const off = loaded();
      await open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
      console.log(JSON.stringify([off, loaded() > 0])); process.exit();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd: import.meta.dirname });
    expect(JSON.parse(stdout)).toEqual([0, true]);
  });
});
