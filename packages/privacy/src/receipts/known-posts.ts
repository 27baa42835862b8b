import { channelKeySchema } from '@watchpost/shared/chat/chat';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

const kind = 'shown-post';
const personKey = (id: string): string => `person:${id}`;
/** A document has a hundred keys at most; who is in a crowd beyond that is found by this one. */
const crowdKey = 'crowd';
const mostKeys = 95;
const pageSize = 200;

const bodySchema = z.object({
  v: z.literal(1),
  /** Of the visit, or of the notice, that the post is about. */
  about: z.object({ kind: z.enum(['visit', 'notice']), id: z.string() }),
  channel: channelKeySchema,
  messageId: z.string(),
  /** Its picture, and those in its thread, with the messages that show them. */
  pictures: z.array(z.object({ messageId: z.string().nullable(), fileId: z.string().nullable() })),
  /** All whom it ever showed, by name or number: random ids. */
  persons: z.array(z.string()),
});
export type PostBody = z.infer<typeof bodySchema>;

/** A post of ours that stands in a channel, perhaps long after what it is about has expired. */
export type KnownPost = PostBody & { id: string; revision: number; atMs: number };

/** The posts that watchpost has made, as long as they stand: so that a name goes from them, however old they are. Reject with `gallery-unavailable`. */
export interface KnownPosts {
  /** Notes where a post stands and whom it shows; nobody is taken out of what was noted before. `atMs`: when what it shows happened. */
  note(post: Omit<PostBody, 'v'> & { atMs: number }, signal: AbortSignal): Promise<void>;
  /** Those that show one of these, the newest first, at most `limit` for each. */
  showing(personIds: readonly string[], limit: number, signal: AbortSignal): Promise<KnownPost[]>;
  /** Those of before then, the oldest first. */
  before(beforeMs: number, limit: number, signal: AbortSignal): Promise<KnownPost[]>;
  /** They show these persons no more. */
  without(post: KnownPost, personIds: readonly string[], signal: AbortSignal): Promise<void>;
  /** The post stands no more. */
  remove(post: Pick<KnownPost, 'id' | 'revision'>, signal: AbortSignal): Promise<void>;
}

/** On a store of documents. */
export function createKnownPosts(documents: DocumentStore): KnownPosts {
  const put = async ({ id, revision, atMs, ...body }: KnownPost, signal: AbortSignal): Promise<void> => {
    const crowd = body.persons.length > mostKeys ? [crowdKey] : [];
    const keys = [...crowd, ...body.persons.slice(0, mostKeys).map((each) => personKey(each))];
    await documents.put({ kind, id, revision, atMs, keys, expiresAtMs: null, body }, signal);
  };
  const read = async (id: string, signal: AbortSignal): Promise<KnownPost | null> => {
    const { document } = await documents.get(kind, id, signal);
    return document && toPost(document);
  };
  return {
    note: ({ atMs, ...post }, signal) =>
      untilNoConflict(async () => {
        const id = `${post.about.kind}-${post.about.id}`;
        const before = await read(id, signal);
        const persons = [...new Set([...(before?.persons ?? []), ...post.persons])];
        const pictures = [...(before?.pictures ?? []), ...post.pictures].filter(
          ({ messageId, fileId }, index, all) => all.findIndex((each) => each.messageId === messageId && each.fileId === fileId) === index,
        );
        const next: PostBody = { v: 1, ...post, persons, pictures };
        if (before && isSame(before, next)) return;
        await put({ ...next, id, revision: before?.revision ?? 0, atMs }, signal);
      }, signal),
    showing: async (personIds, limit, signal) => {
      const wanted = new Set(personIds);
      const found = new Map<string, KnownPost>();
      for (const key of [...personIds.map((id) => personKey(id)), crowdKey]) {
        const page = await documents.find({ kind, key, order: 'newest', limit: Math.max(limit, pageSize) }, signal);
        for (const post of page.flatMap((each) => toPost(each) ?? []))
          if (post.persons.some((id) => wanted.has(id))) found.set(post.id, post);
      }
      return [...found.values()].sort((a, b) => b.atMs - a.atMs);
    },
    before: async (beforeMs, limit, signal) =>
      (await documents.find({ kind, beforeMs, order: 'oldest', limit }, signal)).flatMap((each) => toPost(each) ?? []),
    without: (post, personIds, signal) =>
      untilNoConflict(async () => {
        const now = await read(post.id, signal);
        if (now) await put({ ...now, persons: now.persons.filter((id) => !personIds.includes(id)) }, signal);
      }, signal),
    remove: ({ id, revision }, signal) => documents.remove(kind, id, revision, signal),
  };
}

function toPost({ id, revision, atMs, body }: StoredDocument): KnownPost | null {
  const { data } = bodySchema.safeParse(body);
  return data ? { ...data, id, revision, atMs } : null;
}

const isSame = ({ id: _i, revision: _r, atMs: _a, ...before }: KnownPost, next: PostBody): boolean =>
  JSON.stringify(bodySchema.parse(before)) === JSON.stringify(bodySchema.parse(next));
