import { createServer, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onlyId, type ChatFile } from '@watchpost/shared/chat/chat';
import type { EmulatedTelegram, TelegramPerson } from '@watchpost/standalone/telegram/emulated-telegram';
import { createTelegramApi } from '@watchpost/telegram/api';
import { createDownload } from '@watchpost/telegram/download';
import { thumbnailIdOf, thumbnailUrl } from '@watchpost/telegram/file';
import { jpeg, startTelegramRig, telegramToken, tokenPart, type TelegramRig } from '../support/telegram-rig.ts';

const never = new AbortController().signal;
const original = { maxBytes: 1_000_000, source: 'original' } as const;
let rig: TelegramRig;
let server: EmulatedTelegram;
let ada: TelegramPerson;
let bytes: Uint8Array;
let file: ChatFile;
beforeEach(async () => {
  rig = await startTelegramRig();
  ({ server } = rig);
  ada = server.person('Ada');
  bytes = await jpeg();
  const id = ada.sendFile(bytes, { name: 'me.jpg', mimeType: 'image/jpeg' });
  file = onlyId(server.messages(ada.id).find(({ messageId }) => messageId === id)!.file!.fileId);
});
afterEach(() => rig.close());

const download = (options: Parameters<TelegramRig['platform']['chat']['download']>[1] = original, signal = never) =>
  rig.platform.chat.download(file, options, signal);

describe('a file', () => {
  it('is downloaded', async () => {
    expect(Buffer.from(await download()).equals(Buffer.from(bytes))).toBe(true);
  });

  it('is tried again where it is only for a moment not there', async () => {
    const description = 'Bad Request: wrong file_id or the file is temporarily unavailable';
    for (let time = 0; time < 2; time += 1) server.fail('getFile', { answer: 'error', code: 400, description });
    expect((await download()).byteLength).toBe(bytes.byteLength);
    for (let time = 0; time < 3; time += 1) server.fail('getFile', { answer: 'error', code: 400, description });
    await expect(download()).rejects.toMatchObject({ code: 'chat-unavailable' });
  });

  it('that is too large is not', async () => {
    await expect(download({ ...original, maxBytes: bytes.byteLength - 1 })).rejects.toMatchObject({ code: 'file-too-large' });
    server.fail('getFile', { answer: 'error', code: 400, description: 'Bad Request: file is too big' });
    await expect(download()).rejects.toMatchObject({
      code: 'file-too-large',
      message: 'Telegram gives bots no file of more than 20 MB',
    });
  });

  it.each([
    ['404', { answer: 'error', code: 404, description: 'Not Found' } as const, 'file-gone'],
    ['500', { answer: 'error', code: 500, description: 'Internal Server Error' } as const, 'download-failed'],
    ['401', { answer: 'error', code: 401, description: 'Unauthorized' } as const, 'chat-not-authorised'],
    ['a broken connection', { answer: 'cut', afterDoing: false } as const, 'download-failed'],
  ])('answered with %s says so, and never where it is', async (_what, fault, code) => {
    server.fail('file', fault);
    const error: unknown = await download().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify([String(error), error, error instanceof Error ? [error.stack, error.cause] : []])).not.toContain(tokenPart);
  });

  it('is no more waited for when told so', async () => {
    const stop = new AbortController();
    server.fail('file', { answer: 'late', ms: 20_000 });
    const waiting = download(original, stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
  });

  it('has the thumbnail that Telegram made, or none', async () => {
    await expect(download({ ...original, source: 'thumbnail' })).rejects.toMatchObject({ code: 'file-gone' });
    file = { ...onlyId('unknown'), thumbnailUrl: thumbnailUrl(file.id) };
    expect((await download({ ...original, source: 'thumbnail' })).byteLength).toBe(bytes.byteLength);
    expect(thumbnailIdOf('https://somewhere.example/')).toBeNull();
  });
});

describe('a Bot API server of one’s own', () => {
  let own: Server;
  let folder: string;
  let answer: unknown;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'own-bot-api-'));
    own = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)));
    await new Promise<void>((resolve) => void own.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    own.closeAllConnections();
    own.close();
    await rm(folder, { recursive: true });
  });
  const ownDownload = (maxBytes = 1_000) => {
    const address = own.address();
    const apiUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    const api = createTelegramApi({ token: telegramToken, apiUrl, timeoutMs: 5_000 });
    return createDownload({ api, token: telegramToken, apiUrl })(onlyId('f'), { maxBytes, source: 'original' }, never);
  };

  it('says where a file lies on its disk', async () => {
    const at = path.join(folder, 'photo.jpg');
    await writeFile(at, 'pixels');
    answer = { ok: true, result: { file_id: 'f', file_unique_id: 'u', file_path: at } };
    expect(Buffer.from(await ownDownload()).toString()).toBe('pixels');
    await expect(ownDownload(3)).rejects.toMatchObject({ code: 'file-too-large' });
    await rm(at);
    await expect(ownDownload()).rejects.toThrow('share its disk');
  });
});

describe('a link to a message', () => {
  it('is there for supergroups and channels', async () => {
    const channel = server.channel('Cameras');
    const link = await rig.platform.chat.permalink(`telegram:${channel.id}`, '42', never);
    expect(link).toBe(`https://t.me/c/${String(channel.id).replace('-100', '')}/42`);
  });

  it('has the public name, if there is one', async () => {
    const answered = { id: -100_777, type: 'channel', title: 'Door', username: 'front_door' };
    const own = createServer((_request, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, result: answered })),
    );
    await new Promise<void>((resolve) => void own.listen(0, '127.0.0.1', resolve));
    const address = own.address();
    const named = await startTelegramRig(undefined, () => `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
    expect(await named.platform.chat.permalink('telegram:-100777', '42', never)).toBe('https://t.me/front_door/42');
    own.closeAllConnections();
    own.close();
    await named.close();
  });

  it('is not there for other chats, nor for what is no message', async () => {
    expect(await rig.platform.chat.permalink(`telegram:${ada.id}`, '42', never)).toBeNull();
    expect(await rig.platform.chat.permalink('telegram:-77', '42', never)).toBeNull();
    expect(await rig.platform.chat.permalink('telegram:-100777', 'x', never)).toBeNull();
    expect(await rig.platform.chat.permalink('telegram:-100777', '42', never)).toBe('https://t.me/c/777/42');
  });
});
