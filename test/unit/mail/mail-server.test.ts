import { parseMailServer } from '@watchpost/mail/mail-server';
import { mailEnv } from '@watchpost/mail/config';
import { expect, it } from 'vitest';

it.each([
  ['smtp://mail.example.org', { host: 'mail.example.org', port: 587, tls: 'required', login: null }],
  ['smtps://mail.example.org/', { host: 'mail.example.org', port: 465, tls: 'from-the-start', login: null }],
  ['smtp://mail.example.org:2525?tls=off', { host: 'mail.example.org', port: 2525, tls: 'off', login: null }],
  ['smtp://localhost:25', { host: 'localhost', port: 25, tls: 'where-offered', login: null }],
  ['smtp://127.0.0.2:25', { host: '127.0.0.2', port: 25, tls: 'where-offered', login: null }],
  ['smtp://[::1]:25', { host: '::1', port: 25, tls: 'where-offered', login: null }],
  ['smtp://127.evil.example.org', { host: '127.evil.example.org', port: 587, tls: 'required', login: null }],
  [
    'smtp://me%40example.org:p%2Fw%25@mail.example.org',
    { host: 'mail.example.org', port: 587, tls: 'required', login: { user: 'me@example.org', password: 'p/w%' } },
  ],
])('%s', (url, server) => expect(parseMailServer(url)).toEqual(server));

it.each([
  'http://x',
  'smtp://',
  'smtp://h/path',
  'smtp://h?tls=on',
  'smtps://h?tls=off',
  'smtp://h?logger=true',
  'smtp://u:%zz-secret@h',
  'nonsense',
])('%s is refused, and not quoted', (url) => {
  const fault = mailEnv.SMTP_URL.safeParse(url);
  expect(fault.success).toBe(false);
  expect(fault.error?.message).not.toContain('secret');
});

it.each([
  ['watchpost@example.org', true],
  ['Watchpost <watchpost@example.org>', true],
  ['Example, Inc. <watchpost@example.org>', true],
  ['a@b.example, c', false],
  ['a,c@b.example', false],
  ['A <a@b.example', false],
  ['a@b.example>', false],
  ['watchpost', false],
  ['a@b.example\r\nBcc: c@d.example', false],
  ['A <a@b.example>, B <b@b.example>', false],
])('MAIL_FROM %j: %s', (from, isTaken) => expect(mailEnv.MAIL_FROM.safeParse(from).success).toBe(isTaken));
