import { readDoctorConfig } from '@watchpost/doctor/config';
import { reportTo, type Finding } from '@watchpost/doctor/finding';
import { afterEach, expect, it, vi } from 'vitest';
import { examined } from '../../support/scale-doctor.ts';

afterEach(() => vi.unstubAllEnvs());

const said = (env: Record<string, string>): string[] => {
  const findings: Finding[] = [];
  readDoctorConfig(env, 'all', reportTo(findings));
  return findings.filter(({ severity }) => severity === 'fault').map(({ says }) => says);
};

it.each<[Record<string, string>, RegExp]>([
  // The drivers would say so each time that they connect, and a process would go on as if it would pass.
  [{ REDIS_URL: 'redis://:canary%ZZ@127.0.0.1' }, /^REDIS_URL: has a % that begins no escape: .*%25$/],
  [{ REDIS_URL: 'redis://a,redis://:canary%E4@b' }, /^REDIS_URL: has a %/],
  [{ MONGO_CONNECTION_STRING: 'mongodb://u:canary%2@127.0.0.1/db' }, /^MONGO_CONNECTION_STRING: has a %/],
  [{ UNKNOWN_KEEP_DAYS: '0' }, /^UNKNOWN_KEEP_DAYS: /],
  [{ GALLERY_INDEX: 'canary' }, /^GALLERY_INDEX: /],
  [{ GALLERY_INDEX: 'mongot' }, /^GALLERY_INDEX=mongot needs MONGO_CONNECTION_STRING/],
  [{ POSTS_KEEP_DAYS: 'canary' }, /^POSTS_KEEP_DAYS: /],
  [{ REQUIRE_CONSENT: 'canary' }, /^REQUIRE_CONSENT: /],
  [{ TALK_LANGUAGE: 'canary' }, /^TALK_LANGUAGE: must be one of/],
  [{ SMTP_URL: 'canary', MAIL_FROM: 'a@example.org' }, /^SMTP_URL: /],
  [{ SMTP_URL: 'smtp://mail.example.org' }, /^MAIL_FROM must be set/],
  [{ FETCH_PRIVATE_ORIGINS: 'canary' }, /^FETCH_PRIVATE_ORIGINS: must be origins/],
])('%j is a fault, told once', (env, line) => {
  const lines = said(env);
  expect(lines).toEqual([expect.stringMatching(line)]);
  expect(lines.join()).not.toContain('canary');
});

it('an escape in a password, and none at all, are well', () => {
  expect(said({ REDIS_URL: 'redis://:a%25b%40c@127.0.0.1', POSTGRES_URL: 'postgres://u:p%ZZ@127.0.0.1/db' })).toEqual([]);
});

it('a folder for temporary files that is not there is a fault, whatever room its disk has', async () => {
  vi.stubEnv('TMPDIR', '/nowhere/tmp');
  expect(await examined({}, /^machine.disk/)).toContainEqual(
    expect.stringMatching(/^fault machine.disk: nothing can be written in \/nowhere\/tmp, .* \(ENOENT\) → .*TMPDIR/),
  );
  vi.unstubAllEnvs();
  expect((await examined({}, /^machine.disk/)).join()).not.toContain('written');
});
