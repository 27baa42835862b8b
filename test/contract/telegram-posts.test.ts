import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelKey, Picture } from '@watchpost/shared/chat/chat';
import type { EmulatedTelegram, TelegramMessage, TelegramPerson } from '@watchpost/standalone/telegram/emulated-telegram';
import { madePicture } from '../support/posts-rig.ts';
import { jpeg, sendPost, startTelegramRig, visitPost, type TelegramRig } from '../support/telegram-rig.ts';

const never = new AbortController().signal;
let rig: TelegramRig;
let server: EmulatedTelegram;
let ada: TelegramPerson;
let group: number;
let channel: ChannelKey;
beforeEach(async () => {
  rig = await startTelegramRig((started) => {
    ada = started.person('Ada');
    group = started.group('Results', [ada]);
    return { WRITE_TELEGRAM_CHAT_ID: String(group) };
  });
  ({ server } = rig);
  channel = `telegram:${group}`;
});
afterEach(() => rig.close());

const shown = (): TelegramMessage[] => server.messages(group).filter(({ from }) => from === server.botId);
const only = (): TelegramMessage => {
  expect(shown()).toHaveLength(1);
  return shown()[0]!;
};
const held = async (over: Partial<Picture> = {}): Promise<string> => {
  const bytes = await jpeg(200, 100, '#993333');
  return rig.platform.posts.upload({ ...madePicture(), bytes: async () => bytes, ...over }, never);
};
const posted = async () => {
  const { done } = await sendPost(rig, { channel });
  rig.turns.taken.length = 0;
  return { channel, messageId: done.messageId!, fileId: done.fileId };
};
const methods = (): string[] => server.calls().map(({ method }) => method);

