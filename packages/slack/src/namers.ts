import { z } from 'zod';
import type { Permission } from '@watchpost/shared/chat/members';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SlackCall } from './calls.ts';

/** Who may name people: everyone in the results channel, or these members and the members of these user groups. */
export type Namers = 'everyone' | readonly string[];

const usersSchema = z.looseObject({ users: z.array(z.string()) });

/** For how long the members of a group are not asked for again, milliseconds. */
const freshMs = 300_000;

export interface NamersOptions {
  call: SlackCall;
  namers: Namers;
  /** Whether somebody is in the results channel. */
  isInChannel: (member: string, signal: AbortSignal) => Promise<Permission>;
  log: Logger;
  nowMs?: () => number;
}

/**
 * Whether a member may name people. While Slack does not say who is in a group, those count who were in it when it last did. Where Slack
 * will not say at all, only those count who are listed themselves; the log says so once for each group.
 */
export function createMayName({
  call,
  namers,
  isInChannel,
  log,
  nowMs = Date.now,
}: NamersOptions): (member: string, signal: AbortSignal) => Promise<Permission> {
  const known = new Map<string, { users: readonly string[]; atMs: number }>();
  const complained = new Set<string>();

  const membersOf = async (group: string, signal: AbortSignal): Promise<readonly string[]> => {
    const last = known.get(group);
    if (last && nowMs() - last.atMs < freshMs) return last.users;
    try {
      const { users } = await call('usergroups.users.list', { usergroup: group }, usersSchema, signal);
      known.set(group, { users, atMs: nowMs() });
      return users;
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'aborted') throw error;
      if (error.retry === 'transient') {
        if (last) return last.users;
        throw error;
      }
      if (!complained.has(group))
        log.warn(
          { err: error, group },
          'Slack does not say who is in a user group of NAMERS: only members listed by their own id may name people',
        );
      complained.add(group);
      known.set(group, { users: [], atMs: nowMs() });
      return [];
    }
  };

  return async (member, signal) => {
    if (namers === 'everyone') return isInChannel(member, signal);
    if (namers.includes(member)) return 'yes';
    for (const group of namers.filter((id) => id.startsWith('S'))) if ((await membersOf(group, signal)).includes(member)) return 'yes';
    return 'no';
  };
}
