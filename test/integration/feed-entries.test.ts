import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { concurrencyOf, perKind, type Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobContext, JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { createEntryRig, memberOf, type EntryRig } from '../support/entry-rig.ts';
import { approvalSample, feedOf, samplePostedAtMs } from '../support/feed-samples.ts';
import { shapes } from '../support/shapes.ts';
import { everythingQueued } from '../support/queue-dump.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');

for (const { backend, queue } of shapes)
  describeWith([...backend.needs, ...queue.needs], `messages on their way into a feed, on ${backend.name} and ${queue.name}`, () => {
    let servers: Service[];
    let documents: DocumentStore;
    let close: () => Promise<void>;
    let sender: JobSender;
    let receivers: JobReceiver[];
    let rig: EntryRig;
    let serial = 0;

    beforeAll(async () => {
      servers = [await backend.start(), await queue.start()];
      const database = await openDatabase(backend.storage(servers[0]!.url), { log }, never);
      documents = database.documents;
      close = () => database.close();
    });
    afterAll(async () => {
      await close?.();
      for (const server of servers ?? []) await server.stop();
    });
    beforeEach(() => {
      serial += 1;
      sender = createJobSender(queue.storage(servers[1]!.url), { log });
      rig = createEntryRig({ documents, send: (job) => sender.send(job, { timeoutMs: 10_000 }) });
      // The sample messages are years old.
      rig.feeds = [feedOf({ slug: `news-${serial}`, keepMs: 36_525 * 86_400_000 })];
      rig.nowMs = Date.now();
      receivers = [];
    });
    afterEach(async () => {
      await Promise.all(receivers.map(async (each) => each.close(AbortSignal.abort())));
      await sender.close();
    });

    /** A worker takes jobs from the queue. */
    const takeJobs = (): void => {
      const nobody = async (): Promise<never> => Promise.reject(new Error('no such job here'));
      const run = (job: Job, context: JobContext) => rig.run(job, context);
      const handlers = { ...perKind(() => nobody), entry: run, profile: run, handoff: async () => undefined };
      const concurrency = (kind: Parameters<typeof concurrencyOf>[0]): number => concurrencyOf(kind, { WORKER_CONCURRENCY: 4 });
      receivers.push(createJobReceiver(queue.storage(servers[1]!.url), handlers, { concurrency, log }));
    };
    const slug = (): string => rig.feeds[0]!.slug;
    /** Jobs of the same id are not taken twice: each test has a message of its own. */
    const messageId = (): string => `${1_800_000_000 + serial}.000100`;
    const all = async () => rig.parts.entries.newest(slug(), { limit: 1_000 }, never);

    it('are all published, in their own order, after a burst: the old service took one of each batch', { timeout: 60_000 }, async () => {
      rig.members.set('U1', memberOf('U1'));
      const count = 150;
      const jobs = Array.from({ length: count }, (_, index) => rig.says(`message ${index}`, { postedAtMs: samplePostedAtMs + index }));
      takeJobs();
      takeJobs();
      await Promise.all(jobs.toReversed().map((job) => sender.send(job, { timeoutMs: 30_000 })));
      await until('all are published', async () => (await all()).length === count);
      const texts = await Promise.all((await all()).map(async ({ messageId }) => rig.shows(messageId, slug())));
      expect(texts).toEqual(jobs.map((_, index) => `message ${count - 1 - index}`));
      const logged = new Set(
        (await rig.parts.feedLog.read(0, 2_000, never)).flatMap(({ changes }) => changes.map((each) => JSON.stringify(each))),
      );
      for (const { id, feed, changes } of await all()) expect(logged).toContain(JSON.stringify({ kind: 'entry', feed, id, changes }));
      await until('the author is known', async () => (await rig.parts.profiles.members('slack', ['U1'], never)).length === 1);
      expect(rig.asked.filter((each) => each === 'member U1')).toHaveLength(1);
    });

    it('leave nothing readable in the queue while they wait, and nothing at all afterwards', { timeout: 60_000 }, async () => {
      rig.feeds = [{ ...rig.feeds[0]!, approval: { ...approvalSample, by: ['UEDITOR'] } }];
      const job = rig.says('CANARY-8820', { messageId: messageId() });
      const { sealed } = job as { sealed: string };
      await sender.send(job, { timeoutMs: 10_000 });
      const waiting = await everythingQueued(queue.storage(servers[1]!.url));
      expect(waiting).toContain(sealed.slice(0, 60));
      expect(waiting).not.toContain('CANARY');
      takeJobs();
      await until('it is held', async () => (await rig.entry(messageId(), slug())) !== null);
      await until(
        'its content is erased',
        async () => !(await everythingQueued(queue.storage(servers[1]!.url))).includes(sealed.slice(0, 60)),
      );
      expect(JSON.stringify(await documents.find({ kind: 'entry', order: 'newest', limit: 1_000 }, never))).not.toContain('CANARY');
    });

    it('come to the same whatever order their events come in, by several workers at once', { timeout: 60_000 }, async () => {
      rig.feeds = [{ ...rig.feeds[0]!, approval: { ...approvalSample, by: ['UEDITOR'] } }];
      const edits = Array.from({ length: 8 }, (_, index) => {
        const atUs = (samplePostedAtMs + index * 1_000) * 1_000;
        return rig.says(`version ${index}`, { messageId: messageId(), atUs, isEdited: index > 0 });
      });
      const [first] = edits;
      const marks = [true, false, true].map((isSet, index) =>
        rig.reacts(first!, { emoji: 'white_check_mark', member: 'UEDITOR' }, { isSet, atUs: (samplePostedAtMs + 100_000 + index) * 1_000 }),
      );
      takeJobs();
      takeJobs();
      for (const job of [...marks, ...edits].toSorted((a, b) => (a.id.at(-1)! < b.id.at(-1)! ? 1 : -1)))
        await sender.send(job, { timeoutMs: 10_000 });
      const newest = (samplePostedAtMs + 100_002) * 1_000;
      const isMarked = async () => (await rig.entry(messageId(), slug()))?.marks.some(({ atUs }) => atUs === newest) === true;
      await until('the last mark counts', isMarked);
      await until('the newest version is approved', async () => (await rig.shows(messageId(), slug())) === 'version 7');
      expect((await rig.entry(messageId(), slug()))?.published).toMatchObject({ isApproved: true, isEdited: true });
    });
  });
