import type { RichText } from '@watchpost/shared/chat/rich-text';
import { toAppError } from '@watchpost/shared/errors';
import { validName } from '@watchpost/gallery/names';
import type { Asker, DeedDeps } from '../deps.ts';
import { calledExactly } from './carry-out.ts';
import type { Press } from './press.ts';
import { sentences } from './sentences.ts';
import type { Somebody } from './situation.ts';

/** Whom somebody chose or typed. A name that one person has means that person. */
export async function chosen(
  who: NonNullable<Press['who']>,
  { platform: { members } }: Asker,
  deps: Pick<DeedDeps, 'gallery' | 'questions'>,
  signal: AbortSignal,
): Promise<Somebody | { refused: RichText }> {
  if ('person' in who) {
    const person = await deps.gallery.person(who.person, signal);
    return person ? { person } : { refused: sentences.personGone() };
  }
  const typed = 'member' in who ? await members.memberName(who.member, signal) : who.name;
  if (typed === null) return { refused: sentences.memberUnknown() };
  try {
    const name = validName(typed);
    const [person, ...others] = calledExactly(deps.questions, name);
    if (person && others.length > 0) return { refused: sentences.severalCalled(name, others.length + 1) };
    return person ? { person } : { name };
  } catch (error) {
    const { code, message } = toAppError(error);
    if (code !== 'name-invalid') throw error;
    return { refused: sentences.nameInvalid(message) };
  }
}
