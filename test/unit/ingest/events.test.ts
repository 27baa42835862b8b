import { AppError } from '@watchpost/shared/errors';
import { jobId } from '@watchpost/shared/jobs/job-kinds';
import { describe, expect, it } from 'vitest';
import { ingestRig as rig, type Rig } from '../../support/ingest-rig.ts';
import { fileShare, slackFile } from '../../support/signed-slack-request.ts';

const ids = ({ sent }: Rig): string[] => sent.flatMap(({ job }) => (job.kind === 'snapshot' ? job.snapshotId : []));

describe('POST /api/events', () => {
  it('answers the handshake with its challenge, only when it is signed', async () => {
    const it = rig();
    const handshake = { type: 'url_verification', token: 't', challenge: '3eZbrw1aB10FEMJ' };
    expect(await it.post(handshake)).toMatchObject({ statusCode: 200, body: '3eZbrw1aB10FEMJ' });
    expect(await it.post(handshake, { secret: 'wrong' })).toMatchObject({ statusCode: 401 });
  });

  it('makes a job of every picture of a post', async () => {
    const it = rig();
    const files = [
      slackFile({ id: 'F1' }),
      slackFile({ id: 'F2' }),
      slackFile({ id: 'F3', mimetype: 'text/plain', filetype: 'text', name: 'a.txt' }),
    ];
    expect(await it.post(fileShare({ files }))).toMatchObject({ statusCode: 200, body: '' });
    expect(ids(it)).toEqual(['slack-C0CAMS-1700000000.000100-F1', 'slack-C0CAMS-1700000000.000100-F2']);
    expect(await it.metrics()).toContain('watchpost_ingest_files_total{outcome="queued"} 2');
    expect(await it.metrics()).toContain('watchpost_ingest_files_total{outcome="not-an-image"} 1');
  });

  it.each([
    [{ channel: 'C0CAMS2' }, 1],
    [{ channel: 'C0CAM' }, 0],
    [{ channel: 'C0CAMS22' }, 0],
    [{ channel: 'C0RESULTS' }, 0],
    [{ user: 'U0WATCH' }, 1],
    [{ bot_id: 'B0WATCH' }, 1],
    [{ app_id: 'A0WATCH' }, 1],
    [{ subtype: 'message_changed' }, 0],
    [{ subtype: undefined }, 1],
    [{ files: [] }, 0],
    [{ type: 'file_shared' }, 0],
  ])('takes %o as %i jobs and answers 200', async (over, jobs) => {
    const it = rig();
    expect((await it.post(fileShare(over))).statusCode).toBe(200);
    expect(it.sent).toHaveLength(jobs);
  });

  it('answers 200 to what it does not know, and counts it', async () => {
    const it = rig();
    for (const body of [{ type: 'tomorrow' }, [], fileShare({ type: 'app_mention' })]) expect((await it.post(body)).statusCode).toBe(200);
    expect(await it.metrics()).toContain('watchpost_ingest_request_seconds_count{outcome="ignored-unknown-type"} 2');
    expect(await it.metrics()).toContain('watchpost_ingest_request_seconds_count{outcome="ignored-other-event"} 1');
  });

  it('warns when Slack drops events', async () => {
    const it = rig();
    expect((await it.post({ type: 'app_rate_limited', minute_rate_limited: 1_518_467_820 })).statusCode).toBe(200);
    expect(it.logged.join('')).toMatch(/"level":40.*Slack drops events/);
    expect(await it.metrics()).toContain('outcome="rate-limited"} 1');
  });

  it('counts what Slack sends again by its reason, and nothing that is not one', async () => {
    const it = rig();
    await it.post(fileShare(), { headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } });
    await it.post(fileShare(), { headers: { 'x-slack-retry-num': '2', 'x-slack-retry-reason': 'made up"} 1' } });
    expect(await it.metrics()).toContain('watchpost_ingest_redeliveries_total{reason="http_timeout"} 1');
    expect(await it.metrics()).toContain('watchpost_ingest_redeliveries_total{reason="other"} 1');
  });

  it('refuses what Slack did not sign now', async () => {
    const it = rig({ over: { SLACK_SIGNING_SECRET: ['new', 'old'], SLACK_VERIFICATION_TOKEN: 'verification-token' } });
    expect((await it.post(fileShare())).statusCode).toBe(401);
    expect((await it.post(fileShare(), { secret: 'new', nowMs: Date.now() - 400_000 })).statusCode).toBe(401);
    expect((await it.post(fileShare(), { secret: 'new', nowMs: Date.now() + 400_000 })).statusCode).toBe(401);
    const unsigned = await it.app.inject({ method: 'POST', url: '/api/events', payload: fileShare() });
    expect(unsigned).toMatchObject({ statusCode: 401 });
    expect(unsigned.json()).toEqual({ error: { code: 'request-unauthorised', message: 'no valid signature or token' } });
    expect(it.sent).toEqual([]);
    expect((await it.post(fileShare(), { secret: 'old' })).statusCode).toBe(200);
    expect((await it.post(fileShare(), { secret: 'new' })).statusCode).toBe(200);
  });

  it('goes by the token where only that is set', async () => {
    const it = rig({ over: { SLACK_SIGNING_SECRET: undefined, SLACK_VERIFICATION_TOKEN: 'verification-token' } });
    const post = async (body: object) => (await it.app.inject({ method: 'POST', url: '/api/events', payload: body })).statusCode;
    expect(await post({ ...fileShare(), token: 'verification-tokem' })).toBe(401);
    expect(await post({ ...fileShare(), token: undefined })).toBe(401);
    expect(await post({ type: 'url_verification', challenge: 'x' })).toBe(401);
    expect(it.sent).toEqual([]);
    expect(await post(fileShare())).toBe(200);
    expect(await post({ type: 'url_verification', challenge: 'x', token: 'verification-token' })).toBe(200);
    expect(it.sent).toHaveLength(1);
  });

  it.each([
    ['not JSON', '{"type":', {}, 400, 'request-malformed'],
    ['nothing', '', {}, 400, 'request-malformed'],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'request-unsupported'],
    ['too much', `"${'x'.repeat(1_100_000)}"`, {}, 413, 'request-too-large'],
  ])('refuses %s with a code', async (_what, body, headers, status, code) => {
    const it = rig();
    const answer = await it.post(body, { headers });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code } });
    expect(await it.metrics()).not.toContain('outcome="internal"');
  });

  it('answers 503 when the queue does not take the job, and gives it what is left of 2.5 s', async () => {
    const budgets: number[] = [];
    const it = rig({
      send: async (_job, { timeoutMs }) => {
        budgets.push(timeoutMs);
        throw new AppError('queue-unavailable', 'redis://user:pass@host is away');
      },
    });
    const answer = await it.post(fileShare());
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ error: { code: 'queue-unavailable', message: 'temporarily unavailable, please try again' } });
    expect(budgets[0]).toBeLessThanOrEqual(2_300);
    expect(budgets[0]).toBeGreaterThan(2_000);
    expect(await it.metrics()).toContain('outcome="queue-unavailable"} 1');
  });

  it('answers 503 when the queue takes one of two jobs, so that Slack sends both again', async () => {
    const it = rig({
      send: async (job) => {
        if (jobId(job.kind, job).endsWith('F2')) throw new AppError('queue-unavailable', 'away');
      },
    });
    expect((await it.post(fileShare({ files: [slackFile(), slackFile({ id: 'F2' })] }))).statusCode).toBe(503);
  });

  it('tells nothing of an error of its own', async () => {
    const it = rig({
      send: async () => {
        throw new TypeError('cannot read the secret plan');
      },
    });
    const answer = await it.post(fileShare());
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('plan');
    expect(it.logged.join('')).toContain('cannot read the secret plan');
  });

  it('logs no text, no token and no address', async () => {
    const it = rig();
    await it.post(fileShare({ text: 'Motion detected at Front door, a very private text' }));
    await it.post(fileShare({ subtype: undefined, files: [], text: 'another private text' }));
    await it.post('{"text":"a broken private text"');
    expect(it.logged.length).toBeGreaterThan(1);
    expect(it.logged.join('')).not.toMatch(/private|verification-token|files\.slack\.com|signing/);
  });
});

