import { AppError } from '@watchpost/shared/errors';
import { createLogger, redactSecrets } from '@watchpost/shared/observability/logger';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** What the log has of one line. */
function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  write(createLogger('test', 'trace', { write: (line: string) => void (text += line) }));
  return text;
}

describe('a text without its secrets', () => {
  it.each([
    ['redis://:hunter2@host:6379', 'redis://[redacted]@host:6379'],
    ['redis://default:hunter2@host', 'redis://[redacted]@host'],
    ['cannot reach rediss://:hunter2@host/0, retrying', 'cannot reach rediss://[redacted]@host/0, retrying'],
    ['mongodb://u:hunter2@a:27017,b:27017,c/?replicaSet=rs', 'mongodb://[redacted]@a:27017,b:27017,c/?replicaSet=rs'],
    ['mongodb+srv://u:hunter2@cluster.example', 'mongodb+srv://[redacted]@cluster.example'],
    ['https://hunter2@host/path', 'https://[redacted]@host/path'],
    ['postgres://u:hun@ter2@host/db', 'postgres://[redacted]@host/db'],
    ['postgres://u:hun/ter2@host/db', 'postgres://[redacted]@host/db'],
    ['postgres://u:h?u#n:ter2@host/db', 'postgres://[redacted]@host/db'],
    ["postgres://u:hun'ter2@host/db", 'postgres://[redacted]@host/db'],
    ['postgres://host/db?user=ada&password=hunter2&sslmode=require', 'postgres://host/db?user=ada&password=[redacted]&sslmode=require'],
    ['host=db sslpassword=hunter2 user=ada', 'host=db sslpassword=[redacted] user=ada'],
    ["password='hun ter2' user=ada", 'password=[redacted] user=ada'],
    ['https://host/x?access_token=hunter2', 'https://host/x?access_token=[redacted]'],
    ['{"client_secret": "hunter2"}', '{"client_secret": "[redacted]"}'],
    ['Authorization: Bearer hunter2hunter2', 'Authorization: Bearer [redacted]'],
    ['token xoxb-1-hunter2 was refused', 'token [token] was refused'],
    ['SLACK_USER_TOKEN=xoxp-1-2-hunter2 of an admin', 'SLACK_USER_TOKEN=[redacted] of an admin'],
    ['an admin’s xoxp-1-2-hunter2 was refused', 'an admin’s [token] was refused'],
  ])('%s', (text, redacted) => {
    expect(redactSecrets(text)).toBe(redacted);
  });

  it.each([
    'https://slack.com/api/auth.test',
    'redis://127.0.0.1:6379',
    'Ada at 14:02',
    'ada@example.org wrote',
    'the token is missing',
    'at file:///srv/node_modules/@scope/x.js:1:2',
  ])('is the text where there is none: %s', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  it('has no password of any URL, whatever the password holds', () => {
    // Longer than what the rest of the URL could hold by chance.
    const password = fc.stringMatching(/^[!-~]{1,20}$/).map((odd) => `S3CR${odd}3T`);
    fc.assert(
      fc.property(
        fc.constantFrom('redis', 'mongodb+srv', 'postgresql', 'https'),
        fc.constantFrom('', 'ada'),
        password,
        (scheme, user, secret) => {
          expect(redactSecrets(`error: ${scheme}://${user}:${secret}@host/db is away`)).not.toMatch(/S3CR|3T/);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('a line of the log', () => {
  const secret = 'redis://:hunter2@host';

  it.each<[string, (log: ReturnType<typeof createLogger>) => void]>([
    ['its message', (log) => log.warn(`no answer from ${secret}`)],
    ['a value of its message', (log) => log.warn('no answer from %s', secret)],
    ['a field', (log) => log.warn({ reason: `no answer from ${secret}` }, 'away')],
    ['a field of a field', (log) => log.warn({ queue: { servers: [secret] } }, 'away')],
    ['an AppError', (log) => log.warn({ err: new AppError('queue-unavailable', secret) }, 'away')],
    ['the cause of an AppError', (log) => log.warn({ err: new AppError('internal', 'x', { cause: new Error(secret) }) }, 'away')],
    ['an error alone', (log) => log.warn(new Error(secret))],
    ['an error without a message', (log) => log.warn({ err: new Error(secret) })],
    ['what was thrown instead of an error', (log) => log.warn({ err: secret }, 'away')],
  ])('has no secret in %s', (_where, write) => {
    const line = logged(write);
    expect(line).toContain('[redacted]@host');
    expect(line).not.toContain('hunter2');
  });

  it('keeps what is no secret as it is', () => {
    const at = new Date('2026-01-02T03:04:05Z');
    const line: unknown = JSON.parse(
      logged((log) => log.info({ faces: 2, at, names: ['Ada'], none: null, camera: { name: 'Front door' } }, 'done')),
    );
    expect(line).toMatchObject({ faces: 2, at: at.toISOString(), names: ['Ada'], none: null, camera: { name: 'Front door' }, msg: 'done' });
  });
});
