import type { ChatDirectory } from '@watchpost/shared/chat/directory';
import type { Entries, KeptProfile, Profiles } from '@watchpost/feeds/feed-store';
import { isRecent } from './is-recent.ts';
import { keepPicture, type KeepPictureDeps } from './keep-picture.ts';

export interface MemberDeps extends KeepPictureDeps {
  profiles: Pick<Profiles, 'members' | 'putMember'>;
  entries: Pick<Entries, 'touch'>;
  now: () => number;
}

/** What a reader sees of a profile. */
const seen = ({ displayName, realName, title, picture, isBot }: KeptProfile): string =>
  JSON.stringify([displayName, realName, title, picture, isBot]);

/**
 * Reads a member anew, and tells the followers if readers see anything else. Whoever the platform does not know any more keeps the last
 * name. False: no feed shows this member.
 */
export async function readMember(
  { platform, id, isShown }: { platform: string; id: string; isShown: boolean },
  directory: ChatDirectory,
  deps: MemberDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { profiles, entries, now } = deps;
  const [kept = null] = await profiles.members(platform, [id], signal);
  if (!kept && !isShown) return false;
  // Another job may read it while this one copies the picture: what was asked for later wins.
  const readAtMs = now();
  const read = await directory.member(id, signal);
  const known = read ? { ...read, ...(await pictureOf(platform, read, kept, directory, deps, signal)), platform } : kept;
  if (!known) return false;
  const next: KeptProfile = { ...known, readAtMs };
  await profiles.putMember(next, signal);
  if (!kept || isRecent(kept, now()) || seen(kept) !== seen(next)) await entries.touch(platform, id, signal);
  return true;
}

async function pictureOf(
  platform: string,
  { id, picture }: { id: string; picture: { id: string; url: string } | null },
  kept: KeptProfile | null,
  directory: ChatDirectory,
  deps: MemberDeps,
  signal: AbortSignal,
): Promise<Pick<KeptProfile, 'picture' | 'pictureId'>> {
  const name = await keepPicture(`${platform} member ${id}`, picture, kept?.picture ?? null, directory, deps, signal);
  return { picture: name, pictureId: picture?.id ?? null };
}
