import type { ChatPlatform } from '@watchpost/shared/chat/chat';
import type { Gallery, Person } from '@watchpost/gallery/gallery';
import type { RecordedFace, SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';

/** A recorded face with its person's present name, which may be newer than the record. */
export interface ShownFace {
  face: RecordedFace;
  person: Person | null;
}

export interface Gathered {
  record: SnapshotRecord;
  /** From left to right. */
  faces: ShownFace[];
  /** To the message with the snapshot; null if that has been deleted, or the link could not be had. */
  link: string | null;
}

/** Collects what a post says. */
export async function gather(
  record: SnapshotRecord,
  { chat, gallery }: { chat: ChatPlatform; gallery: Gallery },
  signal: AbortSignal,
): Promise<Gathered> {
  // Another worker may have met these people, a moment ago.
  if (record.galleryPosition) await gallery.reached(record.galleryPosition, signal);
  const faces: ShownFace[] = [];
  const leftToRight = [...(record.faces ?? [])].sort((a, b) => a.box.x - b.box.x);
  for (const face of leftToRight) {
    faces.push({ face, person: face.personId === null ? null : await gallery.person(face.personId, signal) });
  }
  return { record, faces, link: await chat.permalink(record.job.channel, record.job.messageId, signal) };
}

/** A picture of ignored persons only is not posted. */
export function isWorthPosting(faces: readonly ShownFace[]): boolean {
  return faces.some(({ face, person }) => face.decision === 'uncertain' || person?.status !== 'ignored');
}
