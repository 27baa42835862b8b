import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { FakeMessage } from '@watchpost/bench/servers/fake-slack-chat';
import type { SlackPosts } from '@watchpost/slack/posts';
import { madePicture, notedTurns, postSaying, postsOn, sendUntilDone, warmUp } from '../support/posts-rig.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const channel = 'slack:CRESULTS' as const;
let slack: FakeSlack;
let turns: ReturnType<typeof notedTurns>;
let posts: SlackPosts;
let message: FakeMessage;
let messageId: string;
let fileId: string;
beforeAll(warmUp);
beforeEach(async () => {
  slack = await startFakeSlack();
  turns = notedTurns();
  posts = postsOn(slack, { turns });
  const { progress } = await sendUntilDone(posts);
  [message, messageId, fileId] = [slack.chat.messages[0]!, progress!.messageId!, progress!.fileId!];
  turns.taken.length = 0;
});
afterEach(() => slack.close());

const pictureOf = () => message.blocks.find(({ type }) => type === 'image')?.slack_file?.id;
const edit = (over: { fileId?: string | null } = {}) =>
  posts.edit({ channel, messageId, fileId, post: postSaying('1: Bob'), ...over }, never);

describe('an edit', () => {
  it('changes text and buttons, and keeps the picture and the key', async () => {
    expect(await edit()).toBe('edited');
    expect(message).toMatchObject({ text: '1: Bob', edits: 1, metadata: { event_payload: { key: 'visit-1' } } });
    expect(pictureOf()).toBe(fileId);
    expect(turns.taken).toEqual([channel]);
    expect(slack.chat.messages).toHaveLength(1);
  });

  it('of a post without a picture has none', async () => {
    expect(await edit({ fileId: null })).toBe('edited');
    expect(pictureOf()).toBeUndefined();
  });

  it('of a post that somebody deleted says so', async () => {
    slack.chat.messages.length = 0;
    expect(await edit()).toBe('gone');
    expect(slack.chat.messages).toEqual([]);
  });

  it('goes on without a picture that somebody deleted', async () => {
    slack.mischief('chat.update', { kind: 'error', error: 'invalid_blocks' });
    slack.deleteFile(fileId);
    expect(await edit()).toBe('edited');
    expect(message.text).toBe('1: Bob');
    expect(pictureOf()).toBeUndefined();
    expect(turns.taken).toEqual([channel, channel]);
  });

  it('does not drop a picture that is there, whatever else Slack dislikes', async () => {
    slack.mischief('chat.update', { kind: 'error', error: 'invalid_blocks' });
    await expect(edit()).rejects.toMatchObject({ code: 'chat-refused' });
    expect(pictureOf()).toBe(fileId);
  });

  it.each([
    ['edit_window_closed', 'chat-refused'],
    ['cant_update_message', 'chat-refused'],
    ['msg_too_long', 'chat-refused'],
    ['is_inactive', 'channel-not-available'],
    ['is_archived', 'channel-not-available'],
    ['token_revoked', 'chat-not-authorised'],
    ['streaming_state_conflict', 'chat-unavailable'],
    ['internal_error', 'chat-unavailable'],
  ])('that Slack refuses (%s) rejects with %s', async (error, code) => {
    slack.mischief('chat.update', { kind: 'error', error });
    await expect(edit()).rejects.toMatchObject({ code });
    expect(message.text).toBe('1: Ada');
  });

  it('that comes too soon keeps its channel quiet for as long as Slack asks', async () => {
    slack.mischief('chat.update', { kind: 'status', status: 429, headers: { 'retry-after': '9' } });
    await expect(edit()).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 9_000 });
    expect(turns.held).toEqual([{ channel, forMs: 9_000 }]);
  });

  it('may be repeated after a lost answer', async () => {
    slack.mischief('chat.update', { kind: 'cut-after' });
    await expect(edit()).rejects.toMatchObject({ code: 'chat-unavailable' });
    expect(await edit()).toBe('edited');
    expect(message.text).toBe('1: Bob');
  });
});

describe('another picture', () => {
  let next: string;
  beforeEach(async () => {
    next = await posts.upload({ ...madePicture(), bytes: async () => new Uint8Array(Buffer.from('another')) }, never);
  });
  const swap = (over: { oldFileId?: string | null } = {}) =>
    posts.swapPicture({ channel, messageId, oldFileId: fileId, fileId: next, post: postSaying('1: Bob'), ...over }, never);

  it('is uploaded where nobody sees it', () => {
    expect(slack.picture(next)).toEqual(Buffer.from('another'));
    expect(slack.posts).toEqual([]);
    expect(slack.chat.messages).toHaveLength(1);
  });

  it('takes the place of the old one where Slack shows it', async () => {
    expect(await swap()).toBe('swapped');
    expect(pictureOf()).toBe(next);
    expect(message.text).toBe('1: Bob');
    expect(slack.chat.messages).toHaveLength(1);
  });

  it.each(['refused', 'ignored', 'broken'] as const)('that is %s leaves the old one, beside the new text', async (swaps) => {
    slack.chat.swaps = swaps;
    expect(await swap()).toBe('kept');
    expect(pictureOf()).toBe(fileId);
    expect(message.text).toBe('1: Bob');
  });

  it('that is broken in a post that had none leaves it without one', async () => {
    await edit({ fileId: null });
    slack.chat.swaps = 'broken';
    expect(await swap({ oldFileId: null })).toBe('kept');
    expect(pictureOf()).toBeUndefined();
  });

  it('may come into a post that had none', async () => {
    await edit({ fileId: null });
    expect(await swap({ oldFileId: null })).toBe('swapped');
    expect(pictureOf()).toBe(next);
  });

  it('is found broken also by an attempt that follows a lost answer', async () => {
    slack.chat.swaps = 'broken';
    slack.mischief('chat.update', { kind: 'cut-after' });
    await expect(swap()).rejects.toMatchObject({ code: 'chat-unavailable' });
    expect(pictureOf()).toBe(next);
    expect(await swap()).toBe('kept');
    expect(pictureOf()).toBe(fileId);
  });

  it('is not tried before Slack has processed it', async () => {
    slack.readyAfterMs = 60_000;
    next = await posts.upload(madePicture(), never);
    await expect(swap()).rejects.toMatchObject({ code: 'file-not-ready', retryAfterMs: expect.any(Number) });
    expect(message.edits).toBe(0);
  });

  it('that somebody deleted leaves the old one, and is not said to be one that Slack does not show', async () => {
    slack.deleteFile(next);
    await expect(swap()).rejects.toMatchObject({ code: 'file-gone' });
    expect(pictureOf()).toBe(fileId);
  });

  it('is not put into a post that somebody has deleted', async () => {
    slack.chat.messages.length = 0;
    expect(await swap()).toBe('gone');
    expect(slack.calls.filter(({ method }) => method === 'chat.update')).toEqual([]);
  });

  it('is of no use in a post that somebody deletes meanwhile', async () => {
    const deleted = until('the post was edited', () => message.edits > 0).then(() => void slack.chat.messages.splice(0));
    slack.mischief('conversations.history', { kind: 'wait', until: Promise.resolve() }, { kind: 'wait', until: deleted });
    expect(await swap()).toBe('gone');
    expect(slack.chat.messages).toEqual([]);
  });
});
