import { loadLauncherConfig } from '@watchpost/standalone/config';
import { checkConfig, childEnv, type Demo, demoCommand, hostOf, planFor, readersEnv } from '@watchpost/standalone/plan';
import { readLauncherArgs } from '@watchpost/standalone/usage';
import { describe, expect, it } from 'vitest';

const slack = {
  SLACK_API_TOKEN: 'xoxb-1',
  READ_SLACK_CHANNEL_ID: 'C1',
  WRITE_SLACK_CHANNEL_ID: 'C2',
  SLACK_SIGNING_SECRET: 's',
};
const installation = [
  ...Object.keys(slack),
  'SLACK_VERIFICATION_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_API_URL',
  'SLACK_FILE_HOSTS',
  'REDIS_URL',
  'MONGO_CONNECTION_STRING',
  'POSTGRES_URL',
  'TELEGRAM_BOT_TOKEN',
  'TELEGRAM_WEBHOOK_SECRET',
  'READ_TELEGRAM_CHAT_ID',
];

describe('what npm start provides itself', () => {
  it.each([
    [{}],
    [{ PORT: '1', DATA_DIR: './data', LOG_LEVEL: 'info', HOST: 'localhost' }],
    [Object.fromEntries(installation.map((name) => [name, ' ']))],
  ])('is the demonstration where neither Slack nor a database is set: %j', (env) => {
    expect(planFor(env)).toEqual({ embedded: ['queue', 'gallery'], demo: 'slack', dataDir: 'data/demo' });
  });

  it.each(installation)('is no demonstration beside %s, even if the token is empty', (name) => {
    const env = { SLACK_API_TOKEN: '', [name]: 'x' };
    expect(planFor(env).demo).toBe(false);
    expect(planFor(env).dataDir).toBe('./data');
  });

  it.each([
    [{ REDIS_URL: 'redis://r' }, ['gallery']],
    [{ MONGO_CONNECTION_STRING: 'mongodb://m' }, ['queue']],
    [{ POSTGRES_URL: 'postgres://p' }, []],
    [{ REDIS_URL: 'redis://r', MONGO_CONNECTION_STRING: 'mongodb://m' }, []],
    [{ REDIS_URL: '', MONGO_CONNECTION_STRING: ' ' }, ['queue', 'gallery']],
  ])('is what no URL provides: %j', (env, embedded) => {
    expect(planFor({ ...slack, ...env }).embedded).toEqual(embedded);
  });

  it('is the queue alone for the variables of the old service', () => {
    const env = { ...slack, SLACK_SIGNING_SECRET: '', SLACK_VERIFICATION_TOKEN: 't', MONGO_CONNECTION_STRING: 'mongodb://m' };
    expect(planFor(env)).toMatchObject({ embedded: ['queue'], demo: false });
    expect(() => checkConfig(env, planFor(env))).not.toThrow();
  });

  it('is what the command line says: with --demo always the demonstration, on a database of its own, with --no-demo never', () => {
    const env = { ...slack, REDIS_URL: 'redis://r', DATA_DIR: '/srv' };
    expect(planFor(env, 'slack')).toEqual({ embedded: ['queue', 'gallery'], demo: 'slack', dataDir: '/srv/demo' });
    expect(planFor(env, 'telegram')).toEqual({ embedded: ['queue', 'gallery'], demo: 'telegram', dataDir: '/srv/demo-telegram' });
    expect(planFor({}, false)).toMatchObject({ demo: false, dataDir: './data' });
  });
});

