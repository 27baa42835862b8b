import { platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { mergeEnv, type ConfigOf } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { slack } from '@watchpost/slack/slack';

/** Every chat platform that the worker downloads from and posts to. The configuration and the pipelines' platforms follow from this table. */
const platforms = [slack];

export const platformEnv = mergeEnv(platforms);
type PlatformConfig = ConfigOf<typeof platformEnv>;

/** The faults of each platform's variables together. */
export function platformFaults(config: PlatformConfig): string[] {
  return platforms.flatMap(({ faults }) => faults(config));
}

/**
 * Connects every platform that is configured. The result gives the platform of a channel; it throws `job-invalid` for a platform that is
 * not in the table or not configured.
 */
export function connectPlatforms(config: PlatformConfig): (channel: ChannelKey) => ConnectedPlatform {
  const connected = new Map(platforms.map(({ prefix, connect }) => [prefix, connect(config)]));
  return (channel) => {
    const prefix = platformOf(channel);
    const platform = connected.get(prefix);
    if (platform) return platform;
    throw new AppError('job-invalid', platform === null ? `${prefix} is not configured` : `this version has no platform ${prefix}`);
  };
}
