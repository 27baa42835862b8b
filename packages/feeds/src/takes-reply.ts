import type { Feed } from './feed.ts';

/** Whether a feed publishes a message as far as it depends on threads: replies are a setting. Pure. */
export function takesReply(
  { threads }: Pick<Feed, 'threads'>,
  { thread, isBroadcast }: { thread: string | null; isBroadcast: boolean },
): boolean {
  return thread === null || threads === 'all' || (threads === 'broadcasts' && isBroadcast);
}
