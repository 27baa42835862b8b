import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ChatDirectory } from '@watchpost/shared/chat/directory';
import type { ChatModeration } from '@watchpost/shared/chat/moderation';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { ChatTalk } from '@watchpost/shared/chat/talk';
import { AppError } from '@watchpost/shared/errors';

// Ports that not each platform has. A job that needs one of them was made by hand, or by another version: each throws `job-invalid`.

/** What the platform offers to those who keep order. */
export function moderationOf({ moderation }: Pick<ConnectedPlatform, 'moderation'>): ChatModeration {
  return moderation ?? missing('nothing to apply rules to');
}

/** What feeds read of the platform. */
export function directoryOf({ directory }: Pick<ConnectedPlatform, 'directory'>): ChatDirectory {
  return directory ?? missing('nothing to make feeds of');
}

/** Conversations on the platform. */
export function talkOf({ talk }: Pick<ConnectedPlatform, 'talk'>): ChatTalk {
  return talk ?? missing('no conversations');
}

/** Where its results are posted. */
export function writeChannelOf({ writeChannel }: Pick<ConnectedPlatform, 'writeChannel'>): ChannelKey {
  return writeChannel ?? missing('no channel for results, because none is configured');
}

/** The platforms that post results, each with its channel. */
export function posting(platforms: readonly ConnectedPlatform[]): { platform: ConnectedPlatform; writeChannel: ChannelKey }[] {
  return platforms.flatMap((platform) => (platform.writeChannel === null ? [] : [{ platform, writeChannel: platform.writeChannel }]));
}

function missing(what: string): never {
  throw new AppError('job-invalid', `this platform has ${what}`);
}
