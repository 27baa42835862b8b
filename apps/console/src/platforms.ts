import { platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform, PlatformDeps } from '@watchpost/shared/chat/platform';
import { mergeEnv, type ConfigOf } from '@watchpost/shared/config/parse-env';
import { slack } from '@watchpost/slack/slack';
import { telegram } from '@watchpost/telegram/telegram';

/** Every chat platform that the console shows pictures of. */
const platforms = [slack, telegram];

export const platformEnv = mergeEnv(platforms);
type PlatformConfig = ConfigOf<typeof platformEnv>;

/** The faults of each platform's variables together. Without any platform the console works, but for whole snapshots. */
export const platformFaults = (config: PlatformConfig): string[] => platforms.flatMap(({ faults }) => faults(config));

/** Connects every platform that is configured; the answer finds that of a channel, or null. */
export function connectPlatforms(config: PlatformConfig, deps: PlatformDeps): (channel: ChannelKey) => ConnectedPlatform | null {
  const connected = new Map(platforms.map(({ prefix, connect }) => [prefix, connect(config, deps)]));
  return (channel) => connected.get(platformOf(channel)) ?? null;
}

/** The tokens of the platforms in use. */
export const platformTokens = (config: PlatformConfig): string[] => platforms.flatMap(({ tokenOf }) => tokenOf(config) ?? []);
