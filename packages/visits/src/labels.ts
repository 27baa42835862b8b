import type { Box } from '@watchpost/shared/geometry';
import type { ComparableFace } from '@watchpost/gallery/questions';
import { cannotBeTold, keyOf } from './compose/seen-faces.ts';
import type { Visitor, VisitView } from './visit-view.ts';

/** How one face of a snapshot is drawn. */
export interface FaceLabel {
  position: number;
  box: Box;
  style: Visitor['standing'] | 'unrecognisable';
  /** `1: Ada`. A number alone where nobody's name is sure, null where nobody can tell the face from another one. */
  text: string | null;
}

/** What is drawn on a snapshot of the visit. A doubtful name is never drawn; what is no face gets no box. Pure. */
export function labelsOf(view: VisitView, snapshotId: string, faces: readonly ComparableFace[]): FaceLabel[] {
  const shown = new Map(view.visitors.flatMap((visitor) => visitor.faces.map((ref) => [keyOf(ref), visitor] as const)));
  return faces.flatMap((face): FaceLabel[] => {
    const { position, box } = face;
    const visitor = shown.get(keyOf({ snapshotId, position }));
    if (visitor) return [{ position, box, style: visitor.standing, text: drawnText(visitor) }];
    return cannotBeTold(face) ? [{ position, box, style: 'unrecognisable', text: null }] : [];
  });
}

/** What is sure about a visitor: nothing but the number while uncertain, and no name of somebody who is ignored. */
export function drawnText({ number, standing, person }: Pick<Visitor, 'number' | 'standing' | 'person'>): string {
  if (person === null) return String(number);
  return `${number}: ${standing === 'ignored' ? 'ignored' : person.name}`;
}
