import type { ChatDirectory } from '@watchpost/shared/chat/directory';
import type { FeedLog, Profiles } from '@watchpost/feeds/feed-store';
import { isRecent } from './is-recent.ts';

export interface ChannelDeps {
  profiles: Pick<Profiles, 'channels' | 'putChannel'>;
  feedLog: Pick<FeedLog, 'append'>;
  now: () => number;
}

/** Reads anew what a channel is called, if that is anybody's business, and tells the followers if it has changed. False: no feed shows it. */
export async function readChannel(
  { platform, id, isShown }: { platform: string; id: string; isShown: boolean },
  directory: ChatDirectory,
  { profiles, feedLog, now }: ChannelDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const [kept = null] = await profiles.channels(platform, [id], signal);
  if (!kept && !isShown) return false;
  const readAtMs = now();
  const read = await directory.channel(id, signal);
  const name = read === null || read.isPrivate ? null : read.name;
  await profiles.putChannel(platform, { id, name, readAtMs }, signal);
  if (!kept || isRecent(kept, now()) || kept.name !== name)
    await feedLog.append([{ kind: 'profiles', platform, what: 'channel', subject: id }], signal);
  return true;
}
