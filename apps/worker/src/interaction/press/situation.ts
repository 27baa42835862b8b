import type { ActionTarget } from '@watchpost/shared/chat/post';
import type { Person } from '@watchpost/gallery/gallery';
import type { ComparableFace } from '@watchpost/gallery/questions';
import type { FaceRef, Visit } from '@watchpost/visits/visit';
import type { VisitView } from '@watchpost/visits/visit-view';
import type { FacesSeen } from '@watchpost/visits/view-visits';
import type { Notes } from './notes.ts';

/** Who somebody says a face is: a person of the gallery, or a name that nobody has. */
export type Somebody = { person: Pick<Person, 'id' | 'name'> } | { name: string };

/** What is known when a press is decided about: the visit and everybody in it as they are now. */
export interface Situation {
  target: ActionTarget;
  who: Somebody | null;
  visit: Visit;
  view: VisitView;
  faces: FacesSeen;
  /** The person that the button was about, as it is now; null: none, or forgotten. */
  subject: Person | null;
  /** The reader's actor id. */
  by: string;
  /** The newest change that a reader made to this number and that stands. */
  last: Pick<Notes, 'by' | 'summary'> | null;
  /** Somebody else who named the subject a moment ago, maybe after the button was shown: an actor's id. Null: nobody did. */
  namedBy: string | null;
}

/** The face as it is known now. */
export const faceOf = (faces: FacesSeen, { snapshotId, position }: FaceRef): ComparableFace | null =>
  faces.get(snapshotId)?.find((face) => face.position === position) ?? null;

/** Whose face it surely is. */
export function surePerson(face: ComparableFace | null): ComparableFace['person'] {
  return face && face.decision !== 'uncertain' ? face.person : null;
}
