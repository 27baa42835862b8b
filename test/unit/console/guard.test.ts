import { loadConfig } from '@watchpost/console/config';
import { registerGuard } from '@watchpost/console/http/guard';
import { fastify } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.ts';

it('whoever leaves is not asked for any longer, also while the database hangs that knows who they are', async () => {
  const config = loadConfig({ POSTGRES_URL: 'postgres://nowhere.invalid/x', CONSOLE_PASSWORD: 'correct horse battery' });
  const signals: AbortSignal[] = [];
  const app = fastify();
  onTestFinished(() => app.close());
  registerGuard(app, {
    config,
    authenticate: async (_request, _isUse, signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    },
    log: { warn: () => undefined },
    stopping: new AbortController().signal,
  });
  app.get('/api/people', async () => ({}));
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const gone = new AbortController();
  const asked = fetch(`${address}/api/people`, { signal: gone.signal });
  asked.catch(() => undefined);
  await until('it is asked who that is', () => signals.length === 1);
  gone.abort();
  await until('nobody waits for the answer', () => signals[0]!.aborted);
  expect(signals).toHaveLength(1);
});
