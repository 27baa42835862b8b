import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { SlackPosts } from '@watchpost/slack/posts';
import { madePicture, notedTurns, postSaying, postsOn, sendUntilDone, warmUp } from '../support/posts-rig.ts';

const never = new AbortController().signal;
const channel = 'slack:CRESULTS' as const;
const json = 'application/json; charset=utf-8';
let slack: FakeSlack;
let posts: SlackPosts;
let messageId: string;
let fileId: string;
beforeAll(warmUp);
beforeEach(async () => {
  slack = await startFakeSlack();
  posts = postsOn(slack);
  const { progress } = await sendUntilDone(posts);
  [messageId, fileId] = [progress!.messageId!, progress!.fileId!];
});
afterEach(() => slack.close());

/** What is done about a post of ours, with the method that does it. */
const deeds = {
  'files.delete': () => posts.remove(fileId, never),
  'chat.delete': () => posts.withdraw({ channel, messageId }, never),
  'chat.update': () => posts.edit({ channel, messageId, fileId, post: postSaying('1: Bob') }, never),
};
const methods = ['files.delete', 'chat.delete', 'chat.update'] as const;

describe('a post of ours', () => {
  it('is deleted, in a thread too; one that is gone is no error', async () => {
    const reply = (await sendUntilDone(posts, { thread: messageId, key: 'reply-1' })).progress!.messageId!;
    for (const each of [reply, messageId, messageId]) await posts.withdraw({ channel, messageId: each }, never);
    expect(slack.chat.messages).toEqual([]);
  });

  it('has a picture that is deleted wherever it is shown; one that is gone is no error', async () => {
    const other = await posts.upload(madePicture(), never);
    for (const each of [other, fileId, fileId]) await posts.remove(each, never);
    expect([slack.picture(other), slack.picture(fileId)]).toEqual([null, null]);
  });

  it.each(['file', 'message'] as const)('of which Slack says that its %s is deleted is not gone while Slack shows it', async (what) => {
    const work = what === 'file' ? deeds['files.delete'] : deeds['chat.delete'];
    if (what === 'file') slack.filesLingerFor = [Infinity];
    else slack.chat.lingersFor = [Infinity];
    await expect(work()).rejects.toMatchObject({ code: 'removal-unconfirmed', retry: 'transient' });
    await work();
    expect(what === 'file' ? slack.picture(fileId) : slack.chat.messages.length).toBe(what === 'file' ? null : 0);
  });

  it('in a thread of which Slack says that it is deleted is not gone either', async () => {
    const reply = (await sendUntilDone(posts, { thread: messageId, key: 'reply-1' })).progress!.messageId!;
    slack.chat.lingersFor = [Infinity];
    await expect(posts.withdraw({ channel, messageId: reply }, never)).rejects.toMatchObject({ code: 'removal-unconfirmed' });
  });

  it.each(['chat.delete', 'conversations.replies'])('leaves its channel alone where Slack limits the rate of %s', async (method) => {
    slack.mischief(method, { kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    const turns = notedTurns();
    await expect(postsOn(slack, { turns }).withdraw({ channel, messageId }, never)).rejects.toMatchObject({ code: 'chat-rate-limited' });
    expect(turns.held).toEqual([{ channel, forMs: 7_000 }]);
  });

  it('that is shown a moment longer is gone', async () => {
    slack.chat.lingersFor = [1];
    await posts.withdraw({ channel, messageId }, never);
    expect(slack.chat.messages).toEqual([]);
  });

  it('is gone when Slack says so, where it does not let the app look', async () => {
    for (const method of ['files.info', 'conversations.replies']) slack.mischief(method, { kind: 'error', error: 'missing_scope' });
    await deeds['files.delete']();
    await deeds['chat.delete']();
    expect([slack.picture(fileId), slack.chat.messages]).toEqual([null, []]);
  });

  it.each(methods)('is as it was while something on the way answers %s with a yes of its own', async (method) => {
    slack.mischief(method, { kind: 'text', text: '{"ok":true}', contentType: json });
    await expect(deeds[method]()).rejects.toMatchObject({ retry: 'transient' });
    expect(slack.picture(fileId)).not.toBeNull();
    expect(slack.chat.messages[0]?.text).toBe('1: Ada');
  });

  it.each(
    methods.flatMap((method) =>
      ['ok', 'timeout', '', '{}', 'null', '[]', '"ok"', '{"ok":1}', '{"ok":true,"ts":"1', '<html></html>'].map(
        (text) => [method, text] as const,
      ),
    ),
  )('may be changed later where %s is answered with the JSON %j', async (method, text) => {
    slack.mischief(method, { kind: 'text', text, contentType: json });
    await expect(deeds[method]()).rejects.toMatchObject({ code: 'chat-unavailable' });
  });
});
