import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { Gathered, ShownFace } from './1-gather.ts';

/** How a face is drawn. */
export type FaceStyle = 'named' | 'unknown' | 'uncertain' | 'unrecognisable' | 'ignored';

export interface FaceLabel {
  style: FaceStyle;
  /** On the picture: "1: Ada". */
  text: string;
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

/** Says who is in the picture. An uncertain face is never given a name. */
export function describe({ record, faces, link }: Gathered): Description {
  const described = faces.map(describeFace);
  const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
  const camera = record.job.camera;
  const where = camera === null ? '' : ` at ${camera}`;
  // A number links a name in the text to its box; a single face needs none.
  const numbered = (name: string, index: number) => (described.length === 1 ? name : `${index + 1}: ${name}`);
  const list = described.map(({ name }, index) => numbered(name, index)).join(', ');
  return {
    labels: described.map(({ style, name }, index) => ({ style, text: numbered(name, index) })),
    text: [{ text: `${count}${where}: ${list}` }, ...(link === null ? [] : [{ text: ' · ' }, { text: 'snapshot', link }])],
    altText: `Snapshot${where} with ${count} marked${described.length === 1 ? '' : ', from left to right'}: ${list}.`,
    title: camera ?? record.job.file.name ?? 'snapshot',
  };
}

function describeFace({ face, person }: ShownFace): { style: FaceStyle; name: string } {
  if (face.decision === 'uncertain') return { style: 'uncertain', name: 'not sure' };
  if (face.decision === 'unrecognisable') return { style: 'unrecognisable', name: 'too unclear' };
  // Somebody may have named, ignored or forgotten the person since the face was matched.
  if (person === null) return { style: 'unknown', name: 'unknown' };
  if (person.status === 'ignored') return { style: 'ignored', name: 'ignored' };
  return { style: person.status, name: person.name };
}
