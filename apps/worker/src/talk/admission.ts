import { wordsOf } from './commands/words-deps.ts';
import type { Role } from '@watchpost/shared/chat/access';
import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { ChatTalk } from '@watchpost/shared/chat/talk';
import { toAppError } from '@watchpost/shared/errors';
import type { TalkJob } from '@watchpost/shared/jobs/talk-job';
import type { Access } from '@watchpost/talk/access';
import type { Language } from '@watchpost/talk/words/words';
import { messageOf } from './answering.ts';
import type { Talker } from './talker.ts';

/** What one job is about, whoever it comes from. */
export interface Talked {
  job: TalkJob;
  /** The chat's id as the configuration may still have it: a group may have got another one since. */
  configuredAs: ChannelKey;
  platform: ConnectedPlatform;
  talk: ChatTalk;
  /** Of the job, from 1. */
  attempt: number;
}

/** Somebody as a key. */
export const keyOf = ({ prefix }: Pick<ConnectedPlatform, 'prefix'>, member: string): ChannelKey => `${prefix}:${member}`;

/** What somebody, or a chat, may do: the most that the configuration and admins say. */
export async function roleOf(who: ChannelKey, talk: ChatTalk, access: Access, signal: AbortSignal): Promise<Role | null> {
  const configured = talk.configured.get(who) ?? null;
  return configured === 'admin' ? configured : ((await access.roleOf(who, signal)) ?? configured);
}

/** What somebody may do in a group because they are in it: it was let in, or is where results are posted. */
async function roleHere({ job, configuredAs, platform, talk }: Talked, access: Access, signal: AbortSignal): Promise<Role | null> {
  const { chat, isPrivate, by } = job;
  if (isPrivate) return null;
  if ((await roleOf(chat, talk, access, signal)) ?? talk.configured.get(configuredAs)) return 'member';
  return configuredAs === platform.writeChannel && (await platform.members.mayRead(by.member, signal)) === 'yes' ? 'member' : null;
}

/** Whoever did something, if they were let in; null: a stranger. In a group that was let in everybody may talk, there. */
export async function talkerOf(talked: Talked, access: Access, signal: AbortSignal): Promise<Talker | null> {
  const { job, platform, talk } = talked;
  const { chat, isPrivate, by, atMs, id } = job;
  const who = keyOf(platform, by.member);
  const own = await roleOf(who, talk, access, signal);
  const role = own ?? (await roleHere(talked, access, signal));
  if (role === null) return null;
  const { member, name, language } = by;
  const messageId = 'messageId' in job.what ? job.what.messageId : '';
  const seen = own === null ? admittedHere(platform, member) : platform;
  return { platform: seen, talk, chat, isPrivate, member, who, name, role, language, atMs, messageId, jobId: id };
}

/** Who may talk because their group was let in may also ask there. */
function admittedHere(platform: ConnectedPlatform, member: string): ConnectedPlatform {
  const { members } = platform;
  return { ...platform, members: { ...members, mayRead: async (who, signal) => (who === member ? 'yes' : members.mayRead(who, signal)) } };
}

/** Says to a stranger, once a day, who they are and whom to tell it; leaves a group that nobody let us into. Nothing of theirs is kept. */
export async function refuse(
  { job, configuredAs, talk }: Talked,
  deps: { access: Access; talkLanguage: Language },
  signal: AbortSignal,
): Promise<void> {
  const { chat, isPrivate } = job;
  if (talk.homes.has(configuredAs)) return;
  const words = wordsOf(job.by, deps).talk;
  const text = isPrivate ? words.stranger(channelId(chat)) : words.foreignGroup(channelId(chat));
  if (await deps.access.mayRefuse(chat, 'stranger', signal)) await quietly(talk.send({ chat, replyTo: null }, messageOf(text), signal));
  if (!isPrivate) await talk.leave(chat, signal);
}

/** Whoever takes nothing from us need not be told. */
export async function quietly(sending: Promise<unknown>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (!isClosed(error)) throw error;
  }
}

/** Whether a chat takes nothing from us: we are blocked, or were put out. */
export const isClosed = (error: unknown): boolean => toAppError(error).code === 'chat-closed';
