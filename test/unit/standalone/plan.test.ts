import { loadLauncherConfig } from '@watchpost/standalone/config';
import { childEnv, planFor } from '@watchpost/standalone/plan';
import { describe, expect, it } from 'vitest';

describe('what npm start provides itself', () => {
  it('is everything if nothing is set', () => {
    expect(planFor({})).toEqual({ embedded: ['queue', 'gallery'], emulatedSlack: true, dataDir: './data' });
  });

  it.each([
    [{ REDIS_URL: 'redis://r' }, ['gallery']],
    [{ MONGO_CONNECTION_STRING: 'mongodb://m' }, ['queue']],
    [{ POSTGRES_URL: 'postgres://p' }, []],
    [{ REDIS_URL: 'redis://r', MONGO_CONNECTION_STRING: 'mongodb://m' }, []],
    [{ REDIS_URL: '', MONGO_CONNECTION_STRING: ' ' }, ['queue', 'gallery']],
  ])('is what no URL provides: %j', (env, embedded) => {
    expect(planFor(env).embedded).toEqual(embedded);
  });

  it('is the queue alone for the variables of the old service', () => {
    const env = {
      SLACK_API_TOKEN: 'xoxb-1',
      READ_SLACK_CHANNEL_ID: 'C1',
      WRITE_SLACK_CHANNEL_ID: 'C2',
      SLACK_VERIFICATION_TOKEN: 't',
      MONGO_CONNECTION_STRING: 'mongodb://m',
    };
    expect(planFor(env)).toMatchObject({ embedded: ['queue'], emulatedSlack: false });
  });
});

describe("the launcher's own variables", () => {
  it('are reported all at once, as a process does', () => {
    const load = () => loadLauncherConfig({ PORT: 'http', WORKER_PORT: '65536', SHUTDOWN_GRACE_MS: '-1', LOG_LEVEL: 'loud' });
    expect(load).toThrow(expect.objectContaining({ code: 'config-invalid' }));
    expect(load).toThrow(/PORT: [^]*WORKER_PORT: /);
    expect(load).toThrow(/LOG_LEVEL: [^]*SHUTDOWN_GRACE_MS: /);
    expect(load).not.toThrow(/http|65536|loud/);
  });

  it('have the defaults of the processes', () => {
    expect(loadLauncherConfig({ PORT: '' })).toMatchObject({ PORT: 5_000, WORKER_PORT: 5_001, LOG_LEVEL: 'info' });
  });
});

describe('the environment of ingest and worker', () => {
  const ports = { port: 5_002, workerPort: 5_003 };

  it('has the ports that the launcher chose, and everything else as it was set', () => {
    const env = { PORT: '0', SLACK_API_TOKEN: 'xoxb-1', HOST: '' };
    expect(childEnv(env, ports)).toEqual({ ...env, PORT: '5002', WORKER_PORT: '5003' });
  });

  it('has the embedded database and the emulated Slack, with quieter defaults', () => {
    const slackEnv = { SLACK_API_TOKEN: 'emulated' };
    expect(childEnv({ LOG_LEVEL: 'info', HOST: ' ' }, { ...ports, databaseUrl: 'postgres://p', slackEnv })).toEqual({
      PORT: '5002',
      WORKER_PORT: '5003',
      POSTGRES_URL: 'postgres://p',
      SLACK_API_TOKEN: 'emulated',
      LOG_LEVEL: 'info',
      HOST: '127.0.0.1',
    });
  });
});
