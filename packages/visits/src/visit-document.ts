import { createHash } from 'node:crypto';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentToPut, StoredDocument } from '@watchpost/shared/documents/document-store';
import { visitSchema, type Visit, type VisitBody } from './visit.ts';

/** Of a visit's document. */
export const visitKind = 'visit';

/** Where snapshots come from. Where the camera is not known, the channel is the camera. */
export interface CameraOf {
  channel: ChannelKey;
  camera: string | null;
}

/** Short and of plain characters: an id of documents, and a part of a post's buttons. */
export function shortHash(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);
}

/** A camera as documents are found by it. */
export const cameraId = ({ channel, camera }: CameraOf): string => shortHash([channel, camera]);

export const cameraKey = (camera: CameraOf): string => `camera:${cameraId(camera)}`;
export const channelKey = (channel: ChannelKey): string => `channel:${channel}`;
export const personKey = (personId: string): string => `person:${personId}`;

/** Of a visit with more persons than a document has keys. */
export const crowdKey = 'crowd';
const mostPersonKeys = 90;

/** The persons whose change would change a visit's post, or its pictures. */
export function personsOf({
  persons,
  asked,
  named = [],
  forgets = [],
}: Pick<VisitBody, 'persons' | 'asked' | 'named' | 'forgets'>): string[] {
  return [...new Set([...persons, ...asked, ...named, ...forgets])];
}

/** The document of a visit; `keepMs`: how long after its last snapshot. */
export function toDocument({ revision, ...body }: Visit, keepMs: number): DocumentToPut {
  const toMs = Math.max(0, ...body.snapshots.map(({ takenAtMs }) => takenAtMs));
  const persons = personsOf(body);
  const crowd = persons.length > mostPersonKeys ? [crowdKey] : [];
  const keys = [cameraKey(body), channelKey(body.channel), ...crowd, ...persons.slice(0, mostPersonKeys).map((id) => personKey(id))];
  return { kind: visitKind, id: body.id, revision, atMs: toMs, keys, expiresAtMs: toMs + keepMs, body };
}

export function fromDocument({ body, revision }: StoredDocument): Visit {
  return { ...visitSchema.parse(body), revision };
}
