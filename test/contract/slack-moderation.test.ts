import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { FakeMessage } from '@watchpost/bench/servers/fake-slack-chat';
import type { ChatModeration } from '@watchpost/shared/chat/moderation';
import { addAdmin, adminToken, at, moderationOf } from '../support/moderation-rig.ts';
import { warmUp } from '../support/posts-rig.ts';

const never = new AbortController().signal;
let slack: FakeSlack;
let nowMs: number;
let moderation: ChatModeration;
beforeAll(warmUp);
beforeEach(async () => {
  slack = await startFakeSlack();
  nowMs = 1_000_000;
  addAdmin(slack);
  moderation = moderationWith(adminToken);
});
afterEach(() => slack.close());

const moderationWith = (token: string | null, timeoutMs?: number): ChatModeration => moderationOf(slack, token, () => nowMs, timeoutMs);
const said = (over: Partial<Parameters<FakeSlack['chat']['say']>[0]> = {}) => slack.chat.say({ channel: 'C1', text: 'a secret', ...over });
const remove = (message: FakeMessage, by = moderation) => by.removeMessage(at(message), never);
const callsOf = (method: string) => slack.calls.filter((call) => call.method === method);
const pages = { kind: 'text', text: '<html>', contentType: 'application/json' } as const;

describe('removing a message', () => {
  it('deletes it with the admin’s token, and reads back with the bot’s whether it is gone', async () => {
    const message = said();
    const other = said({ text: 'another one' });
    expect(await remove(message)).toBe('removed');
    expect(slack.chat.messages).toEqual([other]);
    expect(slack.chat.removals).toEqual([{ by: 'U0ADMIN', what: message.ts }]);
    expect(slack.calls.map(({ method, authorization }) => [method, authorization])).toEqual([
      ['chat.delete', `Bearer ${adminToken}`],
      ['conversations.history', 'Bearer xoxb-test-token'],
    ]);
  });

  it('deletes a reply in a thread, and leaves the rest of the thread', async () => {
    const parent = said({ text: 'fine' });
    const [reply, other] = [said({ threadTs: parent.ts }), said({ threadTs: parent.ts, text: 'fine too' })];
    expect(await remove(reply)).toBe('removed');
    expect(slack.chat.messages).toEqual([parent, other]);
    // Slack counts the first message of the thread: with one row it would show nothing else.
    expect(Number(callsOf('conversations.replies')[0]?.args['limit'])).toBeGreaterThanOrEqual(2);
  });

  it('takes the tombstone that the first message of a thread leaves for gone', async () => {
    const parent = said();
    said({ threadTs: parent.ts, text: 'fine' });
    expect(await remove(parent)).toBe('removed');
    expect(slack.chat.messages).toMatchObject([{ text: 'This message was deleted.' }, { text: 'fine' }]);
  });

  it('is content with one that somebody else has deleted', async () => {
    const message = said();
    slack.chat.messages.splice(0);
    expect(await remove(message)).toBe('gone');
    expect(callsOf('conversations.history')).toHaveLength(1);
  });

  it('looks again where Slack still shows it for a moment', async () => {
    slack.chat.lingersFor.push(2);
    expect(await remove(said())).toBe('removed');
    expect(callsOf('conversations.history')).toHaveLength(3);
  });

  it('does not believe Slack, which says that it has deleted it and still shows it', async () => {
    slack.chat.lingersFor.push(Infinity);
    await expect(remove(said())).rejects.toMatchObject({ code: 'removal-unconfirmed', retry: 'transient' });
    expect(callsOf('conversations.history')).toHaveLength(4);
  });

  it('does not believe that there is none, where it still shows it', async () => {
    const message = said();
    slack.mischief('chat.delete', { kind: 'error', error: 'message_not_found' });
    await expect(remove(message)).rejects.toMatchObject({ code: 'removal-unconfirmed' });
    expect(slack.chat.messages).toEqual([message]);
  });

  it.each([{ kind: 'cut-after' }, { kind: 'worked', answer: { kind: 'html' } }, { kind: 'worked', answer: { kind: 'hang' } }] as const)(
    'finds out that it has worked when the answer is lost: %o',
    async (trick) => {
      slack.mischief('chat.delete', trick);
      expect(await remove(said())).toBe('removed');
      expect(callsOf('chat.delete')).toHaveLength(1);
    },
  );

  it.each([{ kind: 'status', status: 500 }, { kind: 'html' }, { kind: 'cut' }, { kind: 'error', error: 'internal_error' }, pages] as const)(
    'is left to a later attempt when Slack does nothing and answers %o',
    async (trick) => {
      const message = said();
      slack.mischief('chat.delete', trick);
      await expect(remove(message)).rejects.toMatchObject({ retry: 'transient' });
      expect(slack.chat.messages).toEqual([message]);
      expect(await remove(message)).toBe('removed');
    },
  );

  it('waits as long as Slack wants', async () => {
    slack.mischief('chat.delete', { kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    await expect(remove(said())).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 7_000 });
    expect(callsOf('conversations.history')).toEqual([]);
  });

  it('looks over a failed look', async () => {
    slack.mischief('conversations.history', { kind: 'status', status: 500 }, { kind: 'cut' });
    expect(await remove(said())).toBe('removed');
  });

  it('ends at once when the process stops', async () => {
    slack.mischief('chat.delete', { kind: 'hang' });
    const stopping = new AbortController();
    const removing = moderationWith(adminToken, 20_000).removeMessage(at(said()), stopping.signal);
    setTimeout(() => stopping.abort(), 20);
    await expect(removing).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a removal that Slack refuses', () => {
  it.each([
    ['cant_delete_message', /direct messages of others/],
    ['compliance_exports_prevent_deletion', /compliance/],
    ['is_archived', /Unarchive it/],
    ['some_new_error', /no more than that/],
  ])('with %s is permanent, and says why', async (error, words) => {
    const message = said();
    slack.mischief('chat.delete', { kind: 'error', error });
    await expect(remove(message)).rejects.toMatchObject({
      code: 'removal-refused',
      retry: 'permanent',
      message: expect.stringContaining(`(${error}): `),
    });
    slack.mischief('chat.delete', { kind: 'error', error });
    await expect(remove(message)).rejects.toThrow(words);
    expect(slack.chat.messages).toEqual([message]);
  });

  it('because the admin is not in the private channel says whom to invite', async () => {
    slack.chat.privateTo.set('C1', ['U0HUMAN']);
    await expect(remove(said())).rejects.toThrow(/not in this channel. Invite it/);
    slack.chat.privateTo.set('C1', ['U0HUMAN', 'U0ADMIN']);
    expect(await remove(said())).toBe('removed');
  });

  it('is none where somebody else has deleted it meanwhile', async () => {
    const message = said();
    slack.mischief('chat.delete', { kind: 'error', error: 'is_archived' });
    slack.chat.messages.splice(0);
    expect(await remove(message)).toBe('gone');
  });

  it('in a direct message of others is one, also for an admin', async () => {
    await expect(remove(said({ channel: 'D1' }))).rejects.toMatchObject({ code: 'removal-refused' });
  });

  it('of a member who is no admin is one', async () => {
    slack.people.users.set('U0ADMIN', {});
    await expect(remove(said())).rejects.toMatchObject({ code: 'removal-refused' });
  });

  it('is asked for again with the bot’s token where it is the app’s own post', async () => {
    const own = said({ channel: 'D1', user: 'U0WATCH' });
    own.botId = 'B0WATCH';
    expect(await remove(own)).toBe('removed');
    expect(slack.chat.removals).toEqual([{ by: 'U0WATCH', what: own.ts }]);
  });

  it.each(['token_revoked', 'invalid_auth', 'account_inactive', 'missing_scope'])(
    'because of the token (%s) waits until somebody has repaired it',
    async (error) => {
      slack.mischief('chat.delete', { kind: 'error', error });
      await expect(remove(said())).rejects.toMatchObject({
        code: 'chat-not-authorised',
        retry: 'repairable',
        message: expect.stringContaining('SLACK_USER_TOKEN'),
      });
    },
  );

  it('without an admin’s token is one, but for the app’s own posts', async () => {
    const without = moderationWith(null);
    await expect(remove(said(), without)).rejects.toThrow(/SLACK_USER_TOKEN is not set/);
    const own = said({ user: 'U0WATCH' });
    own.botId = 'B0WATCH';
    expect(await remove(own, without)).toBe('removed');
  });

  it('to look whether it is gone is no proof: the admin’s token looks then, and without a look it is not confirmed', async () => {
    slack.mischief('conversations.history', { kind: 'error', error: 'not_in_channel' });
    slack.tokens.set(adminToken, { user: 'U0ADMIN', scopes: ['chat:write', 'channels:history'] });
    expect(await remove(said())).toBe('removed');
    slack.tokens.set(adminToken, { user: 'U0ADMIN', scopes: ['chat:write'] });
    for (const _ of [1, 2, 3, 4]) slack.mischief('conversations.history', { kind: 'error', error: 'not_in_channel' });
    await expect(remove(said())).rejects.toMatchObject({ code: 'removal-unconfirmed' });
  });
});

describe('removing a file', () => {
  const post = (id = 'F0SECRET', user = 'U0HUMAN') => {
    slack.files.set(id, { id, bytes: Buffer.from('a secret'), info: { user }, contentType: 'text/plain' });
    return said({ files: [{ id, name: 'list.txt' }] });
  };

  it('deletes it wherever it is shown; the messages keep a tombstone of it', async () => {
    const [one, other] = [post(), said({ channel: 'C2', files: [{ id: 'F0SECRET' }, { id: 'F0FINE' }] })];
    expect(await moderation.removeFile('F0SECRET', never)).toBe('removed');
    expect(one.files).toEqual([{ id: 'F0SECRET', mode: 'tombstone' }]);
    expect(other.files).toEqual([{ id: 'F0SECRET', mode: 'tombstone' }, { id: 'F0FINE' }]);
    expect(slack.calls.map(({ method, authorization }) => [method, authorization])).toEqual([
      ['files.delete', `Bearer ${adminToken}`],
      ['files.info', 'Bearer xoxb-test-token'],
    ]);
  });

  it('is content with one that is deleted already', async () => {
    post();
    await moderation.removeFile('F0SECRET', never);
    expect(await moderation.removeFile('F0SECRET', never)).toBe('gone');
    expect(await moderation.removeFile('F0NOBODY', never)).toBe('gone');
  });

  it('looks again where Slack still has it for a moment', async () => {
    post();
    slack.filesLingerFor.push(2);
    expect(await moderation.removeFile('F0SECRET', never)).toBe('removed');
    expect(callsOf('files.info')).toHaveLength(3);
  });

  it('does not believe Slack, which says that it has deleted it and still has it', async () => {
    post();
    slack.filesLingerFor.push(Infinity);
    await expect(moderation.removeFile('F0SECRET', never)).rejects.toMatchObject({ code: 'removal-unconfirmed' });
  });

  it('does not believe that there is none, where the bot still sees it', async () => {
    post();
    slack.mischief('files.delete', { kind: 'error', error: 'file_not_found' });
    await expect(moderation.removeFile('F0SECRET', never)).rejects.toThrow(/may not see it. Invite it/);
  });

  it.each(['cant_delete_file', 'delete_not_allowed', 'file_deleting_disabled'])('says why Slack refuses: %s', async (error) => {
    post();
    slack.mischief('files.delete', { kind: 'error', error }, { kind: 'error', error });
    await expect(moderation.removeFile('F0SECRET', never)).rejects.toMatchObject({
      code: 'removal-refused',
      message: expect.stringContaining(error),
    });
  });

  it('takes one of which Slack still shows a tombstone for gone', async () => {
    post();
    slack.filesLingerFor.push(Infinity);
    slack.files.get('F0SECRET')!.info['mode'] = 'tombstone';
    expect(await moderation.removeFile('F0SECRET', never)).toBe('removed');
  });

  it('of others is refused without an admin’s token', async () => {
    post();
    await expect(moderationWith(null).removeFile('F0SECRET', never)).rejects.toMatchObject({ code: 'removal-refused' });
  });

  it('finds out that it has worked when the answer is lost', async () => {
    post();
    slack.mischief('files.delete', { kind: 'cut-after' });
    expect(await moderation.removeFile('F0SECRET', never)).toBe('removed');
  });
});
