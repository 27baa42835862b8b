import { createReadChannel, type Window } from '@watchpost/ingest/platforms/slack/backfill/read-channel';
import { AppError } from '@watchpost/shared/errors';
import { backfilledRank, isBackfilled } from '@watchpost/shared/jobs/snapshot-job';
import { describe, expect, it } from 'vitest';
import { ingestRig } from '../../support/ingest-rig.ts';
import { historyOf } from '../../support/slack-history.ts';
import { caption, picture, ts } from '../../support/slack-messages.ts';
import { watchedRig } from '../../support/watched-rig.ts';

const now = 1_700_000_000_000;
const minute = 60_000;

const never = new AbortController().signal;

describe('the history of a channel', () => {
  const read = async (messages: Record<string, unknown>[], rig = ingestRig(), window: Partial<Window> = {}) => {
    const { call, asked } = historyOf(messages);
    const result = await createReadChannel(call, rig.handlers.takeEvent)(
      'C0CAMS',
      { oldestMs: now - 60 * minute, latestMs: now, threadsFromMs: now - 60 * minute, ...window },
      never,
    );
    return { rig, asked, result, jobs: rig.sent.flatMap(({ job }) => (job.kind === 'snapshot' ? job : [])) };
  };

  it('becomes jobs, the oldest first, each with the id that its event has, behind all live ones', async () => {
    const { jobs, result, asked } = await read([
      picture(30, 'F3'),
      picture(10, 'F5'),
      picture(50, 'F1'),
      picture(20, 'F4'),
      picture(40, 'F2'),
    ]);
    expect(jobs.map(({ file }) => file.id)).toEqual(['F1', 'F2', 'F3', 'F4', 'F5']);
    expect(jobs[0]?.snapshotId).toBe(`slack-C0CAMS-${ts(50)}-F1`);
    expect(jobs.every(isBackfilled)).toBe(true);
    expect(jobs.map(({ rank }) => (rank ?? 0) - backfilledRank)).toEqual([1, 2, 3, 4, 5]);
    expect(result).toEqual({ messages: 5, queued: 5, watched: 0, more: false });
    expect(asked[0]?.args).toMatchObject({ channel: 'C0CAMS', oldest: '1699996400.000000', latest: '1700000000.000000' });
    expect(asked).toHaveLength(3);
  });

  it('gives a picture the camera of the caption before it', async () => {
    const { jobs } = await read([
      picture(58, 'F1'),
      caption(60, 'Motion at Front door'),
      picture(28, 'F2'),
      caption(30, 'Motion at Garage'),
    ]);
    expect(jobs.map(({ camera }) => camera)).toEqual(['Front door', 'Garage']);
  });

  it('does not touch the captions of live messages', async () => {
    const rig = ingestRig();
    const live = (over: Record<string, unknown>) => rig.post({ type: 'event_callback', event: { channel: 'C0CAMS', ...over } });
    await live(caption(8, 'Motion at Live camera'));
    await read(
      Array.from({ length: 20 }, (_, index) => caption(9, `Motion at Other ${String(index)}`)).map((each, index) => ({
        ...each,
        ts: ts(100 + index),
      })),
      rig,
    );
    await live(picture(7, 'F7'));
    expect(rig.sent.at(-1)?.job).toMatchObject({ camera: 'Live camera' });
  });

  it('includes the replies in threads that went on meanwhile', async () => {
    const parent = { ...caption(600, 'Motion at Yard'), thread_ts: ts(600), reply_count: 1, latest_reply: ts(590) };
    const old = { ...caption(700, 'nothing'), thread_ts: ts(700), reply_count: 1, latest_reply: ts(9_000) };
    const { jobs, asked } = await read([parent, old, picture(590, 'F1', { thread_ts: ts(600) })]);
    expect(jobs).toMatchObject([{ file: { id: 'F1' }, camera: 'Yard' }]);
    expect(asked.filter(({ method }) => method === 'conversations.replies').map(({ args }) => args['ts'])).toEqual([ts(600)]);
  });

  it('skips what a delivered event would skip: our own posts, joins, texts, and messages without an end', async () => {
    const over = { READ_SLACK_CHANNEL_ID: ['C0CAMS'], WRITE_SLACK_CHANNEL_ID: 'C0CAMS' };
    const { jobs, result } = await read(
      [
        picture(10, 'F1', { bot_id: 'B0WATCH' }),
        picture(20, 'F2', { subtype: 'channel_join' }),
        caption(30, 'hello'),
        { ts: 'x' },
        picture(40, 'F4'),
      ],
      ingestRig({ over }),
    );
    expect(jobs.map(({ file }) => file.id)).toEqual(['F4']);
    expect(result).toMatchObject({ messages: 4, queued: 1 });
  });

  it('fails if the queue is away, so that it is read again', async () => {
    const away = new AppError('queue-unavailable', 'away');
    const rig = ingestRig({
      send: async () => {
        throw away;
      },
    });
    await expect(read([picture(10, 'F1')], rig)).rejects.toBe(away);
  });

  it('has a message of before that was edited meanwhile, where threads of before are asked for', async () => {
    const said = (secondsAgo: number, editedAgo: number | null) => ({
      ...caption(secondsAgo, `said ${String(secondsAgo)}`),
      user: 'U1',
      ...(editedAgo !== null && { edited: { user: 'U1', ts: ts(editedAgo) } }),
    });
    const rig = watchedRig();
    const all = [said(90_000, 590), said(91_000, 90_500), said(92_000, null)];
    const { result } = await read(all, rig, { threadsFromMs: now - 7 * 86_400_000 });
    expect(rig.messages().map(({ messageId }) => messageId)).toEqual([ts(90_000)]);
    expect(result).toMatchObject({ messages: 1, watched: 1 });
  });

  it('has a thread of before that went on meanwhile, and of its replies only the new ones, where that is asked for', async () => {
    const parent = { ...caption(90_000, 'old'), thread_ts: ts(90_000), reply_count: 2, latest_reply: ts(590) };
    const quiet = { ...caption(95_000, 'older'), thread_ts: ts(95_000), reply_count: 1, latest_reply: ts(94_000) };
    const reply = (secondsAgo: number) => ({
      type: 'message',
      user: 'U1',
      text: `reply ${String(secondsAgo)}`,
      ts: ts(secondsAgo),
      thread_ts: ts(90_000),
    });
    const rig = watchedRig();
    const all = [parent, quiet, reply(89_000), reply(590)];
    const { asked, result } = await read(all, rig, { threadsFromMs: now - 7 * 86_400_000 });
    expect(rig.messages().map((job) => [job.messageId, job.thread])).toEqual([[ts(590), ts(90_000)]]);
    expect(result).toEqual({ messages: 1, queued: 0, watched: 1, more: false });
    expect(asked.filter(({ method }) => method === 'conversations.replies').map(({ args }) => args['ts'])).toEqual([ts(90_000)]);
    expect((await read(all, watchedRig())).asked).toHaveLength(1);
  });

  it('becomes the jobs that the events would have become, of pictures and of texts, in one reading', async () => {
    const rig = watchedRig();
    const messages = [picture(10, 'F1', { text: 'key-1' }), { type: 'message', user: 'U1', text: 'key-2', ts: ts(20) }];
    const { result, asked } = await read(messages, rig);
    expect(result).toEqual({ messages: 2, queued: 1, watched: 2, more: false });
    expect(asked).toHaveLength(1);
    const live = watchedRig();
    for (const message of messages.toReversed()) await live.post({ type: 'event_callback', event: { ...message, channel: 'C0CAMS' } });
    expect(rig.messages().map(({ id }) => id)).toEqual(live.messages().map(({ id }) => id));
  });
});
