import type { ChatDirectory, ChatReactions } from '@watchpost/shared/chat/directory';
import type { Logger } from '@watchpost/shared/observability/logger';
import { slackErrorOf } from './errors.ts';

/** Where Slack says that a scope is missing, `instead`; the log says once which one, and what it costs. Everything else as `work`. */
type Optional = <T>(scope: string, without: string, instead: T, work: Promise<T>) => Promise<T>;

function createOptional(log: Logger): Optional {
  const complained = new Set<string>();
  return async (scope, without, instead, work) => {
    try {
      return await work;
    } catch (error) {
      if (slackErrorOf(error) !== 'missing_scope') throw error;
      if (!complained.has(scope)) log.warn({ scope }, `the Slack app lacks the scope ${scope}: ${without}. Add it and reinstall the app`);
      complained.add(scope);
      return instead;
    }
  };
}

/** What feeds read, and the reactions that they set, without those whose scopes the app lacks: nothing waits for them. */
export function withoutMissingScopes(
  directory: ChatDirectory,
  reactions: ChatReactions,
  log: Logger,
): { directory: ChatDirectory; reactions: ChatReactions } {
  const optional = createOptional(log);
  const untold = 'authors are not told how far their pictures are';
  return {
    directory: {
      ...directory,
      member: (...args) => optional('users:read', 'feeds show no names and pictures of members', null, directory.member(...args)),
      channel: (...args) => optional('channels:read', 'feeds show no names of channels', null, directory.channel(...args)),
      group: (...args) => optional('usergroups:read', 'feeds know no user groups', null, directory.group(...args)),
      groupMembers: (...args) => optional('usergroups:read', 'feeds know no user groups', [], directory.groupMembers(...args)),
      emoji: (...args) => optional('emoji:read', 'feeds show the names of the workspace’s own emoji', new Map(), directory.emoji(...args)),
    },
    reactions: {
      add: (...args) => optional('reactions:write', untold, undefined, reactions.add(...args)),
      remove: (...args) => optional('reactions:write', untold, undefined, reactions.remove(...args)),
    },
  };
}
