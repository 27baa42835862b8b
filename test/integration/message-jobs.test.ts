import { createSeal } from '@watchpost/ingest/platforms/slack/watch/2-to-jobs';
import { createWatch } from '@watchpost/ingest/platforms/slack/watch/watch';
import { messageContentSchema } from '@watchpost/shared/chat/message';
import { createEnvelope } from '@watchpost/shared/envelope';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { jobId, parseJob } from '@watchpost/shared/jobs/job-kinds';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { createLogger } from '@watchpost/shared/observability/logger';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { anyEvent, anything, anyText } from '../support/any-event.ts';
import { describeWith } from '../support/describe-with.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { dryRuleSample } from '../support/rule-samples.ts';
import type { Service } from '../support/services.ts';
import { silentIngestMetrics } from '../support/silent-ingest-metrics.ts';
import { until } from '../support/until.ts';
import { editEvent, messageEvent } from '../support/watched-rig.ts';

const secret = 'a secret of thirty-two characters';

/** Any event about a message: new ones, edits, with anything in the place of anything. */
const anySaid = fc.oneof(
  anyEvent,
  fc
    .dictionary(fc.constantFrom('text', 'blocks', 'attachments', 'files', 'username', 'metadata', 'thread_ts', 'subtype', 'user'), anything)
    .map(messageEvent),
  fc
    .tuple(fc.dictionary(fc.constantFrom('text', 'blocks', 'attachments', 'files'), anything), fc.dictionary(fc.constant('text'), anyText))
    .map(([after, before]) => editEvent(after, before)),
);

for (const { name, needs, start, storage, raw } of queueBackends) {
  describeWith(needs, `the jobs of messages, on ${name}`, () => {
    let service: Service;
    let sender: JobSender;
    let queue: ReturnType<typeof raw>;
    let sent: MessageJob[];

    beforeAll(async () => {
      service = await start();
      sender = createJobSender(storage(service.url), { log: createLogger('test', 'silent') });
      await until('the queue answers', async () =>
        sender.ping(AbortSignal.timeout(1_000)).then(
          () => true,
          () => undefined,
        ),
      );
      queue = raw(service.url, 'messages');
    }, 120_000);
    beforeEach(() => {
      sent = [];
    });
    afterAll(async () => {
      await queue?.close();
      await sender?.close();
      await service?.stop();
    });

    const take = async (body: Record<string, unknown>): Promise<number> => {
      const watch = createWatch({
        watching: { rules: () => [dryRuleSample()] },
        places: { readChannels: new Set(), writeChannel: 'C0RESULTS', adminChannel: null },
        identity: () => ({ userId: 'U0WATCH', botId: 'B0WATCH', appId: 'A0WATCH' }),
        seal: createSeal([secret]),
        sender: {
          ...sender,
          send: async (job, options) => {
            if (job.kind === 'message') sent.push(job);
            await sender.send(job, options);
          },
        },
        ingestMetrics: silentIngestMetrics,
        log: createLogger('test', 'silent'),
        now: Date.now,
      });
      const event: unknown = JSON.parse(JSON.stringify(body['event'] ?? null));
      return watch.take(event, null, () => 2_000);
    };
    const stored = async (job: MessageJob) => (await queue.getJob(jobId('message', job)))?.data as unknown;

    it('come out of the queue as they went in, whatever was said', { timeout: 120_000 }, async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(anySaid, async (body) => {
          sent = [];
          expect(await take(body)).toBe(sent.length);
          for (const job of sent) {
            count += 1;
            const found = parseJob('message', await stored(job));
            expect(found.id).toBe(job.id);
            openJson(createEnvelope([secret], 'jobs'), found.sealed!, found.id, messageContentSchema);
          }
        }),
        { numRuns: 300 },
      );
      expect(count).toBeGreaterThan(100);
    });

    it('can be read with the key only', async () => {
      await take(messageEvent({ text: 'the canary-1234', ts: '1700000001.000100' }));
      const [job] = sent;
      const found = parseJob('message', await stored(job!));
      expect(JSON.stringify(await queue.getJob(jobId('message', job!)))).not.toContain('canary');
      const read = (key: string) => openJson(createEnvelope([key], 'jobs'), found.sealed!, found.id, messageContentSchema);
      expect(read(secret).texts).toEqual([{ where: 'text', text: 'the canary-1234' }]);
      expect(() => read('another secret of thirty-two char')).toThrow(/another key/);
    });

    it('are there once, however often an event is delivered', async () => {
      const before = await count();
      for (const text of ['first', 'first', 'second', 'first']) await take(messageEvent({ text, ts: '1700000002.000100' }));
      expect(sent).toHaveLength(4);
      expect((await count()) - before).toBe(2);
    });

    it('have room for the longest messages', async () => {
      for (const [index, unit] of ['\u0000', '李', '😀', '"', 'aB3$'].entries()) {
        const before = await count();
        const text = unit.repeat(Math.floor(400_000 / unit.length));
        const jobs = await take(messageEvent({ text, ts: `1700000003.00010${String(index)}` }));
        expect((await count()) - before).toBe(jobs);
        expect(jobs).toBeGreaterThan(0);
      }
    });

    const count = async (): Promise<number> =>
      (await sender.counts()).flatMap(({ kind, state, count }) => (kind === 'message' && state === 'waiting' ? count : []))[0] ?? 0;
  });
}
