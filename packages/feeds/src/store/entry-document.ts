import { type ChannelKey, platformOf } from '@watchpost/shared/chat/chat';
import { inlinesOf } from '@watchpost/shared/chat/written';
import type { DocumentToPut, StoredDocument } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { type Entry, entrySchema } from '../entry.ts';

/** Of an entry's document. */
export const entryKind = 'entry';
/** Of all that it mentions: a document has at most 100 keys. */
const mostMembers = 90;

export const feedKey = (slug: string): string => `feed:${slug}`;
export const memberKey = (platform: string, member: string): string => `member:${platform}:${member}`;
export const channelKeyOf = (channel: ChannelKey): string => `channel:${channel}`;

/** The document of an entry; `revision`: the one that it is based on. */
export function toDocument(entry: Entry, revision: number, keepMs: number): DocumentToPut {
  const { id, feed, channel, postedAtMs } = entry;
  const members = [...membersOf(entry)].slice(0, mostMembers).map((member) => memberKey(platformOf(channel), member));
  const keys = [feedKey(feed), channelKeyOf(channel), ...members];
  return { kind: entryKind, id, revision, atMs: postedAtMs, keys, expiresAtMs: postedAtMs + keepMs, body: entry };
}

/** Null: another version of watchpost wrote it. */
export const tryFromDocument = ({ body }: StoredDocument): Entry | null => entrySchema.safeParse(body).data ?? null;

/** Throws `internal` (transient) for one that another version wrote: its processes can read it. */
export function fromDocument(document: StoredDocument): Entry {
  const entry = tryFromDocument(document);
  if (!entry) throw new AppError('internal', `entry ${document.id} was written by another version of watchpost`);
  return entry;
}

/** Whom readers see in an entry: its author first, then the members that it mentions. */
function membersOf({ author, published }: Pick<Entry, 'author' | 'published'>): Set<string> {
  const { member = null, bot = null } = author ?? {};
  const inlines = inlinesOf(published?.written.blocks ?? []);
  return new Set([member, bot, ...inlines.map((inline) => (inline.type === 'member' ? inline.member : null))].filter((id) => id !== null));
}
