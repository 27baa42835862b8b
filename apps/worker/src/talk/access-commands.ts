import { channelId, channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { enTalk } from '@watchpost/talk/words/en-talk';
import { messageOf } from './answering.ts';
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
  run: async (typed, talker, { access }, signal) => {
    const whom = typedOf(typed, talker);
    if (!whom) return messageOf(enTalk.access.usage('allow'));
    const { number, who } = whom;
    if (who === talker.who) return messageOf(enTalk.access.notSelf());
    const role = whom.role ?? (await access.roleOf(who, signal)) ?? 'member';
    const isNew = await access.admit(who, role, talker.who, signal);
    return messageOf(isNew ? enTalk.access.allowed(number, role) : enTalk.access.allowedAlready(number));
  },
};

/** `/disallow 123` */
const disallow: TalkCommand<TalkDeps> = {
  name: 'disallow',
  admin: true,
  run: async (typed, talker, deps, signal) => messageOf(await putOut(typed, talker, deps, signal)),
};

async function putOut(
  typed: string,
  talker: Talker,
  { access, subscriptions }: TalkDeps,
  signal: AbortSignal,
): Promise<TalkMessage['text']> {
  const whom = typedOf(typed, talker);
  if (!whom) return enTalk.access.usage('disallow');
  if (whom.who === talker.who) return enTalk.access.notSelf();
  const wasIn = await access.remove(whom.who, talker.who, signal);
  if (talker.talk.configured.has(whom.who)) return enTalk.access.configured(whom.number);
  // Nobody is told of people any more who may not ask about them.
  await subscriptions.end({ platform: talker.platform.prefix, member: whom.number }, signal);
  if (wasIn && whom.number.startsWith('-')) await talker.talk.leave(whom.who, signal);
  return wasIn ? enTalk.access.removed(whom.number) : enTalk.access.notIn(whom.number);
}

/** `/invite`, `/invite admin` */
const invite: TalkCommand<TalkDeps> = {
  name: 'invite',
  admin: true,
  privately: true,
  run: async (typed, { platform, talk, who }, { access }, signal) => {
    const role = /^admin\b/i.test(typed) ? 'admin' : 'member';
    const { code } = await access.invite(platform.prefix, role, who, signal);
    return messageOf(enTalk.access.invitation(await talk.invitation(code, signal)));
  },
};

const mostListed = 60;

/** `/access` */
const list: TalkCommand<TalkDeps> = {
  name: 'access',
  admin: true,
  privately: true,
  run: async (_typed, { platform, talk }, { access }, signal) => {
    const configured = [...talk.configured].map(([who, role]) => enTalk.access.entry(channelId(who), role, 'configured'));
    const admitted = (await access.list(platform.prefix, signal)).filter(({ who }) => !talk.configured.has(who));
    const lines = [...configured, ...admitted.map(({ who, role, sinceMs }) => enTalk.access.entry(channelId(who), role, sinceMs))];
    const shown = lines.slice(0, mostListed).flatMap((line) => [{ text: '\n' }, ...line]);
    const more = lines.length > mostListed ? [{ text: `\n… ${lines.length - mostListed} more` }] : [];
    return messageOf([...enTalk.access.list(), ...shown, ...more]);
  },
};

/** What admins let others in and out with. */
export const accessCommands: readonly TalkCommand<TalkDeps>[] = [allow, disallow, invite, list];
