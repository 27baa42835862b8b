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

describe('whether removing is possible', () => {
  const canRemove = (by = moderation) => by.canRemove(never);

  it.each([{ is_admin: true }, { is_owner: true }])('is possible with the token of %o', async (user) => {
    slack.people.users.set('U0ADMIN', user);
    expect(await canRemove()).toEqual({ can: true });
  });

  it('is not without a token, and nobody is asked', async () => {
    expect(await canRemove(moderationWith(null))).toEqual({ can: false, why: expect.stringContaining('SLACK_USER_TOKEN is not set') });
    expect(slack.calls).toEqual([]);
  });

  it.each<[string, () => void, RegExp]>([
    ['a revoked token', () => slack.tokens.clear(), /does not accept SLACK_USER_TOKEN \(invalid_auth\)/],
    [
      'missing scopes',
      () => slack.tokens.set(adminToken, { user: 'U0ADMIN', scopes: ['channels:history'] }),
      /lacks the user scopes chat:write and files:write/,
    ],
    ['a member’s token', () => slack.people.users.set('U0ADMIN', {}), /neither an owner nor an admin/],
    [
      'another workspace',
      () => slack.tokens.set(adminToken, { user: 'U0ADMIN', scopes: ['chat:write', 'files:write'], team: 'T2' }),
      /another workspace/,
    ],
  ])('is not with %s, and a sentence says what to do', async (_what, spoil, words) => {
    spoil();
    expect(await canRemove()).toEqual({ can: false, why: expect.stringMatching(words) });
  });

  it('is taken for possible where Slack does not tell who is an admin', async () => {
    slack.mischief('users.info', { kind: 'error', error: 'missing_scope' }, { kind: 'error', error: 'missing_scope' });
    expect(await canRemove()).toEqual({ can: true });
  });

  it('is asked once a minute', async () => {
    for (const _ of [1, 2, 3]) await canRemove();
    expect(callsOf('users.info')).toHaveLength(1);
    nowMs += 61_000;
    slack.people.users.set('U0ADMIN', {});
    expect(await canRemove()).toMatchObject({ can: false });
  });

  it('is asked once by many at the same time, and not forgotten when the first of them stops', async () => {
    slack.latencyMs = 30;
    const stopping = new AbortController();
    const first = moderation.canRemove(stopping.signal);
    const others = Promise.all([1, 2, 3].map(() => canRemove()));
    await expect.poll(() => callsOf('auth.test').length).toBeGreaterThan(0);
    stopping.abort();
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    expect(await others).toEqual([{ can: true }, { can: true }, { can: true }]);
    expect(callsOf('users.info')).toHaveLength(1);
  });

  it('is what it was while Slack does not answer, and not known before', async () => {
    for (const _ of [1, 2]) slack.mischief('auth.test', { kind: 'status', status: 503 });
    await expect(canRemove()).rejects.toMatchObject({ code: 'chat-unavailable' });
    await expect(canRemove()).rejects.toMatchObject({ code: 'chat-unavailable' });
    expect(await canRemove()).toEqual({ can: true });
    nowMs += 61_000;
    slack.mischief('auth.test', { kind: 'status', status: 503 });
    expect(await canRemove()).toEqual({ can: true });
  });
});

describe('reading what somebody wrote', () => {
  it('resolves to the message as it is now, with its texts', async () => {
    const message = said({ text: 'first', more: { attachments: [{ text: 'quoted' }] } });
    slack.chat.change(message, { text: 'second' });
    expect(await moderation.read(at(message), never)).toMatchObject({
      messageId: message.ts,
      author: { member: 'U0HUMAN', bot: null },
      isDirect: false,
      content: {
        texts: [
          { where: 'text', text: 'second' },
          { where: 'attachment 1', text: 'quoted' },
        ],
        before: null,
      },
    });
  });

  it('resolves to null for one that is gone: of a channel, of a thread, with its thread, or a tombstone', async () => {
    const [parent, gone] = [said(), said()];
    const reply = said({ threadTs: parent.ts });
    await remove(parent);
    slack.chat.messages.splice(slack.chat.messages.indexOf(gone), 1);
    const nobody = { channel: 'slack:C1' as const, messageId: '1.000001' };
    expect(await moderation.read(at(parent), never)).toBeNull();
    expect(await moderation.read(at(gone), never)).toBeNull();
    expect(await moderation.read({ ...nobody, thread: parent.ts }, never)).toBeNull();
    expect(await moderation.read({ ...nobody, thread: '1.000000' }, never)).toBeNull();
    expect(await moderation.read(at(reply), never)).toMatchObject({ thread: parent.ts });
  });

  it('has the metadata too, which Slack leaves out unless it is asked for', async () => {
    const message = said();
    message.metadata = { event_type: 'note', event_payload: { words: 'in an app’s metadata' } };
    expect((await moderation.read(at(message), never))?.content.texts).toContainEqual({ where: 'metadata', text: 'in an app’s metadata' });
  });

  it('takes an id with a G for a direct message where Slack does not tell, and does not ask again', async () => {
    for (const _ of [1, 2]) slack.mischief('conversations.info', { kind: 'error', error: 'missing_scope' });
    const direct = [];
    for (const channel of ['G1', 'C1', 'G1', 'C1']) direct.push((await moderation.read(at(said({ channel })), never))?.isDirect);
    expect(direct).toEqual([true, false, true, false]);
    expect(callsOf('conversations.info')).toHaveLength(2);
  });

  it('knows direct messages, also of several people', async () => {
    slack.chat.groupDirects.add('CGROUP');
    const direct = await Promise.all(
      ['D1', 'CGROUP', 'C1'].map(async (channel) => (await moderation.read(at(said({ channel })), never))?.isDirect),
    );
    expect(direct).toEqual([true, true, false]);
    await moderation.read(at(said({ channel: 'CGROUP' })), never);
    expect(callsOf('conversations.info')).toHaveLength(2);
  });

  it('reads the newest messages of a channel with those of threads, newest first', async () => {
    const old = said({ text: '1' });
    const parent = said({ text: '2' });
    said({ text: '3' });
    said({ text: '4', threadTs: parent.ts });
    said({ text: 'elsewhere', channel: 'C2' });
    said({ text: '5', threadTs: parent.ts });
    const texts = async (limit: number) => (await moderation.recent('slack:C1', limit, never)).map(({ content }) => content.texts[0]?.text);
    expect(await texts(100)).toEqual(['5', '4', '3', '2', '1']);
    expect(await texts(3)).toEqual(['5', '4', '3']);
    await remove(old);
    expect(await texts(100)).toEqual(['5', '4', '3', '2']);
  });
});
