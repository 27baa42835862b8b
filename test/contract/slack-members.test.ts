import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { AnswerTo, ChatMembers } from '@watchpost/shared/chat/members';
import { createLogger } from '@watchpost/shared/observability/logger';
import { faultsOfBlocks } from '@watchpost/slack/blocks/faults';
import { allowHosts, parseFileHost } from '@watchpost/slack/file-hosts';
import { createSlackMembers } from '@watchpost/slack/members';
import { callsTo, madePicture, postSaying, postsOn, sendUntilDone, warmUp } from '../support/posts-rig.ts';

const never = new AbortController().signal;
let slack: FakeSlack;
let nowMs: number;
let members: ChatMembers;
beforeAll(warmUp);
beforeEach(async () => {
  slack = await startFakeSlack();
  nowMs = 1_000_000;
  const log = createLogger('test', 'silent');
  members = createSlackMembers({
    call: callsTo(slack),
    allows: allowHosts([parseFileHost(slack.url)!]),
    namers: 'everyone',
    admins: 'everyone',
    channel: 'slack:CRESULTS',
    adminChannel: null,
    log,
    sendDirect: (...args) => postsOn(slack).sendDirect(...args),
    nowMs: () => nowMs,
  });
});
afterEach(() => slack.close());

const callsOf = (method: string) => slack.calls.filter((call) => call.method === method);
const asking = (over: Partial<AnswerTo> = {}): AnswerTo => ({
  member: 'U0ADA',
  channel: 'slack:CRESULTS',
  thread: null,
  url: null,
  ...over,
});
const line = [{ text: 'Done: 2 is ' }, { text: 'Ada', bold: true }, { text: '.' }];

describe('an answer that only one member sees', () => {
  it('goes to the address that came with the click', async () => {
    const url = slack.people.responseUrl(slack.url);
    await members.tell(asking({ url }), line, never);
    expect(slack.people.responses).toHaveLength(1);
    const body = slack.people.responses[0]?.body ?? {};
    expect(body).toMatchObject({ response_type: 'ephemeral', replace_original: false, text: 'Done: 2 is Ada.' });
    expect(JSON.stringify(body)).toContain('Done: 2 is *Ada*.');
    expect(faultsOfBlocks(body['blocks'])).toEqual([]);
    expect(slack.chat.ephemerals).toEqual([]);
    // The bot's token is not for this address.
    expect(callsOf('/response')[0]?.authorization).toBeUndefined();
  });

  it.each([
    ['none', () => null],
    ['one that is too old', () => slack.people.responseUrl(slack.url, 1_900_000)],
    ['one that nobody knows', () => `${slack.url}/response/x`],
    ['one with a password', () => slack.url.replace('://', '://user:secret@')],
    ['no address at all', () => 'nonsense'],
  ])('is an ephemeral message where there is no such address: %s', async (_, url) => {
    await members.tell(asking({ url: url(), thread: '1700000000.000100' }), line, never);
    expect(slack.chat.ephemerals).toMatchObject([
      { channel: 'CRESULTS', user: 'U0ADA', text: 'Done: 2 is Ada.', threadTs: '1700000000.000100' },
    ]);
    expect(slack.people.responses).toEqual([]);
    expect(slack.chat.messages).toEqual([]);
  });

  it('goes to no address but Slack’s, whatever came with the click', async () => {
    const another = await startFakeSlack();
    await members.tell(asking({ url: another.people.responseUrl(another.url) }), line, never);
    expect(another.calls).toEqual([]);
    expect(slack.chat.ephemerals).toHaveLength(1);
    await another.close();
  });

  it('finds another way after five answers to one address', async () => {
    const url = slack.people.responseUrl(slack.url);
    for (let count = 0; count < 6; count += 1) await members.tell(asking({ url }), line, never);
    expect(slack.people.responses).toHaveLength(5);
    expect(slack.chat.ephemerals).toHaveLength(1);
  });

  it.each([{ kind: 'status', status: 500 }, { kind: 'html' }, { kind: 'cut' }] as const)(
    'finds another way when the address does %o',
    async (trick) => {
      slack.mischief('/response', trick);
      await members.tell(asking({ url: slack.people.responseUrl(slack.url) }), line, never);
      expect(slack.chat.ephemerals).toHaveLength(1);
    },
  );

  it('comes by direct message where the channel takes none, or where there is none', async () => {
    slack.chat.closed.set('CRESULTS', 'user_not_in_channel');
    await members.tell(asking(), line, never);
    await members.tell(asking({ channel: null }), line, never);
    expect(slack.chat.ephemerals).toEqual([]);
    expect(slack.chat.messages).toMatchObject([{ channel: 'D0ADA' }, { channel: 'D0ADA' }]);
  });

  it('is dropped where Slack takes it nowhere: nobody waits for it', async () => {
    slack.chat.closed.set('CRESULTS', 'is_archived');
    slack.mischief('chat.postMessage', { kind: 'error', error: 'messages_tab_disabled' });
    await expect(members.tell(asking(), line, never)).resolves.toBeUndefined();
    expect(slack.chat.messages).toEqual([]);
  });

  it.each(['chat.postEphemeral', 'chat.postMessage'])('is left to a later attempt when %s is limited', async (method) => {
    slack.mischief(method, { kind: 'status', status: 429, headers: { 'retry-after': '3' } });
    const to = asking({ channel: method === 'chat.postMessage' ? null : 'slack:CRESULTS' });
    await expect(members.tell(to, line, never)).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 3_000 });
  });

  it('may be long, with buttons', async () => {
    await members.answer(asking(), postSaying('a timeline\n'.repeat(1_000)), never);
    const [answer] = slack.chat.ephemerals;
    expect(faultsOfBlocks(answer?.blocks)).toEqual([]);
    expect(answer?.blocks.some(({ type }) => type === 'actions')).toBe(true);
  });
});

