import type { Permission } from '@watchpost/shared/chat/members';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SlackCall } from './calls.ts';
import { createGroupMembers } from './groups.ts';

/** Who may do something: everyone in a channel, or these members and the members of these user groups. */
export type Entitled = 'everyone' | readonly string[];

export interface EntitledOptions {
  call: SlackCall;
  entitled: Entitled;
  /** The variable that lists them: `NAMERS`. */
  variable: string;
  /** What they may do: `name people`. */
  deed: string;
  /** Whether somebody is in the channel that `everyone` means. */
  isInChannel: (member: string, signal: AbortSignal) => Promise<Permission>;
  log: Logger;
  nowMs?: () => number;
}

/**
 * Whether a member may do something. While Slack does not say who is in a group, those count who were in it when it last did. Where Slack
 * will not say at all, only those count who are listed themselves; the log says so once for each group.
 */
export function createIsEntitled({
  call,
  entitled,
  variable,
  deed,
  isInChannel,
  log,
  nowMs,
}: EntitledOptions): (member: string, signal: AbortSignal) => Promise<Permission> {
  const groupMembers = createGroupMembers(call, nowMs);
  const complained = new Set<string>();

  const membersOf = async (group: string, signal: AbortSignal): Promise<readonly string[]> => {
    try {
      return await groupMembers(group, signal);
    } catch (error) {
      if (!(error instanceof AppError) || error.retry === 'transient') throw error;
      if (!complained.has(group))
        log.warn(
          { err: error, group },
          `Slack does not say who is in a user group of ${variable}: only members listed by their own id may ${deed}`,
        );
      complained.add(group);
      return [];
    }
  };

  return async (member, signal) => {
    if (entitled === 'everyone') return isInChannel(member, signal);
    if (entitled.includes(member)) return 'yes';
    for (const group of entitled.filter((id) => id.startsWith('S'))) if ((await membersOf(group, signal)).includes(member)) return 'yes';
    return 'no';
  };
}
