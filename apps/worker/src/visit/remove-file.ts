import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';

export interface RemoveDeps {
  platform: ConnectedPlatform;
  log: Logger;
}

/** Deletes a picture of ours that is not to be shown any more. Where the platform refuses, at least no post shows it. */
export async function removeFile(fileId: string, { platform, log }: RemoveDeps, signal: AbortSignal): Promise<void> {
  try {
    await platform.posts.remove(fileId, signal);
  } catch (error) {
    if (toAppError(error).retry === 'transient') throw error;
    log.warn({ err: error }, 'a picture that no post shows any more could not be deleted');
  }
}
