import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import type { Asker } from '../deps.ts';

/** What somebody reads who is no admin; null: it is one. Says nothing about rules. Rejects with transient errors only. */
export async function mayNotAdminister(
  { platform: { members }, member }: Pick<Asker, 'platform' | 'member'>,
  signal: AbortSignal,
): Promise<RichText | null> {
  switch (await members.mayAdminister(member, signal)) {
    case 'yes':
      return null;
    case 'no':
      return say`Only admins of watchpost can do this. Ask whoever runs it to add you.`;
    case 'unknown':
      return say`It cannot be found out now who the admins are. Whoever runs watchpost finds the reason in its log.`;
  }
}
