import { AppError } from '@watchpost/shared/errors';
import type { ProbeFace, Gallery, MatchedFace } from '@watchpost/gallery/gallery';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { RecordedFace, SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { smallestFacePx, type FaceEngine, type Seen } from '@watchpost/see/face-engine';
import { requireReady } from '../gallery-ready.ts';

export interface MatchDeps {
  engine: FaceEngine;
  gallery: Gallery;
}

export interface Matched {
  faces: RecordedFace[];
  /** Whoever knows the gallery up to here knows their persons. Null: no face was asked about. */
  galleryPosition: SnapshotRecord['galleryPosition'];
}

/** Asks the gallery about all faces together; what is too small to be surely a face is none. Rejects with `gallery-not-ready` while the gallery is loading. */
export async function match(job: SnapshotJob, seen: Seen, { engine, gallery }: MatchDeps, signal: AbortSignal): Promise<Matched> {
  const large = seen.faces.filter(({ sizePx }) => sizePx >= smallestFacePx);
  if (large.length === 0) return { faces: [], galleryPosition: null };
  requireReady(gallery);
  const faces: ProbeFace[] = large.map((face) => ({
    box: face.box,
    embedding: face.embedding,
    modelId: engine.modelId,
    quality: face.quality.value,
    sizePx: face.sizePx,
    ...(face.crop && { crop: face.crop }),
  }));
  const { snapshotId, channel, camera, takenAtMs } = job;
  const matched = await gallery.recognise({ snapshotId, channel, camera, takenAtMs }, faces, signal);
  return { faces: faces.map((face, index) => recorded(face, matched[index])), galleryPosition: gallery.position() };
}

function recorded(face: ProbeFace, matched: MatchedFace | undefined): RecordedFace {
  if (!matched) throw new AppError('internal', 'the gallery returned fewer faces than it was given');
  return {
    box: face.box,
    quality: face.quality,
    sizePx: face.sizePx,
    decision: matched.decision,
    personId: matched.person?.id ?? null,
    similarity: matched.similarity,
  };
}
