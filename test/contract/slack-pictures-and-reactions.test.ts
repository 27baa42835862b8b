import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { allowPictureHosts } from '@watchpost/slack/file-hosts';
import { directoryOn, type DirectoryRig } from '../support/directory-rig.ts';
import { at } from '../support/moderation-rig.ts';
import { warmUp } from '../support/posts-rig.ts';

const never = new AbortController().signal;
const token = ['xoxb', 'narrow'].join('-');
let slack: FakeSlack;
let foreign: FakeSlack;
let rig: DirectoryRig;
beforeAll(warmUp);
beforeEach(async () => {
  [slack, foreign] = await Promise.all([startFakeSlack(), startFakeSlack()]);
  rig = directoryOn(slack, () => 1_000_000);
});
afterEach(async () => {
  await Promise.all([slack.close(), foreign.close()]);
});

describe('a picture that everybody may see', () => {
  const bytes = Buffer.from('not really a picture');
  const serve = (contentType = 'image/png', on = slack) => void on.files.set('P1', { id: 'P1', bytes, info: {}, contentType });
  const load = (url = `${slack.url}/download/P1`, mostBytes = 1_000) => rig.directory.publicPicture(url, mostBytes, never);

  it('is loaded without our token', async () => {
    serve();
    expect(Buffer.from(await load())).toEqual(bytes);
    expect(slack.downloads).toEqual([{ path: '/download/P1', authorization: undefined }]);
  });

  it.each([
    'https://avatars.slack-edge.com/1.png',
    'https://emoji.slack-edge.com/T1/x/1.png',
    'https://a.slack-edge.com/1.png',
    'https://secure.gravatar.com/avatar/1.jpg',
    'https://i0.wp.com/a.slack-edge.com/1.png',
  ])('may be at %s', (url) => {
    expect(allowPictureHosts([])(new URL(url))).toBe(true);
  });

  it.each([
    'http://avatars.slack-edge.com/1.png',
    'https://slack-edge.com.evil.example/1.png',
    'https://evil-slack-edge.com/1.png',
    'https://avatars.slack-edge.com:8443/1.png',
    'https://files.slack.com/1.png',
    'http://127.0.0.1:8080/1.png',
    'file:///etc/passwd',
  ])('may not be at %s', (url) => {
    expect(allowPictureHosts([])(new URL(url))).toBe(false);
  });

  it('is not looked for elsewhere, neither at once nor after a redirect', async () => {
    serve('image/png', foreign);
    await expect(load(`${foreign.url}/download/P1`)).rejects.toMatchObject({ code: 'file-host-refused' });
    slack.redirects.set('/moved', `${foreign.url}/download/P1`);
    await expect(load(`${slack.url}/moved`)).rejects.toMatchObject({ code: 'file-host-refused' });
    expect(foreign.downloads).toEqual([]);
    await expect(load('nowhere')).rejects.toMatchObject({ code: 'file-host-refused' });
  });

  it('is found after a redirect within Slack, but not after three', async () => {
    serve();
    slack.redirects.set('/a', '/b').set('/b', '/download/P1').set('/c', '/a');
    expect(Buffer.from(await load(`${slack.url}/a`))).toEqual(bytes);
    await expect(load(`${slack.url}/c`)).rejects.toMatchObject({ code: 'file-forbidden' });
  });

  it('is no larger than wanted, and no page', async () => {
    serve();
    await expect(load(undefined, bytes.length - 1)).rejects.toMatchObject({ code: 'file-too-large' });
    serve('text/html');
    await expect(load()).rejects.toMatchObject({ code: 'file-forbidden', message: 'received an HTML page instead of the file' });
  });

  it('is given up when it does not come in time, or is not there', async () => {
    serve();
    slack.mischief('/download/P1', { kind: 'hang' }, { kind: 'status', status: 503 }, { kind: 'status', status: 404 });
    const target = slack.downloads.length;
    await expect(load()).rejects.toMatchObject({ code: 'download-failed' });
    await expect(load()).rejects.toMatchObject({ code: 'download-failed' });
    await expect(load()).rejects.toMatchObject({ code: 'file-gone' });
    expect(slack.downloads.length - target).toBe(3);
  });
});

