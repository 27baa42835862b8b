import type { Gathered, ShownFace } from './1-gather.ts';

/** How a face is drawn and spoken of. */
export type FaceStyle = 'named' | 'unknown' | 'uncertain' | 'unrecognisable' | 'ignored';

export interface FaceLabel {
  style: FaceStyle;
  /** On the picture: "1: Ada". */
  text: string;
}

export interface Description {
  /** In the order of the faces. */
  labels: FaceLabel[];
  /** The post, in Slack's mrkdwn: who, where, and a link to the snapshot. */
  text: string;
  /** The same for who does not see the picture, plain. */
  altText: string;
  title: string;
}

/** Says who was there. An uncertain face is never given a name. */
export function describe({ record, faces, link }: Gathered): Description {
  const words = faces.map(inWords);
  const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
  const camera = record.job.camera;
  const where = camera === null ? '' : ` at ${camera}`;
  // A number joins a name in the text to its box; one face needs none.
  const numbered = (name: string, index: number) => (words.length === 1 ? name : `${index + 1}: ${name}`);
  const list = words.map(({ name }, index) => numbered(name, index)).join(', ');
  const source = link === null ? '' : ` · <${link}|snapshot>`;
  return {
    labels: words.map(({ style, name }, index) => ({ style, text: numbered(name, index) })),
    text: `${count}${escapeMrkdwn(where)}: ${escapeMrkdwn(list)}${source}`,
    altText: `Snapshot${where} with ${count} marked${words.length === 1 ? '' : ', from left to right'}: ${list}.`,
    title: camera ?? record.job.file.name ?? 'snapshot',
  };
}

function inWords({ face, person }: ShownFace): { style: FaceStyle; name: string } {
  if (face.decision === 'uncertain') return { style: 'uncertain', name: 'not sure' };
  if (face.decision === 'unrecognisable') return { style: 'unrecognisable', name: 'too unclear' };
  // Somebody may have named, ignored or forgotten the person since the snapshot was looked at.
  if (person === null) return { style: 'unknown', name: 'unknown' };
  if (person.status === 'ignored') return { style: 'ignored', name: 'ignored' };
  return { style: person.status, name: person.name };
}

/** Slack's three control characters (docs.slack.dev, formatting message text); without them a name can neither link nor mention. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
