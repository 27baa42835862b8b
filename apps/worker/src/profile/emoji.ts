import type { ChatDirectory } from '@watchpost/shared/chat/directory';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import type { FeedLog, KeptEmoji, Profiles } from '@watchpost/feeds/feed-store';
import { alone } from '../alone.ts';
import { isRecent } from './is-recent.ts';
import { keepPicture, type KeepPictureDeps } from './keep-picture.ts';

export interface EmojiDeps extends KeepPictureDeps {
  documents: DocumentStore;
  profiles: Pick<Profiles, 'emoji' | 'putEmoji'>;
  feedLog: Pick<FeedLog, 'append'>;
  now: () => number;
}

type Emoji = ReadonlyMap<string, KeptEmoji>;

/** An emoji may be another name of an emoji that is another name. */
const deepest = 5;
const leaseMs = 60_000;
const comeAgainMs = 500;

/**
 * Reads the workspace's emoji anew, those that feeds show; `wanted`: one more, null: only what is kept. Tells the followers if readers see
 * anything else. One process at a time does, as all are in one document. False: there is nothing to read.
 */
export function readEmoji(
  { platform, wanted }: { platform: string; wanted: string | null },
  directory: ChatDirectory,
  deps: EmojiDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const busy = (): AppError => new AppError('document-conflict', 'another job reads the emoji', { retryAfterMs: comeAgainMs });
  return alone(
    deps.documents,
    { id: `emoji-${platform}`, leaseMs, busy },
    () => readAll(platform, wanted, directory, deps, signal),
    signal,
  );
}

async function readAll(
  platform: string,
  wanted: string | null,
  directory: ChatDirectory,
  deps: EmojiDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { profiles, feedLog, now } = deps;
  const kept = await profiles.emoji(platform, signal);
  const before: Emoji = kept?.emoji ?? new Map();
  const names = [...before.keys(), ...(wanted === null ? [] : [wanted])];
  if (names.length === 0) return false;
  const all = await directory.emoji(signal);
  const next = new Map<string, KeptEmoji>();
  for (const name of names) await follow(name, all, { platform, before, next }, directory, deps, signal);
  if (!kept && next.size === 0) return false;
  await profiles.putEmoji(platform, next, now(), signal);
  if (!kept || isRecent(kept, now()) || !areSame(before, next))
    await feedLog.append([{ kind: 'profiles', platform, what: 'emoji', subject: null }], signal);
  return true;
}

/** Keeps an emoji, and those that it is another name of. */
async function follow(
  name: string,
  all: Awaited<ReturnType<ChatDirectory['emoji']>>,
  { platform, before, next }: { platform: string; before: Emoji; next: Map<string, KeptEmoji> },
  directory: ChatDirectory,
  deps: EmojiDeps,
  signal: AbortSignal,
): Promise<void> {
  let at = name;
  for (let depth = 0; depth < deepest && !next.has(at); depth += 1) {
    const found = all.get(at);
    // One of the standard ones, or one that is gone.
    if (!found) return;
    if ('picture' in found) {
      const earlier = before.get(at);
      const copy = earlier && 'picture' in earlier ? earlier.picture : null;
      const picture = await keepPicture(`${platform} emoji ${at}`, found.picture, copy, directory, deps, signal);
      if (picture !== null) next.set(at, { picture });
      return;
    }
    next.set(at, { aliasOf: found.aliasOf });
    at = found.aliasOf;
  }
}

const areSame = (one: Emoji, other: Emoji): boolean => sorted(one) === sorted(other);

const sorted = (emoji: Emoji): string => JSON.stringify([...emoji].toSorted(([a], [b]) => (a < b ? -1 : 1)));
