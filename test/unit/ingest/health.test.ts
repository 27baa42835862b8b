import { AppError } from '@watchpost/shared/errors';
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
