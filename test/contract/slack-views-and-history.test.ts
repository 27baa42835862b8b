import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { historyPages, messageAt, repliesOf, type SlackMessage } from '@watchpost/slack/history';
import { namingView } from '@watchpost/slack/modals/naming';
import { openView } from '@watchpost/slack/modals/open';
import type { SlackCall } from '@watchpost/slack/calls';
import { callsTo } from '../support/posts-rig.ts';

const never = new AbortController().signal;
let slack: FakeSlack;
let call: SlackCall;
beforeEach(async () => {
  slack = await startFakeSlack();
  call = callsTo(slack);
});
afterEach(() => slack.close());

const to = { member: 'U0ADA', channel: 'slack:CRESULTS', thread: null, url: null } as const;
const target = { action: 'is', visit: 'v1', number: 2, subject: null } as const;
const view = namingView({ asked: { target, to }, question: 'Who is 2?' });

describe('a modal', () => {
  it('opens for a click', async () => {
    const opened = await openView(call, { triggerId: slack.people.trigger(), view }, never);
    expect(slack.people.modals).toHaveLength(1);
    expect(slack.people.modals[0]?.view).toEqual(view);
    expect(opened).toBe('opened');
  });

  it('does not open for a click of long ago, or twice for one click', async () => {
    expect(await openView(call, { triggerId: slack.people.trigger(3_100), view }, never)).toBe('late');
    const triggerId = slack.people.trigger();
    expect(await openView(call, { triggerId, view }, never)).not.toBe('late');
    expect(await openView(call, { triggerId, view }, never)).toBe('late');
    expect(await openView(call, { triggerId: 'invented', view }, never)).toBe('late');
    expect(slack.people.modals).toHaveLength(1);
  });

  it.each(['trigger_expired', 'trigger_exchanged', 'invalid_trigger'])('is late also where Slack calls it %s', async (error) => {
    slack.mischief('views.open', { kind: 'error', error });
    expect(await openView(call, { triggerId: slack.people.trigger(), view }, never)).toBe('late');
  });

  it('that Slack refuses for another reason rejects', async () => {
    slack.mischief('views.open', { kind: 'error', error: 'invalid_arguments' }, { kind: 'status', status: 500 });
    const open = () => openView(call, { triggerId: slack.people.trigger(), view }, never);
    await expect(open()).rejects.toMatchObject({ code: 'chat-refused' });
    await expect(open()).rejects.toMatchObject({ code: 'chat-unavailable' });
  });
});

describe('the history of a channel', () => {
  const channel = 'CCAMERAS';
  const all = async (over: Partial<Parameters<typeof historyPages>[1]> = {}): Promise<SlackMessage[][]> => {
    const pages: SlackMessage[][] = [];
    const window = { channel, oldest: '1700000000.000000', latest: '1700009999.000000', most: 1_000, pageSize: 10, ...over };
    for await (const page of historyPages(call, window, never)) pages.push(page);
    return pages;
  };
  const ts = (seconds: number) => `17000${String(seconds).padStart(5, '0')}.000001`;
  beforeEach(() => {
    for (let index = 0; index < 25; index += 1) slack.chat.say({ channel, text: `snapshot ${String(index)}`, ts: ts(index) });
    slack.chat.say({ channel: 'C0OTHER', ts: ts(5) });
  });

  it('comes newest first, page by page', async () => {
    const pages = await all();
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(pages.flat().map((message) => message.ts)).toEqual(Array.from({ length: 25 }, (_, index) => ts(24 - index)));
  });

  it('keeps to its window and to its count', async () => {
    expect((await all({ oldest: ts(3), latest: ts(8) })).flat().map((message) => message.ts)).toEqual([7, 6, 5, 4].map(ts));
    expect((await all({ most: 12 })).map((page) => page.length)).toEqual([10, 2]);
  });

  it('waits where Slack limits the rate, and goes on after errors that pass', async () => {
    slack.mischief(
      'conversations.history',
      { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
      { kind: 'status', status: 500 },
    );
    const startedAt = performance.now();
    expect((await all()).flat()).toHaveLength(25);
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
  });

  it('rejects at once where nothing can help, and where nobody wants to wait', async () => {
    slack.mischief('conversations.history', { kind: 'error', error: 'missing_scope' });
    await expect(all()).rejects.toMatchObject({ code: 'chat-not-authorised' });
    slack.mischief('conversations.history', { kind: 'status', status: 429, headers: { 'retry-after': '30' } });
    await expect(all({ isPatient: false })).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 30_000 });
    expect(slack.calls).toHaveLength(2);
  });

  it('stops waiting when the process stops', async () => {
    slack.mischief('conversations.history', { kind: 'status', status: 429, headers: { 'retry-after': '60' } });
    const startedAt = performance.now();
    const pages = historyPages(call, { channel, oldest: '0', latest: ts(99), most: 10 }, AbortSignal.timeout(200));
    await expect(pages.next()).rejects.toMatchObject({ code: 'aborted' });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('knows a thread’s replies, without its first message', async () => {
    slack.chat.say({ channel, threadTs: ts(3), ts: ts(30) });
    slack.chat.say({ channel, threadTs: ts(3), ts: ts(31) });
    const replies = await repliesOf(call, { channel, thread: ts(3), oldest: ts(0), most: 100 }, never);
    expect(replies.map((message) => message.ts)).toEqual([ts(30), ts(31)]);
    expect((await all()).flat()).toHaveLength(25);
  });

  it('has one message by its time, in the channel or in a thread, or none', async () => {
    slack.chat.say({ channel, threadTs: ts(3), ts: ts(30), text: 'a reply' });
    expect(await messageAt(call, { channel, messageId: ts(4), thread: null }, never)).toMatchObject({ ts: ts(4), text: 'snapshot 4' });
    expect(await messageAt(call, { channel, messageId: ts(30), thread: ts(3) }, never)).toMatchObject({ text: 'a reply' });
    expect(await messageAt(call, { channel, messageId: ts(77), thread: null }, never)).toBeNull();
    expect(await messageAt(call, { channel, messageId: ts(31), thread: ts(3) }, never)).toBeNull();
    expect(await messageAt(call, { channel, messageId: ts(31), thread: ts(77) }, never)).toBeNull();
  });
});
