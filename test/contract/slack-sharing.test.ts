import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { ChatPlatform, UploadProgress } from '@watchpost/shared/chat/chat';
import { callsOf, callTimeoutMs, replaceAfterMs, sharedPicture, shareUntilDone, sharingPlatform } from '../support/sharing-rig.ts';
import { until } from '../support/until.ts';

const complete = 'files.completeUploadExternal';
const never = new AbortController().signal;
let slack: FakeSlack;
let platform: ChatPlatform;
// The first requests of a process take longer than the timeouts here.
beforeAll(async () => {
  slack = await startFakeSlack();
  await shareUntilDone(sharingPlatform(slack));
  await slack.close();
});
beforeEach(async () => {
  slack = await startFakeSlack();
  platform = sharingPlatform(slack);
});
afterEach(() => slack.close());

const uploads = () => callsOf(slack, '/upload');

describe('a post', () => {
  it('has its picture, text, title and alternative text, and its message is known', async () => {
    const { failures, progress } = await shareUntilDone(platform);
    expect(failures).toEqual([]);
    expect(slack.posts).toMatchObject([{ channel: 'CRESULTS', text: '1 face: Ada', title: 'Front door', altText: 'Snapshot with 1 face' }]);
    expect(slack.posts[0]?.bytes).toEqual(sharedPicture);
    expect(progress).toEqual({ state: 'shared', fileId: slack.posts[0]?.fileId, messageId: slack.posts[0]?.ts });
  });

  it('that is there needs no call and no picture', async () => {
    const progress = { state: 'shared', fileId: 'F1', messageId: '1.2' } as const;
    expect(await shareUntilDone(platform, { progress })).toMatchObject({ failures: [], made: 0, saves: [] });
    expect(slack.calls).toEqual([]);
  });

  it('is done when Slack names its channel, but never its message', async () => {
    slack.sharesWithoutMessage = true;
    const { failures, progress } = await shareUntilDone(platform);
    expect(failures).toEqual([]);
    expect(progress).toEqual({ state: 'shared', fileId: slack.posts[0]?.fileId });
    expect(slack.posts).toHaveLength(1);
  });

  it('is waited for when it comes late', async () => {
    slack.shareDelay.push(3);
    expect((await shareUntilDone(platform)).failures).toEqual([]);
    expect(slack.posts).toHaveLength(1);
  });

  it.each([
    ['not_in_channel', 'channel-not-available'],
    ['storage_limit_reached', 'chat-not-authorised'],
    ['invalid_arguments', 'chat-refused'],
  ])('that Slack refuses (%s) keeps its upload for later', async (error, code) => {
    slack.mischief(complete, { kind: 'error', error });
    const { failures, progress } = await shareUntilDone(platform);
    expect(failures).toEqual([code]);
    expect(progress).toMatchObject({ state: 'uploaded' });
    expect(slack.posts).toEqual([]);
    expect(await shareUntilDone(platform, { progress })).toMatchObject({ failures: [], made: 0 });
    expect(slack.posts).toHaveLength(1);
    expect(uploads()).toBe(1);
  });
});

