import { platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { mergeEnv, type ConfigOf } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { slack } from '@watchpost/slack/slack';

/** Every chat platform that the worker downloads from and posts to. The configuration and the pipelines' platforms follow from this table. */
const platforms = [slack];

export const platformEnv = mergeEnv(platforms);

/** Connects every platform. The result gives the platform of a channel; it throws `job-invalid` for a platform that is not in the table. */
export function connectPlatforms(config: ConfigOf<typeof platformEnv>): (channel: ChannelKey) => ConnectedPlatform {
  const connected = new Map(platforms.map(({ prefix, connect }) => [prefix, connect(config)]));
  return (channel) => {
    const platform = connected.get(platformOf(channel));
    if (!platform) throw new AppError('job-invalid', `this version has no platform ${platformOf(channel)}`);
    return platform;
  };
}
