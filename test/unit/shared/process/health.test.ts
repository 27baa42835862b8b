import { createMetrics } from '@watchpost/shared/observability/metrics';
import { serveHealth, type Health } from '@watchpost/shared/process/health';
import { describe, expect, it, onTestFinished } from 'vitest';

async function get(over: Partial<Health>, path: string): Promise<{ status: number; body: unknown; cache: string | null }> {
  const health: Health = {
    live: () => true,
    checks: {},
    stopping: new AbortController().signal,
    scrape: () => createMetrics({ processMetrics: false }).scrape(),
    ...over,
  };
  const server = await serveHealth(health, 0, 'PORT');
  onTestFinished(() => server.close());
  const response = await fetch(`http://127.0.0.1:${String(server.port)}${path}`);
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text, cache: response.headers.get('cache-control') };
}

describe('the health of a process', () => {
  it('is ready if every check holds', async () => {
    const checks = { queue: async () => true, gallery: () => true };
    expect(await get({ checks }, '/health/ready?now')).toEqual({ status: 200, body: { status: 'ready' }, cache: 'no-store' });
  });

  it('names the checks that fail, reject or throw', async () => {
    const checks = {
      fine: () => true,
      queue: async () => Promise.reject(new Error('away')),
      gallery: () => false,
      models: () => {
        throw new Error('none');
      },
    };
    const stopping = AbortSignal.abort();
    const { status, body } = await get({ checks, stopping }, '/health/ready');
    expect(status).toBe(503);
    expect(body).toEqual({ status: 'not ready', waitingFor: ['not-stopping', 'queue', 'gallery', 'models'] });
  });

  it('asks for a restart when it is stuck', async () => {
    expect(await get({}, '/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
    expect(await get({ live: () => false }, '/health/live')).toMatchObject({ status: 503, body: { status: 'stuck' } });
  });

  it('serves metrics, and nothing else', async () => {
    expect(await get({}, '/metrics')).toMatchObject({ status: 200 });
    expect(await get({}, '/')).toMatchObject({ status: 404 });
  });

  it('says which variable names a port that is taken', async () => {
    const scrape = async () => ({ contentType: 'text/plain', body: '' });
    const health: Health = { live: () => true, checks: {}, stopping: AbortSignal.abort(), scrape };
    const first = await serveHealth(health, 0, 'PORT');
    onTestFinished(() => first.close());
    await expect(serveHealth(health, first.port, 'WORKER_PORT')).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining('WORKER_PORT'),
    });
  });
});
