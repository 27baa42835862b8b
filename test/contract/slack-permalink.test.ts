import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { ChatPlatform } from '@watchpost/shared/chat/chat';
import { createSlackCalls } from '@watchpost/slack/calls';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createSlackPlatform } from '@watchpost/slack/platform';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const token = 'xoxb-test-token';
let slack: FakeSlack;
let platform: ChatPlatform;

beforeEach(async () => {
  slack = await startFakeSlack();
  platform = createSlackPlatform({
    call: createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: 2_000 }),
    token,
    allows: allowHosts([{ origin: slack.url }]),
  });
});
afterEach(async () => slack.close());

type Mischief = Parameters<FakeSlack['mischief']>[1];
const always = (trick: Mischief): void => slack.mischief('chat.getPermalink', ...Array.from({ length: 50 }, () => trick));
const permalink = (signal = new AbortController().signal) => platform.permalink('slack:CREAD', '1700000000.000100', signal);
const link = 'https://example.slack.com/archives/CREAD/p1700000000000100';

describe('the link to a message', () => {
  it('is what Slack says', async () => {
    expect(await permalink()).toBe(link);
  });

  it.each<[string, Mischief]>([
    ['an error of Slack’s', { kind: 'error', error: 'fatal_error' }],
    ['HTTP 503', { kind: 'status', status: 503 }],
    ['a cut connection', { kind: 'cut' }],
    ['a page', { kind: 'html' }],
    ['a short rate limit', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
  ])('is asked for again after %s', async (_what, trick) => {
    slack.mischief('chat.getPermalink', trick);
    expect(await permalink()).toBe(link);
  });

  it.each<[string, Mischief, number]>([
    ['the message is gone', { kind: 'error', error: 'message_not_found' }, 1_000],
    ['the channel is gone', { kind: 'error', error: 'channel_not_found' }, 1_000],
    ['the bot is not in its channel', { kind: 'error', error: 'not_in_channel' }, 1_000],
    ['its channel is archived', { kind: 'error', error: 'is_archived' }, 1_000],
    ['Slack asks to wait for long', { kind: 'status', status: 429, headers: { 'retry-after': '60' } }, 1_000],
    ['Slack limits the rate without an end', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, 8_000],
    ['Slack only has errors', { kind: 'error', error: 'fatal_error' }, 8_000],
    ['nobody answers', { kind: 'hang' }, 12_000],
  ])('is none, soon, where %s', async (_what, trick, withinMs) => {
    always(trick);
    const startedAt = performance.now();
    expect(await permalink()).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(withinMs);
  });

  it('is no reason to go on with a token that Slack refuses', async () => {
    always({ kind: 'error', error: 'invalid_auth' });
    await expect(permalink()).rejects.toMatchObject({ code: 'chat-not-authorised', retry: 'repairable' });
  });

  it('is given up at once when the work is', async () => {
    always({ kind: 'error', error: 'fatal_error' });
    const stopping = new AbortController();
    const asked = permalink(stopping.signal);
    await expect.poll(() => slack.calls.length).toBeGreaterThan(0);
    stopping.abort();
    await expect(asked).rejects.toMatchObject({ code: expect.stringMatching(/aborted|chat-unavailable/) });
  });
});
