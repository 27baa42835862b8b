import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { isConflict, untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';
import type { KeptEmoji, KeptProfile, Profiles } from '../feed-store.ts';
import { entryKind, memberKey } from './entry-document.ts';
import { removePicture } from './picture-documents.ts';

const memberKind = 'feed-member';
const channelKind = 'feed-channel';
const emojiKind = 'feed-emoji';
/** Of somebody whom no entry shows any more, the profile stays so long after it was read. Milliseconds. */
const keepUnshownMs = 30 * 86_400_000;
const pageSize = 200;

const memberSchema = z.object({
  id: z.string(),
  displayName: z.string(),
  realName: z.string(),
  title: z.string(),
  isBot: z.boolean(),
  platform: z.string(),
  picture: z.string().nullable(),
  pictureId: z.string().nullable(),
  readAtMs: z.number(),
}) satisfies z.ZodType<KeptProfile>;

const channelSchema = z.object({ id: z.string(), name: z.string().nullable(), readAtMs: z.number() });

const emojiSchema = z.object({
  emoji: z.array(z.tuple([z.string(), z.union([z.object({ picture: z.string() }), z.object({ aliasOf: z.string() })])])),
  readAtMs: z.number(),
});

/** Our clock and the database's: what was read later than that is of a clock that was set back since. Milliseconds. */
const clocksDifferMs = 60_000;

const idOf = (platform: string, id: string): string => `${platform}:${id}`;
const pictureKey = (name: string): string => `picture:${name}`;

/** What feeds show of members, channels and emoji, on a store of documents. A picture that a new one replaces goes once nobody has it. */
export function createProfiles(documents: DocumentStore): Profiles {
  /** Writes what was read, unless something newer is there. Resolves to what was there before. */
  const write = (
    { kind, id, keys = [], readAtMs, body }: { kind: string; id: string; keys?: string[]; readAtMs: number; body: object },
    signal: AbortSignal,
  ): Promise<StoredDocument | null> =>
    untilNoConflict(async () => {
      const { document, nowMs } = await documents.get(kind, id, signal);
      if (document && document.atMs > readAtMs && document.atMs <= nowMs + clocksDifferMs) return null;
      const atMs = Math.floor(readAtMs);
      await documents.put({ kind, id, revision: document?.revision ?? 0, atMs, keys, expiresAtMs: null, body }, signal);
      return document;
    }, signal);

  const several = async <T>(
    kind: string,
    schema: z.ZodType<T>,
    platform: string,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<T[]> => {
    if (ids.length === 0) return [];
    const unique = [...new Set(ids)].map((id) => idOf(platform, id));
    return (await documents.getAll(kind, unique, signal)).flatMap(({ body }) => schema.safeParse(body).data ?? []);
  };

  return {
    members: async (platform, ids, signal) => several(memberKind, memberSchema, platform, ids, signal),
    putMember: async (profile, signal) => {
      const { id, platform, picture, readAtMs } = profile;
      const keys = picture === null ? [] : [pictureKey(picture)];
      const before = await write({ kind: memberKind, id: idOf(platform, id), keys, readAtMs, body: profile }, signal);
      const old = memberSchema.safeParse(before?.body).data?.picture ?? null;
      if (old !== picture) await removeUnused(documents, old, signal);
    },
    channels: async (platform, ids, signal) => several(channelKind, channelSchema, platform, ids, signal),
    putChannel: async (platform, channel, signal) => {
      const { id, readAtMs } = channel;
      await write({ kind: channelKind, id: idOf(platform, id), readAtMs, body: channel }, signal);
    },
    emoji: async (platform, signal) => {
      const { document } = await documents.get(emojiKind, platform, signal);
      const kept = emojiSchema.safeParse(document?.body).data;
      return kept ? { emoji: new Map(kept.emoji), readAtMs: kept.readAtMs } : null;
    },
    putEmoji: async (platform, emoji, readAtMs, signal) => {
      const before = await write({ kind: emojiKind, id: platform, readAtMs, body: { emoji: [...emoji], readAtMs } }, signal);
      const there = picturesIn(emoji.values());
      const gone = [...picturesIn((emojiSchema.safeParse(before?.body).data?.emoji ?? []).map(([, each]) => each))];
      for (const picture of gone.filter((each) => !there.has(each))) await removePicture(documents, picture, signal);
    },
  };
}

function picturesIn(emoji: Iterable<KeptEmoji>): Set<string> {
  return new Set([...emoji].flatMap((each) => ('picture' in each ? each.picture : [])));
}

/**
 * Removes the profiles of members whom no entry shows any more, with their pictures. Resolves to how many. For a worker to do once a day:
 * names of an entry stay as long as the entry.
 */
export async function forgetUnshown(documents: DocumentStore, nowMs: number, signal: AbortSignal): Promise<number> {
  let forgotten = 0;
  for (let fromMs = 0; ;) {
    const range = { fromMs, beforeMs: nowMs - keepUnshownMs, order: 'oldest', limit: pageSize } as const;
    const page = await documents.find({ kind: memberKind, ...range }, signal);
    for (const document of page) if (await forgetIfUnshown(documents, document, signal)) forgotten += 1;
    const lastMs = page.at(-1)?.atMs;
    if (lastMs === undefined || page.length < pageSize) return forgotten;
    // Those of the last moment come again: some of them may be on the next page.
    fromMs = lastMs === fromMs ? lastMs + 1 : lastMs;
  }
}

async function forgetIfUnshown(documents: DocumentStore, { id, revision, body }: StoredDocument, signal: AbortSignal): Promise<boolean> {
  const { data: profile } = memberSchema.safeParse(body);
  if (!profile) return false;
  const key = memberKey(profile.platform, profile.id);
  if ((await documents.find({ kind: entryKind, key, order: 'newest', limit: 1 }, signal)).length > 0) return false;
  try {
    await documents.remove(memberKind, id, revision, signal);
  } catch (error) {
    // It was read anew a moment ago: somebody needs it.
    if (isConflict(error)) return false;
    throw error;
  }
  await removeUnused(documents, profile.picture, signal);
  return true;
}

/** Removes a picture of a member's, unless somebody else has the same. */
async function removeUnused(documents: DocumentStore, picture: string | null, signal: AbortSignal): Promise<void> {
  if (picture === null) return;
  const others = await documents.find({ kind: memberKind, key: pictureKey(picture), order: 'newest', limit: 1 }, signal);
  if (others.length === 0) await removePicture(documents, picture, signal);
}
