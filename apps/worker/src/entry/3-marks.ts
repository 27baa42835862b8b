import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { Reaction } from '@watchpost/shared/chat/written';
import type { Feed } from '@watchpost/feeds/feed';
import { markOf } from '@watchpost/feeds/mark-of';
import type { Who } from './who.ts';

/** Those of these reactions that approve in this feed. */
export async function approving(
  feed: Pick<Feed, 'approval'>,
  reactions: readonly Reaction[],
  { channel, who }: { channel: ChannelKey; who: Pick<Who, 'isMemberOf'> },
  signal: AbortSignal,
): Promise<Reaction[]> {
  const { approval } = feed;
  if (!approval) return [];
  const marks: Reaction[] = [];
  for (const mark of reactions.flatMap((reaction) => markOf(feed, reaction) ?? []))
    if (await who.isMemberOf(approval.by, mark.member, channel, signal)) marks.push(mark);
  return marks;
}
