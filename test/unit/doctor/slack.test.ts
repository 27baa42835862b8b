import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bad, examined, startAskedSlack, type AskedSlack } from '../../support/scale-doctor.ts';

const all =
  'files:read chat:write files:write channels:history groups:history channels:read groups:read commands users:read im:write im:history';
let slack: AskedSlack;
let env: Record<string, string>;
beforeEach(async () => {
  slack = await startAskedSlack();
  slack.scopes = all.split(' ');
  for (const [id, name] of [
    ['CCAMS', 'cams'],
    ['CRES', 'results'],
  ])
    slack.answers.set(`conversations.info ${String(id)}`, { ok: true, channel: { name, is_member: true, is_archived: false } });
  env = {
    SLACK_API_URL: slack.apiUrl,
    SLACK_API_TOKEN: 'xoxb-canary',
    READ_SLACK_CHANNEL_ID: 'CCAMS',
    WRITE_SLACK_CHANNEL_ID: 'CRES',
    SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef',
  };
});
afterEach(async () => slack.close());

const ofSlack = async (more: Record<string, string> = {}, now?: () => number) => examined({ ...env, ...more }, /^slack\./, now && { now });

describe('the doctor on Slack', () => {
  it('finds nothing wrong with an app that has everything, and says so of each thing', async () => {
    const lines = await ofSlack();
    expect(bad(lines)).toEqual([]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'ok slack.token: Slack accepts the bot token: @watchpost in Harbour',
        expect.stringMatching(/^ok slack.scopes/),
        'ok slack.channels: the bot is in the results channel #results',
        expect.stringMatching(/^ok slack.secret/),
        expect.stringMatching(/^ok slack.time/),
      ]),
    );
  });

  it.each([
    ['files:read', {}, /^fault slack.scopes: .*lacks files:read, for reading snapshots → add files:read .*reinstall/],
    ['commands', {}, /^warning slack.scopes: .*lacks commands, for \/faces and \/rules/],
    ['', { NAMERS: 'S0GROUP' }, /^fault slack.scopes: .*lacks usergroups:read/],
    ['', { FEEDS_FILE: '/nowhere' }, /^warning slack.scopes: .*lacks reactions:read, reactions:write, emoji:read, for feeds/],
  ])('names a missing scope and what it is for: %s %j', async (scope, more, line) => {
    slack.scopes = slack.scopes.filter((each) => each !== scope);
    expect(bad(await ofSlack(more))).toEqual([expect.stringMatching(line)]);
  });

  it.each([
    [
      'CRES',
      { ok: true, channel: { name: 'results', is_member: false } },
      /^fault .*not in the results channel #results → \/invite @watchpost in #results/,
    ],
    ['CCAMS', { ok: true, channel: { name: 'cams', is_member: false } }, /^fault .*not in the cameras’ channel #cams/],
    ['CCAMS', { ok: true, channel: { name: 'cams', is_member: true, is_archived: true } }, /^fault .*#cams is archived/],
    [
      'CRES',
      { ok: true, channel: { name: 'results', is_member: true, is_read_only: true } },
      /^fault .*may not post in the results channel/,
    ],
    ['CRES', { ok: false, error: 'channel_not_found' }, /^fault .*CRES does not exist.* → check WRITE_SLACK_CHANNEL_ID/],
    ['CRES', { ok: false, error: 'missing_scope' }, /^warning .*does not say .*CRES/],
  ])('finds what is wrong with channel %s: %j', async (id, answer, line) => {
    slack.answers.set(`conversations.info ${id}`, answer);
    expect(bad(await ofSlack())).toEqual([expect.stringMatching(line)]);
  });

  it('does not post in a read-only channel of cameras, so that is none of its business', async () => {
    slack.answers.set('conversations.info CCAMS', { ok: true, channel: { name: 'cams', is_member: true, is_read_only: true } });
    expect(bad(await ofSlack())).toEqual([]);
  });

  it.each([
    [600_000, /^fault slack.time: our clock is 10 min ahead of that of Slack → let an NTP client/],
    [-60_000, /^warning slack.time: our clock is \d+ s behind that of Slack/],
  ])('finds a clock that is off by %d ms', async (offMs, line) => {
    expect(bad(await ofSlack({}, () => Date.now() + offMs))).toEqual([expect.stringMatching(line)]);
  });

  it('finds a wrong token, and goes on with what needs none', async () => {
    slack.answers.set('auth.test', { ok: false, error: 'invalid_auth' });
    const lines = await ofSlack();
    expect(bad(lines)).toEqual([expect.stringMatching(/^fault slack.token: Slack does not accept the bot token .*invalid_auth/)]);
    expect(lines).toContainEqual(expect.stringMatching(/^ok slack.time/));
    expect(lines.join()).not.toContain('canary');
  });

  it('finds a secret that is none, and one that is missing', async () => {
    expect(bad(await ofSlack({ SLACK_SIGNING_SECRET: 'xoxb-not-a-secret' }))).toEqual([
      expect.stringMatching(/^warning slack.secret: .*0-9 and a-f/),
    ]);
    expect(bad(await ofSlack({ SLACK_SIGNING_SECRET: '', SLACK_VERIFICATION_TOKEN: 'old' }))).toEqual([
      expect.stringMatching(/^warning slack.secret: .*deprecated/),
    ]);
  });

  it('asks about Socket Mode, and about the user token and its scopes', async () => {
    const more = { SLACK_APP_TOKEN: 'xapp-1-canary', SLACK_USER_TOKEN: 'xoxp-canary', SLACK_SIGNING_SECRET: '' };
    slack.answers.set('apps.connections.open', { ok: true, url: 'wss://slack.example/link' });
    expect(bad(await ofSlack(more))).toEqual([]);
    slack.answers.set('apps.connections.open', { ok: false, error: 'not_allowed_token_type' });
    slack.scopes = slack.scopes.filter((scope) => scope !== 'chat:write');
    const lines = bad(await ofSlack(more));
    expect(lines).toContainEqual(expect.stringMatching(/^fault slack.socket: .* → turn on Socket Mode/));
    expect(lines).toContainEqual(expect.stringMatching(/^fault slack.user-token: the user token lacks chat:write/));
    expect(lines.join()).not.toContain('canary');
  });

  it.each([
    [401, /^ok slack.address/],
    [404, /^warning slack.address: .*\/api\/events answers 404, and not 401/],
  ])('asks at PUBLIC_URL, which answers %d', async (status, line) => {
    const proxy = createServer((_request, response) => void response.writeHead(status).end()).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => proxy.once('listening', resolve));
      const PUBLIC_URL = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
      expect(await ofSlack({ PUBLIC_URL })).toContainEqual(expect.stringMatching(line));
    } finally {
      proxy.close();
    }
    expect(await ofSlack({ PUBLIC_URL: 'http://127.0.0.1:9' })).toContainEqual(
      expect.stringMatching(/^warning slack.address: .*cannot be reached/),
    );
  });
});
