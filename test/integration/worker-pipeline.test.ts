import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createSlackCalls } from '@watchpost/slack/calls';
import { createSlackPlatform } from '@watchpost/slack/platform';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { JobHandlers, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { createHandlers } from '@watchpost/worker/handlers';
import { loadConfig } from '@watchpost/worker/config';
import { createKeptFiles, type KeptFiles } from '@watchpost/worker/kept-files';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { FaceEngine } from '@watchpost/see/face-engine';
import { createStepTimer } from '@watchpost/worker/step-timer';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { bearded, dark, frameWith, man, woman } from '../support/pictures.ts';
import { postgres, type Service } from '../support/services.ts';
import { defaultDecisionSettings } from '@watchpost/gallery/decide/decide';
import { namePerson, startGallery } from '../support/start-gallery.ts';
import { silentChat } from '../support/silent-chat.ts';
import { usualTreatment } from '../support/usual-treatment.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;
const context = { attempt: 1, lastAttempt: false };
let database: Service;
let engine: FaceEngine;
let opened: OpenedGallery;
let slack: FakeSlack;
let handlers: JobHandlers;
let files: KeptFiles;
let queued: Job[];
let inferences: number;
let serial = 0;

beforeAll(async () => {
  database = await postgres();
  const config = loadConfig({
    SLACK_API_TOKEN: 'xoxb-test',
    READ_SLACK_CHANNEL_ID: 'CREAD',
    WRITE_SLACK_CHANNEL_ID: 'CRESULTS',
    POSTGRES_URL: database.url,
    INFERENCE_THREADS: '1',
  });
  engine = await createFaceEngine(config, log, never);
  opened = await startGallery(config, { settings: { decision: defaultDecisionSettings } });
}, 120_000);
afterAll(async () => {
  await opened?.gallery.close();
  await engine?.close();
  await database?.stop();
});

beforeEach(async () => {
  [slack, queued, inferences] = [await startFakeSlack(), [], 0];
  const sender: JobSender = {
    send: async (job) => void queued.push(job),
    ping: async () => undefined,
    counts: async () => [],
    close: async () => undefined,
  };
  const token = 'xoxb-test';
  const platform: ConnectedPlatform = {
    ...silentChat,
    writeChannel: 'slack:CRESULTS',
    chat: createSlackPlatform({
      call: createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: 1_000 }),
      token,
      allows: allowHosts([{ origin: slack.url }]),
      sharing: { checkAfterMs: [1, 1] },
    }),
  };
  files = createKeptFiles({ maxBytes: 10_000_000, keepMs: 60_000 });
  handlers = createHandlers({
    ...usualTreatment,
    platformFor: () => platform,
    engine: {
      ...engine,
      see: (bytes, signal) => {
        inferences += 1;
        return engine.see(bytes, signal);
      },
    },
    gallery: opened.gallery,
    records: opened.records,
    sender,
    log,
    lookedAt: () => undefined,
    timed: createStepTimer(createMetrics({ processMetrics: false })),
    files,
    maxBytes: 10_000_000,
    maxPixels: 60_000_000,
    compareWith: 5,
    compareWithinMs: 600_000,
    sendTimeoutMs: 1_000,
  });
});
afterEach(() => slack.close());

/** Posts a file in the fake Slack and gives the job that ingest would have made. */
function posted(bytes: Buffer, over: Partial<SnapshotJob> = {}): SnapshotJob {
  serial += 1;
  const id = `F${serial}`;
  slack.files.set(id, { id, bytes, contentType: 'image/png', info: {} });
  return {
    v: 1,
    kind: 'snapshot',
    snapshotId: `slack-CREAD-1700000000.${serial}-${id}`,
    channel: 'slack:CREAD',
    messageId: `1700000000.${serial}`,
    takenAtMs: Date.now(),
    camera: `camera ${serial}`,
    file: { id, name: 'x.png', mimeType: 'image/png', sizeBytes: bytes.length, url: `${slack.url}/download/${id}`, thumbnailUrl: null },
    ...over,
  };
}

/** Runs a job and whatever it queues, once each. */
async function run(job: SnapshotJob): Promise<void> {
  await handlers.snapshot(job, context, never);
  for (let next = queued.shift(); next; next = queued.shift()) {
    if (next.kind === 'result') await handlers.result(next, context, never);
  }
}

