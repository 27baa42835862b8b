import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { clocksApartMs } from '@watchpost/shared/documents/lease';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

const kind = 'shown-post';
const personKey = (id: string): string => `person:${id}`;
/** A document has a hundred keys at most; who is in a crowd beyond that is found by this one. */
const crowdKey = 'crowd';
/** Of pictures that no post shows. */
const leftKey = 'left';
const mostKeys = 95;
const pageSize = 500;

const bodySchema = z.object({
  v: z.literal(1),
  /** Of the visit, or of the notice, that the post is about; a file: the picture itself, which no post shows and the platform does not delete. */
  about: z.object({ kind: z.enum(['visit', 'notice', 'file']), id: z.string() }),
  channel: channelKeySchema,
  /** Of a picture that no post shows: empty. */
  messageId: z.string(),
  /** Its picture, and those in its thread, with the messages that show them. */
  pictures: z.array(z.object({ messageId: z.string().nullable(), fileId: z.string().nullable() })),
  /** All whom it ever showed, by name or number: random ids. */
  persons: z.array(z.string()),
  /** When the platform last refused to change it, milliseconds since 1970, with the error's code, and how often it did. */
  refused: z.object({ atMs: z.number(), code: z.string(), times: z.number().default(1) }).exactOptional(),
});
export type PostBody = z.infer<typeof bodySchema>;

/** A post of ours that stands in a channel, or a picture of ours that is left, perhaps long after what it is about has expired. */
export type KnownPost = PostBody & { id: string; revision: number; atMs: number };

/** The posts that watchpost has made, as long as they stand: so that a name goes from them, however old they are. Reject with `gallery-unavailable`. */
export interface KnownPosts {
  /** Notes where a post stands and whom it shows; nobody is taken out of what was noted before. `atMs`: when what it shows happened. */
  note(post: Omit<PostBody, 'v' | 'refused'> & { atMs: number }, signal: AbortSignal): Promise<void>;
  /** The one about this visit or notice, or null. */
  get(about: PostBody['about'], signal: AbortSignal): Promise<KnownPost | null>;
  /** Those that show one of these, the newest first, at most `limit` for each. */
  showing(personIds: readonly string[], limit: number, signal: AbortSignal): Promise<KnownPost[]>;
  /** Those of before then, the newest first. */
  before(beforeMs: number, signal: AbortSignal): AsyncIterable<KnownPost>;
  /** The pictures that no post shows, and that were not deleted yet. */
  leftPictures(signal: AbortSignal): AsyncIterable<KnownPost>;
  /** They show these persons no more. */
  without(post: KnownPost, personIds: readonly string[], signal: AbortSignal): Promise<void>;
  /** The platform does not let it be changed now. */
  refused(post: Pick<KnownPost, 'id'>, code: string, signal: AbortSignal): Promise<void>;
  /** Nothing of ours stands there any more. */
  remove(post: Pick<KnownPost, 'id'>, signal: AbortSignal): Promise<void>;
}

/** On a store of documents. */
export function createKnownPosts(documents: DocumentStore): KnownPosts {
  const put = async ({ id, revision, atMs, ...body }: KnownPost, signal: AbortSignal): Promise<void> => {
    const crowd = body.persons.length > mostKeys ? [crowdKey] : [];
    const left = body.about.kind === 'file' ? [leftKey] : [];
    const keys = [...crowd, ...left, ...body.persons.slice(0, mostKeys).map((each) => personKey(each))];
    await documents.put({ kind, id, revision, atMs, keys, expiresAtMs: null, body }, signal);
  };
  const read = async (id: string, signal: AbortSignal): Promise<KnownPost | null> => {
    const { document } = await documents.get(kind, id, signal);
    return document && toPost(document);
  };
  async function* each(query: { key?: string; beforeMs?: number }, signal: AbortSignal): AsyncGenerator<KnownPost> {
    for await (const document of eachDocument(documents, { kind, ...query }, pageSize, signal)) {
      const post = toPost(document);
      if (post) yield post;
    }
  }
  const change = (id: string, edit: (now: KnownPost) => KnownPost, signal: AbortSignal): Promise<void> =>
    untilNoConflict(async () => {
      const now = await read(id, signal);
      if (now) await put(edit(now), signal);
    }, signal);
  return {
    note: ({ atMs, ...post }, signal) =>
      untilNoConflict(async () => {
        const id = idOf(post.about);
        const before = await read(id, signal);
        const persons = [...new Set([...(before?.persons ?? []), ...post.persons])];
        const pictures = [...(before?.pictures ?? []), ...post.pictures].filter(
          ({ messageId, fileId }, index, all) => all.findIndex((each) => each.messageId === messageId && each.fileId === fileId) === index,
        );
        const next: PostBody = { v: 1, ...post, persons, pictures };
        if (before && isSame(before, next)) return;
        await put({ ...next, id, revision: before?.revision ?? 0, atMs }, signal);
      }, signal),
    get: (about, signal) => read(idOf(about), signal),
    showing: async (personIds, limit, signal) => {
      const wanted = new Set(personIds);
      const found = new Map<string, KnownPost>();
      for (const key of [...personIds.map((person) => personKey(person)), crowdKey]) {
        let left = limit;
        for await (const post of each({ key }, signal)) {
          if (!post.persons.some((person) => wanted.has(person))) continue;
          found.set(post.id, post);
          left -= 1;
          if (left === 0) break;
        }
      }
      return [...found.values()].sort((a, b) => b.atMs - a.atMs);
    },
    before: (beforeMs, signal) => each({ beforeMs }, signal),
    leftPictures: (signal) => each({ key: leftKey }, signal),
    without: ({ id }, personIds, signal) =>
      change(id, ({ refused: _r, ...now }) => ({ ...now, persons: now.persons.filter((person) => !personIds.includes(person)) }), signal),
    refused: async ({ id }, code, signal) => {
      const nowMs = await databaseNow(documents, signal);
      await change(id, (now) => ({ ...now, refused: { atMs: nowMs, code, times: (now.refused?.times ?? 0) + 1 } }), signal);
    },
    remove: ({ id }, signal) => removeDocument(documents, kind, id, signal),
  };
}

const idOf = (about: PostBody['about']): string => `${about.kind}-${about.id}`;

/** After it was refused, a post is tried again after so long, twice that the next time, and so on. Milliseconds. */
const againMs = { first: 60_000, most: 6 * 3_600_000 };

/**
 * Whether the platform refused it a moment ago: it is not asked again so soon. `nowMs`: by the database's clock; what was noted while that was ahead
 * counts no more. Pure.
 */
export function isRefusedNow({ refused }: Pick<KnownPost, 'refused'>, nowMs: number): boolean {
  if (!refused || refused.atMs > nowMs + clocksApartMs) return false;
  return nowMs < refused.atMs + Math.min(againMs.first * 2 ** (refused.times - 1), againMs.most);
}

function toPost({ id, revision, atMs, body }: StoredDocument): KnownPost | null {
  const { data } = bodySchema.safeParse(body);
  return data ? { ...data, id, revision, atMs } : null;
}

const isSame = ({ id: _i, revision: _r, atMs: _a, ...before }: KnownPost, next: PostBody): boolean =>
  JSON.stringify(bodySchema.parse(before)) === JSON.stringify(bodySchema.parse(next));
