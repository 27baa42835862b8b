import type { Rule } from '@watchpost/rules/rule';
import { appliesTo } from '@watchpost/rules/scope';
import { channelId } from '@watchpost/shared/chat/chat';
import type { Message } from '@watchpost/shared/chat/message';
import { isOurs, type SlackIdentity } from '../3-to-jobs.ts';

/** Channels that are treated in a way of their own, by Slack's ids. */
export interface Places {
  /** Those that cameras post to. */
  readChannels: ReadonlySet<string>;
  writeChannel: string;
  /** Null: none is configured. */
  adminChannel: string | null;
}

/** What is known when a message comes. */
export interface WhatIsKnown {
  /** Null: the rules have not been read yet. */
  rules: readonly Rule[] | null;
  /** Who we are; null: Slack has not said yet. */
  identity: SlackIdentity | null;
  /** Our app, as the delivery's envelope says; null: it did not. */
  ourAppId: string | null;
}

/**
 * `judge`: rules are to look at it. `own`: we posted it. `admin-channel`: samples are pasted there, and our reports stand there. `direct`: a
 * direct message that no rule lists. `no-rule`: no rule applies to it. `unsure`: it may be our own, and we do not know yet who we are.
 */
export type Decision = 'judge' | 'own' | 'admin-channel' | 'direct' | 'no-rule' | 'unsure';

/** Whether rules are to look at a message. While they are not known, all messages of channels are taken: the worker drops those of no rule. Pure. */
export function decide(message: Message, known: WhatIsKnown, places: Places): Decision {
  const { isDirect } = message;
  const channel = channelId(message.channel);
  if (channel === places.adminChannel) return 'admin-channel';
  if (!isAsked(message, known.rules)) return isDirect ? 'direct' : 'no-rule';
  // A camera may post through our own app. Whatever else is ours says nothing new, and judging it could start a loop.
  const mayBeCamera = places.readChannels.has(channel) && channel !== places.writeChannel && message.content.files.length > 0;
  if (mayBeCamera && !isDirect) return 'judge';
  const ours = whetherOurs(message, known, channel === places.writeChannel);
  return ours === 'unsure' ? 'unsure' : ours ? 'own' : 'judge';
}

function isAsked(message: Message, rules: readonly Rule[] | null): boolean {
  if (rules === null) return !message.isDirect;
  const hasFiles = message.content.files.length > 0;
  return rules.some((rule) => (hasFiles || rule.scan !== 'files') && appliesTo(rule, message));
}

function whetherOurs({ author, isDirect }: Message, { identity, ourAppId }: WhatIsKnown, isWriteChannel: boolean): boolean | 'unsure' {
  const ids = { userId: author.member, botId: author.bot, appId: author.app };
  if (isOurs(ids, identity, ourAppId)) return true;
  const isOtherApp = ids.appId !== null && ourAppId !== null;
  if (identity !== null || isOtherApp) return false;
  // People have no bot's id. Where we post usually, it might be missing.
  return ids.botId !== null || isWriteChannel || isDirect ? 'unsure' : false;
}
