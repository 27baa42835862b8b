import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { UploadProgress } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createKeptFiles } from '@watchpost/worker/kept-files';
import { recordFailure } from '@watchpost/worker/record-failure';
import { createResultHandler, type ResultDeps } from '@watchpost/worker/result/pipeline';
import { createStepTimer } from '@watchpost/worker/step-timer';
import { person, recordedFace, snapshotJob } from '../support/factories.ts';
import { frameWith } from '../support/pictures.ts';
import { postgres, type Service } from '../support/services.ts';
import { callsOf, sharingPlatform } from '../support/sharing-rig.ts';
import { startGallery } from '../support/start-gallery.ts';
import { silentChat } from '../support/silent-chat.ts';
import { usualTreatment } from '../support/usual-treatment.ts';

const never = new AbortController().signal;
const context = { attempt: 1, lastAttempt: false };
const complete = 'files.completeUploadExternal';
let database: Service;
let opened: OpenedGallery;
let slack: FakeSlack;
let frame: Buffer;
let serial = 0;

beforeAll(async () => {
  database = await postgres();
  opened = await startGallery({ POSTGRES_URL: database.url });
  frame = await frameWith([]);
}, 120_000);
afterAll(async () => {
  await opened?.gallery.close();
  await database?.stop();
});
beforeEach(async () => {
  slack = await startFakeSlack();
});
afterEach(() => slack.close());

/** A recognised snapshot with one face, whose result got as far as `over` says. */
async function recognised(over: Partial<SnapshotRecord> = {}): Promise<SnapshotRecord> {
  serial += 1;
  const id = `F${serial}`;
  slack.files.set(id, { id, bytes: frame, contentType: 'image/jpeg', info: {} });
  const url = `${slack.url}/download/${id}`;
  const file = { id, name: 'x.jpg', mimeType: 'image/jpeg', sizeBytes: frame.length, url, thumbnailUrl: null };
  const record = await opened.records.open(snapshotJob({ snapshotId: `slack-CREAD-1700000000.${serial}-${id}`, file }), never);
  const faces = [recordedFace({ decision: 'unknown', personId: null })];
  return opened.records.save({ ...record, state: 'recognised', width: 1280, height: 720, faces, ...over }, never);
}

/** Runs the result job once. */
async function post({ snapshotId }: SnapshotRecord, over: Partial<ResultDeps> = {}, signal = never): Promise<void> {
  const chat = sharingPlatform(slack, { allows: allowHosts([{ origin: slack.url }]) });
  const handler = createResultHandler({
    ...usualTreatment,
    platformFor: () => ({ ...silentChat, chat, writeChannel: 'slack:CRESULTS' }),
    gallery: opened.gallery,
    records: opened.records,
    log: createLogger('test', 'silent'),
    timed: createStepTimer(createMetrics({ processMetrics: false })),
    files: createKeptFiles({ maxBytes: 10_000_000, keepMs: 60_000 }),
    maxBytes: 10_000_000,
    maxPixels: 60_000_000,
    ...over,
  });
  await handler({ v: 1, kind: 'result', snapshotId }, context, signal);
}

/** Runs the result job as the queue does, until it is done. */
async function postUntilDone(record: SnapshotRecord, over: Partial<ResultDeps> = {}): Promise<string[]> {
  const failures: string[] = [];
  for (;;) {
    try {
      await post(record, over);
      return failures;
    } catch (error) {
      if (!(error instanceof AppError) || error.retry !== 'transient' || failures.length > 30) throw error;
      failures.push(error.code);
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? 1));
    }
  }
}

const stored = ({ snapshotId }: SnapshotRecord) => opened.records.get(snapshotId, never);
const notReady = () => ({ ...opened.gallery, isReady: () => false });

describe('a result that was posted already', () => {
  it.each(['recognised', 'failed'] as const)('is recorded as such, without asking anybody, when its record says %s', async (state) => {
    const upload: UploadProgress = { state: 'shared', fileId: 'FUP9', messageId: '1.2' };
    const record = await recognised({ state, upload, error: state === 'failed' ? { code: 'file-gone', message: 'HTTP 404' } : null });
    slack.files.clear();
    await post(record, { gallery: notReady() });
    expect(await stored(record)).toMatchObject({ state: 'posted', upload, error: null });
    expect([slack.calls, slack.downloads]).toEqual([[], []]);
  });

  it('is found in the channel although its snapshot was deleted and the answer was lost', async () => {
    const record = await recognised();
    slack.mischief(complete, { kind: 'cut-after' });
    await expect(post(record)).rejects.toMatchObject({ code: 'chat-unavailable' });
    slack.files.clear();
    await post(record);
    expect(await stored(record)).toMatchObject({ state: 'posted', error: null });
    expect(slack.posts).toHaveLength(1);
    expect(slack.downloads).toHaveLength(1);
  });

  it('stays one post, and counts as one, when everybody in it is ignored meanwhile', async () => {
    const record = await recognised({ faces: [recordedFace({ decision: 'match', personId: 'p1' })] });
    slack.mischief(complete, { kind: 'cut-after' });
    await expect(post(record)).rejects.toMatchObject({ code: 'chat-unavailable' });
    await post(record, { gallery: { ...opened.gallery, person: async () => person({ status: 'ignored' }) } });
    expect(await stored(record)).toMatchObject({ state: 'posted' });
  });
});