describe('a post', () => {
  it('is a photo with what it says below it, saved before and after', async () => {
    const { done, saved } = await sendPost(rig, { channel });
    expect(only()).toMatchObject({ text: '1: Ada', file: { kind: 'photo' }, buttons: [[{ text: 'This is…' }]] });
    expect(saved.map(({ state }) => state)).toEqual(['asked', 'posted']);
    expect(done).toEqual(saved[1]);
    expect(done).toMatchObject({
      state: 'posted',
      messageId: String(only().messageId),
      fileId: expect.stringMatching(/./),
      askedAtMs: null,
    });
    expect(rig.turns.taken).toEqual([channel]);
  });

  it('without a picture is a text, answering what its thread is', async () => {
    const { messageId } = await posted();
    const { done } = await sendPost(rig, { channel, picture: null, thread: messageId });
    expect(shown()[1]).toMatchObject({ text: '1: Ada', file: null, replyTo: Number(messageId) });
    expect(done.fileId).toBeNull();
  });

  it('answers nothing where that is gone', async () => {
    const { done } = await sendPost(rig, { channel, picture: null, thread: '424242' });
    expect(done.state).toBe('posted');
    expect(only().replyTo).toBeNull();
  });

  it('that is posted, or gone, is not posted again', async () => {
    const { done } = await sendPost(rig, { channel });
    expect((await sendPost(rig, { channel, progress: done })).done).toEqual(done);
    expect((await sendPost(rig, { channel, progress: { ...done, state: 'gone' } })).done.state).toBe('gone');
    expect(shown()).toHaveLength(1);
  });

  it('whose outcome nobody knows is sent again', async () => {
    server.fail('sendPhoto', { answer: 'cut', afterDoing: true });
    const saved: unknown[] = [];
    const message = {
      channel,
      key: 'visit-1',
      post: visitPost('1: Ada'),
      picture: { ...madePicture(), bytes: () => jpeg() },
      thread: null,
    };
    const save = async (progress: unknown) => void saved.push(progress);
    await expect(rig.platform.posts.send({ ...message, progress: null }, save, never)).rejects.toMatchObject({ code: 'chat-unavailable' });
    expect(saved).toMatchObject([{ state: 'asked' }]);
    const asked = { state: 'asked' as const, fileId: null, uploadedAtMs: null, askedAtMs: Date.now(), messageId: null };
    expect((await sendPost(rig, { channel, progress: asked })).done.state).toBe('posted');
    expect(shown()).toHaveLength(2);
  });

  it('that Telegram refused was certainly not posted', async () => {
    server.fail('sendPhoto', { answer: 'error', code: 429, description: 'Too Many Requests: retry after 7', retryAfterS: 7 });
    const saved: string[] = [];
    const send = rig.platform.posts.send(
      { channel, key: 'k', post: visitPost('1: Ada'), picture: { ...madePicture(), bytes: () => jpeg() }, thread: null, progress: null },
      async ({ state }) => void saved.push(state),
      never,
    );
    await expect(send).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 7_000 });
    expect(saved).toEqual(['asked', 'uploaded']);
    expect(rig.turns.held).toEqual([{ channel, forMs: 7_000 }]);
    // Until then nobody asks at all.
    await expect(sendPost(rig, { channel })).rejects.toMatchObject({ code: 'chat-rate-limited' });
    expect(methods().filter((method) => method === 'sendPhoto')).toHaveLength(1);
  });

  it.each([
    ['of an odd shape', () => jpeg(4_000, 20)],
    ['that is none', async () => new Uint8Array(Buffer.from('not a picture'))],
  ])('with a picture %s has it as a file', async (_what, bytes) => {
    const { done } = await sendPost(rig, { channel, picture: { ...madePicture(), bytes } });
    expect(only()).toMatchObject({ text: '1: Ada', file: { kind: 'document', name: 'front-door.jpg' } });
    expect(done.fileId).not.toBeNull();
  });

  it('that is too long is cut between sections, and is said to be', async () => {
    const sections = Array.from({ length: 40 }, (_, index) => ({ ...visitPost(`${index}: ${'x'.repeat(90)}`).sections[0]! }));
    await sendPost(rig, { channel, post: { ...visitPost(''), sections } });
    const { text, buttons } = only();
    expect(Array.from(text).length).toBeLessThanOrEqual(1_024);
    expect(text).toMatch(/x\n… \d+ more do not fit here\.$/);
    expect(buttons.length).toBeGreaterThan(0);
  });

  it('into a chat that we are not in any more waits for a person', async () => {
    server.throwOut(group, ada);
    await expect(sendPost(rig, { channel })).rejects.toMatchObject({ code: 'channel-not-available', retry: 'repairable' });
  });

  it('follows a group that has become a supergroup, and is edited there', async () => {
    const before = await posted();
    const now = server.migrate(group);
    const { done } = await sendPost(rig, { channel });
    expect(server.messages(now).filter(({ from }) => from === server.botId)).toHaveLength(1);
    expect(rig.logged()).toContain(`telegram:${now}`);
    const edited = await rig.platform.posts.edit(
      { channel, messageId: done.messageId!, fileId: done.fileId, post: visitPost('1: Bob') },
      never,
    );
    expect(edited).toBe('edited');
    expect(server.messages(now).at(-1)).toMatchObject({ text: '1: Bob' });
    // What was posted before has the same numbers in another chat: it is never edited in this one.
    expect(await rig.platform.posts.edit({ ...before, post: visitPost('1: Eve') }, never)).toBe('gone');
  });
});

