import { inspect } from 'node:util';
import { InputFile } from 'grammy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmulatedTelegram, TelegramFault } from '@watchpost/standalone/telegram/emulated-telegram';
import { createLogger, redactSecrets } from '@watchpost/shared/observability/logger';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import { createTelegramApi, signalOf, type TelegramApi } from '@watchpost/telegram/api';
import { madePicture } from '../support/posts-rig.ts';
import { jpeg, sendPost, startTelegramRig, telegramToken, tokenPart, visitPost, type TelegramRig } from '../support/telegram-rig.ts';

const never = new AbortController().signal;
let rig: TelegramRig;
let server: EmulatedTelegram;
let api: TelegramApi;
let chat: number;
beforeEach(async () => {
  rig = await startTelegramRig();
  ({ server } = rig);
  const ada = server.person('Ada');
  ada.write('/start');
  chat = ada.id;
  api = createTelegramApi({ token: telegramToken, apiUrl: server.url, timeoutMs: 300, uploadTimeoutMs: 1_500 });
});
afterEach(() => rig.close());

const thrownBy = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
/** Everything that a log, a queue or a person could see of it. */
const allOf = (error: unknown): string => {
  const lines: string[] = [];
  const log = createLogger('test', 'info', { write: (line) => void lines.push(line) });
  log.error({ err: error }, String(error));
  const own = error instanceof Error ? [error.message, error.stack, inspect(error.cause, { depth: 9, showHidden: true })] : [];
  return [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), ...own, ...lines].join('\n');
};
const say = () => api.raw.sendMessage({ chat_id: chat, text: 'Hello' }, signalOf(never));

const refused = (code: number, description: string): TelegramFault => ({ answer: 'error', code, description });

describe('what Telegram answers', () => {
  it.each<[number, string, ErrorCode]>([
    [401, 'Unauthorized', 'chat-not-authorised'],
    [404, 'Not Found', 'chat-not-authorised'],
    [403, 'Forbidden: bot was blocked by the user', 'chat-closed'],
    [403, 'Forbidden: user is deactivated', 'chat-closed'],
    [403, 'Forbidden: bot was kicked from the supergroup chat', 'chat-closed'],
    [403, "Forbidden: bot can't initiate conversation with a user", 'chat-closed'],
    [403, 'Forbidden: something new', 'chat-closed'],
    [400, 'Bad Request: chat not found', 'chat-closed'],
    [400, 'Bad Request: group chat was deactivated', 'chat-closed'],
    [400, 'Bad Request: not enough rights to send text messages to the chat', 'channel-not-available'],
    [400, 'Bad Request: have no write access to the chat', 'channel-not-available'],
    [400, 'Bad Request: need administrator rights in the channel chat', 'channel-not-available'],
    [400, 'Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN', 'channel-not-available'],
    [400, 'Bad Request: BUTTON_DATA_INVALID', 'chat-refused'],
    [400, "Bad Request: can't parse entities", 'chat-refused'],
    [400, 'Bad Request: message is too long', 'chat-refused'],
    [409, 'Conflict: terminated by other getUpdates request', 'chat-unavailable'],
    [413, 'Request Entity Too Large', 'file-too-large'],
    [500, 'Internal Server Error', 'chat-unavailable'],
    [502, 'Bad Gateway', 'chat-unavailable'],
  ])('%i %s', async (code, description, expected) => {
    server.fail('sendMessage', refused(code, description));
    const error = await thrownBy(say());
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: expected, message: expect.stringContaining(description) });
  });

  it.each([
    [3, 3_000],
    [0, 1_000],
    [86_400, 900_000],
  ])('429 with %i s', async (retryAfterS, retryAfterMs) => {
    server.fail('sendMessage', { answer: 'error', code: 429, description: 'Too Many Requests', retryAfterS });
    expect(await thrownBy(say())).toMatchObject({ code: 'chat-rate-limited', retryAfterMs });
  });

  it('a token in what it says goes no further', async () => {
    server.fail('sendMessage', refused(400, `Bad Request: bot${telegramToken} is odd`));
    expect(allOf(await thrownBy(say()))).not.toContain(tokenPart);
  });
});

describe('a server that is older than the entity of moments', () => {
  const entities = [
    { type: 'bold' as const, offset: 0, length: 5 },
    { type: 'date_time' as const, offset: 0, length: 5, unix_time: 1, date_time_format: 't' as const },
  ];
  const old = refused(400, "Bad Request: can't parse MessageEntity: Unsupported type specified");
  const seen = () => server.calls().map(({ payload }) => JSON.stringify(payload).includes('date_time'));

  it('gets texts without it, from then on', async () => {
    server.fail('sendMessage', old);
    for (let time = 0; time < 2; time += 1) await api.raw.sendMessage({ chat_id: chat, text: '14:02', entities }, signalOf(never));
    expect(seen()).toEqual([true, false, false]);
    expect(server.messages(chat).map(({ text }) => text)).toEqual(['/start', '14:02', '14:02']);
  });

  it('gets pictures without it', async () => {
    const file = () => new InputFile(new Uint8Array([1]), 'a.txt');
    const { message_id } = await api.raw.sendDocument({ chat_id: chat, document: file() }, signalOf(never));
    server.fail('editMessageMedia', old);
    const media = { type: 'document' as const, media: file(), caption: '14:02', caption_entities: entities };
    await api.raw.editMessageMedia({ chat_id: chat, message_id, media }, signalOf(never));
    expect(server.messages(chat).at(-1)).toMatchObject({ text: '14:02', file: { kind: 'document' } });
    expect(seen()).toEqual([false, true, false]);
  });
});

