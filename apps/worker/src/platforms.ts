import { platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform, PlatformDeps } from '@watchpost/shared/chat/platform';
import { platformsMissing, tokensOf } from '@watchpost/shared/chat/platforms-missing';
import { mergeEnv, type ConfigOf } from '@watchpost/shared/config/parse-env';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import type { JobKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobNeed } from '@watchpost/shared/jobs/job-need';
import { slack } from '@watchpost/slack/slack';
import { telegram } from '@watchpost/telegram/telegram';

/** Every chat platform that the worker downloads from and posts to. The configuration and the pipelines' platforms follow from this table. */
const platforms = [slack, telegram];

export const platformEnv = mergeEnv(platforms);
type PlatformConfig = ConfigOf<typeof platformEnv>;

/** The faults of each platform's variables together. */
export function platformFaults(config: PlatformConfig): string[] {
  return [...platforms.flatMap(({ faults }) => faults(config)), ...platformsMissing(platforms, config)];
}

/** Of those that are configured, in the table's order. */
export const platformTokens = (config: PlatformConfig): string[] => tokensOf(platforms, config);

/** Those that are configured, as they name what jobs need of them. */
export const platformNames = (config: PlatformConfig): string[] =>
  platforms.filter(({ tokenOf }) => tokenOf(config) !== null).map(({ prefix }) => prefix);

export interface Platforms {
  /** The platform of a channel; throws `job-invalid` for a platform that is not in the table or not configured. */
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  /** All that are configured. */
  connected: ConnectedPlatform[];
  /** What all jobs need: the platform, where there is only one. Of several, each holds up nobody but its own jobs; see createPlatformGates. */
  needs: JobNeed[];
}

/** Connects every platform that is configured. `watched`: what watches each of them. */
export function connectPlatforms(
  config: PlatformConfig,
  deps: PlatformDeps,
  watched: (platform: ConnectedPlatform) => ConnectedPlatform = (platform) => platform,
): Platforms {
  const connect = (platform: (typeof platforms)[number]): ConnectedPlatform | null => {
    const made = platform.connect(config, deps);
    return made && watched(made);
  };
  const connected = new Map(platforms.map((platform) => [platform.prefix, connect(platform)]));
  const used = [...connected.values()].filter((platform) => platform !== null);
  return {
    platformFor: (channel) => {
      const prefix = platformOf(channel);
      const platform = connected.get(prefix);
      if (platform) return platform;
      throw new AppError('job-invalid', platform === null ? `${prefix} is not configured` : `this version has no platform ${prefix}`);
    },
    connected: used,
    needs: used.length === 1 ? used.map((platform) => platformNeed(platform.prefix, platform)) : [],
  };
}

/** What a person can do where the platform's check found nothing. */
const repairs: Partial<Record<ErrorCode, string>> = {
  'channel-not-available': 'invite the bot to the results channel',
  'chat-not-authorised': 'check the token, the scopes of the app (reinstall it after a change), and what the workspace allows',
};

/** What is missing, and what a person can do about it, in one sentence. */
export const adviseOf = ({ code, message }: Pick<AppError, 'code' | 'message'>): string =>
  `${message}: ${repairs[code] ?? 'see docs/errors.md'}`;

/** The jobs that post. */
const posting: ReadonlySet<JobKind> = new Set<JobKind>(['visit', 'notice']);

/** These ask the platform for little or nothing, and say themselves what is missing: a token for removing, the admin channel. */
const independent: ReadonlySet<JobKind> = new Set<JobKind>([
  ...(['message', 'violation', 'telling', 'entry', 'profile'] as const),
  ...(['talk', 'conversion', 'scheduled', 'mail'] as const),
]);

/** A platform's permission to read the snapshots and, for what is posted, to post. */
export function platformNeed(name: string, { chat, writeChannel }: ConnectedPlatform): JobNeed {
  return {
    name,
    explains: ({ retry }) => retry === 'repairable',
    check: async (kind, signal) => {
      if (independent.has(kind)) return;
      const uses =
        posting.has(kind) && writeChannel !== null ? ([{ read: true }, { channel: writeChannel }] as const) : ([{ read: true }] as const);
      for (const use of uses) await chat.check(use, signal);
    },
    advise: adviseOf,
    backoff: { firstMs: 5_000, maxMs: 20_000 },
  };
}
