import { loadConfig } from '@watchpost/console/config';
import { isConsoleConfigured, linkOf, makeLinkCode, operatorsEnv, withoutConsole } from '@watchpost/standalone/console-process';
import { describe, expect, it } from 'vitest';

const storage = { POSTGRES_URL: 'postgres://p' };
const password = { CONSOLE_PASSWORD: 'correct horse battery' };

describe('the configuration of the console', () => {
  it('is refused where nobody could sign in', () => {
    expect(() => loadConfig(storage)).toThrow('nobody could sign in to the console');
    expect(loadConfig({ ...storage, ...password })).toMatchObject({ CONSOLE_PORT: 5_003 });
  });

  it.each([
    [{ CONSOLE_PASSWORD: 'short' }, 'CONSOLE_PASSWORD: must have at least 12 characters'],
    [{ CONSOLE_TOKENS: 'name:admin:short' }, 'CONSOLE_TOKENS'],
    [{ CONSOLE_TOKENS: `name:root:${'x'.repeat(30)}` }, 'CONSOLE_TOKENS'],
    [{ CONSOLE_TOKENS: `a:viewer:${'s'.repeat(30)},b:admin:${'s'.repeat(30)}` }, 'CONSOLE_TOKENS: a and b have the same secret'],
    [{ CONSOLE_TOKENS: `a:viewer:${'s'.repeat(30)},a:admin:${'t'.repeat(30)}` }, 'CONSOLE_TOKENS: a has two roles'],
    [{ CONSOLE_TOKENS: `admin:viewer:${'s'.repeat(30)}` }, 'CONSOLE_TOKENS: admin and visitor are the names'],
    [{ CONSOLE_TOKENS: `ann@x.org:editor:${'s'.repeat(30)}`, CONSOLE_ADMINS: 'Ann@x.org' }, 'CONSOLE_TOKENS: ann@x.org also stands in'],
    [{ CONSOLE_TOKENS: `ann:viewer:${'s'.repeat(30)}`, CONSOLE_EDITORS: 'eve,ann' }, 'CONSOLE_TOKENS: ann also stands in'],
    [{ CONSOLE_PROXY_HEADER: 'x-user' }, 'CONSOLE_PROXY_ADDRESSES must be set'],
    [{ CONSOLE_PROXY_HEADER: 'x-user', CONSOLE_PROXY_ADDRESSES: '10.0.0.0/33' }, 'CONSOLE_PROXY_ADDRESSES'],
    [{ CONSOLE_PROXY_HEADER: 'x-user', CONSOLE_PROXY_ADDRESSES: 'proxy' }, 'CONSOLE_PROXY_ADDRESSES'],
    [{ ...password, CONSOLE_JWKS_URL: 'https://k' }, 'CONSOLE_PROXY_HEADER must be set'],
    [{ CONSOLE_PROXY_HEADER: 'x', CONSOLE_PROXY_ADDRESSES: '::1', CONSOLE_JWKS_URL: 'https://k' }, 'CONSOLE_JWT_AUDIENCE must be set'],
    [{ ...password, CONSOLE_URL: 'console.example.org' }, 'CONSOLE_URL'],
    [{ ...password, CONSOLE_URL: 'https://example.org/console' }, 'CONSOLE_URL: must have no path'],
  ])('is refused with its reason, and never with a secret: %j', (env, reason) => {
    const load = () => loadConfig({ ...storage, ...env });
    expect(load).toThrow(reason);
    expect(load).not.toThrow(/:short|xxxx/);
  });

  it('says of tokens that cannot be read that they cannot, and nothing else', () => {
    const load = () => loadConfig({ ...storage, CONSOLE_TOKENS: 'a:admin:short,b:admin:shorter', CONSOLE_ADMINS: 'a' });
    expect(load).toThrow('each must be name:role:secret');
    expect(load).not.toThrow(/undefined|same secret|also stands/);
  });
});

describe('npm start and the console', () => {
  it('starts it where somebody could sign in', () => {
    expect(isConsoleConfigured({})).toBe(false);
    expect(isConsoleConfigured({ CONSOLE_PORT: '1', CONSOLE_PASSWORD: ' ' })).toBe(false);
    expect(isConsoleConfigured(password)).toBe(true);
  });

  it('gives it what it needs of the others’ secrets, and its own to nobody else', () => {
    const env = {
      ...storage,
      ...password,
      SLACK_API_TOKEN: 'xoxb',
      SLACK_USER_TOKEN: 'xoxp',
      SLACK_SIGNING_SECRET: 's',
      TZ: 'UTC',
      PATH: '/bin',
    };
    expect(JSON.parse(JSON.stringify(operatorsEnv(env)))).toEqual({
      ...storage,
      ...password,
      SLACK_API_TOKEN: 'xoxb',
      TZ: 'UTC',
      PATH: '/bin',
    });
    expect(JSON.stringify(withoutConsole(env))).not.toContain('correct horse');
    expect(withoutConsole(env)).toMatchObject({ SLACK_USER_TOKEN: 'xoxp', ...storage });
  });

  it('makes a link whose secret reaches no server', () => {
    const code = makeLinkCode();
    expect(code).toMatch(/^[\w-]{43}$/);
    expect(new URL(linkOf('http://127.0.0.1:5003', code)).hash).toBe(`#code=${code}`);
    expect(makeLinkCode()).not.toBe(makeLinkCode());
  });
});