describe('the camera of a job', () => {
  // A message without files has no such field, as Slack sends it.
  const caption = (text: string, ts: string, over: object = {}) => fileShare({ subtype: undefined, files: undefined, text, ts, ...over });

  it('comes from the caption before it', async () => {
    const it = rig();
    await it.post(caption('Motion detected at Front door', '1700000000.000050'));
    await it.post(fileShare());
    expect(it.sent[0]!.job).toMatchObject({ camera: 'Front door' });
  });

  it('comes from its own text first', async () => {
    const it = rig();
    await it.post(caption('Motion detected at Front door', '1700000000.000050'));
    await it.post(fileShare({ text: 'Motion at Garage' }));
    expect(it.sent[0]!.job).toMatchObject({ camera: 'Garage' });
  });

  it('is unknown after a caption of another channel, another author, or of no camera', async () => {
    const it = rig();
    await it.post(caption('seen at Door', '1700000000.000050', { channel: 'C0CAMS2' }));
    await it.post(caption('seen at Door', '1700000000.000051', { user: 'U5', bot_id: undefined }));
    await it.post(caption('a picture comes', '1700000000.000060'));
    await it.post(fileShare());
    expect(it.sent[0]!.job).toMatchObject({ camera: null });
  });
});

describe('before auth.test has answered', () => {
  it('takes events of channels where we never post', async () => {
    const it = rig({ identity: null });
    expect((await it.post(fileShare())).statusCode).toBe(200);
    expect(it.sent).toHaveLength(1);
  });

  it('lets Slack keep those of a channel that is read and written, for they may be our own', async () => {
    const it = rig({ identity: null, over: { READ_SLACK_CHANNEL_ID: ['C0RESULTS'] } });
    const answer = await it.post(fileShare({ channel: 'C0RESULTS' }));
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ error: { code: 'slack-identity-unknown' } });
    expect(it.sent).toEqual([]);
    expect((await it.post(fileShare({ channel: 'C0RESULTS', files: [] }))).statusCode).toBe(200);
  });
});
