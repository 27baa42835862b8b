import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatFile, ChatPlatform, UploadProgress } from '@watchpost/shared/chat/chat';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createSlackCalls } from '@watchpost/slack/calls';
import { createSlackPlatform } from '@watchpost/slack/platform';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';

const token = 'xoxb-test-token';
const never = new AbortController().signal;
let slack: FakeSlack;
let foreign: FakeSlack;
let platform: ChatPlatform;

beforeEach(async () => {
  slack = await startFakeSlack();
  foreign = await startFakeSlack();
  platform = createSlackPlatform({
    call: createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: 500 }),
    token,
    allows: allowHosts([{ origin: slack.url }]),
    downloadTimeoutMs: 500,
    uploadTimeoutMs: 500,
    checkAfterMs: [1, 1, 1, 1],
  });
});
afterEach(async () => {
  await slack.close();
  await foreign.close();
});

function put(id: string, bytes: Buffer, extra: Partial<{ contentType: string; info: Record<string, unknown> }> = {}): ChatFile {
  slack.files.set(id, { id, bytes, contentType: 'image/jpeg', info: {}, ...extra });
  return { id, name: `${id}.jpg`, mimeType: 'image/jpeg', sizeBytes: bytes.length, url: `${slack.url}/download/${id}`, thumbnailUrl: null };
}
const original = { maxBytes: 1_000, source: 'original' } as const;
const picture = Buffer.from('not really a picture');

