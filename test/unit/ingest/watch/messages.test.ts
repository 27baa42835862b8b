import { createTakeEnvelope } from '@watchpost/ingest/platforms/slack/socket/take-envelope';
import { AppError } from '@watchpost/shared/errors';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { describe, expect, it } from 'vitest';
import { dryRuleSample } from '../../../support/rule-samples.ts';
import { fileShare, slackFile } from '../../../support/signed-slack-request.ts';
import { editEvent, messageEvent, openMessage, watchedRig } from '../../../support/watched-rig.ts';

const text = (said: string) => [{ where: 'text', text: said }];
const kinds = (sent: { job: Job }[]) => sent.map(({ job }) => job.kind);

describe('a message that a rule applies to', () => {
  it('becomes one sealed job before Slack gets its answer', async () => {
    const it = watchedRig();
    expect((await it.post(messageEvent())).statusCode).toBe(200);
    const [job] = it.messages();
    expect(it.messages()).toHaveLength(1);
    expect(job).toMatchObject({
      change: 'posted',
      channel: 'slack:C1',
      messageId: '1700000000.000100',
      author: { member: 'U1', bot: null, app: null },
      postedAtMs: 1_700_000_000_000,
      isDirect: false,
    });
    expect(openMessage(job!).texts).toEqual(text('the key-1234'));
    expect(await it.metrics()).toContain('ingest_messages_total{outcome="queued"} 1');
    expect(await it.metrics()).toContain('ingest_request_seconds_count{outcome="watched"} 1');
  });

  it('is the same job when Slack delivers it again', async () => {
    const it = watchedRig();
    await it.post(messageEvent());
    await it.post(
      { ...messageEvent(), event_id: 'Ev2' },
      { headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } },
    );
    const ids = it.messages().map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('stands nowhere in the log', async () => {
    const it = watchedRig();
    await it.post(messageEvent({ text: 'canary-7', username: 'canary-8', files: [slackFile({ name: 'canary-9' })] }));
    await it.post(editEvent({ text: 'canary-7 ' }, { text: 'canary-6' }));
    expect(it.messages()).toHaveLength(2);
    expect(it.logged.join('')).not.toContain('canary');
    expect(JSON.stringify(it.sent)).not.toContain('canary');
  });

  it('is queued by way of Socket Mode too', async () => {
    const it = watchedRig();
    const take = createTakeEnvelope(it.handlers);
    expect(await take({ envelope_id: 'E1', type: 'events_api', payload: messageEvent() }, () => 1_000)).toEqual({});
    expect(it.messages().map((job) => openMessage(job).texts)).toEqual([text('the key-1234')]);
  });

  it('follows the rules as they change, from one message to the next', async () => {
    let rules = [dryRuleSample()];
    const it = watchedRig({ rules: () => rules });
    await it.post(messageEvent());
    rules = [dryRuleSample({ enabled: false })];
    await it.post(messageEvent({ text: 'other' }));
    rules = [];
    await it.post(messageEvent({ text: 'another' }));
    expect(it.messages()).toHaveLength(1);
    rules = [dryRuleSample({ scope: { in: 'some', channels: ['slack:C2'] } })];
    await it.post(messageEvent());
    await it.post(messageEvent({ channel: 'C2' }));
    expect(it.messages().map(({ channel }) => channel)).toEqual(['slack:C1', 'slack:C2']);
    expect(await it.metrics()).toContain('ingest_messages_total{outcome="no-rule"} 1');
  });

  it('is not looked at while no rule exists, and not even counted', async () => {
    const it = watchedRig({ rules: () => [] });
    expect((await it.post(messageEvent())).statusCode).toBe(200);
    expect(it.sent).toEqual([]);
    expect(await it.metrics()).not.toContain('ingest_messages_total{');
  });

  it('is taken while the rules have not been read yet', async () => {
    const it = watchedRig({ rules: () => null });
    await it.post(messageEvent());
    await it.post(messageEvent({ channel: 'D1', channel_type: 'im' }));
    expect(it.messages().map(({ channel }) => channel)).toEqual(['slack:C1']);
    expect(await it.metrics()).toContain('ingest_messages_total{outcome="direct"} 1');
  });
});

describe('a picture in a channel with rules', () => {
  it('goes both ways: its camera is looked at, and what stands beside it', async () => {
    const it = watchedRig();
    expect((await it.post(fileShare({ text: 'key-12' }))).statusCode).toBe(200);
    expect(kinds(it.sent).toSorted()).toEqual(['message', 'snapshot']);
    expect(openMessage(it.messages()[0]!)).toMatchObject({ files: [{ id: 'F1' }] });
    expect(openMessage(it.messages()[0]!).texts).toEqual(expect.arrayContaining(text('key-12')));
  });

  it.each(['snapshot', 'message'] as const)('is delivered again where its %s job could not be queued', async (kind) => {
    const sent: Job[] = [];
    const it = watchedRig({
      send: async (job) => {
        if (job.kind === kind) throw new AppError('queue-unavailable', 'away');
        sent.push(job);
      },
    });
    expect((await it.post(fileShare({ text: 'key-12' }))).statusCode).toBe(503);
    expect(sent).toHaveLength(1);
    expect(it.gaps).toHaveLength(1);
  });

  it('is not sent again for ever where the queue will never take what it says, and says which', async () => {
    const sent: Job[] = [];
    const it = watchedRig({
      send: async (job) => {
        if (job.kind === 'message') throw new AppError('job-refused', 'never');
        sent.push(job);
      },
    });
    const answer = await it.post(fileShare({ text: 'key-12' }));
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['x-slack-no-retry']).toBe('1');
    expect(sent.map(({ kind }) => kind)).toEqual(['snapshot']);
    expect(it.logged.join('')).toMatch(/its message is not checked/);
    expect(await it.metrics()).toContain('ingest_messages_total{outcome="refused"} 1');
  });
});