describe('our reactions', () => {
  const said = () => slack.chat.say({ channel: 'C1', text: 'words' });

  it('are set and taken back, as often as one likes', async () => {
    const message = said();
    for (const _ of [1, 2]) await rig.reactions.add(at(message), 'clock1', never);
    expect(message.reactions).toEqual([{ name: 'clock1', users: ['U0WATCH'] }]);
    for (const _ of [1, 2]) await rig.reactions.remove(at(message), 'clock1', never);
    expect(message.reactions).toEqual([]);
  });

  it('leave those of others', async () => {
    const message = said();
    slack.chat.react(message, 'rocket', 'U2');
    await rig.reactions.add(at(message), 'rocket', never);
    await rig.reactions.remove(at(message), 'rocket', never);
    expect(message.reactions).toEqual([{ name: 'rocket', users: ['U2'] }]);
  });

  it('on a message that is gone are no error', async () => {
    const nowhere = { channel: 'slack:C1' as const, messageId: '1.000001' };
    await rig.reactions.add(nowhere, 'rocket', never);
    await rig.reactions.remove(nowhere, 'rocket', never);
    expect(slack.calls.map(({ method }) => method)).toEqual(['reactions.add', 'reactions.remove']);
  });

  it('say where Slack does not take them', async () => {
    const message = said();
    await expect(rig.reactions.add(at(message), ':rocket:', never)).rejects.toMatchObject({ code: 'chat-refused' });
    slack.mischief(
      'reactions.add',
      { kind: 'status', status: 429, headers: { 'retry-after': '3' } },
      { kind: 'error', error: 'missing_scope' },
    );
    await expect(rig.reactions.add(at(message), 'rocket', never)).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 3_000 });
    await expect(rig.reactions.add(at(message), 'rocket', never)).rejects.toMatchObject({ code: 'chat-not-authorised' });
  });
});

describe('where scopes are missing', () => {
  it('everything says so', async () => {
    slack.tokens.set(token, { user: 'U0WATCH', scopes: [] });
    const { directory, reactions } = directoryOn(slack, () => 0, token);
    const message = slack.chat.say({ channel: 'C1' });
    const asked = [
      directory.member('U1', never),
      directory.member('B1', never),
      directory.channel('C1', never),
      directory.group('S1', never),
      directory.groupMembers('S1', never),
      directory.emoji(never),
      directory.written(at(message), never),
      reactions.add(at(message), 'rocket', never),
      reactions.remove(at(message), 'rocket', never),
    ];
    for (const { status, reason } of (await Promise.allSettled(asked)).map((each) => ({ reason: null, ...each })))
      expect([status, reason]).toEqual(['rejected', expect.objectContaining({ code: 'chat-not-authorised' })]);
  });

  it('the worker goes without what they are for, and its log says each once', async () => {
    slack.tokens.set(token, { user: 'U0WATCH', scopes: [] });
    const { lenient, logged } = directoryOn(slack, () => 0, token);
    const message = slack.chat.say({ channel: 'C1' });
    const { directory, reactions } = lenient;
    for (const _ of [1, 2]) {
      expect([await directory.member('U1', never), await directory.channel('C1', never), await directory.group('S1', never)]).toEqual([
        null,
        null,
        null,
      ]);
      expect([await directory.groupMembers('S1', never), [...(await directory.emoji(never))]]).toEqual([[], []]);
      await reactions.add(at(message), 'rocket', never);
      await reactions.remove(at(message), 'rocket', never);
    }
    const scopes = logged.map((line) => /lacks the scope ([a-z]+:[a-z]+)/.exec(line)?.[1]);
    expect(scopes).toEqual(['users:read', 'channels:read', 'usergroups:read', 'emoji:read', 'reactions:write']);
    await expect(directory.written(at(message), never)).rejects.toMatchObject({ code: 'chat-not-authorised' });
  });

  it('a token that Slack does not accept is no missing scope', async () => {
    slack.mischief('emoji.list', { kind: 'error', error: 'invalid_auth' });
    await expect(rig.lenient.directory.emoji(never)).rejects.toMatchObject({ code: 'chat-not-authorised' });
    expect(rig.logged).toEqual([]);
  });
});
