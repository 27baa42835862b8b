import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import type { Asker } from '../deps.ts';

/** What somebody reads who is no admin; null: it is one. Says nothing about rules. Rejects with transient errors only. */
export async function mayNotAdminister(
  { platform: { members }, member }: Pick<Asker, 'platform' | 'member'>,
  signal: AbortSignal,
): Promise<RichText | null> {
  const permission = await members.mayAdminister(member, signal);
  if (permission === 'yes') return null;
  if (permission === 'no') return say`Only admins of watchpost can do this. Ask whoever runs it to add you.`;
  return say`It cannot be found out now who the admins are. Whoever runs watchpost finds the reason in its log.`;
}
