import type { ChatTalk } from '@watchpost/shared/chat/talk';
import type { ConversionJob } from '@watchpost/shared/jobs/conversion-job';
import { openedOrNull, openJson } from '@watchpost/shared/jobs/sealed';
import { wordsFor, type Words } from '@watchpost/talk/words/words';
import { talkOf } from '../offered.ts';
import { createCard, type Card } from './card.ts';
import { wantedSchema, type Conversion, type Wanted } from './conversions.ts';
import type { ConversionDeps } from './deps.ts';

/** A conversion that is to be done. */
export interface Opened {
  conversion: Conversion;
  /** Null: it was sealed with another key. */
  wanted: Wanted | null;
  talk: ChatTalk;
  /** In the language of whoever asked. */
  words: Words['convert'];
  card: Card;
}

/** Reads what is to be done; null: nothing is, any more. */
export async function open(
  { conversion: id, chat }: ConversionJob,
  { converting, envelope, platformFor, talkLanguage }: ConversionDeps,
  signal: AbortSignal,
): Promise<Opened | null> {
  const conversion = await converting.conversions.get(id, signal);
  if (!conversion || conversion.state === 'over') return null;
  const talk = talkOf(platformFor(chat));
  const { sealed } = conversion;
  const wanted = sealed === null ? null : openedOrNull(() => openJson(envelope, sealed, id, wantedSchema));
  const words = wordsFor(conversion.language, talkLanguage).convert;
  return { conversion, wanted, talk, words, card: createCard(conversion, { talk, words }, signal) };
}
