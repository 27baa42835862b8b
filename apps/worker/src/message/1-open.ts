import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { messageContentSchema, type MessageContent } from '@watchpost/shared/chat/message';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Envelope } from '@watchpost/shared/envelope';
import { toAppError } from '@watchpost/shared/errors';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import { openJson } from '@watchpost/shared/jobs/sealed';

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
  const sealed = job.sealed === null ? null : unsealed(job, job.sealed, envelope);
  if (sealed) return sealed;
  if (job.sealed !== null) onUnreadable?.();
  const { channel, messageId, thread } = job;
  const message = await platformFor(channel).moderation.read({ channel, messageId, thread }, signal);
  return message?.content ?? null;
}

/** Null: it was sealed with another key, or by another version. */
function unsealed({ id }: MessageJob, sealed: string, envelope: Envelope): MessageContent | null {
  try {
    return openJson(envelope, sealed, id, messageContentSchema);
  } catch (error) {
    if (toAppError(error).code !== 'envelope-unreadable') throw error;
    return null;
  }
}