describe('a configuration that is not complete', () => {
  const telegram = { TELEGRAM_BOT_TOKEN: '123456789:AAexampleexampleexample' };
  const check = (env: Record<string, string>, demo?: Demo | false) => () => checkConfig(env, planFor(env, demo), demo);

  it.each([
    [{ SLACK_API_TOKEN: '', SLACK_SIGNING_SECRET: 's' }, ['SLACK_API_TOKEN', 'READ_SLACK_CHANNEL_ID', 'WRITE_SLACK_CHANNEL_ID']],
    [{ ...slack, SLACK_SIGNING_SECRET: '' }, ['SLACK_SIGNING_SECRET must be set']],
    [{ REDIS_URL: 'redis://r' }, ['SLACK_API_TOKEN or TELEGRAM_BOT_TOKEN must be set']],
    [{ READ_TELEGRAM_CHAT_ID: '-1001' }, ['TELEGRAM_BOT_TOKEN must be set', 'WRITE_TELEGRAM_CHAT_ID must be set']],
    [{ ...slack, SLACK_API_TOKEN: '', SEE_TIMEOUT_MS: 'soon' }, ['SLACK_API_TOKEN', 'SEE_TIMEOUT_MS']],
  ])('is refused, with everything that is missing, and how to get the demonstration: %j', (env, missing) => {
    expect(check(env)).toThrow(expect.objectContaining({ code: 'config-invalid' }));
    for (const name of [...missing, 'npm start -- --demo']) expect(check(env)).toThrow(name);
  });

  it('is told in the order of its documentation', () => {
    const wrong = check({
      ...slack,
      LOG_LEVEL: 'loud',
      PORT: '1',
      WORKER_PORT: '1',
      DATA_DIR: 'a\nb',
      SLACK_SIGNING_SECRET: '',
      REDIS_URL: 'r',
    });
    expect(wrong).toThrow(/^SLACK_SIGNING_SECRET.*\nREDIS_URL.*\nDATA_DIR.*\nPORT and WORKER_PORT.*\nLOG_LEVEL.*\n.*--demo$/);
  });

  it('names nothing twice, and no demonstration to whoever has decided', () => {
    expect(check({ SLACK_SIGNING_SECRET: 's' }, false)).toThrow(
      /^SLACK_API_TOKEN is not set\nREAD_SLACK_CHANNEL_ID is not set\nWRITE_SLACK_CHANNEL_ID is not set$/,
    );
    expect(check({}, false)).toThrow(/^SLACK_API_TOKEN or TELEGRAM_BOT_TOKEN must be set.*$/);
    expect(check({}, false)).not.toThrow('--demo');
  });

  it('is no reason to offer the demonstration where nothing of Slack is missing', () => {
    const wrong = check({ ...slack, SEE_TIMEOUT_MS: 'soon', CAMERA_CAPTION_PATTERN: '(', PORT: '80000' });
    for (const name of ['SEE_TIMEOUT_MS', 'CAMERA_CAPTION_PATTERN', 'PORT']) expect(wrong).toThrow(name);
    expect(wrong).not.toThrow('--demo');
  });

  it('is none where everything is there, and in the demonstration', () => {
    expect(check(slack)).not.toThrow();
    expect(check(telegram)).not.toThrow();
    expect(check({ ...slack, ...telegram })).not.toThrow();
    expect(check({})).not.toThrow();
    expect(check({ REDIS_URL: 'nonsense', SLACK_APP_TOKEN: '' }, 'slack')).not.toThrow();
  });

  it('is refused for two processes on one port, and for an odd folder', () => {
    expect(check({ PORT: '7', WORKER_PORT: '7' })).toThrow('PORT and WORKER_PORT must be different');
    expect(check({ PORT: '0', WORKER_PORT: '0' })).not.toThrow();
    expect(check({ DATA_DIR: 'a\nb' })).toThrow('DATA_DIR: has a line break');
    expect(check({ DATA_DIR: 'a'.repeat(901) })).toThrow('DATA_DIR: must have at most 900 bytes');
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
    expect(loadLauncherConfig({ PORT: '' })).toMatchObject({ PORT: 5_000, WORKER_PORT: 5_001, LOG_LEVEL: 'info', HOST: '0.0.0.0' });
  });
});

