import type { Cameras } from '@watchpost/cameras/camera-settings';
import { isMasked } from '@watchpost/cameras/masks';
import { AppError } from '@watchpost/shared/errors';
import type { ProbeFace, Gallery, MatchedFace } from '@watchpost/gallery/gallery';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { RecordedFace, SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { smallestFacePx, type FaceEngine, type Seen } from '@watchpost/see/face-engine';
import { requireReady } from '../gallery-ready.ts';
import type { LeftOut } from './outcome.ts';

export interface MatchDeps {
  engine: FaceEngine;
  gallery: Gallery;
  cameras: Pick<Cameras, 'settingsOf'>;
}

export interface Matched {
  faces: RecordedFace[];
  leftOut: LeftOut;
  /** Whoever knows the gallery up to here knows their persons. Null: no face was asked about. */
  galleryPosition: SnapshotRecord['galleryPosition'];
}

/**
 * Asks the gallery about all faces together, without those that the camera's settings leave out, and what is too small to be surely a face.
 * Rejects with `gallery-not-ready` while the gallery is loading.
 */
export async function match(job: SnapshotJob, seen: Seen, { engine, gallery, cameras }: MatchDeps, signal: AbortSignal): Promise<Matched> {
  const { snapshotId, channel, camera, takenAtMs } = job;
  const settings = cameras.settingsOf(channel, camera);
  const unmasked = seen.faces.filter(({ box }) => !isMasked(settings, box, seen));
  const large = unmasked.filter(({ sizePx }) => sizePx >= Math.max(smallestFacePx, settings.smallestFacePx ?? 0));
  const leftOut = { masked: seen.faces.length - unmasked.length, tooSmall: unmasked.length - large.length };
  if (large.length === 0) return { faces: [], leftOut, galleryPosition: null };
  requireReady(gallery);
  const faces: ProbeFace[] = large.map((face) => ({
    box: face.box,
    embedding: face.embedding,
    modelId: engine.modelId,
    quality: face.quality.value,
    sizePx: face.sizePx,
    ...(face.crop && { crop: face.crop }),
  }));
  const { strangersNamedOneIn } = settings;
  const risk = strangersNamedOneIn === null ? {} : { strangersNamedOneIn };
  const matched = await gallery.recognise({ snapshotId, channel, camera, takenAtMs, ...risk }, faces, signal);
  return { faces: faces.map((face, index) => recorded(face, matched[index])), leftOut, galleryPosition: gallery.position() };
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