describe('a picture that was made', () => {
  it.each([
    ['files.getUploadURLExternal', { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const],
    ['/upload', { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const],
    ['/upload', { kind: 'cut' } as const],
    [complete, { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const],
    [complete, { kind: 'cut' } as const],
    [complete, { kind: 'late-work', ms: 300 } as const],
    ['files.info', { kind: 'status', status: 500 } as const],
  ])('is neither downloaded nor drawn again when %s does %o', async (target, trick) => {
    const record = await recognised();
    slack.mischief(target, trick);
    await postUntilDone(record);
    await slack.idle();
    expect(slack.downloads).toHaveLength(1);
    expect(slack.posts).toHaveLength(1);
    expect(await stored(record)).toMatchObject({ state: 'posted' });
  });

  it('waits in Slack while the bot is not in the channel', async () => {
    const record = await recognised();
    slack.mischief(complete, { kind: 'error', error: 'not_in_channel' });
    await expect(post(record)).rejects.toMatchObject({ code: 'channel-not-available', retry: 'repairable' });
    expect(await stored(record)).toMatchObject({ state: 'recognised', upload: { state: 'uploaded' }, error: null });
    slack.files.clear();
    await post(record);
    expect(slack.posts).toHaveLength(1);
  });
});

describe('a result', () => {
  it('that is posted stays so when its job fails afterwards, because the answer to the last write was lost', async () => {
    const record = await recognised();
    await expect(post(record, { records: failingRecords(3, 'after') })).rejects.toMatchObject({ code: 'gallery-unavailable' });
    const posted = await stored(record);
    expect(posted?.state).toBe('posted');
    const log = createLogger('test', 'silent');
    const job = { v: 1, kind: 'result', snapshotId: record.snapshotId } as const;
    await recordFailure(
      job,
      new AppError('gallery-unavailable', 'connection lost'),
      { ...usualTreatment, records: opened.records, log },
      never,
    );
    expect(await stored(record)).toEqual(posted);
  });

  it('whose snapshot is deleted before anything is posted fails, and says why', async () => {
    const record = await recognised();
    slack.files.clear();
    await expect(post(record)).rejects.toMatchObject({ code: 'file-gone', retry: 'permanent' });
    expect(await stored(record)).toMatchObject({ state: 'failed', error: { code: 'file-gone' }, upload: null });
    expect(slack.posts).toEqual([]);
  });

  it('is not even begun with a token that Slack refuses', async () => {
    const record = await recognised();
    slack.mischief('chat.getPermalink', { kind: 'error', error: 'invalid_auth' });
    await expect(post(record)).rejects.toMatchObject({ code: 'chat-not-authorised', retry: 'repairable' });
    expect(slack.downloads).toEqual([]);
  });

  it('is posted without a link when the bot has left the camera’s channel', async () => {
    const record = await recognised();
    slack.mischief('chat.getPermalink', { kind: 'error', error: 'not_in_channel' });
    await post(record);
    expect(slack.posts[0]!.text).toBe('1 face at Front door: unknown');
  });

  it('waits for the gallery without asking Slack anything', async () => {
    const record = await recognised();
    await expect(post(record, { gallery: notReady() })).rejects.toMatchObject({ code: 'gallery-not-ready' });
    expect([slack.calls, slack.downloads]).toEqual([[], []]);
  });
});

/** Records that fail at the `at`th write: before it, or after it with the answer lost. Later writes of that run fail as well. */
function failingRecords(at: number, when: 'before' | 'after'): SnapshotRecords & { writes: () => number } {
  let writes = 0;
  const lost = () => new AppError('gallery-unavailable', 'connection lost');
  return {
    ...opened.records,
    writes: () => writes,
    save: async (record, signal) => {
      writes += 1;
      if (writes > at || (writes === at && when === 'before')) throw lost();
      const saved = await opened.records.save(record, signal);
      if (writes === at) throw lost();
      return saved;
    },
  };
}

it.each(['before', 'after'] as const)('A run that ends %s any write leaves one post, and a record that says so', async (when) => {
  let writes = 0;
  for (let at = 1; ; at += 1) {
    const record = await recognised();
    const records = failingRecords(at, when);
    const first = await post(record, { records }).catch((error: unknown) => error);
    writes = records.writes();
    if (writes < at) break;
    expect(first).toMatchObject({ code: 'gallery-unavailable' });
    await postUntilDone(record);
    expect(await stored(record)).toMatchObject({ state: 'posted', upload: { state: 'shared' }, error: null });
    expect(slack.posts.splice(0)).toHaveLength(1);
  }
  expect(writes).toBe(3);
  expect(callsOf(slack, 'files.delete')).toBe(0);
});
