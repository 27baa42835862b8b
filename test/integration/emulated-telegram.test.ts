import { Api, GrammyError, InputFile } from 'grammy';
import type { Update } from 'grammy/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmulatedTelegram, startEmulatedTelegram } from '@watchpost/standalone/telegram/emulated-telegram';
import { frameWith, man } from '../support/pictures.ts';

const buttons = (...labels: string[]) => ({ inline_keyboard: [labels.map((text) => ({ text, callback_data: `do:${text}` }))] });

describe("the emulated Bot API, as grammY's client sees it", () => {
  let telegram: EmulatedTelegram;
  let api: Api;
  const apiWith = (token: string) => new Api(token, { apiRoot: telegram.url });
  const refused = async (call: Promise<unknown>): Promise<string> => {
    const error: unknown = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof GrammyError)) throw new Error(`not refused by Telegram: ${String(error)}`);
    return `${error.error_code} ${error.description}`;
  };
  let offset = 0;
  /** What has come, confirmed. */
  const take = async (timeout = 0): Promise<Update[]> => {
    const updates = await api.getUpdates({ offset, timeout });
    offset = Math.max(offset, ...updates.map(({ update_id }) => update_id + 1));
    return updates;
  };

  beforeEach(async () => {
    telegram = await startEmulatedTelegram();
    api = apiWith(telegram.token);
    offset = 0;
  });
  afterEach(async () => telegram.close());

  it('hands out what people write until it is confirmed', async () => {
    const ada = telegram.person('Ada');
    ada.write('/start abc');
    const [first] = await api.getUpdates();
    expect(first?.message).toMatchObject({
      text: '/start abc',
      chat: { id: ada.id, type: 'private' },
      from: { id: ada.id, is_bot: false },
    });
    expect(first?.message?.entities).toEqual([{ type: 'bot_command', offset: 0, length: 6 }]);
    expect(await api.getUpdates()).toHaveLength(1);
    await take();
    expect(await take()).toEqual([]);
    expect(telegram.pending()).toBe(0);
  });

  it('waits for an update where one asks it to, and ends the older of two callers', async () => {
    const older = refused(api.getUpdates({ timeout: 20 }));
    await expect.poll(() => telegram.calls().length).toBe(1);
    const waiting = api.getUpdates({ timeout: 20 });
    expect(await older).toContain('409 Conflict: terminated by other getUpdates request');
    telegram.person('Ada').write('hello');
    expect(await waiting).toHaveLength(1);
  });

  it('keeps only the kinds that were asked for, from then on', async () => {
    const ada = telegram.person('Ada');
    await api.getUpdates({ allowed_updates: ['callback_query'] });
    ada.write('nobody wants this');
    expect(telegram.pending()).toBe(0);
    await api.getUpdates({ allowed_updates: [] });
    ada.write('but this');
    expect(telegram.pending()).toBe(1);
  });

  it('delivers twice, later, and clicks before messages', async () => {
    const ada = telegram.person('Ada');
    ada.write('hi');
    await take();
    const { message_id: card } = await api.sendMessage(ada.id, 'Well?', { reply_markup: buttons('Yes') });
    telegram.deliver({ copies: 2, clicksFirst: true });
    ada.write('sent before the click');
    void ada.press(card, 'Yes');
    const seen: Update[] = [];
    await expect.poll(async () => seen.push(...(await take()))).toBe(4);
    expect(seen.map((update) => (update.callback_query ? 'click' : 'text'))).toEqual(['click', 'click', 'text', 'text']);
    expect(new Set(seen.map(({ update_id }) => update_id)).size).toBe(2);
  });

  it('answers a click once, and not when it is too late', async () => {
    await telegram.close();
    telegram = await startEmulatedTelegram({ clickLifeMs: 50 });
    api = apiWith(telegram.token);
    const ada = telegram.person('Ada');
    ada.write('hi');
    await take();
    const { message_id: card } = await api.sendMessage(ada.id, 'Well?', { reply_markup: buttons('Yes', 'No') });
    await expect(ada.press(card, 'Perhaps')).rejects.toThrow('there is no button Perhaps below message 2, but: Yes, No');
    const pressed = ada.press(card, 'No');
    const [{ callback_query: click } = {}] = await take();
    expect(click).toMatchObject({ data: 'do:No', from: { id: ada.id }, message: { message_id: card, text: 'Well?' } });
    await api.answerCallbackQuery(click!.id, { text: 'Saved', show_alert: true });
    expect(await pressed).toEqual({ text: 'Saved', alert: true });
    expect(await refused(api.answerCallbackQuery(click!.id))).toContain('400 Bad Request: query is too old');
    await expect(ada.press(card, /^Y/)).rejects.toThrow('did not answer');
    expect(await refused(api.answerCallbackQuery((await take())[0]!.callback_query!.id))).toContain('query is too old');
  });

  it('refuses what Telegram refuses, in its words', async () => {
    const ada = telegram.person('Ada');
    expect(await refused(apiWith('1:wrong').getMe())).toBe('401 Unauthorized');
    expect(await refused(api.sendMessage(1, 'x'))).toBe('400 Bad Request: chat not found');
    expect(await refused(api.sendMessage(ada.id, 'x'))).toBe("403 Forbidden: bot can't initiate conversation with a user");
    ada.write('hi');
    expect(await refused(api.sendMessage(ada.id, ' '))).toBe('400 Bad Request: message text is empty');
    expect(await refused(api.sendMessage(ada.id, 'x'.repeat(4_097)))).toBe('400 Bad Request: message is too long');
    await api.sendMessage(ada.id, '😀'.repeat(4_096));
    const long = { inline_keyboard: [[{ text: 'a', callback_data: 'ä'.repeat(33) }]] };
    expect(await refused(api.sendMessage(ada.id, 'x', { reply_markup: long }))).toBe('400 Bad Request: BUTTON_DATA_INVALID');
    const mark = (at: number, length: number) => ({ entities: [{ type: 'bold' as const, offset: at, length }] });
    expect(await refused(api.sendMessage(ada.id, 'ab', mark(1, 2)))).toBe('400 Bad Request: ENTITY_BOUNDS_INVALID');
    expect(await refused(api.sendMessage(ada.id, '😀b', mark(1, 1)))).toContain('in a middle of a UTF-16 symbol');
    expect(await refused(api.sendMessage(ada.id, 'x', { reply_parameters: { message_id: 99 } }))).toContain(
      'message to be replied not found',
    );
    const anyway = { message_id: 99, allow_sending_without_reply: true };
    expect((await api.sendMessage(ada.id, 'x', { reply_parameters: anyway })).reply_to_message).toBeUndefined();
    ada.block();
    expect(await refused(api.sendMessage(ada.id, 'x'))).toBe('403 Forbidden: bot was blocked by the user');
  });

  it('edits its own messages, but none that asks, and none that says the same already', async () => {
    const ada = telegram.person('Ada');
    const hers = ada.write('hi');
    const { message_id: card } = await api.sendMessage(ada.id, 'One', { reply_markup: buttons('Yes') });
    await api.editMessageText(ada.id, card, 'Two', { reply_markup: buttons('Yes') });
    expect(await refused(api.editMessageText(ada.id, card, 'Two', { reply_markup: buttons('Yes') }))).toContain('message is not modified');
    await api.editMessageText(ada.id, card, 'Two');
    expect(telegram.messages(ada.id).at(-1)).toMatchObject({ text: 'Two', buttons: [], edits: 2 });
    expect(await refused(api.editMessageCaption(ada.id, card, { caption: 'x' }))).toContain('there is no caption');
    expect(await refused(api.editMessageText(ada.id, hers, 'x'))).toBe("400 Bad Request: message can't be edited");
    const { message_id: question } = await api.sendMessage(ada.id, 'Name?', { reply_markup: { force_reply: true } });
    expect(telegram.messages(ada.id).at(-1)).toMatchObject({ forceReply: true });
    expect(await refused(api.editMessageText(ada.id, question, 'x'))).toBe("400 Bad Request: message can't be edited");
    ada.remove(card);
    expect(await refused(api.editMessageText(ada.id, card, 'x'))).toBe('400 Bad Request: message to edit not found');
    expect(await refused(api.deleteMessage(ada.id, card))).toBe('400 Bad Request: message to delete not found');
    await api.deleteMessages(ada.id, [question, card]);
    expect(telegram.messages(ada.id).map(({ messageId }) => messageId)).toEqual([hers]);
  });

  it('takes and hands out files: photos in several sizes, documents as they came', async () => {
    const ada = telegram.person('Ada');
    const picture = await frameWith([man[0]!]);
    ada.sendPhoto(picture, { caption: 'who?', group: 'g' });
    ada.sendFile(picture, { name: 'frame.png', mimeType: 'image/png' });
    const [photo, file] = (await take()).map(({ message }) => message!);
    expect(photo!.caption).toBe('who?');
    expect(photo).toMatchObject({ media_group_id: 'g' });
    expect(photo!.photo!.map(({ width, height }) => Math.max(width, height))[0]).toBe(100);
    const download = async (id: string) => {
      const { file_path: path } = await api.getFile(id);
      return new Uint8Array(await (await fetch(`${telegram.url}/file/bot${telegram.token}/${path!}`)).arrayBuffer());
    };
    expect(Buffer.from(await download(photo!.photo!.at(-1)!.file_id)).toString('hex')).toMatch(/^ffd8/);
    expect(Buffer.compare(await download(file!.document!.file_id), picture)).toBe(0);
    expect(await refused(api.getFile('nothing'))).toContain('wrong file_id');
    const sent = await api.sendPhoto(ada.id, new InputFile(picture, 'x.png'), { caption: 'ü', reply_markup: buttons('A') });
    await api.editMessageMedia(ada.id, sent.message_id, { type: 'photo', media: new InputFile(picture, 'y.png'), caption: 'new' });
    expect(telegram.messages(ada.id).at(-1)).toMatchObject({ text: 'new', file: { kind: 'photo' }, edits: 1 });
    const again = await api.sendPhoto(ada.id, sent.photo.at(-1)!.file_id);
    expect(again.photo.at(-1)!.file_unique_id).toBe(sent.photo.at(-1)!.file_unique_id);
    expect(await refused(api.sendPhoto(ada.id, new InputFile(Buffer.from('no picture'))))).toContain('IMAGE_PROCESS_FAILED');
    const group = await api.sendMediaGroup(
      ada.id,
      [1, 2].map(() => ({ type: 'photo' as const, media: new InputFile(picture) })),
    );
    expect(new Set(group.map((message) => ('media_group_id' in message ? message.media_group_id : message.message_id))).size).toBe(1);
    ada.sendFile(new Uint8Array(21 * 1_024 * 1_024), { name: 'large.bin', mimeType: 'application/zip' });
    expect(await refused(api.getFile((await take())[0]!.message!.document!.file_id))).toBe('400 Bad Request: file is too big');
    expect(JSON.stringify(telegram.calls())).not.toContain('PNG');
  });

  it('shows of groups and channels what Telegram shows to a bot', async () => {
    const [ada, ben] = ['Ada', 'Ben'].map((name) => telegram.person(name));
    const group = telegram.group('Family', [ada!, ben!, telegram.otherBot('camera')]);
    telegram.otherBot('camera').write('seen by people only', { chat: group });
    ben!.write('seen by all', { chat: group });
    const channel = telegram.channel('Front door');
    channel.post({ text: 'a car' });
    const updates = await take();
    expect(
      updates.map((update) => update.my_chat_member?.new_chat_member.status ?? update.message?.text ?? update.channel_post?.text),
    ).toEqual(['member', 'seen by all', 'administrator', 'a car']);
    expect(updates.at(-1)!.channel_post).toMatchObject({ chat: { type: 'channel', title: 'Front door' }, sender_chat: { id: channel.id } });
    await api.leaveChat(group);
    expect(await refused(api.sendMessage(group, 'x'))).toBe('403 Forbidden: bot is not a member of the group chat');
  });

  it('moves a group to its new id', async () => {
    const group = telegram.group('Family', [telegram.person('Ada')]);
    const made = telegram.migrate(group);
    const error: unknown = await api.sendMessage(group, 'x').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ parameters: { migrate_to_chat_id: made } });
    await api.sendMessage(made, 'x');
    expect((await take()).flatMap(({ message }) => message?.migrate_to_chat_id ?? [])).toEqual([made]);
  });

  it('fails as it is told, once each', async () => {
    const ada = telegram.person('Ada');
    ada.write('hi');
    telegram.fail('sendMessage', { answer: 'error', code: 429, description: 'Too Many Requests: retry after 3', retryAfterS: 3 });
    telegram.fail('sendMessage', { answer: 'html', status: 502 });
    telegram.fail('sendMessage', { answer: 'cut', afterDoing: true });
    await expect(api.sendMessage(ada.id, '1')).rejects.toMatchObject({ error_code: 429, parameters: { retry_after: 3 } });
    await expect(api.sendMessage(ada.id, '2')).rejects.toThrow('failed');
    await expect(api.sendMessage(ada.id, '3')).rejects.toThrow('failed');
    await api.sendMessage(ada.id, '4');
    expect(telegram.messages(ada.id).map(({ text }) => text)).toEqual(['hi', '3', '4']);
    await expect(telegram.until(ada.id, ({ text }) => text === '5', 20)).rejects.toThrow('3\n');
  });

  it('keeps menus of commands by scope', async () => {
    const ada = telegram.person('Ada');
    ada.write('hi');
    await api.setMyCommands([{ command: 'help', description: 'Help' }]);
    await api.setMyCommands([{ command: 'who', description: 'Who' }], { scope: { type: 'chat', chat_id: ada.id } });
    expect((await api.getMyCommands()).map(({ command }) => command)).toEqual(['help']);
    expect(telegram.menu(telegram.world.chats.get(ada.id)!).map(({ command }) => command)).toEqual(['who']);
    expect(await refused(api.setMyCommands([{ command: 'Große', description: 'x' }]))).toContain('BOT_COMMAND_INVALID');
  });
});
