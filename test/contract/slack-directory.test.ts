import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { ChatDirectory } from '@watchpost/shared/chat/directory';
import { directoryOn, type DirectoryRig } from '../support/directory-rig.ts';
import { at } from '../support/moderation-rig.ts';
import { warmUp } from '../support/posts-rig.ts';

const never = new AbortController().signal;
let slack: FakeSlack;
let nowMs: number;
let rig: DirectoryRig;
let directory: ChatDirectory;
beforeAll(warmUp);
beforeEach(async () => {
  slack = await startFakeSlack();
  nowMs = 1_000_000;
  rig = directoryOn(slack, () => nowMs);
  ({ directory } = rig);
});
afterEach(() => slack.close());

const callsOf = (method: string) => slack.calls.filter((call) => call.method === method);
const said = (over: Partial<Parameters<FakeSlack['chat']['say']>[0]> = {}) => slack.chat.say({ channel: 'C1', text: 'words', ...over });
const avatar = 'https://avatars.slack-edge.com/2024-01-01/1_abc_192.jpg';

describe('a member', () => {
  it('is who others see: the chosen name, the real one, the title and the picture, which is another one when its hash is', async () => {
    slack.people.users.set('U0ADA', {
      name: 'al',
      display_name: 'Ada',
      real_name: 'Ada Lovelace',
      profile: { title: 'Editor', avatar_hash: 'abc', is_custom_image: true, image_192: avatar, image_48: 'https://x.example/48' },
    });
    expect(await directory.member('U0ADA', never)).toEqual({
      id: 'U0ADA',
      displayName: 'Ada',
      realName: 'Ada Lovelace',
      title: 'Editor',
      picture: { id: 'abc', url: avatar },
      isBot: false,
    });
  });

  it.each([
    [{ display_name: '', real_name: 'Ada Lovelace', name: 'al' }, 'Ada Lovelace'],
    [{ display_name: '\u200b', name: 'al' }, 'al'],
    [{ display_name: 'Ada\u202e\n  L' }, 'Ada L'],
    [{}, 'U0ADA'],
  ])('of %o is called %s', async (user, displayName) => {
    slack.people.users.set('U0ADA', user);
    expect(await directory.member('U0ADA', never)).toMatchObject({ displayName, picture: null });
  });

  it.each([
    [{ is_custom_image: false, avatar_hash: 'g1', image_192: avatar }, null],
    [
      { image_72: 'https://secure.gravatar.com/avatar/1.jpg', avatar_hash: 'g1' },
      { id: 'g1', url: 'https://secure.gravatar.com/avatar/1.jpg' },
    ],
    [{ image_192: avatar }, { id: expect.stringMatching(/^[\da-f]{16}$/), url: avatar }],
    [{ image_192: 'javascript:alert(1)', avatar_hash: 'x' }, null],
    [{ image_192: 7, image_512: '' }, null],
  ])('with %o has the picture %o', async (profile, picture) => {
    slack.people.users.set('U0ADA', { profile });
    expect((await directory.member('U0ADA', never))?.picture).toEqual(picture);
  });

  it('may be a bot, by its member’s id or by its own', async () => {
    slack.people.users.set('U0BOT', { real_name: 'Weather', is_bot: true });
    slack.people.bots.set('B0BOT', { name: 'Weather', icons: { image_36: 'https://a.slack-edge.com/36.png', image_72: avatar } });
    expect(await directory.member('U0BOT', never)).toMatchObject({ displayName: 'Weather', isBot: true });
    expect(await directory.member('B0BOT', never)).toMatchObject({
      id: 'B0BOT',
      displayName: 'Weather',
      isBot: true,
      picture: { url: avatar },
    });
  });

  it('is nobody where Slack knows none, and not known while it does not answer', async () => {
    expect([await directory.member('U0NO', never), await directory.member('B0NO', never)]).toEqual([null, null]);
    slack.mischief(
      'users.info',
      { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
      { kind: 'html' },
      { kind: 'status', status: 500 },
    );
    await expect(directory.member('U0NO', never)).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 7_000 });
    await expect(directory.member('U0NO', never)).rejects.toMatchObject({ code: 'chat-unavailable' });
    await expect(directory.member('U0NO', never)).rejects.toMatchObject({ code: 'chat-unavailable' });
  });
});