describe('the arguments of npm start', () => {
  it('say whether to start the demonstration, or ask for help', () => {
    expect(readLauncherArgs([])).toEqual({ help: false, drain: false, demo: undefined });
    expect(readLauncherArgs(['--demo'])).toEqual({ help: false, drain: false, demo: 'slack' });
    expect(readLauncherArgs(['--telegram'])).toEqual({ help: false, drain: false, demo: 'telegram' });
    expect(readLauncherArgs(['--no-demo'])).toEqual({ help: false, drain: false, demo: false });
    expect(readLauncherArgs(['--no-demo', '--drain'])).toEqual({ help: false, drain: true, demo: false });
    expect(readLauncherArgs(['-h'])).toMatchObject({ help: true });
  });

  it.each([
    [['--fast']],
    [['demo']],
    [['--demo=yes']],
    [['--demo', '--no-demo']],
    [['--telegram', '--no-demo']],
    [['--demo', '--telegram']],
  ])('are refused if they are not known: %j', (args) => {
    expect(() => readLauncherArgs(args)).toThrow(expect.objectContaining({ code: 'usage-invalid' }));
  });
});

describe('the environment of ingest and worker', () => {
  const ports = { ports: { ingest: 5_002, worker: 5_003, feed: null } };

  it('has the ports that the launcher chose, and everything else as it was set', () => {
    const env = { PORT: '0', SLACK_API_TOKEN: 'xoxb-1', HOST: '' };
    expect(childEnv(env, ports)).toEqual({ ...env, PORT: '5002', WORKER_PORT: '5003' });
  });

  it('has the embedded database and the emulated Slack, with quieter defaults and no other database', () => {
    const demoEnv = { SLACK_API_TOKEN: 'emulated' };
    const env = {
      TELEGRAM_BOT_TOKEN: 'mine',
      LOG_LEVEL: 'info',
      HOST: ' ',
      REDIS_URL: 'redis://r',
      MONGO_CONNECTION_STRING: 'mongodb://m',
    };
    expect(childEnv(env, { ...ports, databaseUrl: 'postgres://p', demoEnv })).toEqual({
      PORT: '5002',
      WORKER_PORT: '5003',
      POSTGRES_URL: 'postgres://p',
      SLACK_API_TOKEN: 'emulated',
      LOG_LEVEL: 'info',
      HOST: '127.0.0.1',
    });
  });

  it('has the loopback address in the demonstration only', () => {
    expect(hostOf({}, '0.0.0.0', planFor({}))).toBe('127.0.0.1');
    expect(hostOf({ HOST: '::' }, '::', planFor({}))).toBe('::');
    expect(hostOf(slack, '0.0.0.0', planFor(slack))).toBe('0.0.0.0');
  });
});

describe('the environment of the feed process', () => {
  const secret = {
    SLACK_API_TOKEN: 'xoxb-1',
    SLACK_USER_TOKEN: 'xoxp-1',
    SLACK_APP_TOKEN: 'xapp-1',
    SLACK_SIGNING_SECRET: 's',
    SLACK_VERIFICATION_TOKEN: 'v',
    MESSAGE_KEY: 'm',
    QUARANTINE_KEY: 'q',
  };

  it('has no token, secret or key: what waits for approval could be opened with them', () => {
    const env = readersEnv({ ...secret, POSTGRES_URL: 'postgres://p', FEEDS_FILE: 'f', FEED_PORT: '1', TZ: 'UTC', PATH: '/bin' });
    expect(JSON.parse(JSON.stringify(env))).toEqual({
      POSTGRES_URL: 'postgres://p',
      FEEDS_FILE: 'f',
      FEED_PORT: '1',
      TZ: 'UTC',
      PATH: '/bin',
    });
  });
});

describe('the command that names somebody in the demonstration', () => {
  it.each([
    [{}, false, 'npm run --silent watchpost --'],
    [{}, true, "DATA_DIR='data/demo' npm run --silent watchpost --"],
    [
      { REDIS_URL: 'r', MONGO_CONNECTION_STRING: 'm' },
      false,
      "env -u MONGO_CONNECTION_STRING DATA_DIR='data/demo' npm run --silent watchpost --",
    ],
  ])('finds its gallery whatever is configured: %j', (env, besideData, command) => {
    expect(demoCommand(env, 'data/demo', besideData)).toBe(command);
  });

  it('is found in any folder: a shell takes the command as it is meant', () => {
    expect(demoCommand({}, "Ada's $data/demo", true)).toBe(String.raw`DATA_DIR='Ada'\''s $data/demo' npm run --silent watchpost --`);
  });
});