describe('download', () => {
  it('brings the bytes, with the token', async () => {
    expect(Buffer.from(await platform.download(put('F1', picture), original, never))).toEqual(picture);
    expect(slack.downloads[0]?.authorization).toBe(`Bearer ${token}`);
  });

  it('never asks a foreign host', async () => {
    const file = { ...put('F1', picture), url: `${foreign.url}/download/F1` };
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code: 'file-host-refused', retry: 'permanent' });
    expect(foreign.downloads).toEqual([]);
  });

  it.each(['http://user:pw@127.0.0.1.evil.example/x', 'file:///etc/passwd', 'not a url'])('refuses %s', async (url) => {
    await expect(platform.download({ ...put('F1', picture), url }, original, never)).rejects.toMatchObject({ code: 'file-host-refused' });
  });

  it('follows two redirects within the host, not a third', async () => {
    const file = put('F1', picture);
    slack.redirects.set('/a', '/b').set('/b', `${slack.url}/download/F1`);
    expect(Buffer.from(await platform.download({ ...file, url: `${slack.url}/a` }, original, never))).toEqual(picture);
    slack.redirects.set('/z', '/a');
    await expect(platform.download({ ...file, url: `${slack.url}/z` }, original, never)).rejects.toMatchObject({ code: 'file-forbidden' });
  });

  it('takes a redirect elsewhere for the login page, and sends nothing there', async () => {
    slack.redirects.set('/a', `${foreign.url}/?redir=%2Ffiles`);
    const file = { ...put('F1', picture), url: `${slack.url}/a` };
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code: 'file-forbidden', retry: 'permanent' });
    expect(foreign.downloads).toEqual([]);
  });

  it('recognises a login page that comes with status 200', async () => {
    const file = put('F1', picture);
    slack.mischief('/download/F1', { kind: 'html' });
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code: 'file-forbidden' });
  });

  it('leaves a page that the camera itself posted to the decoder', async () => {
    const page = Buffer.from('<html><body>camera offline</body></html>');
    expect(Buffer.from(await platform.download(put('F1', page), original, never))).toEqual(page);
  });

  it('caps the bytes, announced or not', async () => {
    const big = put('F1', Buffer.alloc(1_001));
    await expect(platform.download(big, original, never)).rejects.toMatchObject({ code: 'file-too-large', retry: 'permanent' });
    await expect(platform.download({ ...big, sizeBytes: null }, original, never)).rejects.toMatchObject({ code: 'file-too-large' });
  });

  it.each([
    [{ kind: 'status', status: 404 } as const, 'file-gone', 'permanent'],
    [{ kind: 'status', status: 403 } as const, 'file-forbidden', 'permanent'],
    [{ kind: 'status', status: 503 } as const, 'download-failed', 'transient'],
    [{ kind: 'cut' } as const, 'download-failed', 'transient'],
    [{ kind: 'hang' } as const, 'download-failed', 'transient'],
  ])('tells %o apart', async (trick, code, retry) => {
    const file = put('F1', picture);
    slack.mischief('/download/F1', trick);
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code, retry });
  });

  it('hands on how long Slack wants us to wait', async () => {
    const file = put('F1', picture);
    slack.mischief('/download/F1', { kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 7_000 });
  });

  it('notices a file that ends early', async () => {
    const file = { ...put('F1', picture), sizeBytes: picture.length + 5 };
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code: 'download-failed' });
  });

  it('completes a Slack Connect stub by files.info', async () => {
    const file = { ...put('F1', picture), url: null, sizeBytes: null };
    expect(Buffer.from(await platform.download(file, original, never))).toEqual(picture);
  });

  it.each([
    [{ mode: 'tombstone' }, 'file-gone'],
    [{ mode: 'hidden_by_limit' }, 'file-gone'],
    [{ mode: 'external' }, 'file-external'],
    [{ file_access: 'access_denied' }, 'file-forbidden'],
    [{ mode: 'file_access', file_access: 'check_file_info' }, 'file-not-ready'],
  ])('says of %o what it is', async (info, code) => {
    const file = { ...put('F1', picture, { info }), url: null };
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code });
  });

  it('gives up at once when aborted', async () => {
    const file = put('F1', picture);
    slack.mischief('/download/F1', { kind: 'hang' });
    const controller = new AbortController();
    const download = platform.download(file, original, controller.signal);
    controller.abort();
    await expect(download).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('sharePicture', () => {
  const message = {
    channel: 'slack:CRESULTS' as const,
    picture: { bytes: async () => new Uint8Array(picture), fileName: 'x.jpg', title: 'Front door', altText: 'Snapshot with 1 face' },
    text: [{ text: '1 face: Ada' }],
  };

  /** Runs as the queue would: again after each transient failure, from what was saved. */
  async function untilDone(tries = 6): Promise<{ failures: string[]; progress: UploadProgress | null }> {
    let progress: UploadProgress | null = null;
    const failures: string[] = [];
    for (let i = 0; i < tries; i += 1) {
      try {
        const save = async (next: UploadProgress) => {
          progress = next;
        };
        await platform.sharePicture({ ...message, progress }, save, never);
        return { failures, progress };
      } catch (error) {
        failures.push((error as { code: string }).code);
        if ((error as { retry: string }).retry === 'permanent') break;
      }
    }
    return { failures, progress };
  }

  it('posts one picture with its text, title and alternative text, and knows its message', async () => {
    const { failures, progress } = await untilDone();
    expect(failures).toEqual([]);
    expect(slack.posts).toMatchObject([{ channel: 'CRESULTS', text: '1 face: Ada', title: 'Front door', altText: 'Snapshot with 1 face' }]);
    expect(slack.posts[0]?.bytes).toEqual(picture);
    expect(progress).toMatchObject({ state: 'shared', messageId: slack.posts[0]?.ts });
  });

  it.each([
    ['files.getUploadURLExternal', { kind: 'status', status: 500 } as const],
    ['files.getUploadURLExternal', { kind: 'html' } as const],
    ['/upload', { kind: 'cut' } as const],
    ['/upload', { kind: 'status', status: 500 } as const],
    ['/upload', { kind: 'hang' } as const],
    ['files.completeUploadExternal', { kind: 'cut' } as const],
    ['files.completeUploadExternal', { kind: 'cut-after' } as const],
    ['files.completeUploadExternal', { kind: 'hang' } as const],
    ['files.completeUploadExternal', { kind: 'html' } as const],
    ['files.completeUploadExternal', { kind: 'error', error: 'internal_error' } as const],
    ['files.info', { kind: 'cut' } as const],
    ['files.info', { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const],
  ])('posts exactly once when %s does %o', async (target, trick) => {
    slack.mischief(target, trick);
    const { failures } = await untilDone();
    expect(failures).toHaveLength(1);
    expect(slack.posts).toHaveLength(1);
  });

  it('keeps the uploaded bytes over a rate limit', async () => {
    slack.mischief('files.completeUploadExternal', { kind: 'status', status: 429, headers: { 'retry-after': '3' } });
    const { failures } = await untilDone();
    expect(failures).toEqual(['chat-rate-limited']);
    expect(slack.calls.filter(({ method }) => method === '/upload')).toHaveLength(1);
    expect(slack.posts).toHaveLength(1);
  });

  it('waits for a share that comes late', async () => {
    slack.shareDelay.push(3);
    const { failures } = await untilDone();
    expect(failures).toEqual([]);
    expect(slack.posts).toHaveLength(1);
  });

  it('replaces a share that Slack lost, after deleting the lost file', async () => {
    slack.shareDelay.push(Number.POSITIVE_INFINITY);
    const { failures } = await untilDone();
    expect(failures).toEqual(['upload-not-shared']);
    expect(slack.calls.filter(({ method }) => method === 'files.delete')).toHaveLength(1);
    expect(slack.posts).toHaveLength(1);
  });

  it('ends at once where the bot may not post', async () => {
    slack.mischief('files.completeUploadExternal', { kind: 'error', error: 'not_in_channel' });
    expect((await untilDone()).failures).toEqual(['channel-not-available']);
    expect(slack.posts).toEqual([]);
  });

  it('does nothing for a post that is there', async () => {
    const progress = { state: 'shared', fileId: 'F1', messageId: '1.2' } as const;
    expect(await platform.sharePicture({ ...message, progress }, async () => undefined, never)).toEqual(progress);
    expect(slack.calls).toEqual([]);
  });
});
