import { planFor } from '@watchpost/standalone/plan';
import { describe, expect, it } from 'vitest';

describe('what npm start provides itself', () => {
  it('is everything if nothing is set', () => {
    expect(planFor({})).toEqual({
      embedded: ['queue', 'gallery'],
      emulatedSlack: true,
      dataDir: './data',
      port: 5_000,
      portIsFixed: false,
      workerPort: 5_001,
      workerPortIsFixed: false,
    });
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

  it('leaves an invalid port to the process that reads it', () => {
    expect(planFor({ PORT: 'http', WORKER_PORT: '0' })).toMatchObject({
      port: 5_000,
      portIsFixed: true,
      workerPort: 0,
      workerPortIsFixed: true,
    });
  });
});
