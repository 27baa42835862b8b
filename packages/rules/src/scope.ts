import { platformOf } from '@watchpost/shared/chat/chat';
import type { MessageRef } from '@watchpost/shared/chat/message';
import type { Rule } from './rule.ts';

/** Whether a rule applies to a message: it is enabled, the channel is in its scope, and the author is not exempt. Pure. */
export function appliesTo({ enabled, scope, exempt }: Rule, { channel, isDirect, author }: MessageRef): boolean {
  if (!enabled) return false;
  const ids = [author.member, author.bot, author.app].filter((id) => id !== null);
  if (ids.some((id) => exempt.includes(`${platformOf(channel)}:${id}`))) return false;
  if (scope.in === 'some') return scope.channels.includes(channel);
  if (isDirect) return false;
  return scope.in === 'all' || !scope.channels.includes(channel);
}