describe('a direct message', () => {
  const message = (over: object = {}) => {
    const posts: Parameters<typeof sendUntilDone>[0] = {
      send: ({ key, post, picture, thread, progress }, save, signal) =>
        members.message('U0ADA', { key, post, picture, thread, progress }, save, signal),
    };
    return sendUntilDone(posts, { key: 'notice-1', picture: null, ...over });
  };

  it('is sent once, also when the answer is lost', async () => {
    slack.mischief('chat.postMessage', { kind: 'cut-after' });
    const { progress } = await message();
    expect(slack.chat.messages).toMatchObject([{ channel: 'D0ADA', metadata: { event_payload: { key: 'notice-1' } } }]);
    expect(progress).toMatchObject({ state: 'posted', messageId: slack.chat.messages[0]?.ts });
  });

  it('may have a picture', async () => {
    await message({ picture: madePicture() });
    expect(slack.chat.messages[0]?.blocks[0]).toMatchObject({ type: 'image' });
  });

  it('is sent where we may not open the conversation', async () => {
    slack.mischief('conversations.open', { kind: 'error', error: 'missing_scope' });
    await message();
    expect(slack.chat.messages).toMatchObject([{ channel: 'D0ADA' }]);
    expect(callsOf('chat.postMessage')[0]?.args['channel']).toBe('U0ADA');
  });

  it('has a channel that is asked for once', async () => {
    await message();
    await message({ key: 'notice-2' });
    expect(slack.chat.messages).toMatchObject([{ channel: 'D0ADA' }, { channel: 'D0ADA' }]);
    expect(callsOf('conversations.open')).toHaveLength(1);
  });
});

describe('the app’s own page', () => {
  it('is shown, and replaced', async () => {
    await members.showHome('U0ADA', postSaying('the last visits'), never);
    await members.showHome('U0ADA', postSaying('another visit'), never);
    expect(JSON.stringify(slack.people.homes.get('U0ADA')?.view)).toContain('another visit');
    expect(slack.people.homes.get('U0ADA')?.view['type']).toBe('home');
  });

  it('is shown all the same when somebody else has just shown one', async () => {
    slack.mischief('views.publish', { kind: 'error', error: 'hash_conflict' });
    await members.showHome('U0ADA', postSaying('the last visits'), never);
    expect(slack.people.homes.has('U0ADA')).toBe(true);
  });

  it('is missing quietly where the app has none', async () => {
    slack.mischief('views.publish', { kind: 'error', error: 'not_enabled' });
    await expect(members.showHome('U0ADA', postSaying('x'), never)).resolves.toBeUndefined();
    expect(callsOf('views.publish')).toHaveLength(1);
  });

  it('is left to a later attempt when Slack does not answer', async () => {
    slack.mischief('views.publish', { kind: 'status', status: 500 });
    await expect(members.showHome('U0ADA', postSaying('x'), never)).rejects.toMatchObject({ code: 'chat-unavailable' });
  });
});

describe('a member’s name', () => {
  it.each([
    [{ display_name: 'Ada', real_name: 'Ada Lovelace', name: 'al' }, 'Ada'],
    [{ display_name: '', real_name: 'Ada Lovelace', name: 'al' }, 'Ada Lovelace'],
    [{ display_name: '\u200b', name: 'al' }, 'al'],
    [{ display_name: 'Ada\u202e\n  L' }, 'Ada L'],
    [{}, null],
  ])('of %o is %s', async (user, name) => {
    slack.people.users.set('U0ADA', user);
    expect(await members.memberName('U0ADA', never)).toBe(name);
  });

  it('is asked for once an hour, and kept while Slack does not answer', async () => {
    slack.people.users.set('U0ADA', { name: 'Ada' });
    await members.memberName('U0ADA', never);
    nowMs += 3_500_000;
    await members.memberName('U0ADA', never);
    expect(callsOf('users.info')).toHaveLength(1);
    nowMs += 200_000;
    slack.mischief('users.info', { kind: 'status', status: 500 });
    expect(await members.memberName('U0ADA', never)).toBe('Ada');
    expect(callsOf('users.info')).toHaveLength(2);
  });

  it('is nobody’s where Slack knows no such member', async () => {
    expect(await members.memberName('U0NOBODY', never)).toBeNull();
  });

  it('is not known to be nobody’s while Slack does not answer', async () => {
    slack.mischief('users.info', { kind: 'status', status: 500 });
    await expect(members.memberName('U0ADA', never)).rejects.toMatchObject({ code: 'chat-unavailable' });
  });
});