describe('a channel', () => {
  it('has its name, and is private unless Slack says that it is public', async () => {
    slack.chat.channelNames.set('C1', 'news').set('C2', 'secret');
    slack.chat.privateTo.set('C2', []);
    slack.chat.groupDirects.add('G3');
    expect(await directory.channel('C1', never)).toEqual({ name: 'news', isPrivate: false });
    expect(await directory.channel('C2', never)).toMatchObject({ isPrivate: true });
    expect(await directory.channel('G3', never)).toMatchObject({ isPrivate: true });
    slack.mischief('conversations.info', { kind: 'text', text: '{"ok":true,"channel":{"name":"x"}}', contentType: 'application/json' });
    expect(await directory.channel('C1', never)).toEqual({ name: 'x', isPrivate: true });
  });

  it('is none where Slack shows us none', async () => {
    slack.chat.closed.set('C9', 'channel_not_found');
    expect(await directory.channel('C9', never)).toBeNull();
  });
});

describe('a group', () => {
  it('has a handle, and all groups are read at once, every five minutes', async () => {
    slack.people.groupHandles.set('S1', 'editors').set('S2', 'sports');
    expect(await directory.group('S1', never)).toEqual({ handle: 'editors' });
    expect([await directory.group('S2', never), await directory.group('S9', never)]).toEqual([{ handle: 'sports' }, null]);
    expect(callsOf('usergroups.list')).toHaveLength(1);
    slack.people.groupHandles.set('S1', 'desk');
    nowMs += 301_000;
    expect(await directory.group('S1', never)).toEqual({ handle: 'desk' });
  });

  it('has members, who are asked for again after five minutes, and stay while Slack does not answer', async () => {
    slack.people.userGroups.set('S1', ['U1']);
    expect(await directory.groupMembers('S1', never)).toEqual(['U1']);
    slack.people.userGroups.set('S1', ['U1', 'U2']);
    nowMs += 299_000;
    expect(await directory.groupMembers('S1', never)).toEqual(['U1']);
    nowMs += 2_000;
    slack.mischief('usergroups.users.list', { kind: 'status', status: 503 });
    expect(await directory.groupMembers('S1', never)).toEqual(['U1']);
    expect(await directory.groupMembers('S1', never)).toEqual(['U1', 'U2']);
    expect(await directory.groupMembers('S9', never)).toEqual([]);
  });

  it('has no member who left it, though the clock was set back', async () => {
    slack.people.userGroups.set('S1', ['U1', 'U2']);
    expect(await directory.groupMembers('S1', never)).toEqual(['U1', 'U2']);
    slack.people.userGroups.set('S1', ['U1']);
    nowMs -= 3_600_000;
    expect(await directory.groupMembers('S1', never)).toEqual(['U1']);
  });
});

describe('the workspace’s emoji', () => {
  it('are pictures and other names', async () => {
    const url = 'https://emoji.slack-edge.com/T1/party/1.gif';
    slack.people.emoji.set('party', url).set('fete', 'alias:party').set('broken', 'data:image/png;base64,AA');
    const emoji = await directory.emoji(never);
    expect([...emoji]).toEqual([
      ['party', { picture: { url, id: expect.stringMatching(/^[\da-f]{16}$/) } }],
      ['fete', { aliasOf: 'party' }],
    ]);
  });

  it('are read also where one of them is odd', async () => {
    const emoji = { odd: null, party: 'https://emoji.slack-edge.com/T1/party/1.gif' };
    slack.mischief('emoji.list', { kind: 'text', text: JSON.stringify({ ok: true, emoji }), contentType: 'application/json' });
    expect([...(await directory.emoji(never)).keys()]).toEqual(['party']);
  });
});

