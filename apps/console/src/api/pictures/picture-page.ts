import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { defaultDecisionSettings } from '@watchpost/gallery/decide/decide';
import type { SightedFace } from '@watchpost/gallery/gallery';
import { reasonsOf, strangersOneIn } from './reasons.ts';
import type { FaceOfPicture, PictureOfPage } from './schema.ts';

/** A picture as its page shows it. Pure. */
export function toPictureOfPage(
  snapshotId: string,
  {
    record,
    faces,
    visitId,
    strangersNamedOneIn,
  }: { record: SnapshotRecord; faces: readonly SightedFace[]; visitId: string | null; strangersNamedOneIn: number },
): PictureOfPage {
  const { job, outcome, error, width, height } = record;
  return {
    snapshotId,
    channel: job.channel,
    camera: job.camera,
    takenAtMs: job.takenAtMs,
    outcome,
    error,
    width,
    height,
    visitId,
    strangersNamedOneIn,
    faces: faces.map((face) => toFace(face)),
  };
}

function toFace(face: SightedFace): FaceOfPicture {
  const { position, box, decision, person, mayBe, similarity, quality, sizePx, saidBy, evidence } = face;
  return {
    position,
    box,
    decision,
    person: person && { id: person.id, name: person.name, status: person.status },
    mayBe,
    similarity,
    quality,
    sizePx,
    saidBy,
    evidence: evidence && {
      best: compared(evidence.best, face.best),
      second: compared(evidence.second, face.second),
      negative: evidence.negative,
      compared: evidence.compared,
      match: evidence.match,
      uncertain: evidence.uncertain,
      margin: evidence.margin,
      strangersOneIn: strangersOneIn(evidence),
    },
    reasons: reasonsOf(face, defaultDecisionSettings),
  };
}

type Compared = NonNullable<NonNullable<FaceOfPicture['evidence']>['best']>;

function compared(person: Omit<Compared, 'name'> | null, name: string | null): Compared | null {
  if (!person) return null;
  const { personId, similarity, falseMatchRate, likelihoodRatio } = person;
  return { personId, name, similarity, falseMatchRate, likelihoodRatio };
}
