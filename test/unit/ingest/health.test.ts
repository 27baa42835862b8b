import { AppError } from '@watchpost/shared/errors';
import { healthEndpoints, type Health } from '@watchpost/shared/process/health';
import { describe, expect, it } from 'vitest';
import { ingestRig as rig } from '../../support/ingest-rig.ts';

describe('health', () => {
  it('is live whatever is away, and ready when queue and identity are there', async () => {
    const ready = rig();
    expect(await ready.app.inject('/health/live')).toMatchObject({ statusCode: 200 });
    expect(await ready.app.inject('/health/ready')).toMatchObject({ statusCode: 200, body: '{"status":"ready"}' });
    const away = rig({
      identity: null,
      ping: async () => {
        throw new AppError('queue-unavailable', 'away');
      },
    });
    expect(await away.app.inject('/health/live')).toMatchObject({ statusCode: 200 });
    const answer = await away.app.inject('/health/ready');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: 'not ready', waitingFor: ['slack-identity', 'queue'] });
  });

  it('with several platforms is ready while one of them is, and says what the other waits for', async () => {
    const answer = healthEndpoints.get('/health/ready')!;
    let repair: boolean | string = 'set another token';
    const health: Health = {
      live: () => true,
      checks: { queue: () => true },
      sides: [{ 'slack-identity': () => true }, { 'telegram-identity': () => true, 'telegram-polling': () => repair }],
      stopping: new AbortController().signal,
      scrape: async () => ({ contentType: 'text/plain', body: '' }),
    };
    expect(await answer(health)).toMatchObject({ status: 200, body: expect.stringContaining('set another token') });
    expect(await answer({ ...health, checks: { queue: () => false } })).toMatchObject({ status: 503 });
    expect(await answer({ ...health, sides: [{ 'slack-identity': () => false }, ...(health.sides ?? []).slice(1)] })).toMatchObject({
      status: 503,
      body: expect.stringContaining('"waitingFor":["slack-identity","telegram-polling"]'),
    });
    repair = true;
    expect(await answer(health)).toMatchObject({ status: 200, body: '{"status":"ready"}' });
  });

  it('is not ready while the process stops', async () => {
    const stopping = new AbortController();
    const { app } = rig({ stopping: stopping.signal });
    expect((await app.inject('/health/ready')).statusCode).toBe(200);
    stopping.abort();
    const answer = await app.inject('/health/ready');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: 'not ready', waitingFor: ['not-stopping'] });
  });

  it('shows the queue in its metrics, and nothing at other paths', async () => {
    const it = rig();
    expect(await it.metrics()).toContain('watchpost_queue_jobs{kind="snapshot",state="waiting"} 3');
    const lost = await it.app.inject('/api/event');
    expect(lost.statusCode).toBe(404);
    expect(lost.json()).toMatchObject({ error: { code: 'route-unknown' } });
  });
});
