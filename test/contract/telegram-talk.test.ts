import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { TalkFile, TalkMessage } from '@watchpost/shared/chat/talk';
import type { EmulatedTelegram, TelegramMessage, TelegramPerson } from '@watchpost/standalone/telegram/emulated-telegram';
import { jpeg, startTelegramRig, type TelegramRig } from '../support/telegram-rig.ts';

const never = new AbortController().signal;
let rig: TelegramRig;
let server: EmulatedTelegram;
let ada: TelegramPerson;
let chat: ChannelKey;
let asked: number;
beforeEach(async () => {
  rig = await startTelegramRig();
  ({ server } = rig);
  ada = server.person('Ada');
  asked = ada.write('/start');
  chat = `telegram:${ada.id}`;
});
afterEach(() => rig.close());

const saying = (text: string, over: Partial<TalkMessage> = {}): TalkMessage => ({ text: [{ text }], buttons: [], ask: null, ...over });
const choice = [
  [
    { label: 'Yes', data: 'yes:1' },
    { label: 'No', data: 'no:1' },
  ],
];
const said = (): TelegramMessage[] => server.messages(ada.id).filter(({ from }) => from === server.botId);
const last = (): TelegramMessage => said().at(-1)!;
const at = (messageId: string) => ({ chat, messageId });
const file = (over: Partial<TalkFile> & Pick<TalkFile, 'as'>): TalkFile => ({
  content: new Blob([Buffer.from('some bytes')]),
  fileName: 'song; "a".mp3',
  title: null,
  performer: null,
  ...over,
});

describe('a conversation', () => {
  it('answers a message, with buttons', async () => {
    const id = await rig.talk.send({ chat, replyTo: String(asked) }, saying('Is it?', { buttons: choice }), never);
    expect(last()).toMatchObject({ messageId: Number(id), text: 'Is it?', replyTo: asked, forceReply: false });
    expect(last().buttons).toEqual([
      [expect.objectContaining({ text: 'Yes', data: 'tyes:1' }), expect.objectContaining({ text: 'No', data: 'tno:1' })],
    ]);
  });

  it('answers where that is gone', async () => {
    await rig.talk.send({ chat, replyTo: '4242' }, saying('Hello'), never);
    expect(last()).toMatchObject({ text: 'Hello', replyTo: null });
  });

  it('asks for a written answer', async () => {
    await rig.talk.send({ chat, replyTo: String(asked) }, saying('Name?', { ask: { placeholder: 'x'.repeat(80) } }), never);
    expect(last()).toMatchObject({ text: 'Name?', forceReply: true });
  });

  it('edits text and buttons, in a picture too', async () => {
    const text = await rig.talk.send({ chat, replyTo: null }, saying('Is it?', { buttons: choice }), never);
    expect(await rig.talk.edit(at(text), saying('It is.'), never)).toBe('edited');
    expect(last()).toMatchObject({ text: 'It is.', buttons: [] });
    expect(await rig.talk.edit(at(text), saying('It is.'), never)).toBe('edited');
    const picture = await rig.talk.sendFile(
      { chat, replyTo: null },
      file({ as: 'picture', content: new Blob([await jpeg()]) }),
      [{ text: 'Who?' }],
      never,
    );
    expect(await rig.talk.edit(at(picture), saying('Ada', { buttons: choice }), never)).toBe('edited');
    expect(last()).toMatchObject({ text: 'Ada', file: { kind: 'photo' } });
    expect(last().buttons).toHaveLength(1);
  });

  it.each<[string, () => Promise<string>]>([
    ['that is gone', async () => '4242'],
    ['that asks for an answer', () => rig.talk.send({ chat, replyTo: null }, saying('Name?', { ask: { placeholder: 'Name' } }), never)],
    ['of somebody else', async () => String(asked)],
    ['that is none', async () => 'x'],
  ])('cannot edit a message %s', async (_what, made) => {
    expect(await rig.talk.edit(at(await made()), saying('Other'), never)).toBe('gone');
  });

  it('deletes what it said, once or twice', async () => {
    const id = await rig.talk.send({ chat, replyTo: null }, saying('Soon gone'), never);
    await rig.talk.remove(at(id), never);
    expect(said()).toEqual([]);
    await rig.talk.remove(at(id), never);
  });

  it('says what is long as far as it goes', async () => {
    await rig.talk.send({ chat, replyTo: null }, saying('👩‍👩‍👧'.repeat(3_000)), never);
    expect(last().text.endsWith('👩‍👩‍👧…')).toBe(true);
  });

  it('with somebody who blocked us, or never wrote, is over', async () => {
    ada.block();
    await expect(rig.talk.send({ chat, replyTo: null }, saying('Hello'), never)).rejects.toMatchObject({
      code: 'chat-closed',
      retry: 'permanent',
    });
    const stranger = server.person('Eve');
    await expect(rig.talk.send({ chat: `telegram:${stranger.id}`, replyTo: null }, saying('Hello'), never)).rejects.toMatchObject({
      code: 'chat-closed',
    });
    await expect(rig.talk.send({ chat: 'telegram:999', replyTo: null }, saying('Hello'), never)).rejects.toMatchObject({
      code: 'chat-closed',
    });
  });

  it('waits where Telegram wants it to, and holds up no other', async () => {
    server.fail('sendMessage', { answer: 'error', code: 429, description: 'Too Many Requests: retry after 30', retryAfterS: 30 });
    const limited = { code: 'chat-rate-limited', retry: 'transient' };
    await expect(rig.talk.send({ chat, replyTo: null }, saying('Hello'), never)).rejects.toMatchObject({
      ...limited,
      retryAfterMs: 30_000,
    });
    await expect(rig.talk.send({ chat, replyTo: null }, saying('Hello'), never)).rejects.toMatchObject(limited);
    const eve = server.person('Eve');
    eve.write('/start');
    await rig.talk.send({ chat: `telegram:${eve.id}`, replyTo: null }, saying('Hello'), never);
    expect(server.calls()).toHaveLength(2);
  });

  it('a limit of the menu silences nobody', async () => {
    server.fail('setMyCommands', { answer: 'error', code: 429, description: 'Too Many Requests: retry after 600', retryAfterS: 600 });
    const menu = [{ name: 'help', description: 'All commands' }];
    await expect(rig.talk.showMenu(menu, never)).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 600_000 });
    await rig.talk.send({ chat, replyTo: null }, saying('Hello'), never);
    expect(server.messages(ada.id).at(-1)?.text).toBe('Hello');
  });
});

