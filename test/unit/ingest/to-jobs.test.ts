import { parseDelivery, type SlackMessage } from '@watchpost/ingest/platforms/slack/2-parse';
import { isOwnPost, toJobs } from '@watchpost/ingest/platforms/slack/3-to-jobs';
import { snapshotJobSchema } from '@watchpost/shared/jobs/snapshot-job';
import { describe, expect, it } from 'vitest';
import { fileShare, slackFile } from '../../support/signed-slack-request.ts';

function parsed(over: Record<string, unknown> = {}): SlackMessage {
  const delivery = parseDelivery(fileShare(over));
  if (delivery.kind !== 'message') throw new Error(`parsed as ${delivery.kind}`);
  return delivery.message;
}
const me = { userId: 'U0WATCH', botId: 'B0WATCH', appId: 'A0WATCH' };
const jobsOf = (...files: Record<string, unknown>[]) => toJobs(parsed({ files }), () => null, me, null);

describe('jobs from a message', () => {
  it('refer to the file, and hold neither text nor token', () => {
    const { jobs } = toJobs(parsed({ text: 'a secret caption' }), () => 'Front door', me, null);
    expect(jobs).toEqual([
      {
        v: 1,
        kind: 'snapshot',
        snapshotId: 'slack-C0CAMS-1700000000.000100-F1',
        channel: 'slack:C0CAMS',
        messageId: '1700000000.000100',
        takenAtMs: 1_700_000_000_000,
        camera: 'Front door',
        file: {
          id: 'F1',
          name: '20231114221320.png',
          mimeType: 'image/png',
          sizeBytes: 1_234,
          url: 'https://files.slack.com/files-pri/T1-F1/download/20231114221320.png',
          thumbnailUrl: 'https://files.slack.com/files-tmb/T1-F1/1024.png',
        },
      },
    ]);
    expect(JSON.stringify(jobs)).not.toMatch(/secret|token/);
    expect(snapshotJobSchema.safeParse(jobs[0]).success).toBe(true);
  });

  it('are one a file, each with its own id, and the same ones for every delivery', () => {
    const three = [slackFile({ id: 'F1' }), slackFile({ id: 'F2' }), slackFile({ id: 'F3' })];
    const ids = jobsOf(...three).jobs.map(({ snapshotId }) => snapshotId);
    expect(ids).toEqual(['F1', 'F2', 'F3'].map((id) => `slack-C0CAMS-1700000000.000100-${id}`));
    expect(jobsOf(...three).jobs.map(({ snapshotId }) => snapshotId)).toEqual(ids);
  });

  it('stay small however long names and addresses are', () => {
    const { jobs } = jobsOf(
      slackFile({ name: `${'n'.repeat(5_000)}.png`, url_private_download: `https://files.slack.com/${'u'.repeat(9_000)}` }),
    );
    expect(JSON.stringify(jobs[0]).length).toBeLessThan(4_096);
    // Without an address Slack is asked for it.
    expect(jobs[0]!.file.url).toBeNull();
  });

  it.each([
    ['by its MIME type', { mimetype: 'image/webp', filetype: 'binary', name: 'x' }],
    ['by its file type', { mimetype: 'application/octet-stream', filetype: 'heic', name: null }],
    ['by its name', { mimetype: 'application/octet-stream', filetype: 'binary', name: 'SNAP.JPG' }],
    ['labelled as text, named like a picture', { mimetype: 'text/plain', filetype: 'text', name: 'a.avif' }],
    ['when nothing says anything', { mimetype: undefined, filetype: undefined, name: null }],
    ['when it is bytes without a name', { mimetype: 'application/octet-stream', filetype: 'binary', name: '' }],
  ])('take a file as a picture %s', (_how, over) => {
    expect(jobsOf(slackFile(over))).toMatchObject({ jobs: [{}], skipped: [] });
  });

  it.each([
    [{ mimetype: 'text/plain', filetype: 'text', name: 'notes.txt' }, 'not-an-image'],
    [{ mimetype: 'video/mp4', filetype: 'mp4', name: 'clip.mp4' }, 'not-an-image'],
    [{ mimetype: 'application/octet-stream', filetype: 'binary', name: 'dump.bin' }, 'not-an-image'],
    [{ mode: 'tombstone' }, 'not-downloadable'],
    [{ mode: 'hidden_by_limit' }, 'not-downloadable'],
    [{ mode: 'external', is_external: true }, 'not-downloadable'],
    [{ file_access: 'access_denied' }, 'not-downloadable'],
    [{ file_access: 'file_not_found' }, 'not-downloadable'],
    [{ user: 'U0WATCH' }, 'own'],
    [{ id: 'F1:F2' }, 'malformed'],
    [{ id: undefined }, 'malformed'],
  ])('skip %o as %s', (over, reason) => {
    expect(jobsOf(slackFile(over), slackFile({ id: 'F9' }))).toMatchObject({ jobs: [{ file: { id: 'F9' } }], skipped: [reason] });
  });

  it('pass a Slack Connect stub on without an address', () => {
    const stub = { id: 'F7', mode: 'file_access', file_access: 'check_file_info', created: 0, user: '' };
    expect(jobsOf(stub)).toMatchObject({ jobs: [{ file: { id: 'F7', url: null, name: null, mimeType: null } }], skipped: [] });
  });
});

describe('our own post', () => {
  const theirs = parsed({ channel: 'C0RESULTS' });
  it.each([
    ['by user', { user: 'U0WATCH' }],
    ['by bot', { bot_id: 'B0WATCH' }],
    ['by app', { app_id: 'A0WATCH' }],
    ['by the app of its bot profile', { bot_profile: { app_id: 'A0WATCH' } }],
  ])('is known %s', (_how, over) => {
    expect(isOwnPost(parsed({ channel: 'C0RESULTS', ...over }), 'C0RESULTS', me, null)).toBe(true);
  });

  it('is known by the app that the envelope names, before auth.test has answered', () => {
    expect(isOwnPost(parsed({ app_id: 'A0WATCH', channel: 'C0RESULTS' }), 'C0RESULTS', null, 'A0WATCH')).toBe(true);
    expect(isOwnPost(theirs, 'C0RESULTS', null, 'A0WATCH')).toBe(false);
  });

  it.each([{ user: 'U0WATCH' }, { bot_id: 'B0WATCH' }, { app_id: 'A0WATCH' }])(
    'is none where we do not post: a camera may use our app, %o',
    (over) => {
      const file = slackFile({ user: 'U0WATCH' });
      const message = parsed({ ...over, files: [file] });
      expect(isOwnPost(message, 'C0RESULTS', me, 'A0WATCH')).toBe(false);
      expect(toJobs(message, () => null, me, 'A0WATCH')).toMatchObject({ jobs: [{ file: { id: 'F1' } }], skipped: [] });
    },
  );

  it('is not taken when somebody else shares its picture again', () => {
    const message = parsed({ user: 'U0ADA', bot_id: undefined, files: [slackFile({ user: 'U0WATCH' })] });
    expect(toJobs(message, () => null, me, 'A0WATCH')).toEqual({ jobs: [], skipped: ['own'] });
  });

  it("is not another bot's, nor anybody's while ids are missing on both sides", () => {
    expect(isOwnPost(theirs, 'C0RESULTS', me, 'A0WATCH')).toBe(false);
    expect(
      isOwnPost(parsed({ channel: 'C0RESULTS', user: null, bot_id: null }), 'C0RESULTS', { userId: null, botId: null, appId: null }, null),
    ).toBe(false);
  });
});
