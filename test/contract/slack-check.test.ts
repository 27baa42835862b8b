import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatFile, ChatPlatform } from '@watchpost/shared/chat/chat';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { createSlackCalls } from '@watchpost/slack/calls';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createSlackPlatform } from '@watchpost/slack/platform';
import { allScopes, startGuardedSlack, type GuardedSlack, type Permissions } from '../support/guarded-slack.ts';

const token = 'xoxb-good';
const never = new AbortController().signal;
const read = { read: true } as const;
const post = { channel: 'slack:CRESULTS' } as const;
const without = (...scopes: string[]) => allScopes.filter((scope) => !scopes.includes(scope));
let behind: FakeSlack;
let slack: GuardedSlack;
let platform: ChatPlatform;

beforeEach(async () => {
  behind = await startFakeSlack();
  slack = await startGuardedSlack(behind);
  platform = createSlackPlatform({
    call: createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: 1_000 }),
    token,
    allows: allowHosts([{ origin: slack.url }]),
    adminChannel: 'slack:CADMINS',
  });
});
afterEach(async () => {
  await slack.close();
  await behind.close();
});

/** What a check says where somebody has changed this. */
const checking = async (use: typeof read | typeof post, over: Partial<Permissions>): Promise<unknown> => {
  Object.assign(slack.permissions, over);
  return platform.check(use, never).then(
    () => 'no objection',
    ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
  );
};

describe("Slack's check", () => {
  it.each([read, post])('finds nothing wrong where everything is granted: %j', async (use) => {
    expect(await checking(use, {})).toBe('no objection');
  });

  it.each<[string, typeof read | typeof post, Partial<Permissions>, RegExp]>([
    ['a wrong token', read, { token: 'xoxb-other' }, /^chat-not-authorised: .*invalid_auth.*SLACK_API_TOKEN/],
    ['a missing scope to read', read, { scopes: without('files:read') }, /^chat-not-authorised: .*files:read.*reinstall the app/],
    [
      'missing scopes to post',
      post,
      { scopes: without('files:write', 'chat:write') },
      /^chat-not-authorised: .*files:write and chat:write/,
    ],
    [
      'a bot that is not in the channel',
      post,
      { channel: { name: 'results', is_member: false, is_archived: false } },
      /^channel-not-available: .*\/invite @watchpost in #results/,
    ],
    [
      'an archived channel',
      post,
      { channel: { name: 'results', is_member: true, is_archived: true } },
      /^channel-not-available: .*#results is archived/,
    ],
    ['a channel that is not there', post, { channel: null }, /^channel-not-available: .*CRESULTS.*WRITE_SLACK_CHANNEL_ID/],
  ])('says what to do about %s', async (_what, use, over, sentence) => {
    expect(await checking(use, over)).toMatch(sentence);
  });

  it('names the admin channel, and its variable, where it is about that one', async () => {
    const admins = { channel: 'slack:CADMINS' } as const;
    Object.assign(slack.permissions, { channel: null });
    const check = platform.check(admins, never);
    await expect(check).rejects.toMatchObject({ code: 'channel-not-available' });
    await expect(check).rejects.toThrow(/the admin channel CADMINS does not exist.*ADMIN_SLACK_CHANNEL_ID/);
    Object.assign(slack.permissions, { channel: { name: 'admins', is_member: false, is_archived: false } });
    await expect(platform.check(admins, never)).rejects.toThrow('the bot is not in the admin channel: /invite @watchpost in #admins');
  });

  it.each<[string, typeof read | typeof post, Partial<Permissions>]>([
    ['reading where only posting is not allowed', read, { scopes: without('files:write', 'chat:write') }],
    ['posting where only reading is not allowed', post, { scopes: without('files:read') }],
    ['scopes that Slack does not tell', read, { scopes: [], tellsScopes: false }],
    ['reading where the results channel is gone', read, { channel: null }],
  ])('has no objection to %s', async (_what, use, over) => {
    expect(await checking(use, over)).toBe('no objection');
  });

  it.each<[string, Partial<Permissions>]>([
    ['it may not ask about channels', { scopes: without('channels:read') }],
    ['it may not see private channels', { scopes: without('groups:read'), channel: null }],
  ])('has no objection to a channel about which it cannot tell, where %s', async (_what, over) => {
    expect(await checking(post, over)).toBe('no objection');
  });

  it('does not call it a fault of ours when Slack is away', async () => {
    expect(await checking(post, { isAway: true })).toMatch(/^chat-unavailable/);
  });
});

describe('a download that Slack refuses', () => {
  const bytes = Buffer.from('not really a picture');
  const file = (): ChatFile => {
    behind.files.set('F1', { id: 'F1', bytes, contentType: 'image/jpeg', info: {} });
    return {
      id: 'F1',
      name: 'x.jpg',
      mimeType: 'image/jpeg',
      sizeBytes: bytes.length,
      url: `${slack.url}/download/F1`,
      thumbnailUrl: null,
    };
  };
  const options = { maxBytes: 1_000, source: 'original' } as const;

  it('comes through once the scope is there, and says until then that it is missing', async () => {
    slack.permissions.scopes = without('files:read');
    await expect(platform.download(file(), options, never)).rejects.toMatchObject({ code: 'chat-not-authorised', retry: 'repairable' });
    slack.permissions.scopes = [...allScopes];
    expect(Buffer.from(await platform.download(file(), options, never))).toEqual(bytes);
  });

  it('is tried again where the token may read files: a page of a proxy looks the same', async () => {
    behind.mischief('/download/F1', { kind: 'html' });
    await expect(platform.download(file(), options, never)).rejects.toMatchObject({ code: 'file-forbidden', retry: 'transient' });
    expect(Buffer.from(await platform.download(file(), options, never))).toEqual(bytes);
  });

  it('is tried again where Slack does not say which of the two it is', async () => {
    behind.mischief('/download/F1', { kind: 'html' });
    slack.onCall = (target) => void (slack.permissions.isAway = target === 'auth.test');
    await expect(platform.download(file(), options, never)).rejects.toMatchObject({ code: 'chat-unavailable', retry: 'transient' });
  });
});

it('a post links to no message of a channel that the bot has left', async () => {
  behind.mischief('chat.getPermalink', { kind: 'error', error: 'not_in_channel' }, { kind: 'error', error: 'channel_not_found' });
  expect(await platform.permalink('slack:CREAD', '1700000000.000100', never)).toBeNull();
  expect(await platform.permalink('slack:CREAD', '1700000000.000100', never)).toBeNull();
});
