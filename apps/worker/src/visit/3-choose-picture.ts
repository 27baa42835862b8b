import { createHash } from 'node:crypto';
import { labelsOf, type FaceLabel } from '@watchpost/visits/labels';
import type { Gathered } from './1-gather.ts';

/** A picture to be drawn. */
export interface PicturePlan {
  snapshotId: string;
  labels: FaceLabel[];
  /** Of the visitors that it shows. */
  numbers: number[];
  /** Of the snapshot and all that is drawn on it: another one is another picture. */
  drawn: string;
}

/** So much larger must the faces be before a picture is replaced by another one of the same visitors. */
const clearlyLarger = 1.5;

/**
 * The picture that the post should show now. The one that it shows stays while it shows everybody whom the best one shows, unless their
 * faces are clearly larger there. Null: no snapshot shows a face that is still known. Pure.
 */
export function choosePicture(gathered: Gathered): PicturePlan | null {
  const { visit, view } = gathered;
  const best = view.bestSnapshotId === null ? null : planFor(gathered, view.bestSnapshotId);
  if (!best || !visit.picture || visit.picture.snapshotId === best.snapshotId) return best;
  const present = planFor(gathered, visit.picture.snapshotId);
  const showsAll = best.numbers.every((number) => present.numbers.includes(number));
  return showsAll && sizeOf(best) < sizeOf(present) * clearlyLarger ? present : best;
}

/** What is drawn on this snapshot. */
export function planFor({ view, faces }: Pick<Gathered, 'view' | 'faces'>, snapshotId: string): PicturePlan {
  const labels = labelsOf(view, snapshotId, faces.get(snapshotId) ?? []);
  const visitors = view.visitors.filter((visitor) => visitor.faces.some((face) => face.snapshotId === snapshotId));
  const content = [snapshotId, labels.map(({ position, style, text }) => [position, style, text])];
  return {
    snapshotId,
    labels,
    numbers: visitors.map(({ number }) => number),
    drawn: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16),
  };
}

/** Of the faces that can be told apart, together: pixels. */
function sizeOf({ labels }: PicturePlan): number {
  return labels.reduce((sum, { text, box }) => (text === null ? sum : sum + Math.max(box.width, box.height)), 0);
}
