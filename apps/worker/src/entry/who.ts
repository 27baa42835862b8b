import { platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { Author } from '@watchpost/shared/chat/message';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Listed } from '@watchpost/feeds/feed';
import type { Profiles } from '@watchpost/feeds/feed-store';
import { directoryOf } from '../offered.ts';

export interface WhoDeps {
  platformFor: (channel: ChannelKey) => Pick<ConnectedPlatform, 'directory'>;
  profiles: Pick<Profiles, 'members'>;
  log: Logger;
}

/** Says who somebody is, as far as feeds want to know. */
export interface Who {
  /** Whether an author is one of these. `everyone`: any person. */
  isAuthorOf(listed: Listed, author: Author, channel: ChannelKey, signal: AbortSignal): Promise<boolean>;
  /** Whether a member is one of these. `everyone`: any person, so never a bot of our own either. */
  isMemberOf(listed: Listed, member: string, channel: ChannelKey, signal: AbortSignal): Promise<boolean>;
}

/** So many members are remembered as a person or a bot. */
const mostRemembered = 20_000;

/**
 * Whoever the platform does not tell us about counts as nobody: what waits for approval goes on waiting, and what only some may post is not
 * published. The log says so once for each group, and once for members. Failures that pass reject.
 */
export function createWho({ platformFor, profiles, log }: WhoDeps): Who {
  const people = new Map<string, boolean>();
  const complained = new Set<string>();

  /** The platform's answer; `otherwise` where it refuses to give one. */
  async function asked<T>(what: string, advice: string, ask: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await ask();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.retry === 'transient') throw error;
      if (!complained.has(what)) log.warn({ err: error }, `${what}: ${advice}`);
      complained.add(what);
      return otherwise;
    }
  }

  const isInGroup = async (listed: readonly string[], member: string, channel: ChannelKey, signal: AbortSignal): Promise<boolean> => {
    for (const group of listed.filter((id) => id.startsWith('S'))) {
      const members = await asked(
        `the platform does not say who is in the user group ${group}`,
        'only members listed by their own id count for the feeds that name it',
        () => directoryOf(platformFor(channel)).groupMembers(group, signal),
        [],
      );
      if (members.includes(member)) return true;
    }
    return false;
  };

  async function isPerson(member: string, channel: ChannelKey, signal: AbortSignal): Promise<boolean> {
    const key = `${platformOf(channel)}:${member}`;
    const known = people.get(key);
    if (known !== undefined) return known;
    const [kept] = await profiles.members(platformOf(channel), [member], signal);
    const profile =
      kept ??
      (await asked(
        'the platform does not say whether a member is a person',
        'approvals by everyone do not count; list those who may approve by their ids',
        () => directoryOf(platformFor(channel)).member(member, signal),
        null,
      ));
    if (!profile) return false;
    if (people.size >= mostRemembered) people.clear();
    people.set(key, !profile.isBot);
    return !profile.isBot;
  }

  return {
    isAuthorOf: async (listed, { member, bot, app }, channel, signal) => {
      if (listed === 'everyone') return member !== null && bot === null;
      if ([member, bot, app].some((id) => id !== null && listed.includes(id))) return true;
      return member !== null && bot === null && isInGroup(listed, member, channel, signal);
    },
    isMemberOf: async (listed, member, channel, signal) => {
      if (listed === 'everyone') return isPerson(member, channel, signal);
      return listed.includes(member) || isInGroup(listed, member, channel, signal);
    },
  };
}
