import { startBackfill, type BackfillOptions } from '@watchpost/ingest/platforms/slack/backfill/backfill';
import { createReadChannel } from '@watchpost/ingest/platforms/slack/backfill/read-channel';
import { AppError } from '@watchpost/shared/errors';
import { backfilledRank, isBackfilled } from '@watchpost/shared/jobs/snapshot-job';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { SlackCall } from '@watchpost/slack/calls';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ingestRig } from '../../support/ingest-rig.ts';
import { slackFile } from '../../support/signed-slack-request.ts';
import { until } from '../../support/until.ts';

const now = 1_700_000_000_000;
const minute = 60_000;

/** A backfill that was started at `now`, and what it read. */
function started(over: Partial<BackfillOptions> = {}) {
  const read: { channel: string; oldestMs: number; latestMs: number }[] = [];
  const logged: string[] = [];
  const stopping = new AbortController();
  const options: BackfillOptions = {
    channels: ['C0CAMS'],
    readChannel: async (channel, oldestMs, latestMs) => {
      read.push({ channel, oldestMs, latestMs });
      return { messages: 3, queued: 2, more: false };
    },
    newest: async () => now - 30 * minute,
    identified: Promise.resolve(),
    maxAgeMs: 24 * 60 * minute,
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    metrics: createMetrics({ processMetrics: false }),
    now: () => now,
    times: { settleMs: 10, backoff: { firstMs: 10, maxMs: 10 } },
    ...over,
  };
  const backfill = startBackfill(options, stopping.signal);
  onTestFinished(() => stopping.abort());
  return { backfill, read, logged, stopping };
}
const pause = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('what was posted while nobody received it', () => {
  it('is read at start, from ten minutes before the newest snapshot that is known until now, and the log says how many', async () => {
    const it = started();
    await until('it is read', () => it.read.length === 1);
    expect(it.read).toEqual([{ channel: 'C0CAMS', oldestMs: now - 40 * minute, latestMs: now }]);
    await until('it is logged', () => it.logged.length > 0);
    expect(it.logged.join('')).toMatch(/"messages":3,"pictures":2/);
  });

  it('is asked about as of the start: what has come since says nothing about before', async () => {
    const asked: [string, number][] = [];
    const it = started({
      newest: async (channel, beforeMs) => {
        asked.push([channel, beforeMs]);
        return now;
      },
    });
    await until('it is read', () => it.read.length === 1);
    expect(asked).toEqual([['C0CAMS', now]]);
  });

  it('is read no further back than a day, and not at all if nothing was ever known', async () => {
    const old = started({ newest: async () => now - 7 * 24 * 60 * minute });
    await until('it is read', () => old.read.length === 1);
    expect(old.read[0]?.oldestMs).toBe(now - 24 * 60 * minute);
    const never = started({ newest: async () => null });
    await pause(50);
    expect(never.read).toEqual([]);
  });

  it('is never read if that is switched off', async () => {
    const it = started({ maxAgeMs: 0 });
    it.backfill.onGap(now);
    await pause(50);
    expect(it.read).toEqual([]);
  });

  it('waits until it is known who we are', async () => {
    let identify = (): void => undefined;
    const it = started({ identified: new Promise((resolve) => (identify = resolve)) });
    await pause(30);
    expect(it.read).toEqual([]);
    identify();
    await until('it is read', () => it.read.length === 1);
  });

  it('is read again after a gap: once for all gaps noticed meanwhile, from the earliest on', async () => {
    const it = started();
    await until('the start is read', () => it.read.length === 1);
    for (const ago of [5, 20, 1]) it.backfill.onGap(now - ago * minute);
    await until('the gap is read', () => it.read.length === 2);
    expect(it.read[1]?.oldestMs).toBe(now - 30 * minute);
    await pause(50);
    expect(it.read).toHaveLength(2);
    it.backfill.onGap(now);
    await until('the next gap is read', () => it.read.length === 3);
    expect(it.read[2]?.oldestMs).toBe(now - 10 * minute);
  });

  it.each(['newest', 'readChannel'] as const)('is tried again from the same time on while %s fails', async (what) => {
    let failures = 3;
    const fail = async (): Promise<void> => {
      failures -= 1;
      if (failures >= 0) throw new AppError('queue-unavailable', 'away');
    };
    const read: number[] = [];
    const it = started({
      newest: async () => {
        if (what === 'newest') await fail();
        return now - 30 * minute;
      },
      readChannel: async (_, oldestMs) => {
        if (what === 'readChannel') await fail();
        read.push(oldestMs);
        return { messages: 0, queued: 0, more: false };
      },
    });
    await until('it is read', () => read.length === 1);
    expect(read).toEqual([now - 40 * minute]);
    expect(it.logged.filter((line) => line.includes('could not be fetched'))).toHaveLength(1);
  });

  it('goes on with the other channels where one may not be read, and says what to do', async () => {
    const it = started({
      channels: ['C0CAMS', 'C0CAMS2'],
      readChannel: async (channel) => {
        if (channel === 'C0CAMS') throw new AppError('chat-not-authorised', 'conversations.history: missing_scope');
        it.read.push({ channel, oldestMs: 0, latestMs: 0 });
        return { messages: 0, queued: 0, more: false };
      },
    });
    await until('the other one is read', () => it.read.length === 1);
    expect(it.logged.join('')).toMatch(/channels:history/);
    await pause(50);
    expect(it.read).toHaveLength(1);
  });
});

