import { AppError } from '@watchpost/shared/errors';
import type { ProbeFace, Gallery, MatchedFace } from '@watchpost/gallery/gallery';
import type { SnapshotJob } from '@watchpost/shared/jobs/jobs';
import type { RecordedFace } from '@watchpost/gallery/records/snapshot-record';
import type { FaceEngine, Seen } from '@watchpost/see/face-engine';

export interface MatchDeps {
  engine: FaceEngine;
  gallery: Gallery;
}

const notReadyRetryMs = 5_000;

/** Asks the gallery about all faces together. While its index is not complete the job waits: nobody is called unknown because of it. */
export async function match(job: SnapshotJob, seen: Seen, { engine, gallery }: MatchDeps, signal: AbortSignal): Promise<RecordedFace[]> {
  if (seen.faces.length === 0) return [];
  if (!gallery.isReady()) {
    throw new AppError('gallery-not-ready', 'the gallery is still loading', { retryAfterMs: notReadyRetryMs });
  }
  const faces: ProbeFace[] = seen.faces.map((face) => ({
    box: face.box,
    embedding: face.embedding,
    modelId: engine.modelId,
    quality: face.quality.value,
    sizePx: face.sizePx,
    ...(face.crop && { crop: face.crop }),
  }));
  const { snapshotId, channel, camera, takenAtMs } = job;
  const matched = await gallery.recognise({ snapshotId, channel, camera, takenAtMs }, faces, signal);
  return faces.map((face, index) => recorded(face, matched[index]));
}

function recorded(face: ProbeFace, matched: MatchedFace | undefined): RecordedFace {
  if (!matched) throw new AppError('internal', 'the gallery answered for fewer faces than it was asked');
  return {
    box: face.box,
    quality: face.quality,
    decision: matched.decision,
    personId: matched.person?.id ?? null,
    similarity: matched.similarity,
  };
}
