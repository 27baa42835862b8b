import { channelId, channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { messageOf } from './answering.ts';
import { wordsOf } from './commands/words-deps.ts';
import type { TalkDeps } from './deps.ts';
import type { TalkCommand } from './talk-command.ts';
import type { Talker } from './talker.ts';

/** A number as platforms give it to people (positive) and groups (negative). */
const numberPattern = /^(-?[1-9]\d{0,15})(?:\s+(admin|member))?$/i;

/** Whom somebody typed, and as what; null: nobody, or a name, which proves nothing. */
function typedOf(typed: string, { platform }: Talker): { number: string; who: ChannelKey; role: 'admin' | 'member' | null } | null {
  const [, number, role] = numberPattern.exec(typed.trim()) ?? [];
  const who = channelKeySchema.safeParse(`${platform.prefix}:${number ?? ''}`);
  if (number === undefined || !who.success) return null;
  const given = role?.toLowerCase() === 'admin' ? 'admin' : role === undefined ? null : 'member';
  // A group is no admin.
  return { number, who: who.data, role: number.startsWith('-') ? 'member' : given };
}

/** `/allow 123`, `/allow 123 admin` */
const allow: TalkCommand<TalkDeps> = {
  name: 'allow',
  admin: true,
  run: async (typed, talker, deps, signal) => {
    const { access } = deps;
    const words = wordsOf(talker, deps).talk.access;
    const whom = typedOf(typed, talker);
    if (!whom) return messageOf(words.usage('allow'));
    const { number, who } = whom;
    if (who === talker.who) return messageOf(words.notSelf());
    const role = whom.role ?? (await access.roleOf(who, signal)) ?? 'member';
    const isNew = await access.admit(who, role, talker.who, signal);
    return messageOf(isNew ? words.allowed(number, role) : words.allowedAlready(number));
  },
};

/** `/disallow 123` */
const disallow: TalkCommand<TalkDeps> = {
  name: 'disallow',
  admin: true,
  run: async (typed, talker, deps, signal) => messageOf(await putOut(typed, talker, deps, signal)),
};

async function putOut(typed: string, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<TalkMessage['text']> {
  const { access, subscriptions } = deps;
  const words = wordsOf(talker, deps).talk.access;
  const whom = typedOf(typed, talker);
  if (!whom) return words.usage('disallow');
  if (whom.who === talker.who) return words.notSelf();
  const wasIn = await access.remove(whom.who, talker.who, signal);
  if (talker.talk.configured.has(whom.who)) return words.configured(whom.number);
  // Nobody is told of people any more who may not ask about them.
  await subscriptions.end({ platform: talker.platform.prefix, member: whom.number }, signal);
  if (wasIn && whom.number.startsWith('-') && !talker.talk.homes.has(whom.who)) await talker.talk.leave(whom.who, signal);
  return wasIn ? words.removed(whom.number) : words.notIn(whom.number);
}

/** `/invite`, `/invite admin` */
const invite: TalkCommand<TalkDeps> = {
  name: 'invite',
  admin: true,
  privately: true,
  run: async (typed, talker, deps, signal) => {
    const { platform, talk, who } = talker;
    const { access } = deps;
    const words = wordsOf(talker, deps).talk.access;
    const role = /^admin\b/i.test(typed) ? 'admin' : 'member';
    const { code } = await access.invite(platform.prefix, role, who, signal);
    return messageOf(words.invitation(await talk.invitation(code, signal)));
  },
};

const mostListed = 60;

/** `/access` */
const list: TalkCommand<TalkDeps> = {
  name: 'access',
  admin: true,
  privately: true,
  run: async (_typed, talker, deps, signal) => {
    const { platform, talk } = talker;
    const { access } = deps;
    const words = wordsOf(talker, deps).talk.access;
    const configured = [...talk.configured].map(([who, role]) => words.entry(channelId(who), role, 'configured'));
    const admitted = (await access.list(platform.prefix, signal)).filter(({ who }) => !talk.configured.has(who));
    const lines = [...configured, ...admitted.map(({ who, role, sinceMs }) => words.entry(channelId(who), role, sinceMs))];
    const shown = lines.slice(0, mostListed).flatMap((line) => [{ text: '\n' }, ...line]);
    const more = lines.length > mostListed ? [{ text: '\n' }, ...words.more(lines.length - mostListed)] : [];
    return messageOf([...words.list(), ...shown, ...more]);
  },
};

/** What admins let others in and out with. */
export const accessCommands: readonly TalkCommand<TalkDeps>[] = [allow, disallow, invite, list];