/** Slack's history of one channel, newest first, in small pages. */
function historyOf(messages: Record<string, unknown>[], pageSize = 2) {
  const asked: { method: string; args: Record<string, unknown> }[] = [];
  const call: SlackCall = async (method, args, schema) => {
    asked.push({ method, args });
    const isReplies = method === 'conversations.replies';
    const inWindow = messages
      .filter((message) =>
        isReplies ? message['thread_ts'] === args['ts'] : message['thread_ts'] === undefined || message['ts'] === message['thread_ts'],
      )
      .filter(({ ts }) => String(ts) > String(args['oldest']) && (args['latest'] === undefined || String(ts) < String(args['latest'])))
      .toSorted((a, b) => (isReplies ? 1 : -1) * (Number(a['ts']) - Number(b['ts'])));
    const from = Number(args['cursor'] ?? 0);
    const more = from + pageSize < inWindow.length;
    return schema.parse({
      ok: true,
      messages: inWindow.slice(from, from + pageSize),
      response_metadata: { next_cursor: more ? String(from + pageSize) : '' },
    });
  };
  return { call, asked };
}

const ts = (secondsAgo: number): string => `${String(1_700_000_000 - secondsAgo)}.000100`;
const picture = (secondsAgo: number, id: string, over: Record<string, unknown> = {}) => ({
  type: 'message',
  subtype: 'file_share',
  ts: ts(secondsAgo),
  user: 'U0CAM',
  bot_id: 'B0CAM',
  text: '',
  files: [slackFile({ id })],
  ...over,
});
const caption = (secondsAgo: number, text: string) => ({ type: 'message', ts: ts(secondsAgo), user: 'U0CAM', bot_id: 'B0CAM', text });
const never = new AbortController().signal;

describe('the history of a channel', () => {
  const read = async (messages: Record<string, unknown>[], rig = ingestRig()) => {
    const { call, asked } = historyOf(messages);
    const result = await createReadChannel(call, rig.handlers.takeEvent)('C0CAMS', now - 60 * minute, now, never);
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
    expect(result).toEqual({ messages: 5, queued: 5, more: false });
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
});

describe('a gap', () => {
  const failing = (code: 'queue-unavailable' | 'job-refused') =>
    ingestRig({
      send: async () => {
        throw new AppError(code, 'x');
      },
    });
  const event = { type: 'event_callback', event: { channel: 'C0CAMS', ...picture(1, 'F1') } };

  it('is noticed where an event was answered with 503', async () => {
    const it = failing('queue-unavailable');
    const before = Date.now();
    expect((await it.post(event)).statusCode).toBe(503);
    expect(it.gaps).toHaveLength(1);
    expect(it.gaps[0]).toBeGreaterThanOrEqual(before);
  });

  it('is noticed where Slack says that it drops events, from that minute on', async () => {
    const it = ingestRig();
    await it.post({ type: 'app_rate_limited', minute_rate_limited: 1_518_467_820 });
    expect(it.gaps).toEqual([1_518_467_820_000]);
  });

  it('is none where the queue refuses a job for good, nor where all is well', async () => {
    const refused = failing('job-refused');
    expect((await refused.post(event)).statusCode).toBe(422);
    const well = ingestRig();
    await well.post(event);
    expect([...refused.gaps, ...well.gaps]).toEqual([]);
  });
});

describe('the camera of a picture', () => {
  it('is that of its caption, else what its channel or its file’s name says', async () => {
    const it = ingestRig({ cameraOf: (channel, fileName) => `${channel} ${fileName ?? ''}` });
    const post = async (message: Record<string, unknown>) => it.post({ type: 'event_callback', event: { channel: 'C0CAMS', ...message } });
    await post(picture(20, 'F1', { text: 'Motion at Yard' }));
    await post(picture(10, 'F2'));
    expect(it.sent.map(({ job }) => (job.kind === 'snapshot' ? job.camera : null))).toEqual(['Yard', 'slack:C0CAMS 20231114221320.png']);
  });

  it('takes turns with the others by that name', async () => {
    const it = ingestRig();
    const post = async (camera: string, id: string) =>
      it.post({ type: 'event_callback', event: { channel: 'C0CAMS', ...picture(20, id, { text: `Motion at ${camera}` }) } });
    for (const id of ['F1', 'F2', 'F3']) await post('Busy', id);
    await post('Quiet', 'F4');
    expect(it.sent.map(({ job }) => (job.kind === 'snapshot' ? (job.rank ?? 0) : null))).toEqual([0, 1, 2, 0]);
  });
});
