import { z } from 'zod';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatFile, ChatPlatform } from '@watchpost/shared/chat/chat';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createSlackCalls, type SlackCall } from '@watchpost/slack/calls';
import { createSlackPlatform } from '@watchpost/slack/platform';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';

const token = 'xoxb-test-token';
const never = new AbortController().signal;
let slack: FakeSlack;
let foreign: FakeSlack;
let call: SlackCall;
let platform: ChatPlatform;

beforeEach(async () => {
  slack = await startFakeSlack();
  foreign = await startFakeSlack();
  call = createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: 500 });
  platform = createSlackPlatform({
    call,
    token,
    allows: allowHosts([{ origin: slack.url }]),
    downloadTimeoutMs: 500,
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

  it.each(['user@', ':password@', 'user:password@'])(
    'refuses the address of an allowed host with %s, also after a redirect',
    async (who) => {
      const file = put('F1', picture);
      const url = `${slack.url.replace('http://', `http://${who}`)}/download/F1`;
      const refused = { code: 'file-host-refused', retry: 'permanent', message: expect.not.stringContaining('password@') };
      await expect(platform.download({ ...file, url }, original, never)).rejects.toMatchObject(refused);
      slack.redirects.set('/a', url);
      await expect(platform.download({ ...file, url: `${slack.url}/a` }, original, never)).rejects.toMatchObject(refused);
    },
  );

  it('refuses an allowed host at a port that is never asked', async () => {
    const blocked = createSlackPlatform({
      call: createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: 500 }),
      token,
      allows: allowHosts([{ origin: 'http://127.0.0.1:6000' }]),
    });
    const file = { ...put('F1', picture), url: 'http://127.0.0.1:6000/F1' };
    await expect(blocked.download(file, original, never)).rejects.toMatchObject({ code: 'file-host-refused', retry: 'permanent' });
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
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code: 'file-forbidden', retry: 'transient' });
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
    [{ kind: 'status', status: 403 } as const, 'file-forbidden', 'transient'],
    [{ kind: 'status', status: 503 } as const, 'download-failed', 'transient'],
    [{ kind: 'status', status: 407 } as const, 'download-failed', 'transient'],
    [{ kind: 'status', status: 408 } as const, 'download-failed', 'transient'],
    [{ kind: 'status', status: 425 } as const, 'download-failed', 'transient'],
    [{ kind: 'cut' } as const, 'download-failed', 'transient'],
    [{ kind: 'hang' } as const, 'download-failed', 'transient'],
  ])('tells %o apart', async (trick, code, retry) => {
    const file = put('F1', picture);
    slack.mischief('/download/F1', trick);
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code, retry });
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '86400' }, 300_000],
    [{}, 30_000],
  ])('hands on how long Slack wants us to wait (%o)', async (headers: Record<string, string>, retryAfterMs) => {
    const file = put('F1', picture);
    slack.mischief('/download/F1', { kind: 'status', status: 429, headers });
    await expect(platform.download(file, original, never)).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs });
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

describe('a call of the Web API', () => {
  const ask = async (signal = never) => {
    const args = { channel: 'CREAD', message_ts: '1700000000.000100' };
    return (await call('chat.getPermalink', args, z.looseObject({ permalink: z.string() }), signal)).permalink;
  };

  it.each([
    [{ kind: 'error', error: 'invalid_auth' } as const, { code: 'chat-not-authorised', retry: 'repairable' }],
    [{ kind: 'error', error: 'team_added_to_org' } as const, { code: 'chat-unavailable', retry: 'transient' }],
    [{ kind: 'html' } as const, { code: 'chat-unavailable' }],
    [{ kind: 'text', text: 'forbidden', contentType: 'text/plain' } as const, { code: 'chat-unavailable' }],
    [{ kind: 'text', text: '{}', contentType: 'application/json' } as const, { code: 'chat-unavailable' }],
    [{ kind: 'text', text: 'null', contentType: 'application/json' } as const, { code: 'chat-unavailable' }],
    [{ kind: 'text', text: '{"ok":true}', contentType: 'application/json' } as const, { code: 'chat-unavailable' }],
    [{ kind: 'status', status: 302, headers: { location: '/elsewhere' } } as const, { code: 'chat-unavailable' }],
    [{ kind: 'cut' } as const, { code: 'chat-unavailable' }],
    [{ kind: 'hang' } as const, { code: 'chat-unavailable' }],
    [{ kind: 'late-answer', ms: 1_000 } as const, { code: 'chat-unavailable' }],
    [{ kind: 'error', error: 'ratelimited' } as const, { code: 'chat-rate-limited', retryAfterMs: 30_000 }],
    [{ kind: 'status', status: 429 } as const, { code: 'chat-rate-limited', retryAfterMs: 30_000 }],
    [{ kind: 'status', status: 429, headers: { 'retry-after': '12' } } as const, { code: 'chat-rate-limited', retryAfterMs: 12_000 }],
    [{ kind: 'status', status: 429, headers: { 'retry-after': 'soon' } } as const, { code: 'chat-rate-limited', retryAfterMs: 30_000 }],
  ])('that gets %o says so', async (trick, error) => {
    slack.mischief('chat.getPermalink', trick);
    await expect(ask()).rejects.toMatchObject(error);
  });

  it.each([400, 401, 403, 404, 407, 408, 413, 425, 451, 500, 502, 503])('is repeated after HTTP %i, which is a proxy’s', async (status) => {
    slack.mischief('chat.getPermalink', { kind: 'status', status });
    await expect(ask()).rejects.toMatchObject({ code: 'chat-unavailable', retry: 'transient' });
  });

  it('that is aborted is cancelled at Slack as well, and only that one', async () => {
    slack.mischief('chat.getPermalink', { kind: 'hang' }, { kind: 'late-answer', ms: 100 });
    const controller = new AbortController();
    const first = ask(controller.signal);
    await expect.poll(() => slack.calls.length).toBe(1);
    const second = ask();
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    await expect.poll(() => slack.cancelled).toEqual(['chat.getPermalink']);
    expect(await second).toContain('/CREAD/');
    expect(slack.cancelled).toHaveLength(1);
  });

  it('is not begun once its signal has aborted', async () => {
    await expect(ask(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    expect(slack.calls).toEqual([]);
  });
});