describe('what the old service let through', () => {
  it('an edit was refused with 400: it is judged, with what was there before', async () => {
    const it = watchedRig();
    expect(
      (await it.post(editEvent({ text: 'key-2', edited: { user: 'U1', ts: '1700000060.000000' } }, { text: 'key-1' }))).statusCode,
    ).toBe(200);
    const [job] = it.messages();
    expect(job).toMatchObject({ change: 'edited', messageId: '1700000000.000100', author: { member: 'U1' }, atMs: 1_700_000_060_000 });
    expect(openMessage(job!)).toEqual({ texts: text('key-2'), before: text('key-1'), files: [] });
  });

  it('an edit of a message that was never seen was an error: what it said before may be missing', async () => {
    const it = watchedRig();
    expect((await it.post(editEvent({ text: 'key-2' }))).statusCode).toBe(200);
    expect(openMessage(it.messages()[0]!)).toMatchObject({ texts: text('key-2'), before: null });
  });

  it('only the first file was looked at: all of them are there', async () => {
    const it = watchedRig();
    await it.post(
      messageEvent({
        subtype: 'file_share',
        files: [slackFile({ id: 'F1' }), slackFile({ id: 'F2', name: 'b.txt', mimetype: 'text/plain' })],
      }),
    );
    expect(openMessage(it.messages()[0]!).files.map(({ id }) => id)).toEqual(['F1', 'F2']);
  });

  it('a picture kept its text from being looked at', async () => {
    const it = watchedRig();
    await it.post(messageEvent({ subtype: 'file_share', text: 'key-3', files: [slackFile()] }));
    expect(openMessage(it.messages()[0]!).texts).toEqual(expect.arrayContaining(text('key-3')));
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['replies in threads', { thread_ts: '1699999999.000100' }, { thread: '1699999999.000100' }],
    [
      'replies that are also sent to the channel',
      { subtype: 'thread_broadcast', thread_ts: '1699999999.000100' },
      { thread: '1699999999.000100' },
    ],
    [
      'messages of bots',
      { subtype: 'bot_message', user: undefined, bot_id: 'B2', username: 'deploy' },
      { author: { member: null, bot: 'B2', app: null } },
    ],
    ['messages of apps', { bot_id: 'B2', app_id: 'A2' }, { author: { member: 'U1', bot: 'B2', app: 'A2' } }],
    ['messages about what somebody does', { subtype: 'me_message' }, {}],
  ])('%s were refused: they are judged', async (_, over, expected) => {
    const it = watchedRig();
    expect((await it.post(messageEvent(over))).statusCode).toBe(200);
    expect(it.messages()).toMatchObject([expected]);
    expect(openMessage(it.messages()[0]!).texts).toEqual(expect.arrayContaining(text('the key-1234')));
  });

  it('a delivery that was repeated failed: it is no second job, whatever else came in between', async () => {
    const it = watchedRig();
    await it.post(messageEvent());
    await it.post(editEvent({ text: 'fine' }, { text: 'the key-1234' }));
    await it.post(messageEvent());
    const ids = it.messages().map(({ id }) => id);
    expect(ids[2]).toBe(ids[0]);
    expect(ids[1]).not.toBe(ids[0]);
  });
});