describe('the upload', () => {
  it.each([
    ['files.getUploadURLExternal', { kind: 'status', status: 500 } as const],
    ['files.getUploadURLExternal', { kind: 'html' } as const],
    ['files.getUploadURLExternal', { kind: 'cut-after' } as const],
    ['files.getUploadURLExternal', { kind: 'late-answer', ms: 2 * callTimeoutMs } as const],
    ['files.getUploadURLExternal', { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const],
    ['/upload', { kind: 'cut' } as const],
    ['/upload', { kind: 'cut-after' } as const],
    ['/upload', { kind: 'html' } as const],
    ['/upload', { kind: 'status', status: 500 } as const],
    ['/upload', { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:9/' } } as const],
    ['/upload', { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const],
    ['/upload', { kind: 'hang' } as const],
  ])('is repeated at once, with the same picture, when %s does %o', async (target, trick) => {
    slack.mischief(target, trick);
    expect(await shareUntilDone(platform)).toMatchObject({ failures: [], made: 1 });
    expect(slack.posts).toHaveLength(1);
  });

  it('that fails again and again uses up an attempt', async () => {
    slack.mischief('/upload', ...Array.from({ length: 4 }, () => ({ kind: 'status', status: 503 }) as const));
    expect(await shareUntilDone(platform)).toMatchObject({ failures: ['upload-failed'], attemptsUsed: 1, made: 2 });
    expect(slack.posts).toHaveLength(1);
  });

  it('is left to a later attempt, which is free, when Slack wants a long wait', async () => {
    slack.mischief('/upload', { kind: 'status', status: 429, headers: { 'retry-after': '60' } });
    const bytes = async () => new Uint8Array(sharedPicture);
    const picture = { bytes, fileName: 'x.jpg', title: '', altText: '' };
    const sharing = platform.sharePicture({ channel: 'slack:C1', picture, text: [], progress: null }, async () => undefined, never);
    await expect(sharing).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 60_000 });
  });

  it('stops at once when the process does, also while it waits for a rate limit', async () => {
    slack.mischief('files.getUploadURLExternal', { kind: 'status', status: 429, headers: { 'retry-after': '5' } });
    const startedAt = performance.now();
    expect((await shareUntilDone(platform, { attempts: 1, signal: () => AbortSignal.timeout(50) })).failures).toEqual(['aborted']);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it('that Slack dropped before it was posted is made anew', async () => {
    slack.mischief(complete, { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    const first = await shareUntilDone(platform, { signal: () => (slack.forgetUploads(), never) });
    expect(first).toMatchObject({ failures: ['chat-rate-limited', 'upload-not-shared'], attemptsUsed: 0, made: 2 });
    expect(first.progress).toMatchObject({ state: 'shared' });
    expect(slack.posts).toHaveLength(1);
  });
});

describe('the request for the post', () => {
  it.each([
    ['is cut', { kind: 'cut' } as const],
    ['is cut after the work', { kind: 'cut-after' } as const],
    ['gets a page', { kind: 'html' } as const],
    ['gets a page after the work', { kind: 'worked', answer: { kind: 'html' } } as const],
    ['gets a text after the work', { kind: 'worked', answer: { kind: 'text', text: 'OK', contentType: 'text/plain' } } as const],
    ['gets a redirect after the work', { kind: 'worked', answer: { kind: 'status', status: 302, headers: { location: '/x' } } } as const],
    ['gets HTTP 403 from a proxy', { kind: 'status', status: 403 } as const],
    ['gets HTTP 502 after the work', { kind: 'worked', answer: { kind: 'status', status: 502 } } as const],
    ['gets internal_error after the work', { kind: 'worked', answer: { kind: 'error', error: 'internal_error' } } as const],
    ['hangs', { kind: 'hang' } as const],
    ['hangs after the work', { kind: 'worked', answer: { kind: 'hang' } } as const],
    ['is answered after twice our timeout', { kind: 'late-answer', ms: 2 * callTimeoutMs } as const],
    ['is done after twice our timeout', { kind: 'late-work', ms: 2 * callTimeoutMs } as const],
  ])('gives one post of one upload when it %s', async (_, trick) => {
    slack.mischief(complete, trick);
    expect(await shareUntilDone(platform)).toMatchObject({ failures: ['chat-unavailable'], made: 1 });
    await slack.idle();
    expect(slack.posts).toHaveLength(1);
    expect(uploads()).toBe(1);
  });

  it.each([
    ['answers late', { kind: 'late-answer', ms: 500 } as const],
    ['works late', { kind: 'late-work', ms: 500 } as const],
  ])('is cancelled by an abort; a later attempt finds out what came of it when Slack %s', async (_, trick) => {
    slack.mischief(complete, trick);
    const controller = new AbortController();
    void until('the post is asked for', () => callsOf(slack, complete) > 0).then(() => controller.abort());
    const signals = [controller.signal];
    const story = await shareUntilDone(platform, { signal: () => signals.shift() ?? never });
    expect(story).toMatchObject({ failures: ['aborted'], made: 1, progress: { state: 'shared' } });
    expect(slack.cancelled).toEqual([complete]);
    expect(story.saves[1]!.progress).toMatchObject({ state: 'sharing', askedAtMs: expect.any(Number) });
    await slack.idle();
    expect(slack.posts).toHaveLength(1);
    expect(uploads()).toBe(1);
  });

  it('is saved with its time before it is made', async () => {
    slack.mischief(complete, { kind: 'hang' });
    const beforeMs = Date.now();
    const { progress } = await shareUntilDone(platform, { attempts: 1 });
    expect(progress).toMatchObject({ state: 'sharing' });
    expect(progress!.askedAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(progress!.askedAtMs).toBeLessThanOrEqual(Date.now() - callTimeoutMs + 20);
  });

  it('leaves an earlier one open when it is refused for a rate limit', async () => {
    const progress: UploadProgress = { state: 'sharing', fileId: 'FUP00000001', askedAtMs: Date.now() - 50 };
    slack.mischief(complete, { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    const story = await shareUntilDone(platform, { progress, attempts: 1 });
    expect(story.saves[1]!.progress).toEqual(progress);
  });
});

describe('an upload whose post does not appear', () => {
  it('is waited for without using up attempts, as long as Slack does not show what it has posted', async () => {
    slack.mischief(complete, { kind: 'cut-after' });
    slack.hiddenFor.push(8);
    const story = await shareUntilDone(platform);
    expect(story).toMatchObject({ failures: ['chat-unavailable', 'upload-not-shared'], attemptsUsed: 1, made: 1 });
    expect(slack.posts).toHaveLength(1);
    expect(callsOf(slack, 'files.delete')).toBe(0);
  });

  it('is deleted and replaced when nothing has appeared for a good while, not before', async () => {
    slack.shareDelay.push(Number.POSITIVE_INFINITY);
    const story = await shareUntilDone(platform);
    expect(story).toMatchObject({ failures: ['upload-not-shared'], attemptsUsed: 0, made: 2 });
    expect(slack.posts).toHaveLength(1);
    const asked = story.saves.findLast(({ progress }) => progress.fileId === 'FUP00000001')!;
    const replaced = story.saves.find(({ progress }) => progress.fileId !== 'FUP00000001')!;
    expect(replaced.atMs - asked.progress.askedAtMs!).toBeGreaterThanOrEqual(replaceAfterMs);
    expect(slack.calls.map(({ method }) => method).filter((method) => /delete|URL/.test(method))).toEqual([
      'files.getUploadURLExternal',
      'files.delete',
      'files.getUploadURLExternal',
    ]);
  });

  it('uses up an attempt with each replacement that does not appear either', async () => {
    slack.shareDelay.push(...Array.from({ length: 10 }, () => Number.POSITIVE_INFINITY));
    expect(await shareUntilDone(platform, { attempts: 2 })).toMatchObject({ attemptsUsed: 2, made: 3 });
    expect(slack.posts).toEqual([]);
  });

  it.each([
    ['is cut', { kind: 'cut' } as const, 'chat-unavailable'],
    ['is cut after the work', { kind: 'cut-after' } as const, 'chat-unavailable'],
    ['is answered late', { kind: 'late-answer', ms: 2 * callTimeoutMs } as const, 'chat-unavailable'],
    ['may not be', { kind: 'error', error: 'cant_delete_file' } as const, 'upload-not-shared'],
  ])('is not replaced before it is deleted: the deletion %s', async (_, trick, code) => {
    slack.shareDelay.push(Number.POSITIVE_INFINITY);
    slack.mischief('files.delete', trick);
    const story = await shareUntilDone(platform);
    expect(story.failures.slice(0, 2)).toEqual(['upload-not-shared', code]);
    expect(slack.posts).toHaveLength(1);
    const methods = slack.calls.map(({ method }) => method);
    expect(methods.lastIndexOf('files.delete')).toBeGreaterThan(methods.indexOf('files.delete'));
    expect(methods.lastIndexOf('files.getUploadURLExternal')).toBeGreaterThan(methods.lastIndexOf('files.delete'));
  });

  it('is not called failed because Slack refuses to tell', async () => {
    slack.mischief('files.info', { kind: 'error', error: 'not_visible' });
    expect(await shareUntilDone(platform)).toMatchObject({ failures: ['upload-not-shared'], progress: { state: 'shared' } });
    expect(slack.posts).toHaveLength(1);
  });

  it.each([
    ['in the future, by another machine’s clock', Date.now() + 3_600_000],
    ['at a time that an older version did not save', undefined],
  ])('and was asked for %s is replaced after the same while', async (_, askedAtMs) => {
    const progress: UploadProgress = { state: 'sharing', fileId: 'FGONE', ...(askedAtMs === undefined ? {} : { askedAtMs }) };
    const startedAtMs = Date.now();
    const story = await shareUntilDone(platform, { progress });
    expect(story).toMatchObject({ failures: ['upload-not-shared'], attemptsUsed: 0, made: 1 });
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(replaceAfterMs);
    expect(slack.posts).toHaveLength(1);
  });
});
