import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { ProbeFace } from '@watchpost/gallery/gallery';
import { createVisits } from '@watchpost/visits/visits';
import { alikeVector, face, strangerVector } from './gallery-backends.ts';

const never = new AbortController().signal;

/** A face that a test lets a camera see: whose vector, how alike, and where. */
interface Seen {
  /** The seed of a stranger's vector. */
  who: number;
  /** To the first face of that seed: cosine. Default 1. */
  alike?: number;
  at?: ProbeFace['box'];
  sizePx?: number;
}

/** A worker’s work on snapshots, without a worker: it recognises, records, and lets visits grow. */
export interface SeenWorld {
  gallery: OpenedGallery;
  /** What the platform has; a snapshot that is not here is gone from it. */
  files: Map<string, Uint8Array>;
  /** A picture of a camera. Resolves to the snapshot's id. */
  post: (
    snapshot: { id: string; camera: string | null; atMs: number; crop?: Uint8Array; width?: number; height?: number },
    faces: readonly Seen[],
  ) => Promise<string>;
  platform: ConnectedPlatform;
  close: () => Promise<void>;
}

export const seenChannel = 'slack:C0SEEN';

const neverAsked = async (): Promise<never> => Promise.reject(new Error('the console asks the platform for pictures only'));

export async function openSeenWorld(storage: StorageConfig): Promise<SeenWorld> {
  const opened = await openGallery(
    storage,
    { log: createLogger('test', 'silent'), metrics: createMetrics({ processMetrics: false }) },
    never,
  );
  opened.start();
  await opened.gallery.ready(never);
  const files = new Map<string, Uint8Array>();
  const download = async (file: { id: string }): Promise<Uint8Array> => {
    const bytes = files.get(file.id);
    if (!bytes) throw new AppError('file-gone', 'the file was deleted in Slack');
    return bytes;
  };
  const visits = createVisits(opened.documents);
  return {
    gallery: opened,
    files,
    post: async ({ id, camera, atMs, crop, width = 1_280, height = 720 }, seen) => {
      const snapshotId = `slack-${id}`;
      const job = {
        v: 1 as const,
        kind: 'snapshot' as const,
        snapshotId,
        channel: seenChannel,
        messageId: String(atMs / 1_000),
        takenAtMs: atMs,
        camera,
        file: { id, name: null, mimeType: null, sizeBytes: null, url: null, thumbnailUrl: null },
      } as const;
      const faces = seen.map(({ who, alike = 1, at, sizePx = 100 }, index) => {
        const first = strangerVector(who);
        const vector = alike === 1 ? first : alikeVector(first, alike, who * 1_000 + atMs + index);
        return face(vector, { sizePx, ...(at && { box: at }), ...(crop && { crop }) });
      });
      const record = await opened.records.open(job, never);
      const matched = await opened.gallery.recognise({ snapshotId, channel: seenChannel, camera, takenAtMs: atMs }, faces, never);
      const recorded = faces.map(({ box, quality, sizePx }, index) => ({
        box,
        quality,
        sizePx,
        decision: matched[index]!.decision,
        personId: matched[index]!.person?.id ?? null,
        similarity: matched[index]!.similarity,
      }));
      const outcome = faces.length > 0 ? ('faces' as const) : ('none' as const);
      const done = { ...record, state: 'recognised' as const, outcome, outcomeAtMs: atMs + 1_500, width, height, faces: recorded };
      await opened.records.save(done, never);
      const joining = { channel: seenChannel, camera, snapshotId, messageId: job.messageId, takenAtMs: atMs, width, height } as const;
      if (faces.length > 0) await visits.join(joining, { visitWindowMs: 90_000, visitLongestMs: 600_000 }, never);
      return snapshotId;
    },
    platform: {
      prefix: 'slack',
      chat: { check: async () => undefined, download, permalink: async () => null },
      // The console asks for nothing of these.
      posts: {
        send: neverAsked,
        edit: neverAsked,
        swapPicture: neverAsked,
        upload: neverAsked,
        remove: neverAsked,
        withdraw: neverAsked,
      },
      members: {
        mayRead: neverAsked,
        mayName: neverAsked,
        mayAdminister: neverAsked,
        tell: neverAsked,
        answer: neverAsked,
        message: neverAsked,
        showHome: neverAsked,
        memberName: neverAsked,
      },
      moderation: null,
      directory: null,
      reactions: null,
      talk: null,
      writeChannel: null,
      adminChannel: null,
    },
    close: async () => opened.gallery.close(),
  };
}
