import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { Post } from '@watchpost/shared/chat/post';
import type { EmulatedTelegram, TelegramPerson } from '@watchpost/standalone/telegram/emulated-telegram';
import { madePicture } from '../support/posts-rig.ts';
import { jpeg, startTelegramRig, visitPost, type TelegramRig } from '../support/telegram-rig.ts';

const never = new AbortController().signal;
let rig: TelegramRig;
let server: EmulatedTelegram;
let ada: TelegramPerson;
let eve: TelegramPerson;
let boss: TelegramPerson;
let group: number;
let channel: ChannelKey;
beforeEach(async () => {
  rig = await startTelegramRig((started) => {
    [ada, eve, boss] = [started.person('Ada'), started.person('Eve'), started.person('Boss')];
    group = started.group('Results', [ada]);
    return {
      WRITE_TELEGRAM_CHAT_ID: String(group),
      TELEGRAM_ADMINS: String(boss.id),
      TELEGRAM_ALLOWED: `${started.person('Bob').id},-1007`,
    };
  });
  ({ server } = rig);
  channel = `telegram:${group}`;
});
afterEach(() => rig.close());

const may = (member: string | number) => rig.platform.members.mayRead(String(member), never);
const to = (member: TelegramPerson, where: ChannelKey | null = null, thread: string | null = null) => ({
  member: String(member.id),
  channel: where,
  thread,
  url: null,
});
const said = (chat: number) => server.messages(chat).filter(({ from }) => from === server.botId);
const answer: Post = { summary: 'who', picture: null, sections: [{ text: [{ text: 'Ada is there' }], buttons: [], menu: [] }], footer: [] };

describe('who may ask and name', () => {
  it('whoever was let in, by the configuration or an admin', async () => {
    expect(await may(boss.id)).toBe('yes');
    expect(await may(server.person('Bob').id)).toBe('yes');
    expect(await may(eve.id)).toBe('no');
    const carol = server.person('Carol');
    rig.admitted.set(`telegram:${carol.id}`, 'member');
    expect(await may(carol.id)).toBe('yes');
    expect(await rig.platform.members.mayName(String(carol.id), never)).toBe('yes');
  });

  it('whoever is in the results chat; asked once a minute', async () => {
    expect([await may(ada.id), await may(ada.id)]).toEqual(['yes', 'yes']);
    expect(server.calls().filter(({ method }) => method === 'getChatMember')).toHaveLength(1);
  });

  it('no bot, no channel, and nobody who hides', async () => {
    const before = server.calls().length;
    for (const id of ['1087968824', '136817688', '777000', String(group), 'U0123', '', '-1007']) expect(await may(id)).toBe('no');
    expect(server.calls()).toHaveLength(before);
    expect(await may(server.botId)).toBe('no');
  });

  it('nobody else, where Telegram does not say', async () => {
    server.fail('getChatMember', { answer: 'error', code: 400, description: 'Bad Request: member list is inaccessible' });
    expect(await may(ada.id)).toBe('unknown');
    expect(rig.logged()).toContain('does not say who is in the results chat');
    server.fail('getChatMember', { answer: 'html', status: 502 });
    await expect(may(eve.id)).rejects.toMatchObject({ code: 'chat-unavailable' });
  });

  it('rules are nobody’s there', async () => {
    expect(await rig.platform.members.mayAdminister(String(boss.id), never)).toBe('no');
  });
});