describe('a file', () => {
  it.each<[TalkFile['as'], string]>([
    ['audio', 'audio'],
    ['video', 'video'],
    ['animation', 'animation'],
    ['document', 'document'],
    // No picture after all.
    ['picture', 'document'],
  ])('comes as %s', async (as, kind) => {
    await rig.talk.sendFile({ chat, replyTo: String(asked) }, file({ as, title: 'A song', performer: 'Ada' }), [{ text: 'Done' }], never);
    expect(last()).toMatchObject({ text: 'Done', replyTo: asked, file: { kind, name: 'song_ _a_.mp3' } });
    expect(Buffer.from(last().file!.bytes).toString()).toBe('some bytes');
  });

  it('that is too large is refused', async () => {
    const large = file({ as: 'document', content: new Blob([new Uint8Array(rig.talk.mostFileBytes + 1)]) });
    await expect(rig.talk.sendFile({ chat, replyTo: null }, large, [], never)).rejects.toMatchObject({ code: 'file-too-large' });
    expect(server.calls()).toEqual([]);
  });
});

describe('the rest', () => {
  it('registers the menu', async () => {
    await rig.talk.showMenu([{ name: 'help', description: 'what I can do' }], never);
    expect(server.calls().at(-1)).toMatchObject({ method: 'setMyCommands' });
    expect(JSON.stringify(server.calls().at(-1)?.payload)).toContain('what I can do');
  });

  it('invites', async () => {
    expect(await rig.talk.invitation('abc_DEF-1', never)).toBe(`https://t.me/${server.username}?start=abc_DEF-1`);
  });

  it('leaves a group, once or twice', async () => {
    const group = server.group('Elsewhere', [ada]);
    await rig.talk.leave(`telegram:${group}`, never);
    await expect(rig.talk.send({ chat: `telegram:${group}`, replyTo: null }, saying('Hello'), never)).rejects.toMatchObject({
      code: 'chat-closed',
    });
    await rig.talk.leave(`telegram:${group}`, never);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    server.fail('sendMessage', { answer: 'late', ms: 20_000 });
    const sending = rig.talk.send({ chat, replyTo: null }, saying('Hello'), stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(sending).rejects.toMatchObject({ code: 'aborted' });
  });
});
