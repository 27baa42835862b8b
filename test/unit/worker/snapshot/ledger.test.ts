import { createCameraDirectory } from '@watchpost/cameras/camera-directory';
import { readCamerasFile } from '@watchpost/cameras/read-cameras-file';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { SeenFace } from '@watchpost/see/face-engine';
import { fingerprintOf } from '@watchpost/see/picture/fingerprint';
import { createKeptFiles } from '@watchpost/worker/kept-files';
import { recordFailure } from '@watchpost/worker/record-failure';
import { markRestored } from '@watchpost/worker/restored-files';
import { createSnapshotHandler, type SnapshotDeps } from '@watchpost/worker/snapshot/pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { snapshotJob } from '../../../support/factories.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { createMemoryRecords } from '../../../support/memory-records.ts';

const never = new AbortController().signal;
const documents = createMemoryDocuments();
const log = createLogger('test', 'silent');
const last = { attempt: 6, lastAttempt: true };

/** What a file shows: a byte of its brightness, and a byte for the size of each face; or an error code that stands for a file of that kind. */
type Shown = { brightness: number; faces: { sizePx: number; quality: number; x?: number }[] } | ErrorCode;

describe('the ledger', () => {
  let records: ReturnType<typeof createMemoryRecords>;
  let counted: string[];
  let downloads: number;
  let skips: boolean;
  let measured: number[];
  let shown: Map<string, Shown>;
  let serial = 0;

  beforeEach(() => {
    [records, counted, downloads, skips, measured, shown] = [createMemoryRecords(), [], 0, false, [], new Map()];
  });

  function face({ sizePx, quality, x = 10 }: { sizePx: number; quality: number; x?: number }): SeenFace {
    const nowhere = { x: 0, y: 0 };
    return {
      box: { x, y: 10, width: 10, height: 10 },
      score: 1,
      landmarks: { leftEye: nowhere, rightEye: nowhere, nose: nowhere, leftMouth: nowhere, rightMouth: nowhere },
      quality: { value: quality, sharpness: 1, frontal: 1, detectorScore: 1, meshScore: 1 },
      sizePx,
      embedding: new Float32Array([1]),
      crop: null,
    };
  }

  function deps(over: Partial<SnapshotDeps> = {}): SnapshotDeps {
    const reading = readCamerasFile('cameras: [{ name: Masked, masks: [[[0.5, 0], [1, 0], [1, 1], [0.5, 1]]] }]');
    const download = async ({ id }: { id: string }): Promise<Uint8Array> => {
      downloads += 1;
      const what = shown.get(id)!;
      if (typeof what === 'string' && !what.startsWith('image-')) throw new AppError(what, 'not to be had');
      return new TextEncoder().encode(id);
    };
    const shownIn = (bytes: Uint8Array): Exclude<Shown, string> => {
      const what = shown.get(new TextDecoder().decode(bytes))!;
      if (typeof what === 'string') throw new AppError(what, 'no picture');
      return what;
    };
    const picture = { width: 100, height: 100, elapsedMs: 1, extent: 'full' } as const;
    return {
      platformFor: () => ({ chat: { download } }),
      engine: {
        modelId: 'm',
        fingerprint: async (bytes: Uint8Array) =>
          fingerprintOf({ columns: 1, rows: 1, brightness: Uint8Array.of(shownIn(bytes).brightness) }),
        see: async (bytes: Uint8Array) => ({ ...picture, brightness: shownIn(bytes).brightness, faces: shownIn(bytes).faces.map(face) }),
      },
      gallery: {
        isReady: () => true,
        position: () => ({ epoch: 'e', version: 1 }),
        recognise: async (_: unknown, faces: { quality: number }[]) =>
          faces.map(({ quality }) => ({ decision: quality < 0.4 ? 'unrecognisable' : 'unknown', person: null, similarity: null })),
      },
      cameras: createCameraDirectory(reading.kind === 'valid' ? reading.file : {}),
      records,
      documents,
      count: (camera: string | null, outcome: string) => counted.push(`${String(camera)} ${outcome}`),
      freshness: { isToBeSkipped: async () => skips, worked: (durationMs: number) => measured.push(durationMs) },
      sender: { send: async () => undefined },
      lookedAt: () => undefined,
      timed: async (_: string, work: () => Promise<unknown>) => work(),
      files: createKeptFiles({ maxBytes: 1_000, keepMs: 1_000 }),
      log,
      maxBytes: 1_000,
      compareWith: 5,
      compareWithinMs: 60_000,
      sendTimeoutMs: 1_000,
      ...over,
    } as unknown as SnapshotDeps;
  }

  function posted(what: Shown, over: Partial<SnapshotJob> = {}): SnapshotJob {
    serial += 1;
    const id = `F${serial}`;
    shown.set(id, what);
    const camera = `Camera ${serial}`;
    return snapshotJob({ snapshotId: `s${serial}`, camera, file: { ...snapshotJob().file, id }, ...over });
  }

  /** Runs a job, and says what came of it. */
  async function outcomeOf(job: SnapshotJob, over: Partial<SnapshotDeps> = {}): Promise<unknown> {
    await createSnapshotHandler(deps(over))(job, last, never).catch(() => undefined);
    const record = await records.get(job.snapshotId, never);
    return record?.outcome;
  }

  it.each<[string, Shown, string]>([
    ['a stranger', { brightness: 90, faces: [{ sizePx: 80, quality: 0.8 }] }, 'faces'],
    ['nobody', { brightness: 90, faces: [] }, 'none'],
    ['the night', { brightness: 5, faces: [] }, 'too-dark'],
    ['somebody far away', { brightness: 90, faces: [{ sizePx: 15, quality: 0.1 }] }, 'too-small'],
    ['somebody who moves', { brightness: 90, faces: [{ sizePx: 80, quality: 0.2 }] }, 'blurred'],
    ['no picture', 'image-format-unsupported', 'not-an-image'],
    ['half a picture', 'image-corrupt', 'not-an-image'],
    ['more pixels than allowed', 'image-too-many-pixels', 'failed'],
    ['a file that is gone', 'file-gone', 'failed'],
    ['a file that is not to be had, in the last attempt', 'download-failed', 'failed'],
  ])('says of %s, once', async (_, what, outcome) => {
    const job = posted(what, { camera: 'Gate' });
    expect(await outcomeOf(job)).toBe(outcome);
    expect(counted).toEqual([`Gate ${outcome}`]);
    const record = await records.get(job.snapshotId, never);
    expect(Date.now() - (record?.outcomeAtMs ?? 0)).toBeLessThan(10_000);
  });

  it('has nothing of a picture that an admin had put back: it was seen when it was posted first', async () => {
    const job = posted({ brightness: 100, faces: [{ sizePx: 80, quality: 0.9 }] });
    await markRestored(job.file.id, { documents, now: Date.now }, never);
    expect(await createSnapshotHandler(deps())(job, last, never)).toBe('idle');
    expect([downloads, counted]).toEqual([0, []]);
  });

  it('says of a face in a masked part that it is masked', async () => {
    const face = { sizePx: 80, quality: 0.8, x: 80 };
    expect(await outcomeOf(posted({ brightness: 90, faces: [face] }, { camera: 'Masked' }))).toBe('masked');
    expect(await outcomeOf(posted({ brightness: 90, faces: [face] }, { camera: 'Other' }))).toBe('faces');
  });

  it('says of an equal frame that it is the same as before', async () => {
    const what = { brightness: 90, faces: [{ sizePx: 80, quality: 0.8 }] };
    expect(await outcomeOf(posted(what, { camera: 'Gate' }))).toBe('faces');
    expect(await outcomeOf(posted(what, { camera: 'Gate' }))).toBe('same-as-before');
  });

  it('says of a skipped one that it was skipped, downloads nothing for it, and never begins it again', async () => {
    skips = true;
    const job = posted({ brightness: 90, faces: [{ sizePx: 80, quality: 0.8 }] });
    expect(await outcomeOf(job)).toBe('skipped');
    expect(await records.get(job.snapshotId, never)).toMatchObject({ state: 'skipped', faces: null, error: null });
    skips = false;
    expect(await outcomeOf(job)).toBe('skipped');
    expect(downloads).toBe(0);
    expect(counted).toHaveLength(1);
  });

  it('measures how long a snapshot takes, and neither those that are skipped nor those that fail', async () => {
    await outcomeOf(posted({ brightness: 90, faces: [] }));
    expect(measured).toHaveLength(1);
    await outcomeOf(posted('file-gone'));
    skips = true;
    await outcomeOf(posted({ brightness: 90, faces: [] }));
    expect(measured).toHaveLength(1);
  });

  it('skips none that was begun', async () => {
    const job = posted({ brightness: 90, faces: [] });
    const opened = await records.open(job, never);
    await records.save({ ...opened, look: 'looking' }, never);
    skips = true;
    expect(await outcomeOf(job)).toBe('none');
  });

  it('has one entry for a snapshot, although the answer to its writing was lost', async () => {
    let lost = 0;
    const save: SnapshotDeps['records']['save'] = async (record, signal) => {
      const saved = await records.save(record, signal);
      if (saved.outcome === null || lost > 0) return saved;
      lost += 1;
      throw new AppError('gallery-unavailable', 'connection lost');
    };
    const job = posted({ brightness: 90, faces: [] });
    expect(await outcomeOf(job, { records: { ...records, save } as unknown as SnapshotDeps['records'] })).toBe('none');
    expect(lost).toBe(1);
    // The next attempt finds it done.
    expect(await outcomeOf(job)).toBe('none');
    expect((await records.get(job.snapshotId, never))?.revision).toBe(3);
  });

  it('leaves what came of a snapshot as it is when only its post fails', async () => {
    const job = posted({ brightness: 90, faces: [{ sizePx: 80, quality: 0.8 }] });
    await outcomeOf(job);
    const failing = { v: 1, kind: 'result', snapshotId: job.snapshotId } as const;
    await recordFailure(failing, new AppError('chat-refused', 'no'), deps(), never);
    expect(await records.get(job.snapshotId, never)).toMatchObject({ state: 'failed', outcome: 'faces' });
    expect(counted).toHaveLength(1);
  });

  it('counts a failure once, although the worker died before the queue knew of it', async () => {
    const job = posted('file-gone', { camera: 'Gate' });
    expect(await outcomeOf(job)).toBe('failed');
    expect(await outcomeOf(job)).toBe('failed');
    expect(counted).toEqual(['Gate failed']);
  });

  it('says of a job whose workers died before they wrote anything that it failed', async () => {
    const job = posted({ brightness: 90, faces: [] });
    await recordFailure(job, new AppError('job-worker-lost', 'three workers died'), deps(), never);
    expect(await records.get(job.snapshotId, never)).toMatchObject({ state: 'failed', outcome: 'failed' });
  });

  it('is corrected by a snapshot that failed and is run again', async () => {
    const job = posted('download-failed');
    expect(await outcomeOf(job)).toBe('failed');
    shown.set(job.file.id, { brightness: 90, faces: [] });
    expect(await outcomeOf(job)).toBe('none');
  });
});
