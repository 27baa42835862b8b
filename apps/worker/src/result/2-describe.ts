import type { RichText } from '@watchpost/shared/chat/rich-text';
import { defaultGallerySettings } from '@watchpost/gallery/config';
import type { Gathered, ShownFace } from './1-gather.ts';

/** How a face is drawn. */
export type FaceStyle = 'named' | 'unknown' | 'uncertain' | 'unrecognisable' | 'ignored';

export interface FaceLabel {
  style: FaceStyle;
  /** On the picture: "1: Ada". Null for a face that nobody can tell from another one: it only gets a box. */
  text: string | null;
}

export interface Description {
  /** In the order of the faces. */
  labels: FaceLabel[];
  /** The post: who, where, and a link to the snapshot. */
  text: RichText;
  /** The same as plain text, for readers who cannot see the picture. */
  altText: string;
  title: string;
}

/** A stranger's face of this size becomes an unknown, if it is clear. Smaller ones are far away. */
const nearFromPx = defaultGallerySettings.decision.enroll.minSizePx;

/**
 * Says who is in the picture. Counts and numbers the faces that can be told apart, and only counts the others. An uncertain face is never
 * given a name.
 */
export function describe({ record, faces, link }: Gathered): Description {
  const told = faces.filter(({ face }) => face.decision !== 'unrecognisable');
  const others = othersOf(faces);
  // A number links a name in the text to its box; a single one needs none.
  const numbered = (shown: ShownFace, name: string) => (told.length === 1 ? name : `${told.indexOf(shown) + 1}: ${name}`);
  const labels = faces.map((shown): FaceLabel => {
    const { style, name } = describeFace(shown);
    return { style, text: name === null ? null : numbered(shown, name) };
  });
  const list = labels.flatMap(({ text }) => text ?? []).join(', ');
  const count = countOf(told.length === 0 ? faces.length : told.length);
  const who = told.length === 0 ? `${others} to recognise` : [list, ...(others === '' ? [] : [`and ${others}`])].join(', ');
  const camera = record.job.camera;
  const where = camera === null ? '' : ` at ${camera}`;
  return {
    labels,
    text: [{ text: `${count}${where}: ${who}` }, ...(link === null ? [] : [{ text: ' · ' }, { text: 'snapshot', link }])],
    altText: `Snapshot${where} with ${count} marked${told.length > 1 ? ', from left to right' : ''}: ${who}.`,
    title: camera ?? record.job.file.name ?? 'snapshot',
  };
}

const countOf = (faces: number): string => (faces === 1 ? '1 face' : `${faces} faces`);

/** "2 too far away, 1 too unclear", without a number where all faces of the picture are so; empty if there are none. */
function othersOf(faces: readonly ShownFace[]): string {
  const unrecognisable = faces.flatMap(({ face }) => (face.decision === 'unrecognisable' ? [face] : []));
  const far = unrecognisable.filter(({ sizePx, box }) => (sizePx ?? Math.max(box.width, box.height)) < nearFromPx).length;
  return [
    { count: far, what: 'too far away' },
    { count: unrecognisable.length - far, what: 'too unclear' },
  ]
    .flatMap(({ count, what }) => (count === 0 ? [] : count === faces.length ? [what] : [`${count} ${what}`]))
    .join(', ');
}

function describeFace({ face, person }: ShownFace): { style: FaceStyle; name: string | null } {
  if (face.decision === 'uncertain') return { style: 'uncertain', name: 'not sure' };
  if (face.decision === 'unrecognisable') return { style: 'unrecognisable', name: null };
  // Somebody may have named, ignored or forgotten the person since the face was matched.
  if (person === null) return { style: 'unknown', name: 'unknown' };
  if (person.status === 'ignored') return { style: 'ignored', name: 'ignored' };
  return { style: person.status, name: person.name };
}