describe('an edit', () => {
  it('changes text and buttons, and keeps the picture', async () => {
    const at = await posted();
    const before = only().file?.fileId;
    expect(await rig.platform.posts.edit({ ...at, post: visitPost('1: Bob') }, never)).toBe('edited');
    expect(only()).toMatchObject({ text: '1: Bob', edits: 1, file: { fileId: before }, buttons: [[{ text: 'This is…' }]] });
    expect(rig.turns.taken).toEqual([channel]);
  });

  it('to what it says already is no error', async () => {
    const at = await posted();
    expect(await rig.platform.posts.edit({ ...at, post: visitPost('1: Ada') }, never)).toBe('edited');
    expect(only().edits).toBe(0);
  });

  it('of a post that somebody deleted says so', async () => {
    const at = await posted();
    ada.remove(Number(at.messageId), { chat: group });
    expect(await rig.platform.posts.edit({ ...at, post: visitPost('1: Bob') }, never)).toBe('gone');
  });

  it('that takes the picture away leaves a grey one', async () => {
    const at = await posted();
    const before = only().file;
    expect(await rig.platform.posts.edit({ ...at, fileId: null, post: visitPost('removed') }, never)).toBe('edited');
    const { text, file } = only();
    expect(text).toBe('removed');
    expect(file?.fileId).not.toBe(before?.fileId);
    expect(Buffer.from(file!.bytes.subarray(1, 4)).toString()).toBe('PNG');
  });

  it('of a text with a picture that it never got is one of a text', async () => {
    const { done } = await sendPost(rig, { channel, picture: null });
    expect(await rig.platform.posts.edit({ channel, messageId: done.messageId!, fileId: 'x', post: visitPost('1: Bob') }, never)).toBe(
      'edited',
    );
    expect(only()).toMatchObject({ text: '1: Bob', file: null });
  });
});

describe('another picture', () => {
  it('takes the place of the old one', async () => {
    const at = await posted();
    const [before, fileId] = [only().file?.fileId, await held()];
    expect(await rig.platform.posts.swapPicture({ ...at, oldFileId: at.fileId, fileId, post: visitPost('1: Bob') }, never)).toBe('swapped');
    expect(only()).toMatchObject({ text: '1: Bob', file: { kind: 'photo' } });
    expect(only().file?.fileId).not.toBe(before);
    await rig.platform.posts.remove(fileId, never);
  });

  it('comes into a post that had none', async () => {
    const { done } = await sendPost(rig, { channel, picture: null });
    const shownAt = { channel, messageId: done.messageId!, oldFileId: null, fileId: await held(), post: visitPost('1: Bob') };
    expect(await rig.platform.posts.swapPicture(shownAt, never)).toBe('swapped');
    expect(only().file).toMatchObject({ kind: 'photo' });
  });

  it('is still there after an answer that was lost', async () => {
    const at = await posted();
    const shownAt = { ...at, oldFileId: at.fileId, fileId: await held(), post: visitPost('1: Bob') };
    server.fail('editMessageMedia', { answer: 'cut', afterDoing: false });
    await expect(rig.platform.posts.swapPicture(shownAt, never)).rejects.toMatchObject({ code: 'chat-unavailable' });
    expect(await rig.platform.posts.swapPicture(shownAt, never)).toBe('swapped');
  });

  it('of another process is gone, and made again', async () => {
    const at = await posted();
    const lost = { ...at, oldFileId: at.fileId, fileId: 'held-0', post: visitPost('1: Bob') };
    await expect(rig.platform.posts.swapPicture(lost, never)).rejects.toMatchObject({ code: 'file-gone' });
    expect(only().text).toBe('1: Ada');
  });

  it('of a post that somebody deleted says so', async () => {
    const at = await posted();
    ada.remove(Number(at.messageId), { chat: group });
    const shownAt = { ...at, oldFileId: at.fileId, fileId: await held(), post: visitPost('1: Bob') };
    expect(await rig.platform.posts.swapPicture(shownAt, never)).toBe('gone');
  });

  it('is shown to nobody before', async () => {
    await held();
    expect(methods()).toEqual([]);
  });
});

it('files that were uploaded come below the post', async () => {
  const id = await held({ fileName: 'kept.txt' });
  await sendPost(rig, {
    channel,
    picture: null,
    files: [
      { id, title: 'Kept' },
      { id: 'held-gone', title: 'Gone' },
    ],
  });
  const [post, file] = shown();
  expect(file).toMatchObject({ text: 'Kept', replyTo: post?.messageId, file: { kind: 'document', name: 'kept.txt' } });
  expect(shown()).toHaveLength(2);
});
