import { createTakeEnvelope } from '@watchpost/ingest/platforms/slack/socket/take-envelope';
import { writtenSchema } from '@watchpost/shared/chat/written';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import { createEnvelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import type { EntryJob } from '@watchpost/shared/jobs/entry-job';
import { jobId, type Job } from '@watchpost/shared/jobs/job-kinds';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { describe, expect, it } from 'vitest';
import { approvalSample, feedOf, writtenMessageOf, writtenOf } from '../../../support/feed-samples.ts';
import { ingestRig, ingestRigToken, type Rig } from '../../../support/ingest-rig.ts';
import { dryRuleSample } from '../../../support/rule-samples.ts';
import { fileShare } from '../../../support/signed-slack-request.ts';
import { editEvent, messageEvent } from '../../../support/watched-rig.ts';

const feedsRig = (options: Parameters<typeof ingestRig>[0] = {}): Rig =>
  ingestRig({ feeds: () => [feedOf({ approval: approvalSample })], ...options });
const entries = ({ sent }: Pick<Rig, 'sent'>): EntryJob[] => sent.flatMap(({ job }) => (job.kind === 'entry' ? job : []));
const openWritten = (job: EntryJob) =>
  openJson(createEnvelope([ingestRigToken], 'jobs'), String(job.change === 'written' && job.sealed), job.id, writtenSchema);
const event = (over: Record<string, unknown>) => ({ type: 'event_callback', api_app_id: 'A0WATCH', event: over });
const reacted = (over: Record<string, unknown> = {}, channel = 'C1') =>
  event({
    type: 'reaction_added',
    user: 'U2',
    reaction: 'white_check_mark',
    item: { type: 'message', channel, ts: '1700000000.000100' },
    event_ts: '1700000005.000100',
    ...over,
  });
const takenBack = () => reacted({ type: 'reaction_removed' });
const deleted = () =>
  messageEvent({
    subtype: 'message_deleted',
    hidden: true,
    deleted_ts: '1700000000.000100',
    ts: '1700000009.1',
    event_ts: '1700000009.000100',
  });

describe('what happens in a channel that a feed publishes', () => {
  it('becomes a job for each event before Slack gets its answer, with what it says sealed', async () => {
    const it = feedsRig();
    for (const each of [messageEvent(), editEvent({ text: 'canary' }, { text: 'the key-1234' }), reacted(), takenBack(), deleted()])
      expect((await it.post(each)).statusCode).toBe(200);
    expect(entries(it).map(({ change, messageId }) => [change, messageId])).toEqual([
      ['written', '1700000000.000100'],
      ['written', '1700000000.000100'],
      ['reaction', '1700000000.000100'],
      ['reaction', '1700000000.000100'],
      ['deleted', '1700000000.000100'],
    ]);
    expect(openWritten(entries(it)[0]!)).toEqual(writtenOf('the key-1234'));
    expect(openWritten(entries(it)[1]!)).toEqual(writtenOf('canary'));
    expect(entries(it)[1]).toMatchObject({ atUs: 1_700_000_060_000_200 });
    expect(await it.metrics()).toContain('ingest_entries_total{outcome="queued"} 5');
    expect(await it.metrics()).toContain('ingest_request_seconds_count{outcome="published"} 5');
  });

  it('is by way of Socket Mode what it is over HTTP', async () => {
    const it = feedsRig();
    const take = createTakeEnvelope(it.handlers);
    for (const payload of [messageEvent(), reacted()])
      expect(await take({ envelope_id: 'E1', type: 'events_api', payload }, () => 1_000)).toEqual({});
    expect(entries(it).map(({ change }) => change)).toEqual(['written', 'reaction']);
  });

  it('is the same job when Slack delivers it again, and none when a mention repeats it', async () => {
    const it = feedsRig();
    await it.post(messageEvent());
    await it.post({ ...messageEvent(), event_id: 'Ev2' });
    expect(new Set(entries(it).map(({ id }) => id)).size).toBe(1);
    await it.post(messageEvent({ type: 'app_mention' }));
    expect(entries(it)).toHaveLength(2);
  });

  it('stands nowhere in the log, and in clear in no job', async () => {
    const it = feedsRig();
    await it.post(messageEvent({ text: 'canary-7', username: 'canary-8' }));
    await it.post(editEvent({ text: 'canary-9' }, { text: 'canary-7' }));
    expect(entries(it)).toHaveLength(2);
    expect(it.logged.join('') + JSON.stringify(it.sent)).not.toContain('canary');
  });

  it('follows the file, from one event to the next', async () => {
    let feeds = [feedOf()];
    const it = feedsRig({ feeds: () => feeds });
    await it.post(messageEvent());
    feeds = [feedOf({ channel: 'slack:C2' })];
    await it.post(messageEvent({ text: 'other' }));
    await it.post(messageEvent({ channel: 'C2' }));
    feeds = [feedOf({ isOpen: false })];
    await it.post(messageEvent({ text: 'another' }));
    await it.post(editEvent({ text: 'edited' }));
    expect(entries(it).map(({ channel }) => channel)).toEqual(['slack:C1', 'slack:C2', 'slack:C1']);
    expect(await it.metrics()).toContain('ingest_entries_total{outcome="closed"} 1');
  });

  it('is not even counted where no feed publishes the channel, and joins are left out where one does', async () => {
    const it = feedsRig();
    for (const each of [
      messageEvent({ channel: 'C9' }),
      reacted({}, 'C9'),
      reacted({ item: { type: 'file', file: 'F1' } }),
      { type: 'event_callback', event: { type: 'pin_added' } },
    ])
      expect((await it.post(each)).statusCode).toBe(200);
    expect(await it.metrics()).not.toContain('ingest_entries_total{');
    await it.post(messageEvent({ subtype: 'channel_join', text: '<@U1> has joined the channel' }));
    await it.post(reacted({ reaction: 'eyes' }));
    expect(it.sent).toEqual([]);
    expect(await it.metrics()).toContain('ingest_entries_total{outcome="other"} 1');
    expect(await it.metrics()).toContain('ingest_entries_total{outcome="no-approval"} 1');
  });

  it('loses none of a hundred messages that come at once', async () => {
    const it = feedsRig();
    const ts = (index: number): string => `1700000000.${String(index).padStart(6, '0')}`;
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) =>
        it.post(messageEvent({ ts: ts(index), event_ts: ts(index), text: `line ${String(index)}` })),
      ),
    );
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(
      entries(it)
        .map((job) => job.messageId)
        .toSorted(),
    ).toEqual(Array.from({ length: 100 }, (_, index) => ts(index)));
  });

  it('waits until Slack has said who we are, where it may be our own', async () => {
    const it = feedsRig({ identity: null });
    expect((await it.post(messageEvent({ user: undefined, bot_id: 'B1' }))).statusCode).toBe(503);
    expect((await it.post(messageEvent())).statusCode).toBe(200);
    expect(entries(it)).toHaveLength(1);
  });
});

