import { createHash } from 'node:crypto';
import type { Box } from '@watchpost/shared/geometry';
import type { VisitBody } from '@watchpost/visits/visit';
import type { Visitor } from '@watchpost/visits/visit-view';
import type { FacesSeen } from '@watchpost/visits/view-visits';
import type { FaceLabel } from '../visit/annotate/label.ts';
import { calledOnBoard, type BoardVisitors } from './who-is-shown.ts';

/** A picture of a visit for a board. Boxes are in pixels of the snapshot. */
export interface BoardPlan {
  snapshotId: string;
  shown: readonly { box: Box; label: FaceLabel }[];
  /** All other faces, also those that nobody can tell apart. */
  blurred: readonly Box[];
  /** Of all of this: another one is another picture. */
  hash: string;
}

/** The snapshot that shows most of those whom the board shows, then of those whom it counts, the largest. Null: none shows anybody of them. Pure. */
export function planBoardPicture(
  { snapshots }: Pick<VisitBody, 'snapshots'>,
  { shown, blurred }: BoardVisitors,
  faces: FacesSeen,
): BoardPlan | null {
  const plans = snapshots.flatMap(({ snapshotId }) => planFor(snapshotId, { shown, blurred }, faces) ?? []);
  const [best = null] = plans.toSorted((a, b) => b.plan.shown.length - a.plan.shown.length || b.counted - a.counted || b.sizePx - a.sizePx);
  return best && best.plan;
}

interface Candidate {
  plan: BoardPlan;
  /** How many of those whom the board only counts are on it. */
  counted: number;
  /** Of the faces of all of them together. */
  sizePx: number;
}

function planFor(snapshotId: string, who: BoardVisitors, faces: FacesSeen): Candidate | null {
  const all = faces.get(snapshotId) ?? [];
  const isOf = (visitor: Visitor, position: number): boolean =>
    visitor.faces.some((face) => face.snapshotId === snapshotId && face.position === position);
  const shown = all.flatMap(({ position, box }) => {
    const visitor = who.shown.find((each) => isOf(each, position));
    return visitor ? { position, box, label: { style: visitor.standing, text: calledOnBoard(visitor) } } : [];
  });
  const others = all.filter(({ position }) => !shown.some((each) => each.position === position));
  const counted = others.filter(({ position }) => who.blurred.some((visitor) => isOf(visitor, position)));
  if (shown.length + counted.length === 0) return null;
  const drawn = { shown: shown.map(({ box, label }) => ({ box, label })), blurred: others.map(({ box }) => box) };
  const hash = createHash('sha256')
    .update(JSON.stringify([snapshotId, drawn]))
    .digest('hex')
    .slice(0, 16);
  const sizePx = [...shown, ...counted].reduce((sum, { box }) => sum + Math.max(box.width, box.height), 0);
  return { plan: { snapshotId, ...drawn, hash }, counted: counted.length, sizePx };
}
