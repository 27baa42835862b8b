import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { Asker } from './deps.ts';
import { sentences } from './press/sentences.ts';

/** What somebody reads who may not do this; null: it is allowed. Rejects with transient errors only. */
export async function mayNot(
  { platform: { members }, member }: Pick<Asker, 'platform' | 'member'>,
  what: 'ask' | 'name',
  signal: AbortSignal,
): Promise<RichText | null> {
  const permission = await (what === 'name' ? members.mayName(member, signal) : members.mayRead(member, signal));
  if (permission === 'yes') return null;
  if (permission === 'unknown') return sentences.notKnownWho();
  return what === 'name' ? sentences.mayNot() : sentences.mayNotAsk();
}
