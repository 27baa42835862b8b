import type { CanRemove } from '@watchpost/shared/chat/moderation';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { toAppError } from '@watchpost/shared/errors';
import { moderationOf } from './offered.ts';

/** Whether anything can be removed. Where the platform does not say, it is tried. Rejects with `aborted`. */
export async function askCanRemove(platform: Pick<ConnectedPlatform, 'moderation'>, signal: AbortSignal): Promise<CanRemove> {
  try {
    return await moderationOf(platform).canRemove(signal);
  } catch (error) {
    if (toAppError(error).code === 'aborted') throw error;
    return { can: true };
  }
}
