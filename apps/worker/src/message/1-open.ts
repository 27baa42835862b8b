import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { messageContentSchema, type MessageContent } from '@watchpost/shared/chat/message';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Envelope } from '@watchpost/shared/envelope';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import { openJson, openedOrNull } from '@watchpost/shared/jobs/sealed';
import { moderationOf } from '../offered.ts';

export interface OpenDeps {
  envelope: Envelope;
  /** Called for each that cannot be opened. */
  onUnreadable?: () => void;
  platformFor: (channel: ChannelKey) => Pick<ConnectedPlatform, 'moderation'>;
}

/** What the message says: as it came with the job, or, where that was erased or cannot be opened, as it is now. Null: it is gone. */
export async function open(
  job: MessageJob,
  { envelope, platformFor, onUnreadable }: OpenDeps,
  signal: AbortSignal,
): Promise<MessageContent | null> {
  const { id, sealed, channel, messageId, thread } = job;
  const content = sealed === null ? null : openedOrNull(() => openJson(envelope, sealed, id, messageContentSchema));
  if (content) return content;
  if (sealed !== null) onUnreadable?.();
  const message = await moderationOf(platformFor(channel)).read({ channel, messageId, thread }, signal);
  return message?.content ?? null;
}