const record = (job: SnapshotJob) => opened.records.get(job.snapshotId, never);

describe('a snapshot', () => {
  it('with two strangers becomes one post with both, then with both names', async () => {
    await run(posted(await frameWith([man[0]!, woman])));
    expect(slack.posts).toHaveLength(1);
    const [, first = '', second = ''] = /1: (Unknown \d+), 2: (Unknown \d+)/.exec(slack.posts[0]!.text) ?? [];
    expect(first).not.toBe(second);
    expect(slack.posts[0]).toMatchObject({ channel: 'CRESULTS' });
    expect(slack.posts[0]!.text).toContain('https://example.slack.com/archives/CREAD/');
    expect(slack.posts[0]!.altText).toContain(first);
    expect(slack.posts[0]!.bytes.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));

    const people = await opened.gallery.people(never);
    expect(people.map(({ name }) => name)).toEqual(expect.arrayContaining([first, second]));
    await namePerson(opened, first, 'Ada', { id: 'test' });
    await namePerson(opened, second, 'Grace', { id: 'test' });
    await run(posted(await frameWith([man[1]!, woman], { seed: 1 })));
    expect(slack.posts[1]!.text).toMatch(/2 faces at camera \d+: 1: Ada, 2: Grace/);
  });

  it('is downloaded once for its recognition and its post, and not kept after it', async () => {
    const job = posted(await frameWith([woman], { seed: 12 }));
    await run(job);
    expect(await record(job)).toMatchObject({ state: 'posted' });
    expect(slack.downloads).toHaveLength(1);
    expect(files.get(job.snapshotId)).toBeNull();
  });

  it('that is not to be posted is not kept', async () => {
    const job = posted(await frameWith([], { seed: 13 }));
    await run(job);
    expect([slack.downloads.length, files.get(job.snapshotId)]).toEqual([1, null]);
  });

  it('is downloaded again for its post by a worker that did not keep it', async () => {
    const job = posted(await frameWith([woman], { seed: 14 }));
    await handlers.snapshot(job, context, never);
    expect(files.get(job.snapshotId)).not.toBeNull();
    files.drop(job.snapshotId);
    await handlers.result(queued.splice(0)[0] as never, context, never);
    expect(await record(job)).toMatchObject({ state: 'posted' });
    expect(slack.downloads).toHaveLength(2);
  });

  it('shows a stranger as the same unknown again', async () => {
    await run(posted(await frameWith([bearded])));
    await run(posted(await frameWith([bearded], { seed: 2 })));
    const names = slack.posts.map(({ text }) => /Unknown \d+/.exec(text)?.[0]);
    expect(names[0]).toBeDefined();
    expect(names[1]).toBe(names[0]);
  });

  it('without a face is recorded and not posted', async () => {
    const job = posted(await frameWith([]));
    await run(job);
    expect(slack.posts).toEqual([]);
    expect(await record(job)).toMatchObject({ state: 'nothing-to-post', faces: [], width: 1280, height: 720 });
  });

  it('that comes twice, byte for byte, from one camera costs no inference and no post', async () => {
    const bytes = await frameWith([dark]);
    const first = posted(bytes, { camera: 'twice' });
    await run(first);
    const again = posted(bytes, { camera: 'twice' });
    await run(again);
    expect(inferences).toBe(1);
    expect(slack.posts).toHaveLength(1);
    expect(await record(again)).toMatchObject({ state: 'nothing-new', sameAs: first.snapshotId });
  });

  it.each(['png', 'webp', 'avif'] as const)('may be %s', async (format) => {
    const job = posted(await frameWith([woman], { format, seed: 3 }));
    await run(job);
    expect(await record(job)).toMatchObject({
      state: 'posted',
      faces: [expect.objectContaining({ decision: expect.stringMatching(/match|unknown/) })],
    });
  });

  it('in HEIC is seen by its thumbnail', async () => {
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(100)]);
    const job = posted(heic);
    slack.files.set('THUMB', { id: 'THUMB', bytes: await frameWith([woman], { seed: 4 }), contentType: 'image/jpeg', info: {} });
    await run({ ...job, file: { ...job.file, thumbnailUrl: `${slack.url}/download/THUMB` } });
    expect(await record(job)).toMatchObject({ state: 'posted' });
  });
});