describe('a message', () => {
  it('is read as it is now, with its reactions', async () => {
    const message = said({ text: 'first' });
    slack.chat.change(message, { text: '*second*' });
    slack.chat.react(message, '+1', 'U2');
    slack.chat.react(message, '+1::skin-tone-2', 'U3');
    expect(await directory.written(at(message), never)).toMatchObject({
      messageId: message.ts,
      isEdited: true,
      written: { blocks: [{ type: 'paragraph', inlines: [{ type: 'text', text: 'second', styles: ['bold'] }] }] },
      reactions: [
        { emoji: '+1', member: 'U2' },
        { emoji: '+1', member: 'U3' },
      ],
    });
    expect(callsOf('reactions.get')).toEqual([]);
    slack.chat.react(message, '+1', 'U2', false);
    expect((await directory.written(at(message), never))?.reactions).toEqual([{ emoji: '+1', member: 'U3' }]);
  });

  it('has all its reactions, also where its history names only some of the members', async () => {
    const message = said();
    slack.chat.namedReactors = 2;
    const members = Array.from({ length: 60 }, (_, index) => `U${String(index)}`);
    for (const member of members) slack.chat.react(message, 'white_check_mark', member);
    expect((await directory.written(at(message), never))?.reactions?.map(({ member }) => member)).toEqual(members);
    slack.mischief('reactions.get', { kind: 'error', error: 'missing_scope' });
    expect(await directory.written(at(message), never)).toMatchObject({ reactions: null });
  });

  it('is direct in a conversation of several people, and not in a private channel that is as old', async () => {
    slack.chat.groupDirects.add('G2');
    const [inChannel, inConversation] = ['G1', 'G2'].map((channel) => said({ channel }));
    expect(await directory.written(at(inChannel!), never)).toMatchObject({ isDirect: false });
    expect(await directory.written(at(inConversation!), never)).toMatchObject({ isDirect: true });
  });

  it('may be a reply, whether its thread is known or not', async () => {
    const parent = said();
    const [reply, broadcast] = [
      said({ threadTs: parent.ts, text: 'reply' }),
      said({ threadTs: parent.ts, more: { subtype: 'thread_broadcast' } }),
    ];
    for (const thread of [parent.ts, null])
      expect(await directory.written({ ...at(reply), thread }, never)).toMatchObject({ messageId: reply.ts, thread: parent.ts });
    for (const thread of [parent.ts, null])
      expect(await directory.written({ ...at(broadcast), thread }, never)).toMatchObject({ messageId: broadcast.ts, isBroadcast: true });
  });

  it('is null where it is gone, or was a notice', async () => {
    const [gone, parent, joined] = [said(), said(), said({ more: { subtype: 'channel_join' } })];
    const reply = said({ threadTs: parent.ts });
    for (const each of [gone, reply]) slack.chat.messages.splice(slack.chat.messages.indexOf(each), 1);
    const read = (place: Parameters<ChatDirectory['written']>[0]) => directory.written(place, never);
    expect([await read(at(gone)), await read(at(reply)), await read({ ...at(reply), thread: null }), await read(at(joined))]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(await read(at(parent))).not.toBeNull();
  });

  it('is not taken for gone while Slack does not answer', async () => {
    const message = said();
    slack.mischief('conversations.history', { kind: 'status', status: 503 }, { kind: 'html' });
    for (const _ of [1, 2]) await expect(directory.written(at(message), never)).rejects.toMatchObject({ code: 'chat-unavailable' });
  });

  it('ends with its signal', async () => {
    slack.latencyMs = 5_000;
    const stopping = new AbortController();
    const reading = directory.written({ channel: 'slack:C1', messageId: '1.000001', thread: null }, stopping.signal);
    await expect.poll(() => slack.calls.length).toBeGreaterThan(0);
    stopping.abort();
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
  });
});
