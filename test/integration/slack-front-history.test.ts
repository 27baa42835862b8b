import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSlackPage, type SlackPageRig } from '../support/slack-page-rig.ts';

describe('what the emulated Slack does that its emulator does not', () => {
  let rig: SlackPageRig;
  let channel: string;
  beforeAll(async () => {
    rig = await startSlackPage();
    channel = rig.slack.channelId('who-was-there');
  });
  afterAll(async () => rig.close());

  const post = async (more: Record<string, unknown> = {}): Promise<string> =>
    (await rig.call('chat.postMessage', { channel, text: 'x', ...more }))['ts'];

  it('history keeps to its bounds and tells metadata to those who ask', async () => {
    const first = await post({ metadata: { event_type: 'visit', event_payload: { key: 'k' } } });
    const [second, third] = [await post(), await post()];
    const seen = async (args: Record<string, unknown>): Promise<string[]> =>
      (await rig.call('conversations.history', { channel, ...args }))['messages'].map(({ ts }: { ts: string }) => ts);
    expect(await seen({ oldest: first })).toEqual([third, second]);
    expect(await seen({ oldest: first, latest: third })).toEqual([second]);
    expect(await seen({ oldest: first, latest: second, inclusive: true })).toEqual([second, first]);
    const paged = await rig.call('conversations.history', { channel, oldest: first, inclusive: true, limit: 2 });
    expect(paged).toMatchObject({ has_more: true, response_metadata: { next_cursor: first } });
    const one = { channel, oldest: first, latest: first, inclusive: true };
    expect((await rig.call('conversations.history', one))['messages'][0].metadata).toBeUndefined();
    expect((await rig.call('conversations.history', { ...one, include_all_metadata: true }))['messages'][0].metadata).toBeDefined();
  });

  it('an administrator of the workspace deletes what others wrote, also in a thread; nobody else does', async () => {
    const deletes = async (token: string, ts: string) =>
      (
        await fetch(`${rig.slack.apiUrl}chat.delete`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ channel, ts }),
        })
      ).json();
    const said = await rig.call('chat.postMessage', { channel, text: 'by a camera' }, 'Front door');
    const reply = await rig.call('chat.postMessage', { channel, text: 'a reply', thread_ts: said['ts'] }, 'Front door');
    expect(await deletes(rig.slack.token('watchpost'), said['ts'])).toMatchObject({ ok: false, error: 'cant_delete_message' });
    expect(await deletes(rig.slack.memberToken('sam'), said['ts'])).toMatchObject({ ok: false, error: 'cant_delete_message' });
    const admin = rig.slack.memberToken('you');
    expect(await deletes(admin, reply['ts'])).toMatchObject({ ok: true });
    expect(await deletes(admin, said['ts'])).toMatchObject({ ok: true });
    expect(await deletes(admin, said['ts'])).toMatchObject({ ok: false, error: 'message_not_found' });
  });

  it('a thread whose message is gone is none', async () => {
    const parent = await post();
    const reply = await post({ thread_ts: parent });
    const { messages } = await rig.call('conversations.replies', { channel, ts: parent, oldest: parent });
    expect(messages.map(({ ts }: { ts: string }) => ts)).toEqual([parent, reply]);
    await rig.call('chat.delete', { channel, ts: parent });
    expect(await rig.call('conversations.replies', { channel, ts: parent })).toMatchObject({ ok: false, error: 'thread_not_found' });
  });

  it('may be read by the page more often than the emulator answers one token in an hour', async () => {
    const answers: boolean[] = [];
    for (let round = 0; round < 51; round += 1) {
      const all = await Promise.all(Array.from({ length: 100 }, async () => rig.slack.front.read('auth.test', {})));
      answers.push(...all.map(({ ok }) => ok));
    }
    expect(answers.every(Boolean)).toBe(true);
    expect(await rig.slack.front.read('conversations.history', { channel })).toMatchObject({ ok: true });
  }, 30_000);

  it('says which channels somebody is in', async () => {
    const { channels } = await rig.call('users.conversations', { types: 'public_channel,private_channel' });
    expect(channels.map(({ id }: { id: string }) => id)).toContain(channel);
  });
});