describe('while nobody knows yet which feeds are closed by hand', () => {
  it('the worker says which feeds take a message', async () => {
    let isKnown = false;
    const it = feedsRig({ closings: { closingsKnown: () => isKnown } });
    await it.post(messageEvent());
    await it.handlers.forFeeds.check(writtenMessageOf(''), 7, () => 1_000);
    isKnown = true;
    await it.post(messageEvent());
    expect(entries(it).map((job) => 'takenBy' in job && job.takenBy)).toEqual([false, false, ['news']]);
    expect(entries(it)[0]!.id).toBe(entries(it)[2]!.id);
  });
});

describe('a message that was read from the history', () => {
  const message = (over: Partial<WrittenMessage> = {}) => ({ kind: 'written' as const, message: writtenMessageOf('hello', over) });
  const then = { reactions: ['white_check_mark', 'eyes'].map((emoji) => ({ emoji, member: 'U2' })), atUs: 7 };

  it('tells who set what approves, as of when it was read, and nothing of it where nothing is approved', async () => {
    let feeds = [feedOf({ approval: approvalSample })];
    const it = feedsRig({ feeds: () => feeds });
    expect(await it.handlers.forFeeds.message(message(), then, () => 1_000)).toBe(1);
    feeds = [feedOf()];
    expect(await it.handlers.forFeeds.message(message(), then, () => 1_000)).toBe(1);
    expect(entries(it)).toMatchObject([
      { reactions: [{ emoji: 'white_check_mark', member: 'U2' }], reactionsAtUs: 7 },
      { reactions: null, reactionsAtUs: null },
    ]);
  });

  it('is an entry only of those feeds that had begun, and were open, when it was posted', async () => {
    const archive = feedOf({ slug: 'archive', isOpen: false });
    const takes = (feed: { slug: string }, postedAtMs: number) => feed.slug === 'archive' && postedAtMs <= 1_700_000_000_000;
    const it = feedsRig({ feeds: () => [feedOf(), archive, feedOf({ slug: 'flat', threads: 'none' })], takes });
    await it.handlers.forFeeds.message(message(), then, () => 1_000);
    await it.handlers.forFeeds.check(writtenMessageOf(''), 7, () => 1_000);
    await it.post(messageEvent({ thread_ts: '1699999999.000100' }));
    await it.post(editEvent({ text: 'edited' }));
    expect(entries(it).map((job) => ('takenBy' in job ? job.takenBy : null))).toEqual([['archive'], ['archive'], ['news'], ['archive']]);
  });

  it('is no entry where it was posted before the feed began', async () => {
    const it = feedsRig({ takes: (_feed, postedAtMs) => postedAtMs > 1_800_000_000_000 });
    expect(await it.handlers.forFeeds.message(message(), then, () => 1_000)).toBe(0);
    expect(await it.metrics()).toContain('ingest_entries_total{outcome="before"} 1');
  });
});