describe('no answer', () => {
  it.each<[string, TelegramFault, RegExp]>([
    ['HTML with status 200', { answer: 'html', status: 200 }, /no answer/],
    ['HTML with status 502', { answer: 'html', status: 502 }, /no answer/],
    ['a connection cut before', { answer: 'cut', afterDoing: false }, /no answer \(E?[\w-]+\)/],
    ['a connection cut after', { answer: 'cut', afterDoing: true }, /no answer \(E?[\w-]+\)/],
    ['one that is late', { answer: 'late', ms: 5_000 }, /timed out/],
  ])('%s', async (_what, fault, message) => {
    server.fail('sendMessage', fault);
    const error = await thrownBy(say());
    expect(error).toMatchObject({ code: 'chat-unavailable', message: expect.stringMatching(message) });
    expect(allOf(error)).not.toContain(tokenPart);
  });

  it('where nobody listens', async () => {
    await rig.close();
    const error = await thrownBy(say());
    expect(error).toMatchObject({ code: 'chat-unavailable', message: 'sendMessage: no answer (ECONNREFUSED)' });
    expect(allOf(error)).not.toContain(tokenPart);
  });

  it('an upload is waited for longer', async () => {
    server.fail('sendDocument', { answer: 'late', ms: 600 });
    const sent = await api.raw.sendDocument({ chat_id: chat, document: new InputFile(new Uint8Array([1]), 'a.txt') }, signalOf(never));
    expect(sent.document?.file_name).toBe('a.txt');
  });

  it('a long poll is waited for as long as it was asked to last', async () => {
    expect(await api.raw.getUpdates({ offset: 1_000_000_000, timeout: 1 }, signalOf(never))).toEqual([]);
  });

  it('nobody waits who was stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await thrownBy(api.raw.getMe(signalOf(stop.signal)))).toMatchObject({ code: 'aborted' });
  });
});

/** Every call of the ports that asks Telegram. */
const deeds: [string, string, (from: TelegramRig, to: `telegram:${number}`) => Promise<unknown>][] = [
  ['posts.send', 'sendPhoto', (from, channel) => sendPost(from, { channel })],
  [
    'posts.edit',
    'editMessageCaption',
    ({ platform }, channel) => platform.posts.edit({ channel, messageId: '1', fileId: 'x', post: visitPost('a') }, never),
  ],
  [
    'posts.swapPicture',
    'editMessageMedia',
    async ({ platform }, channel) => {
      const fileId = await platform.posts.upload({ ...madePicture(), bytes: () => jpeg() }, never);
      return platform.posts.swapPicture({ channel, messageId: '1', oldFileId: null, fileId, post: visitPost('a') }, never);
    },
  ],
  [
    'talk.send',
    'sendMessage',
    ({ talk }, to) => talk.send({ chat: to, replyTo: null }, { text: [{ text: 'a' }], buttons: [], ask: null }, never),
  ],
  [
    'talk.edit',
    'editMessageText',
    ({ talk }, to) => talk.edit({ chat: to, messageId: '1' }, { text: [{ text: 'a' }], buttons: [], ask: null }, never),
  ],
  ['talk.remove', 'deleteMessage', ({ talk }, to) => talk.remove({ chat: to, messageId: '1' }, never)],
  ['talk.leave', 'leaveChat', ({ talk }, to) => talk.leave(to, never)],
  ['talk.showMenu', 'setMyCommands', ({ talk }) => talk.showMenu([], never)],
  ['talk.invitation', 'getMe', ({ talk }) => talk.invitation('code', never)],
  [
    'members.tell',
    'sendMessage',
    ({ platform }, to) => platform.members.tell({ member: to.slice(9), channel: null, thread: null, url: null }, [{ text: 'a' }], never),
  ],
  ['members.memberName', 'getChat', ({ platform }) => platform.members.memberName('4242', never)],
  ['chat.check', 'getMe', ({ platform }) => platform.chat.check({ read: true }, never)],
];

describe.each(deeds)('%s', (_name, method, work) => {
  it.each<[string, TelegramFault]>([
    ['answered with a fault of Telegram’s', refused(500, 'Internal Server Error')],
    ['cut off', { answer: 'cut', afterDoing: false }],
    ['answered by a proxy', { answer: 'html', status: 503 }],
  ])('%s may be tried again, and tells nobody the token', async (_what, fault) => {
    server.fail(method, fault);
    const error = await thrownBy(work(rig, `telegram:${chat}`));
    expect(error).toMatchObject({ code: 'chat-unavailable', retry: 'transient' });
    expect(allOf(error)).not.toContain(tokenPart);
    expect(rig.logged()).not.toContain(tokenPart);
  });
});

it('the log shows no token of Telegram’s, wherever it stands', () => {
  for (const text of [
    `https://api.telegram.org/bot${telegramToken}/getMe`,
    `token ${telegramToken}.`,
    telegramToken.replace(':', '%3A'),
    `"${telegramToken}"`,
  ])
    expect(redactSecrets(text)).not.toContain(tokenPart);
  expect(redactSecrets('at 12:30 and 10:20:30.123Z, visit 7203344556:ok')).toBe('at 12:30 and 10:20:30.123Z, visit 7203344556:ok');
});
