import type { ChatPlatform } from '@watchpost/shared/chat/chat';
import type { Gallery, Person } from '@watchpost/gallery/gallery';
import type { RecordedFace, SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';

/** A recorded face with the person as called now: somebody may have named them since. */
export interface ShownFace {
  face: RecordedFace;
  person: Person | null;
}

export interface Gathered {
  record: SnapshotRecord;
  faces: ShownFace[];
  /** To the message with the snapshot; null where that is gone. */
  link: string | null;
}

/** All that a post says, besides its picture. */
export async function gather(
  record: SnapshotRecord,
  { chat, gallery }: { chat: ChatPlatform; gallery: Gallery },
  signal: AbortSignal,
): Promise<Gathered> {
  const faces: ShownFace[] = [];
  // As a reader looks: from left to right.
  const inOrder = [...(record.faces ?? [])].sort((a, b) => a.box.x - b.box.x);
  for (const face of inOrder) {
    faces.push({ face, person: face.personId === null ? null : await gallery.person(face.personId, signal) });
  }
  return { record, faces, link: await chat.permalink(record.job.channel, record.job.messageId, signal) };
}

/** Ignored persons alone are no news. */
export function isWorthPosting(faces: readonly ShownFace[]): boolean {
  return faces.some(({ face, person }) => face.decision === 'uncertain' || person?.status !== 'ignored');
}
