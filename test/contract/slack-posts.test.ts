import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { Mischief } from '@watchpost/bench/servers/fake-slack-mischief';
import type { PostProgress } from '@watchpost/shared/chat/posts';
import {
  callTimeoutMs,
  directly,
  madePicture,
  notedTurns,
  pictureBytes,
  postSaying,
  postsOn,
  sendUntilDone,
  settleMs,
  warmUp,
} from '../support/posts-rig.ts';

const ask = 'chat.postMessage';
const never = new AbortController().signal;
let slack: FakeSlack;
beforeAll(warmUp);
beforeEach(async () => {
  slack = await startFakeSlack();
});
afterEach(() => slack.close());

const callsOf = (method: string) => slack.calls.filter((call) => call.method === method);

describe('a message', () => {
  it('shows its picture, text and buttons, and carries its key where readers do not see it', async () => {
    const { failures, progress } = await sendUntilDone(postsOn(slack));
    expect(failures).toEqual([]);
    const [message] = slack.chat.messages;
    expect(slack.chat.messages).toHaveLength(1);
    expect(message).toMatchObject({
      channel: 'CRESULTS',
      text: '1: Ada',
      threadTs: null,
      metadata: { event_type: 'watchpost_post', event_payload: { key: 'visit-1' } },
      blocks: [{ type: 'image', alt_text: 'Snapshot with 1 face' }, { type: 'section' }, { type: 'actions' }, { type: 'context' }],
    });
    const fileId = message?.blocks[0]?.slack_file?.id ?? '';
    expect(slack.picture(fileId)).toEqual(pictureBytes);
    expect(progress).toMatchObject({ state: 'posted', fileId, messageId: message?.ts });
    // The picture itself is in no channel.
    expect(slack.posts).toEqual([]);
    expect(callsOf(ask)[0]?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });

  it('may have no picture, and may be in a thread', async () => {
    const parent = slack.chat.say({ channel: 'CRESULTS' });
    const { progress } = await sendUntilDone(postsOn(slack), { picture: null, thread: parent.ts });
    expect(slack.chat.messages[1]).toMatchObject({ threadTs: parent.ts, text: '1: Ada' });
    expect(progress).toMatchObject({ state: 'posted', fileId: null });
    expect(callsOf('files.getUploadURLExternal')).toEqual([]);
  });

  it.each(['posted', 'gone'] as const)('that is %s needs no call', async (state) => {
    const progress: PostProgress = { state, fileId: 'FUP00000009', uploadedAtMs: 1, askedAtMs: null, messageId: '1.2' };
    expect(await sendUntilDone(postsOn(slack), { progress })).toMatchObject({ failures: [], saves: [] });
    expect(slack.calls).toEqual([]);
  });

  it('waits for the turn of its channel', async () => {
    const turns = notedTurns();
    await sendUntilDone(postsOn(slack, { turns }));
    expect(turns.taken).toEqual(['slack:CRESULTS']);
  });

  it('is saved before it is asked for, and when it is there', async () => {
    const asked: number[] = [];
    const { saves } = await sendUntilDone(postsOn(slack), {}, { onSave: () => asked.push(callsOf(ask).length) });
    expect(saves.map(({ state }) => state)).toEqual(['uploaded', 'asked', 'posted']);
    expect(asked).toEqual([0, 0, 1]);
  });
});

describe('a message whose answer is lost', () => {
  const lost: [string, Mischief][] = [
    ['cut', { kind: 'cut' }],
    ['cut after the work', { kind: 'cut-after' }],
    ['a status of 500', { kind: 'status', status: 500 }],
    ['a status of 500 after the work', { kind: 'worked', answer: { kind: 'status', status: 500 } }],
    ['a page', { kind: 'html' }],
    ['a page after the work', { kind: 'worked', answer: { kind: 'html' } }],
    ['no answer', { kind: 'hang' }],
    ['no answer after the work', { kind: 'worked', answer: { kind: 'hang' } }],
    ['answered after our timeout', { kind: 'late-answer', ms: callTimeoutMs * 1.5 }],
    ['done after our timeout', { kind: 'late-work', ms: callTimeoutMs * 1.5 }],
    ['an error of Slack’s own', { kind: 'error', error: 'internal_error' }],
    ['an error of Slack’s own after the work', { kind: 'worked', answer: { kind: 'error', error: 'fatal_error' } }],
  ];
  it.each(lost)('is posted once: %s', async (_, trick) => {
    slack.mischief(ask, trick);
    const picture = madePicture();
    const { failures, attemptsUsed, progress } = await sendUntilDone(postsOn(slack), { picture });
    await slack.idle();
    expect(slack.chat.messages).toHaveLength(1);
    expect(failures[0]).toBe('chat-unavailable');
    expect(attemptsUsed).toBe(1);
    expect(picture.made).toBe(1);
    expect(progress).toMatchObject({ state: 'posted', messageId: slack.chat.messages[0]?.ts, fileId: 'FUP00000001' });
  });

  it('is posted once in a thread too', async () => {
    const parent = slack.chat.say({ channel: 'CRESULTS' });
    slack.mischief(ask, { kind: 'cut-after' });
    await sendUntilDone(postsOn(slack), { thread: parent.ts });
    expect(slack.chat.messages).toHaveLength(2);
    expect(callsOf(ask)).toHaveLength(1);
  });

  it('is not taken for another one’s, nor for somebody else’s', async () => {
    const posts = postsOn(slack);
    slack.mischief(ask, { kind: 'cut' });
    const first = await sendUntilDone(posts, { picture: null }, { attempts: 1 });
    await sendUntilDone(posts, { key: 'visit-0', picture: null });
    const forged = slack.chat.say({ channel: 'CRESULTS', user: 'U0FORGER' });
    forged.metadata = { event_type: 'watchpost_post', event_payload: { key: 'visit-1' } };
    const { progress } = await sendUntilDone(posts, { picture: null, progress: first.progress });
    expect(slack.chat.messages).toHaveLength(3);
    expect(slack.chat.messages[2]).toMatchObject({ botId: 'B0WATCH', metadata: { event_payload: { key: 'visit-1' } } });
    expect(progress?.messageId).toBe(slack.chat.messages[2]?.ts);
  });

  it('is looked for on later pages', async () => {
    slack.mischief(ask, { kind: 'cut-after' });
    const posts = postsOn(slack);
    const first = await sendUntilDone(posts, { picture: null }, { attempts: 1 });
    for (let index = 0; index < 450; index += 1) slack.chat.say({ channel: 'CRESULTS' });
    expect(await sendUntilDone(posts, { picture: null, progress: first.progress })).toMatchObject({ failures: [] });
    expect(callsOf('conversations.history')).toHaveLength(3);
    expect(callsOf(ask)).toHaveLength(1);
  });

  it.each([-300_000, 300_000])('is posted once where Slack’s clock differs by %i ms', async (aheadMs) => {
    slack.chat.aheadMs = aheadMs;
    slack.mischief(ask, { kind: 'cut-after' });
    const parent = slack.chat.say({ channel: 'CRESULTS' });
    await sendUntilDone(postsOn(slack), { picture: null });
    slack.mischief(ask, { kind: 'cut-after' });
    await sendUntilDone(postsOn(slack), { key: 'visit-2', picture: null, thread: parent.ts });
    expect(callsOf(ask)).toHaveLength(2);
    expect(slack.chat.messages).toHaveLength(3);
  });

  it('is not asked for again while it may still come, which uses up no attempt', async () => {
    slack.mischief(ask, { kind: 'hang' });
    const startedAt = performance.now();
    const { failures } = await sendUntilDone(postsOn(slack));
    expect(failures).toEqual(['chat-unavailable', 'post-unconfirmed']);
    expect(performance.now() - startedAt).toBeGreaterThan(settleMs - 50);
    expect(slack.chat.messages).toHaveLength(1);
  });

  it('waits for a person where Slack does not let us look', async () => {
    slack.mischief(ask, { kind: 'cut-after' });
    slack.mischief('conversations.history', { kind: 'error', error: 'missing_scope' });
    expect(await sendUntilDone(postsOn(slack))).toMatchObject({ failures: ['chat-unavailable', 'chat-not-authorised'] });
    expect(slack.chat.messages).toHaveLength(1);
  });

  it('is sent again as a direct message that we may not look for: rather twice than never', async () => {
    slack.mischief(ask, { kind: 'cut-after' });
    slack.mischief('conversations.history', { kind: 'error', error: 'missing_scope' });
    await sendUntilDone(directly(postsOn(slack)), { channel: 'slack:D0ADA', picture: null });
    expect(slack.chat.messages).toHaveLength(2);
  });
});

describe('a message that Slack refuses', () => {
  it.each([
    ['not_in_channel', 'channel-not-available'],
    ['is_archived', 'channel-not-available'],
    ['invalid_arguments', 'chat-refused'],
  ])('(%s) keeps its upload for later, and is not looked for then', async (error, code) => {
    slack.mischief(ask, { kind: 'error', error });
    const picture = madePicture();
    const posts = postsOn(slack);
    const { failures, progress } = await sendUntilDone(posts, { picture });
    expect(failures).toEqual([code]);
    expect(progress).toMatchObject({ state: 'uploaded', fileId: 'FUP00000001', askedAtMs: null });
    await sendUntilDone(posts, { picture, progress });
    expect(slack.chat.messages).toHaveLength(1);
    expect(picture.made).toBe(1);
    expect(callsOf('conversations.history')).toEqual([]);
  });

  it('for its rate keeps its channel quiet for as long as Slack asks, and no other one', async () => {
    const turns = notedTurns();
    const posts = postsOn(slack, { turns });
    slack.mischief(`${ask} CRESULTS`, { kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    const sending = posts.send(
      { channel: 'slack:CRESULTS', key: 'k', post: postSaying('1'), picture: null, thread: null, progress: null },
      async () => undefined,
      never,
    );
    await expect(sending).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 7_000 });
    expect(turns.held).toEqual([{ channel: 'slack:CRESULTS', forMs: 7_000 }]);
    await sendUntilDone(posts, { channel: 'slack:C0OTHER', picture: null });
    expect(slack.chat.messages).toMatchObject([{ channel: 'C0OTHER' }]);
  });
});

describe('the picture', () => {
  it('is waited for until Slack has processed it, with attempts that are free', async () => {
    slack.readyAfterMs = 2_500;
    const { failures, attemptsUsed } = await sendUntilDone(postsOn(slack));
    expect(attemptsUsed).toBe(0);
    expect(new Set(failures)).toEqual(new Set(['file-not-ready']));
    expect(slack.chat.messages).toMatchObject([{ blocks: [{ type: 'image' }, {}, {}, {}] }]);
  });

  it('that only a message finds out not to be ready is waited for too', async () => {
    slack.mischief(ask, { kind: 'error', error: 'invalid_blocks' });
    const { failures, attemptsUsed } = await sendUntilDone(postsOn(slack));
    expect(failures).toEqual(['file-not-ready']);
    expect(attemptsUsed).toBe(0);
    expect(slack.chat.messages).toHaveLength(1);
  });

  it('that takes too long is left out; the post links to it', async () => {
    slack.readyAfterMs = 60_000;
    const { progress } = await sendUntilDone(postsOn(slack, { giveUpPictureMs: 0 }));
    expect(slack.chat.messages).toHaveLength(1);
    expect(JSON.stringify(slack.chat.messages[0]?.blocks)).toContain(
      '<https://example.slack.com/files/U0WATCH/FUP00000001/front-door.jpg|',
    );
    expect(slack.chat.messages[0]?.blocks.map(({ type }) => type)).not.toContain('image');
    expect(progress).toMatchObject({ state: 'posted', fileId: null });
  });

  it('left out of a post whose answer was lost counts as left out', async () => {
    slack.readyAfterMs = 60_000;
    slack.mischief(ask, { kind: 'cut-after' });
    const { progress } = await sendUntilDone(postsOn(slack, { giveUpPictureMs: 0 }));
    expect(slack.chat.messages).toHaveLength(1);
    expect(progress).toMatchObject({ state: 'posted', fileId: null });
  });

  it('that somebody deleted, or Slack dropped, before it was posted is made anew', async () => {
    const picture = madePicture();
    const progress: PostProgress = { state: 'uploaded', fileId: 'FUP00000077', uploadedAtMs: Date.now(), askedAtMs: null, messageId: null };
    expect(await sendUntilDone(postsOn(slack), { picture, progress })).toMatchObject({ failures: [] });
    expect(picture.made).toBe(1);
    expect(slack.chat.messages).toHaveLength(1);
  });

  it.each([
    ['files.getUploadURLExternal', { kind: 'status', status: 500 }],
    ['/upload', { kind: 'cut-after' }],
    ['/upload', { kind: 'html' }],
    ['files.completeUploadExternal', { kind: 'status', status: 500 }],
    ['files.completeUploadExternal', { kind: 'cut-after' }],
    ['files.completeUploadExternal', { kind: 'worked', answer: { kind: 'hang' } }],
    ['files.completeUploadExternal', { kind: 'late-work', ms: callTimeoutMs * 1.5 }],
    ['files.completeUploadExternal', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
  ] satisfies [string, Mischief][])('is uploaded in spite of %s: %o', async (target, trick) => {
    slack.mischief(target, trick);
    expect(await sendUntilDone(postsOn(slack))).toMatchObject({ attemptsUsed: 0, progress: { state: 'posted' } });
    expect(slack.chat.messages).toHaveLength(1);
  });

  it('is not made again by an attempt that continues', async () => {
    const picture = madePicture();
    slack.mischief('files.info', { kind: 'status', status: 500 });
    expect(await sendUntilDone(postsOn(slack), { picture })).toMatchObject({ failures: ['chat-unavailable'] });
    expect(picture.made).toBe(1);
  });
});