describe('what changes nothing', () => {
  it('is no job of its own: an unfurl, or a change that Slack makes, where the same is said', async () => {
    const it = watchedRig();
    await it.post(messageEvent());
    await it.post(editEvent({ text: 'the key-1234' }, { text: 'the key-1234' }));
    await it.post(editEvent({ text: 'the key-1234', edited: { user: 'U1', ts: '1700000061.000000' } }));
    expect(new Set(it.messages().map(({ id }) => id)).size).toBe(1);
  });

  it('is another job where an unfurl brings text of another channel along', async () => {
    const it = watchedRig();
    await it.post(messageEvent());
    await it.post(
      editEvent({ text: 'the key-1234', attachments: [{ is_msg_unfurl: true, text: 'key-9 of elsewhere' }] }, { text: 'the key-1234' }),
    );
    expect(new Set(it.messages().map(({ id }) => id)).size).toBe(2);
    expect(openMessage(it.messages()[1]!).texts.map((each) => each.text)).toContain('key-9 of elsewhere');
  });

  it.each([
    [
      'deleted',
      { subtype: 'message_deleted', deleted_ts: '1700000000.000100', previous_message: { text: 'key-1', ts: '1700000000.000100' } },
    ],
    [
      'deleted',
      { subtype: 'message_changed', message: { subtype: 'tombstone', ts: '1700000000.000100', user: 'USLACKBOT', hidden: true } },
    ],
    ['other', { subtype: 'channel_join', text: '<@U1> has joined the channel' }],
    ['other', { subtype: 'message_replied', message: { ts: '1700000000.000100' } }],
    ['other', { ts: 'never' }],
    ['other', { channel: { id: 'C1' } }],
    ['other', { subtype: 'message_changed', message: 7 }],
  ])('%s: %j is no job', async (outcome, over) => {
    const it = watchedRig();
    expect((await it.post(messageEvent(over))).statusCode).toBe(200);
    expect(it.messages()).toEqual([]);
    expect(await it.metrics()).toContain(`ingest_messages_total{outcome="${outcome}"} 1`);
  });
});

describe('our own posts', () => {
  it('are refused until it is known who we are, so that Slack sends them again; the messages of people are taken', async () => {
    const it = watchedRig({ identity: null });
    expect((await it.post(messageEvent({ bot_id: 'B7' }))).statusCode).toBe(503);
    expect(it.messages()).toEqual([]);
    expect((await it.post(messageEvent())).statusCode).toBe(200);
    expect(it.messages()).toHaveLength(1);
  });

  it('are counted, not judged: notices in a channel, posts in the results channel, reports in the admin channel', async () => {
    const it = watchedRig();
    const ours = { user: 'U0WATCH', bot_id: 'B0WATCH', app_id: 'A0WATCH' };
    for (const channel of ['C1', 'C0RESULTS', 'C0ADMINS', 'C0CAMS']) await it.post(messageEvent({ ...ours, channel }));
    expect(it.messages()).toEqual([]);
    const metrics = await it.metrics();
    expect(metrics).toContain('ingest_messages_total{outcome="own"} 3');
    expect(metrics).toContain('ingest_messages_total{outcome="admin-channel"} 1');
  });
});
