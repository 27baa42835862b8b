import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Violation } from '@watchpost/rules/violation';

/** The link to a violation's message; null: the message is gone, or the platform has no link to it. */
export async function linkTo(
  { removal, message }: Pick<Violation, 'removal' | 'message'>,
  { chat }: Pick<ConnectedPlatform, 'chat'>,
  signal: AbortSignal,
): Promise<string | null> {
  const isGone = removal.state === 'removed' || removal.state === 'gone';
  return isGone ? null : chat.permalink(message.channel, message.messageId, signal);
}
