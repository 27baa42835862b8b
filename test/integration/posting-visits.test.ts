import { setMaxListeners } from 'node:events';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { AppError } from '@watchpost/shared/errors';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobHandlers } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { Visit } from '@watchpost/visits/visit';
import { createHandlers } from '@watchpost/worker/handlers';
import { joinVisit } from '@watchpost/worker/snapshot/5-join-visit';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { face, strangerVector, oneOfEachBackend } from '../support/gallery-backends.ts';
import { describeGallery, type GalleryRig } from '../support/gallery-rig.ts';
import { frameWith } from '../support/pictures.ts';
import { noEngine, workerDeps, type HandlerDeps } from '../support/worker-deps.ts';
import { postedIn } from '../support/posted-in.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const context = { attempt: 1, lastAttempt: false };
let frame: Buffer;
beforeAll(async () => {
  frame = await frameWith([]);
});

describeGallery(
  'the post of a visit',
  (rig: GalleryRig) => {
    let slack: FakeSlack;
    let queued: Job[];
    let deps: HandlerDeps;
    let handlers: JobHandlers;
    let serial = 0;

    beforeEach(async () => {
      slack = await startFakeSlack();
      queued = [];
      deps = depsWith();
      handlers = createHandlers(deps);
    });
    afterEach(() => slack.close());

    function depsWith(): HandlerDeps {
      const sender = {
        send: async (job: Job) => void queued.push(job),
        ping: async () => undefined,
        counts: async () => [],
        close: async () => undefined,
      };
      return workerDeps({ slack, opened: rig.opened, sender, engine: noEngine });
    }

    /** A snapshot with one stranger, recognised; its record is as `over` says. */
    async function recognised(over: Partial<SnapshotRecord> = {}, job: Partial<SnapshotJob> = {}): Promise<SnapshotRecord> {
      serial += 1;
      const snapshot = postedIn(slack, frame, { camera: `camera ${serial}`, ...job });
      const { snapshotId, channel, camera, takenAtMs } = snapshot;
      await rig.opened.gallery.recognise({ snapshotId, channel, camera, takenAtMs }, [face(strangerVector(serial))], never);
      const record = await rig.opened.records.open(snapshot, never);
      return rig.opened.records.save(
        { ...record, state: 'recognised', width: 1280, height: 720, faces: [recordedStranger], ...over },
        never,
      );
    }

    const join = (record: SnapshotRecord): Promise<Visit> => joinVisit(record, deps, never);
    const run = (visit: Visit, over: Partial<HandlerDeps> = {}): Promise<unknown> =>
      createHandlers({ ...deps, ...over }).visit(
        { v: 1, kind: 'visit', visitId: visit.id, revision: visit.revision, why: 'post' },
        context,
        never,
      );
    const posts = () => slack.chat.messages.filter(({ channel }) => channel === 'CRESULTS');
    const stored = async ({ id }: Visit) => deps.visits.get(id, never);

    /** Runs the job as the queue does, until it is done. */
    async function runUntilDone(visit: Visit): Promise<string[]> {
      const failures: string[] = [];
      for (;;) {
        try {
          await run(visit);
          return failures;
        } catch (error) {
          if (!(error instanceof AppError) || error.retry !== 'transient' || failures.length > 30) throw error;
          failures.push(error.code);
          await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? 1));
        }
      }
    }

    describe('that an earlier release has begun', () => {
      it.each(['shared', 'sharing'] as const)('counts as posted when its upload says %s', async (state) => {
        const record = await recognised({ upload: { state, fileId: 'FUP9' } });
        slack.files.clear();
        await handlers.result({ v: 1, kind: 'result', snapshotId: record.snapshotId }, context, never);
        expect(await rig.opened.records.get(record.snapshotId, never)).toMatchObject({ state: 'posted', error: null });
        expect([slack.calls, slack.downloads, queued]).toEqual([[], [], []]);
      });

      it.each([null, { state: 'uploaded', fileId: 'FUP9' } as const])('joins a visit when its upload is %o', async (upload) => {
        const record = await recognised({ upload });
        const result = { v: 1, kind: 'result', snapshotId: record.snapshotId } as const;
        await handlers.result(result, context, never);
        await handlers.result(result, context, never);
        const [job, again] = queued.splice(0);
        expect(again).toEqual(job);
        await handlers.visit(job as never, context, never);
        await handlers.visit(job as never, context, never);
        expect(posts()).toHaveLength(1);
      });
    });

    it('is found in the channel although its snapshot was deleted and the answer was lost', async () => {
      const visit = await join(await recognised());
      slack.mischief('chat.postMessage', { kind: 'cut-after' });
      await expect(run(visit)).rejects.toMatchObject({ retry: 'transient' });
      slack.files.clear();
      await runUntilDone(visit);
      expect(await stored(visit)).toMatchObject({ post: { progress: { state: 'posted', messageId: posts()[0]!.ts } } });
      expect([posts().length, slack.downloads.length]).toEqual([1, 1]);
    });

    it('stays one post, and is edited, when everybody in it is ignored meanwhile', async () => {
      const record = await recognised();
      const visit = await join(record);
      slack.mischief('chat.postMessage', { kind: 'cut-after' });
      await expect(run(visit)).rejects.toMatchObject({ retry: 'transient' });
      const [seen] = (await rig.opened.questions.seenIn([record.snapshotId], never)).get(record.snapshotId) ?? [];
      await rig.apply({ kind: 'ignore', person: seen!.person!.id });
      await runUntilDone(visit);
      expect(posts()).toHaveLength(1);
      expect(JSON.stringify(posts()[0]!.blocks)).toMatch(/ignored/i);
    });

    it('says who it is after somebody was named on the command line', async () => {
      const record = await recognised();
      const visit = await join(record);
      await run(visit);
      const [seen] = (await rig.opened.questions.seenIn([record.snapshotId], never)).get(record.snapshotId) ?? [];
      expect(JSON.stringify(posts()[0]!.blocks)).toContain(seen!.person!.name);
      const follow = deps.tasks.find(({ name }) => name === 'follow')!;
      await follow.run(never);
      await rig.apply({ kind: 'name', person: seen!.person!.id, to: 'Ada' });
      queued = [];
      await follow.run(never);
      expect(queued).toMatchObject([{ kind: 'visit', visitId: visit.id, why: 'edit' }]);
      await handlers.visit(queued[0] as never, context, never);
      expect(JSON.stringify(posts()[0]!.blocks)).toContain('1: Ada');
      expect(posts()).toHaveLength(1);
      await follow.run(never);
      expect(queued).toHaveLength(1);
    });

    it.each([
      ['files.getUploadURLExternal', { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const],
      ['/upload', { kind: 'cut' } as const],
      ['files.completeUploadExternal', { kind: 'cut' } as const],
      ['chat.postMessage', { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const],
      ['chat.postMessage', { kind: 'cut' } as const],
      ['chat.postMessage', { kind: 'late-work', ms: 1_200 } as const],
      ['files.info', { kind: 'status', status: 500 } as const],
    ])('is posted once, with one download, when %s does %o', async (target, trick) => {
      const visit = await join(await recognised());
      slack.mischief(target, trick);
      await runUntilDone(visit);
      await slack.idle();
      expect([posts().length, slack.downloads.length]).toEqual([1, 1]);
      expect(posts()[0]!.blocks.some(({ type }) => type === 'image')).toBe(true);
    });

    it('waits in Slack while the bot is not in the channel', async () => {
      const visit = await join(await recognised());
      slack.mischief('chat.postMessage', { kind: 'error', error: 'not_in_channel' });
      await expect(run(visit)).rejects.toMatchObject({ code: 'channel-not-available', retry: 'repairable' });
      expect(await stored(visit)).toMatchObject({ post: { progress: { state: 'uploaded', fileId: expect.any(String) } } });
      slack.files.clear();
      await run(visit);
      expect(posts()).toHaveLength(1);
    });

    it('whose only snapshot is deleted before anything is posted fails, and says why', async () => {
      const visit = await join(await recognised());
      slack.files.clear();
      await expect(run(visit)).rejects.toMatchObject({ code: 'file-gone', retry: 'permanent' });
      expect(posts()).toEqual([]);
    });

    it('is not even begun with a token that Slack refuses', async () => {
      const visit = await join(await recognised());
      slack.mischief('chat.getPermalink', { kind: 'error', error: 'invalid_auth' });
      await expect(run(visit)).rejects.toMatchObject({ code: 'chat-not-authorised', retry: 'repairable' });
      expect(slack.downloads).toEqual([]);
    });

    it('has no link when the bot has left the camera’s channel', async () => {
      const visit = await join(await recognised());
      slack.mischief('chat.getPermalink', { kind: 'error', error: 'not_in_channel' }, { kind: 'error', error: 'not_in_channel' });
      await run(visit);
      expect(JSON.stringify(posts()[0]!.blocks)).not.toContain('archives/CREAD');
    });

    it('waits for the gallery without asking Slack anything', async () => {
      const visit = await join(await recognised());
      const gallery = { ...rig.opened.gallery, isReady: () => false };
      await expect(run(visit, { gallery })).rejects.toMatchObject({ code: 'gallery-not-ready' });
      expect([slack.calls, slack.downloads]).toEqual([[], []]);
    });

    it.each(['before', 'after'] as const)('is one post whichever write it is killed %s', async (when) => {
      let reached = 0;
      for (let at = 1; ; at += 1) {
        const visit = await join(await recognised());
        const { documents, writes } = failingDocuments(deps.documents, at, when);
        const failing = workerDeps({ slack, opened: { ...rig.opened, documents }, sender: deps.sender, engine: noEngine });
        const first = await run(visit, failing).catch((error: unknown) => error);
        reached = at;
        if (writes() < at) break;
        expect(first).toMatchObject({ code: 'gallery-unavailable' });
        await dropLease(visit);
        await runUntilDone(visit);
        expect(await stored(visit)).toMatchObject({ post: { progress: { state: 'posted' } } });
        expect(slack.chat.messages.splice(0)).toHaveLength(1);
      }
      // The lease, the verdict, the upload, the question, the post, and the lease between them.
      expect(reached).toBeGreaterThan(5);
    });

    /** As if a minute had passed. */
    async function dropLease({ id }: Visit): Promise<void> {
      const { document } = await deps.documents.get('lease', `visit-${id}`, never);
      if (document) await deps.documents.remove('lease', document.id, document.revision, never);
    }
  },
  oneOfEachBackend,
);

const recordedStranger = {
  box: { x: 0, y: 0, width: 90, height: 90 },
  quality: 0.8,
  decision: 'unknown',
  personId: null,
  similarity: null,
} as const;

/** Documents that fail at the `at`th write: before it, or after it with the answer lost. Later writes of that run fail as well. */
function failingDocuments(real: HandlerDeps['documents'], at: number, when: 'before' | 'after') {
  let writes = 0;
  const lost = () => new AppError('gallery-unavailable', 'connection lost');
  const documents: HandlerDeps['documents'] = {
    ...real,
    put: async (document, signal) => {
      writes += 1;
      if (writes > at || (writes === at && when === 'before')) throw lost();
      const saved = await real.put(document, signal);
      if (writes === at) throw lost();
      return saved;
    },
    remove: async (...args) => {
      if (writes >= at) throw lost();
      return real.remove(...args);
    },
  };
  return { documents, writes: () => writes };
}