describe('a picture in a channel with rules and a feed', () => {
  const all = { rules: () => [dryRuleSample()], feeds: () => [feedOf({ channel: 'slack:C0CAMS' })] };

  it('goes all three ways', async () => {
    const it = feedsRig(all);
    expect((await it.post(fileShare({ text: 'key-12' }))).statusCode).toBe(200);
    expect(it.sent.map(({ job }) => job.kind).toSorted()).toEqual(['entry', 'message', 'snapshot']);
    const entry = entries(it)[0]!;
    expect(openWritten(entry)).toMatchObject({ pictures: [{ id: 'F1' }] });
  });

  it.each(['snapshot', 'message', 'entry'] as const)(
    'is delivered again where its %s job could not be queued, and loses no other',
    async (kind) => {
      const sent: Job[] = [];
      const it = feedsRig({
        ...all,
        send: async (job) => {
          if (job.kind === kind) throw new AppError('queue-unavailable', 'away');
          sent.push(job);
        },
      });
      expect((await it.post(fileShare({ text: 'key-12' }))).statusCode).toBe(503);
      expect(sent).toHaveLength(2);
      expect(it.gaps).toHaveLength(1);
    },
  );

  it('is delivered again where the queue will never take its picture, but its entry later', async () => {
    const it = feedsRig({
      ...all,
      send: async (job) => {
        throw new AppError(job.kind === 'entry' ? 'queue-unavailable' : 'job-refused', 'not now');
      },
    });
    expect((await it.post(fileShare({ text: 'key-12' }))).statusCode).toBe(503);
  });

  it('is not sent again for ever where the queue will never take what happened, and says which', async () => {
    const it = feedsRig({ send: async () => Promise.reject(new AppError('job-refused', 'never')) });
    expect((await it.post(messageEvent())).statusCode).toBe(422);
    expect(it.logged.join('')).toMatch(/"job":"entry-slack-C1-[\w.-]+".*the feeds do not follow/);
    expect(await it.metrics()).toContain('ingest_entries_total{outcome="refused"} 1');
  });
});

describe('what feeds show of people, channels and emoji', () => {
  const changes = [
    event({ type: 'user_change', user: { id: 'U1', name: 'ada', profile: { display_name: 'Ada', status_text: 'at lunch' } } }),
    event({ type: 'user_change', user: { id: 'U1', name: 'ada', profile: { display_name: 'Ada', status_text: 'back' } } }),
    event({
      type: 'emoji_changed',
      subtype: 'add',
      name: 'parrot',
      value: 'https://emoji.slack-edge.com/parrot.gif',
      event_ts: '1700000000.1',
    }),
    event({ type: 'channel_rename', channel: { id: 'C7', name: 'newsroom', created: 1 } }),
  ];

  it('becomes a job, the same for a change that feeds do not show', async () => {
    const it = feedsRig();
    for (const each of changes) expect((await it.post(each)).statusCode).toBe(200);
    const profiles = it.sent.flatMap(({ job }) => (job.kind === 'profile' ? job : []));
    expect(profiles.map(({ what, subject }) => [what, subject])).toEqual([
      ['member', 'U1'],
      ['member', 'U1'],
      ['emoji', null],
      ['channel', 'C7'],
    ]);
    expect(new Set(profiles.map((job) => jobId('profile', job))).size).toBe(3);
  });

  it('becomes another job each time that a change is taken back', async () => {
    const it = feedsRig();
    const named = (name: string, second: number) =>
      event({ type: 'user_change', user: { id: 'U1', profile: { display_name: name } }, event_ts: `170000000${String(second)}.1` });
    const names: [string, number][] = [
      ['Ada', 1],
      ['Ada', 1],
      ['Oops', 2],
      ['Ada', 3],
      ['Oops', 4],
      ['Ada', 5],
      ['Ada', 5],
    ];
    for (const [name, second] of names) await it.post(named(name, second));
    const ids = it.sent.flatMap(({ job }) => (job.kind === 'profile' ? jobId('profile', job) : []));
    expect(new Set(ids.slice(0, 6)).size).toBe(5);
    expect(ids[6]).toBe(ids[0]);
  });

  it('is nobody’s business while there are no feeds', async () => {
    const it = feedsRig({ feeds: () => [] });
    for (const each of changes) expect((await it.post(each)).statusCode).toBe(200);
    expect(it.sent).toEqual([]);
  });
});