describe('a retry', () => {
  it('after a failed post repeats neither the inference nor the post', async () => {
    const job = posted(await frameWith([woman], { seed: 5 }));
    await handlers.snapshot(job, context, never);
    const [result] = queued.splice(0);
    slack.mischief('files.completeUploadExternal', { kind: 'cut-after' });
    await expect(handlers.result(result as never, context, never)).rejects.toMatchObject({ retry: 'transient' });
    await handlers.snapshot(job, context, never);
    await handlers.result(result as never, context, never);
    await handlers.result(result as never, context, never);
    expect(inferences).toBe(1);
    expect(slack.posts).toHaveLength(1);
    expect(await record(job)).toMatchObject({ state: 'posted', upload: { state: 'shared', messageId: slack.posts[0]!.ts } });
  });

  it('beside another one posts once', async () => {
    const job = posted(await frameWith([woman], { seed: 6 }));
    await handlers.snapshot(job, context, never);
    const [result] = queued.splice(0);
    const both = await Promise.allSettled([
      handlers.result(result as never, context, never),
      handlers.result(result as never, context, never),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    await handlers.result(result as never, context, never);
    expect(slack.posts).toHaveLength(1);
  });
});

describe('a failure', () => {
  it('of a deleted file ends the job and says so in the record', async () => {
    const job = posted(await frameWith([]));
    slack.mischief(`/download/${job.file.id}`, { kind: 'status', status: 404 });
    await expect(handlers.snapshot(job, context, never)).rejects.toMatchObject({ code: 'file-gone', retry: 'permanent' });
    expect(await record(job)).toMatchObject({ state: 'failed', error: { code: 'file-gone' } });
  });

  it.each([
    ['an outage', { kind: 'status', status: 500 } as const, 'download-failed'],
    ['a page instead of the file', { kind: 'html' } as const, 'file-forbidden'],
    ['a refusal', { kind: 'status', status: 403 } as const, 'file-forbidden'],
  ])('that may pass, such as %s, is recorded at the last try only', async (_, trick, code) => {
    const job = posted(await frameWith([]));
    slack.mischief(`/download/${job.file.id}`, trick, trick);
    await expect(handlers.snapshot(job, context, never)).rejects.toMatchObject({ code });
    expect(await record(job)).toMatchObject({ state: 'received', error: null });
    await expect(handlers.snapshot(job, { attempt: 6, lastAttempt: true }, never)).rejects.toMatchObject({ code });
    expect(await record(job)).toMatchObject({ state: 'failed', error: { code } });
    // Run again by an operator.
    await handlers.snapshot(job, context, never);
    expect(await record(job)).toMatchObject({ state: 'nothing-to-post', error: null });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'image-empty'],
    ['a page that the camera posted', Buffer.from('<html>offline</html>'), 'image-format-unsupported'],
  ])('of a file with %s has its own code', async (_, bytes, code) => {
    const job = posted(bytes);
    await expect(handlers.snapshot(job, context, never)).rejects.toMatchObject({ code, retry: 'permanent' });
  });

  it('of a bot that is not in the results channel waits for somebody to invite it', async () => {
    const job = posted(await frameWith([woman], { seed: 7 }));
    await handlers.snapshot(job, context, never);
    const [result] = queued.splice(0);
    slack.mischief('files.completeUploadExternal', { kind: 'error', error: 'not_in_channel' });
    await expect(handlers.result(result as never, context, never)).rejects.toMatchObject({
      code: 'channel-not-available',
      retry: 'repairable',
    });
    expect(await record(job)).toMatchObject({ state: 'recognised', upload: { state: 'uploaded' }, error: null });
    await handlers.result(result as never, context, never);
    expect(await record(job)).toMatchObject({ state: 'posted' });
  });

  it('gives up within a moment when the process stops', async () => {
    const job = posted(await frameWith([woman]));
    slack.mischief(`/download/${job.file.id}`, { kind: 'hang' });
    const controller = new AbortController();
    const running = handlers.snapshot(job, context, controller.signal);
    setTimeout(() => controller.abort(), 50).unref();
    const startedAt = performance.now();
    await expect(running).rejects.toMatchObject({ code: 'aborted' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
