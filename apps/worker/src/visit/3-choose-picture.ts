import { createHash } from 'node:crypto';
import type { Box } from '@watchpost/shared/geometry';
import { labelsOf, type FaceLabel } from '@watchpost/visits/labels';
import type { Gathered } from './1-gather.ts';
import { blurredOf } from './blur.ts';

/** A picture to be drawn. */
export interface PicturePlan {
  snapshotId: string;
  labels: FaceLabel[];
  /** The faces that are made unrecognisable. */
  blurred: Box[];
  /** Of the visitors that it shows. */
  numbers: number[];
  /** Of the snapshot and all that is drawn on it: another one is another picture. */
  drawn: string;
  /** It lacks somebody whom the post's picture shows: it goes into the thread, and the post keeps its own. */
  beside: boolean;
}

/** So much larger must the faces be before a picture is replaced by another one of the same visitors. */
const clearlyLarger = 1.5;

/**
 * The picture that the post should show now. The one that it shows stays while it shows everybody whom the best one shows, unless their
 * faces are clearly larger there. One that lacks somebody takes nobody's place: whoever is on no picture yet is shown in the thread.
 * Null: no snapshot shows a face that is still known. Pure.
 */
export function choosePicture(gathered: Gathered): PicturePlan | null {
  const { visit, view } = gathered;
  const best = view.bestSnapshotId === null ? null : planFor(gathered, view.bestSnapshotId);
  if (!best || !visit.picture) return best;
  const present = planFor(gathered, visit.picture.snapshotId);
  if (isBetter(best, present)) return best;
  if (present.drawn !== visit.picture.drawn && present.numbers.length > 0) return present;
  return planWithNewcomers(gathered, visit.picture.numbers) ?? present;
}

/** Whether it shows everybody whom the other one shows, and more of them, or larger. */
function isBetter(plan: PicturePlan, other: PicturePlan): boolean {
  if (plan.snapshotId === other.snapshotId || other.numbers.some((number) => !plan.numbers.includes(number))) return false;
  return plan.numbers.length > other.numbers.length || sizeOf(plan) >= sizeOf(other) * clearlyLarger;
}

/** The snapshot that shows most of those who are on no picture yet; null: everybody is on one. */
function planWithNewcomers(gathered: Gathered, pictured: readonly number[]): PicturePlan | null {
  const { visit, view } = gathered;
  const isNew = (number: number): boolean => !pictured.includes(number);
  if (!view.visitors.some(({ number }) => isNew(number))) return null;
  const plans = visit.snapshots.map(({ snapshotId }) => planFor(gathered, snapshotId));
  const countOf = ({ numbers }: PicturePlan): number => numbers.filter(isNew).length;
  const [most] = plans.sort((a, b) => countOf(b) - countOf(a) || sizeOf(b) - sizeOf(a));
  return most && countOf(most) > 0 ? { ...most, beside: true } : null;
}

/** What is drawn on this snapshot. */
export function planFor({ view, faces, blur }: Pick<Gathered, 'view' | 'faces' | 'blur'>, snapshotId: string): PicturePlan {
  const labels = labelsOf(view, snapshotId, faces.get(snapshotId) ?? []);
  const visitors = view.visitors.filter((visitor) => visitor.faces.some((face) => face.snapshotId === snapshotId));
  const blurred = blurredOf(faces.get(snapshotId) ?? [], labels, blur);
  const content = [
    snapshotId,
    labels.map(({ position, style, text }) => [position, style, text]),
    ...(blurred.length > 0 ? [blurred] : []),
  ];
  return {
    snapshotId,
    labels,
    blurred,
    numbers: visitors.map(({ number }) => number),
    drawn: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16),
    beside: false,
  };
}

/** Of the faces that can be told apart, together: pixels. */
function sizeOf({ labels }: PicturePlan): number {
  return labels.reduce((sum, { text, box }) => (text === null ? sum : sum + Math.max(box.width, box.height)), 0);
}
