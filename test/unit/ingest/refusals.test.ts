import { jobId } from '@watchpost/shared/jobs/job-kinds';
import { AppError } from '@watchpost/shared/errors';
import { createLogRarely } from '@watchpost/ingest/log-rarely';
import { describe, expect, it } from 'vitest';
import { ingestRig as rig, type Rig } from '../../support/ingest-rig.ts';
import { fileShare, signedSlackRequest, slackFile } from '../../support/signed-slack-request.ts';

const lines = ({ logged }: Rig, level: number): Record<string, unknown>[] =>
  logged.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['level'] === level);

describe('a request that is not authorised', () => {
  it.each([
    ['timestamp-stale', { nowMs: Date.now() - 400_000 }, 400, 'check the clock'],
    ['timestamp-future', { nowMs: Date.now() + 3_600_000 }, 3_600, 'check the clock'],
    ['signature-wrong', { secret: 'wrong' }, 0, 'compare SLACK_SIGNING_SECRET'],
    ['signature-wrong', { headers: { 'x-slack-signature': 'v0=short' } }, 0, 'compare SLACK_SIGNING_SECRET'],
    ['headers-missing', { headers: { 'x-slack-request-timestamp': 'soon' } }, 0, 'does not come from Slack'],
  ])('is logged as %s, and by how much: %o', async (reason, options, seconds, advice) => {
    const it = rig();
    const answer = await it.post(fileShare(), options);
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toEqual({ error: { code: 'request-unauthorised', message: 'no valid signature or token' } });
    // It may become right: when the clock or the secret is.
    expect(answer.headers['x-slack-no-retry']).toBeUndefined();
    expect(lines(it, 40)).toEqual([expect.objectContaining({ reason, msg: expect.stringContaining(advice) as string })]);
    // To ten seconds: the test takes some time itself.
    expect(Math.round(Number(lines(it, 40)[0]?.['seconds'] ?? 0) / 10) * 10).toBe(seconds);
    expect(await it.metrics()).toContain('watchpost_ingest_request_seconds_count{outcome="request-unauthorised"} 1');
  });

  it('is logged for its token where only that is set', async () => {
    const it = rig({ over: { SLACK_SIGNING_SECRET: undefined, SLACK_VERIFICATION_TOKEN: 'right' } });
    const answer = await it.app.inject({ method: 'POST', url: '/api/events', payload: { ...fileShare(), token: 'wrong' } });
    expect(answer.statusCode).toBe(401);
    expect(lines(it, 40)).toEqual([expect.objectContaining({ reason: 'token-wrong' })]);
  });

  it('is logged once a minute for each reason, however many come', async () => {
    const it = rig();
    for (let n = 0; n < 20; n += 1) {
      await it.post(fileShare(), { secret: 'wrong' });
      await it.post(fileShare(), { nowMs: 0 });
    }
    expect(it.logged).toHaveLength(2);
  });
});

describe('a line that is written rarely', () => {
  it('says how often it would have been written', () => {
    let nowMs = 0;
    const times: number[] = [];
    const rarely = createLogRarely(() => nowMs);
    for (; nowMs < 150_000; nowMs += 1_000) rarely('kind', (count) => times.push(count));
    expect(times).toEqual([1, 60, 60]);
  });
});

describe('what is wrong with a request itself', () => {
  it.each([
    ['{"type":', 400],
    [`"${'x'.repeat(1_100_000)}"`, 413],
  ])('is answered so that Slack does not send it again: %#', async (body, status) => {
    const it = rig();
    const answer = await it.post(body);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['x-slack-no-retry']).toBe('1');
    expect(await it.metrics()).toMatch(/outcome="request-(malformed|too-large)"\} 1/);
  });

  it('is not its length, while Slack can send that: 40,000 characters twice, six bytes each', async () => {
    const it = rig();
    const text = 'ж'.repeat(40_000);
    const escaped = JSON.stringify(fileShare({ text, blocks: [{ type: 'rich_text', text }] })).replaceAll('ж', String.raw`\u0436`);
    expect(escaped.length).toBeGreaterThan(480_000);
    expect((await it.post(escaped)).statusCode).toBe(200);
    expect(it.sent).toHaveLength(1);
  });
});

describe('a job that the queue refuses for good', () => {
  const refuseSome = (refused: string, code: 'job-refused' | 'queue-unavailable' = 'job-refused') => {
    const queued: string[] = [];
    const it = rig({
      send: async (job) => {
        const id = jobId(job.kind, job);
        if (id.endsWith(refused)) throw new AppError('job-refused', 'too large');
        if (code === 'queue-unavailable' && id.endsWith('F3')) throw new AppError('queue-unavailable', 'away');
        await new Promise((resolve) => setTimeout(resolve, 20));
        queued.push(id.slice(-2));
      },
    });
    return { it, queued };
  };
  const three = fileShare({ files: ['F1', 'F2', 'F3'].map((id) => slackFile({ id })) });

  it('is answered so that Slack does not send it again, when the others are queued', async () => {
    const { it, queued } = refuseSome('F2');
    const answer = await it.post(three);
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['x-slack-no-retry']).toBe('1');
    expect(answer.json()).toMatchObject({ error: { code: 'job-refused' } });
    expect(queued).toEqual(['F1', 'F3']);
    expect(lines(it, 50)).toEqual([expect.objectContaining({ job: 'slack-C0CAMS-1700000000.000100-F2' })]);
    const metrics = await it.metrics();
    expect(metrics).toContain('watchpost_ingest_files_total{outcome="refused"} 1');
    expect(metrics).toContain('watchpost_ingest_files_total{outcome="queued"} 2');
    expect(metrics).toContain('watchpost_ingest_request_seconds_count{outcome="job-refused"} 1');
  });

  it('does not keep Slack from sending again what the queue could not take just now', async () => {
    const { it, queued } = refuseSome('F2', 'queue-unavailable');
    const answer = await it.post(three);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['x-slack-no-retry']).toBeUndefined();
    expect(queued).toEqual(['F1']);
  });
});

describe('our own post', () => {
  it('is dropped visibly, in the results channel only', async () => {
    const it = rig({ over: { READ_SLACK_CHANNEL_ID: ['C0CAMS', 'C0RESULTS'] } });
    const ours = { user: 'U0WATCH', bot_id: 'B0WATCH', files: [slackFile({ user: 'U0WATCH' })] };
    await it.post(fileShare({ ...ours, channel: 'C0RESULTS' }));
    expect(it.sent).toEqual([]);
    expect(lines(it, 20)).toEqual([expect.objectContaining({ channel: 'C0RESULTS', msg: expect.stringContaining('own post') as string })]);
    expect(await it.metrics()).toContain('watchpost_ingest_request_seconds_count{outcome="ignored-own-post"} 1');
    expect(await it.metrics()).toContain('watchpost_ingest_files_total{outcome="own"} 1');
    await it.post(fileShare({ ...ours, channel: 'C0CAMS' }));
    expect(it.sent).toHaveLength(1);
  });
});

describe('a body', () => {
  it('is not read from a request without valid headers', async () => {
    const it = rig();
    const { headers } = signedSlackRequest('', 'x', 0);
    const read: string[] = [];
    it.app.addHook('preParsing', async (_request, _reply, payload) => {
      read.push('read');
      return payload;
    });
    for (const given of [headers, { 'content-type': 'application/json' }]) {
      expect((await it.app.inject({ method: 'POST', url: '/api/events', headers: given, payload: '{}' })).statusCode).toBe(401);
    }
    expect(read).toEqual([]);
  });
});