describe('an answer', () => {
  it('comes in private, below what was asked there', async () => {
    const asked = ada.write('/who');
    await rig.platform.members.answer(to(ada, `telegram:${ada.id}`, String(asked)), answer, never);
    expect(said(ada.id)).toMatchObject([{ text: 'Ada is there', replyTo: asked }]);
  });

  it('comes in private to what was asked in a group', async () => {
    ada.write('/start');
    await rig.platform.members.tell(to(ada, channel, '1'), [{ text: 'Only you see this' }], never);
    expect(said(ada.id)).toMatchObject([{ text: 'Only you see this', replyTo: null }]);
    expect(said(group)).toEqual([]);
  });

  it('of which a group is only told how to get it, where somebody never wrote to us', async () => {
    const asked = ada.write('/who', { chat: group });
    await rig.platform.members.answer(to(ada, channel, String(asked)), answer, never);
    expect(said(group)).toMatchObject([{ replyTo: asked }]);
    expect(said(group)[0]?.text).toBe('I answer in private only: open a chat with me and press Start.');
  });

  it('that nobody takes is dropped, one that is only late is not', async () => {
    await rig.platform.members.tell(to(eve), [{ text: 'Hello' }], never);
    await rig.platform.members.tell({ ...to(eve), member: 'U0123' }, [{ text: 'Hello' }], never);
    server.fail('sendMessage', { answer: 'error', code: 500, description: 'Internal Server Error' });
    await expect(rig.platform.members.tell(to(ada), [{ text: 'Hello' }], never)).rejects.toMatchObject({ code: 'chat-unavailable' });
  });

  it('with a picture is a message of its own', async () => {
    ada.write('/start');
    const message = {
      key: 'k',
      post: visitPost('1: Ada'),
      picture: { ...madePicture(), bytes: () => jpeg() },
      thread: null,
      progress: null,
    };
    const done = await rig.platform.members.message(String(ada.id), message, async () => undefined, never);
    expect(done.state).toBe('posted');
    expect(said(ada.id)).toMatchObject([{ text: '1: Ada', file: { kind: 'photo' } }]);
  });
});

it('says what people are called, and calls them that in posts', async () => {
  ada.write('/start');
  expect(await rig.platform.members.memberName(String(ada.id), never)).toBe('Ada');
  expect(await rig.platform.members.memberName('424242', never)).toBeNull();
  expect(await rig.platform.members.memberName('U0123', never)).toBeNull();
  const by = (id: string, platform?: string) => ({ text: id, member: id, ...(platform && { platform }) });
  const line = [{ text: 'said by ' }, by(String(ada.id)), { text: ', ' }, by('424242'), { text: ', ' }, by('U0123', 'slack')];
  await rig.platform.members.tell(to(ada), line, never);
  expect(said(ada.id)[0]?.text).toBe('said by Ada, somebody, U0123 (slack)');
});

describe('the check', () => {
  const check = () => rig.platform.chat.check({ channel }, never);

  it('finds nothing where all is well', async () => {
    await rig.platform.chat.check({ read: true }, never);
    await check();
    expect(server.calls().map(({ method }) => method)).toEqual(['getMe', 'getMe', 'getChat', 'getChatMember']);
  });

  it('says what a person must repair', async () => {
    server.throwOut(group, ada);
    await expect(check()).rejects.toMatchObject({
      code: 'channel-not-available',
      message: expect.stringContaining(`add @${server.username}`),
    });
    await expect(rig.platform.chat.check({ channel: `telegram:${eve.id}` }, never)).rejects.toThrow('press Start');
    server.fail('getMe', { answer: 'error', code: 401, description: 'Unauthorized' });
    await expect(rig.platform.chat.check({ read: true }, never)).rejects.toMatchObject({
      code: 'chat-not-authorised',
      message: expect.stringContaining('TELEGRAM_BOT_TOKEN'),
    });
  });

  it('passes on that Telegram does not answer', async () => {
    server.fail('getChat', { answer: 'html', status: 200 });
    await expect(check()).rejects.toMatchObject({ code: 'chat-unavailable' });
  });
});

it('a chat of cameras that we do not see is told in the log, and holds up nothing', async () => {
  const other = await startTelegramRig((started) => {
    const elsewhere = started.group('Cameras', [started.person('Ada')]);
    started.throwOut(elsewhere, started.person('Ada'));
    return { READ_TELEGRAM_CHAT_ID: `${elsewhere},-100999`, WRITE_TELEGRAM_CHAT_ID: '-100998' };
  });
  await other.platform.chat.check({ read: true }, never);
  await other.platform.chat.check({ read: true }, never);
  await other.close();
  const lines = other.logged().trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('READ_TELEGRAM_CHAT_ID');
});
