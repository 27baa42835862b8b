import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { toAppError } from '@watchpost/shared/errors';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { ProfileJob } from '@watchpost/shared/jobs/profile-job';
import type { Logger } from '@watchpost/shared/observability/logger';
import { directoryOf } from '../offered.ts';
import { readChannel, type ChannelDeps } from './channel.ts';
import { readEmoji, type EmojiDeps } from './emoji.ts';
import { readMember, type MemberDeps } from './member.ts';

export interface ProfileDeps extends Omit<MemberDeps, 'profiles'>, Omit<EmojiDeps, 'profiles'>, Omit<ChannelDeps, 'profiles'> {
  profiles: MemberDeps['profiles'] & EmojiDeps['profiles'] & ChannelDeps['profiles'];
  platformFor: (channel: ChannelKey) => Pick<ConnectedPlatform, 'directory'>;
  log: Logger;
}

/** Reads anew what feeds show of a member, a channel or the workspace's emoji. What no feed shows is not asked for. */
export function createProfileHandler(deps: ProfileDeps): JobHandler<'profile'> {
  const complained = new Set<string>();
  return async (job, _context, signal) => {
    try {
      return (await read(job, deps, signal)) ? undefined : 'idle';
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.retry === 'transient') throw error;
      // Names hold nothing up: feeds go without until somebody has given the app its scope.
      if (!complained.has(job.what))
        deps.log.warn({ err: error, what: job.what }, 'the platform does not tell us the names that feeds show: they go without');
      complained.add(job.what);
      return 'idle';
    }
  };
}

function read({ platform, what, subject, isShown = false }: ProfileJob, deps: ProfileDeps, signal: AbortSignal): Promise<boolean> {
  const directory = directoryOf(deps.platformFor(`${platform}:-`));
  if (what === 'emoji') return readEmoji({ platform, wanted: isShown ? subject : null }, directory, deps, signal);
  if (subject === null) return Promise.resolve(false);
  const asked = { platform, id: subject, isShown };
  return what === 'member' ? readMember(asked, directory, deps, signal) : readChannel(asked, directory, deps, signal);
}
