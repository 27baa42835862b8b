import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { JobHandlers, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { VisitJob } from '@watchpost/shared/jobs/visit-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createHandlers } from '@watchpost/worker/handlers';
import { loadConfig } from '@watchpost/worker/config';
import type { KeptFiles } from '@watchpost/worker/kept-files';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { FaceEngine } from '@watchpost/see/face-engine';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { bearded, dark, frameWith, man, woman } from '../support/pictures.ts';
import { postgres, type Service } from '../support/services.ts';
import { defaultDecisionSettings } from '@watchpost/gallery/decide/decide';
import { namePerson, startGallery } from '../support/start-gallery.ts';
import { workerDeps } from '../support/worker-deps.ts';

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
  const counting: FaceEngine = {
    ...engine,
    see: (bytes, signal) => {
      inferences += 1;
      return engine.see(bytes, signal);
    },
  };
  const deps = workerDeps({ slack, opened, sender, engine: counting });
  files = deps.files;
  handlers = createHandlers(deps);
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
    if (next.kind === 'visit') await handlers.visit(next, context, never);
  }
}

/** The visit's job that the snapshot's job has queued. */
async function recognised(job: SnapshotJob): Promise<VisitJob> {
  await handlers.snapshot(job, context, never);
  const [next] = queued.splice(0);
  if (next?.kind !== 'visit') throw new Error('the snapshot joined no visit');
  return next;
}

/** What readers see in the results channel. */
const posts = () => slack.chat.messages.filter(({ channel }) => channel === 'CRESULTS');
const textOf = (index: number): string => JSON.stringify(posts()[index]?.blocks);
const pictureOf = (index: number): Buffer => slack.picture(posts()[index]?.blocks.find(({ type }) => type === 'image')?.slack_file?.id ?? '')!;

const record = (job: SnapshotJob) => opened.records.get(job.snapshotId, never);

describe('a snapshot', () => {
  it('with two strangers becomes one post with both, and the next visit has both names', async () => {
    await run(posted(await frameWith([man[0]!, woman])));
    expect(posts()).toHaveLength(1);
    const first = /1: (Unknown \d+)/.exec(textOf(0))?.[1] ?? '';
    const second = /2: (Unknown \d+)/.exec(textOf(0))?.[1] ?? '';
    expect(first).toMatch(/^Unknown/);
    expect(first).not.toBe(second);
    expect(textOf(0)).toContain('https://example.slack.com/archives/CREAD/');
    expect(textOf(0)).toContain('This is…');
    expect(pictureOf(0).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));

    const people = await opened.gallery.people(never);
    expect(people.map(({ name }) => name)).toEqual(expect.arrayContaining([first, second]));
    await namePerson(opened, first, 'Ada', { id: 'test' });
    await namePerson(opened, second, 'Grace', { id: 'test' });
    await run(posted(await frameWith([man[1]!, woman], { seed: 1 })));
    expect(textOf(1)).toContain('1: Ada');
    expect(textOf(1)).toContain('2: Grace');
  });

  it('is downloaded once for its recognition and its post, and not kept after it', async () => {
    const job = posted(await frameWith([woman], { seed: 12 }));
    await run(job);
    expect([(await record(job))?.state, posts().length]).toEqual(['recognised', 1]);
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
    const visit = await recognised(job);
    expect(files.get(job.snapshotId)).not.toBeNull();
    files.drop(job.snapshotId);
    await handlers.visit(visit, context, never);
    expect(posts()).toHaveLength(1);
    expect(slack.downloads).toHaveLength(2);
  });

  it('shows a stranger as the same unknown again', async () => {
    await run(posted(await frameWith([bearded])));
    await run(posted(await frameWith([bearded], { seed: 2 })));
    const names = [0, 1].map((index) => /Unknown \d+/.exec(textOf(index))?.[0]);
    expect(names[0]).toBeDefined();
    expect(names[1]).toBe(names[0]);
  });

  it('without a face is recorded and not posted', async () => {
    const job = posted(await frameWith([]));
    await run(job);
    expect(posts()).toEqual([]);
    expect(await record(job)).toMatchObject({ state: 'nothing-to-post', faces: [], width: 1280, height: 720 });
  });

  it('that comes twice, byte for byte, from one camera costs no inference and no post', async () => {
    const bytes = await frameWith([dark]);
    const first = posted(bytes, { camera: 'twice' });
    await run(first);
    const again = posted(bytes, { camera: 'twice' });
    await run(again);
    expect(inferences).toBe(1);
    expect(posts()).toHaveLength(1);
    expect(await record(again)).toMatchObject({ state: 'nothing-new', sameAs: first.snapshotId });
  });

  it.each(['png', 'webp', 'avif'] as const)('may be %s', async (format) => {
    const job = posted(await frameWith([woman], { format, seed: 3 }));
    await run(job);
    expect(await record(job)).toMatchObject({
      state: 'recognised',
      faces: [expect.objectContaining({ decision: expect.stringMatching(/match|unknown/) })],
    });
  });

  it('in HEIC is seen by its thumbnail', async () => {
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(100)]);
    const job = posted(heic);
    slack.files.set('THUMB', { id: 'THUMB', bytes: await frameWith([woman], { seed: 4 }), contentType: 'image/jpeg', info: {} });
    await run({ ...job, file: { ...job.file, thumbnailUrl: `${slack.url}/download/THUMB` } });
    expect(posts()).toHaveLength(1);
  });
});

describe('a retry', () => {
  it('after a lost answer repeats neither the inference nor the post', async () => {
    const job = posted(await frameWith([woman], { seed: 5 }));
    const visit = await recognised(job);
    slack.mischief('chat.postMessage', { kind: 'cut-after' });
    await expect(handlers.visit(visit, context, never)).rejects.toMatchObject({ retry: 'transient' });
    await handlers.snapshot(job, context, never);
    await handlers.visit(visit, context, never);
    await handlers.visit(visit, context, never);
    expect(inferences).toBe(1);
    expect(posts()).toHaveLength(1);
  });

  it('beside another one posts once', async () => {
    const visit = await recognised(posted(await frameWith([woman], { seed: 6 })));
    const both = await Promise.allSettled([handlers.visit(visit, context, never), handlers.visit(visit, context, never)]);
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    await handlers.visit(visit, context, never);
    expect(posts()).toHaveLength(1);
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
    const visit = await recognised(posted(await frameWith([woman], { seed: 7 })));
    slack.mischief('chat.postMessage', { kind: 'error', error: 'not_in_channel' });
    await expect(handlers.visit(visit, context, never)).rejects.toMatchObject({ code: 'channel-not-available', retry: 'repairable' });
    slack.files.clear();
    await handlers.visit(visit, context, never);
    expect(posts()).toHaveLength(1);
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
