import { setMaxListeners } from 'node:events';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind, type JobOf } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { createSyntheticFaces } from '../gallery/synthetic-faces.ts';

/** What goes through the queue, the gallery and the records as if a camera had posted it. */
export interface Pictures {
  /** Adds so many, and waits until all are posted. */
  take(count: number): Promise<void>;
  stop(): Promise<void>;
}

const channel = 'slack:C0BENCH';
/** So few that they soon have all the references that are kept of a person. */
const regulars = 8;
/** One face in so many is a stranger's. */
const strangersEvery = 200;
const concurrency = 8;
/** What is kept of a frame and of a reference: the largest that is common. Bytes. */
const fingerprintBytes = 3_000;
const cropBytes = 6_000;
const sendMs = 10_000;

/**
 * The worker's steps that store something, with its own queue, gallery and records; without pictures, inference and Slack, and without the
 * limit of one post a second. Each picture shows one face and is posted.
 */
export function takePictures(storage: StorageConfig, { gallery, records }: OpenedGallery, signal: AbortSignal): Pictures {
  setMaxListeners(0, signal);
  const log = createLogger('bench', 'fatal');
  const sender = createJobSender(storage, { log });
  const faces = createSyntheticFaces(11);
  const known = Array.from({ length: regulars }, () => faces.person());
  const count = { taken: 0, posted: 0 };

  const onSnapshot = async (job: JobOf<'snapshot'>): Promise<void> => {
    const record = await records.open(job, signal);
    const number = Number(job.file.id.slice(1));
    const person = (number % strangersEvery === 0 ? undefined : known[number % regulars]) ?? faces.person();
    const face = { box: { x: 9, y: 9, width: 90, height: 90 }, quality: 0.9, sizePx: 90, modelId: 'bench' };
    const probe = { ...face, embedding: faces.picture(person), crop: bytes(cropBytes) };
    const [match] = await gallery.recognise(job, [probe], signal);
    const recorded = {
      box: face.box,
      quality: face.quality,
      decision: match?.decision ?? 'uncertain',
      similarity: match?.similarity ?? null,
      personId: match?.person?.id ?? null,
    };
    const found = { sha256: 'f'.repeat(64), fingerprint: bytes(fingerprintBytes), width: 1_920, height: 1_080, faces: [recorded] };
    await records.save({ ...record, ...found, state: 'recognised' }, signal);
    await sender.send({ v: 1, kind: 'result', snapshotId: job.snapshotId }, { timeoutMs: sendMs });
  };
  const onResult = async ({ snapshotId }: JobOf<'result'>): Promise<void> => {
    let record = await records.get(snapshotId, signal);
    if (!record) return;
    for (const state of ['uploaded', 'sharing', 'shared'] as const)
      record = await records.save({ ...record, upload: { state, fileId: 'F0123456789' } }, signal);
    await records.save({ ...record, state: 'posted' }, signal);
    count.posted += 1;
  };
  const handlers = { ...perKind(() => async () => undefined), snapshot: onSnapshot, result: onResult };
  const receiver = createJobReceiver(storage, handlers, { concurrency: () => concurrency, log });

  return {
    take: async (more) => {
      for (const end = count.taken + more; count.taken < end;) {
        count.taken += 1;
        await sender.send(snapshotJob(count.taken), { timeoutMs: sendMs });
      }
      while (count.posted < count.taken) await pause(20, signal);
    },
    stop: async () => {
      await receiver.close(signal);
      await sender.close();
    },
  };
}

function snapshotJob(number: number): JobOf<'snapshot'> {
  const takenAtMs = Date.now();
  const messageId = `${String(Math.floor(takenAtMs / 1_000))}.${String(number % 1_000_000).padStart(6, '0')}`;
  const id = `F${String(number).padStart(10, '0')}`;
  const url = `https://files.slack.com/files-pri/T0123456-${id}/download/camera.jpg`;
  return {
    v: 1,
    kind: 'snapshot',
    snapshotId: `slack-C0BENCH-${messageId}-${id}`,
    channel,
    messageId,
    takenAtMs,
    camera: `Camera ${String(number % 8)}`,
    file: { id, name: 'camera.jpg', mimeType: 'image/jpeg', sizeBytes: 250_000, url, thumbnailUrl: url },
  };
}

/** Random, so that the database cannot compress them. */
const bytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
