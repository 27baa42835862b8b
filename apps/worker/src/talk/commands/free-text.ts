import { z } from 'zod';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { cleanText, isVisible } from '@watchpost/shared/text';
import { shortHash } from '@watchpost/talk/person-hash';
import { linesOf, textMessage } from '../messages.ts';
import type { Talker } from '../talker.ts';
import { commandsFor, nearestCommand } from './listed.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

const kind = 'talk-hinted';
/** Whoever has seen the hint does not see it again for so long, milliseconds. */
const hintMs = 30 * 86_400_000;
const hintedSchema = z.object({ job: z.string() });

/** The answer to what is neither a command nor an answer: that we have read it, and now and then what we are better at. */
export async function freeText(text: string, talker: Talker, deps: WordsDeps, signal: AbortSignal): Promise<TalkMessage> {
  const { chat } = wordsOf(talker, deps);
  if (!isVisible(text)) return textMessage(chat.noText);
  const isNew = await hintsNow(talker, deps, signal);
  return textMessage(isNew ? linesOf([chat.echo, chat.echoHint]) : chat.echo);
}

/** Whether this job shows the hint: each attempt of it does. */
async function hintsNow({ who, jobId }: Talker, { documents }: WordsDeps, signal: AbortSignal): Promise<boolean> {
  const id = shortHash(who);
  const { document, nowMs } = await documents.get(kind, id, signal);
  const isKnown = document !== null && (document.expiresAtMs ?? 0) > nowMs;
  if (isKnown) return hintedSchema.safeParse(document.body).data?.job === jobId;
  const put = { kind, id, revision: document?.revision ?? 0, atMs: nowMs, keys: [], expiresAtMs: nowMs + hintMs, body: { job: jobId } };
  try {
    await documents.put(put, signal);
    return true;
  } catch (error) {
    // They have seen it meanwhile, in another chat.
    if (isConflict(error)) return false;
    throw error;
  }
}

/** Nobody remembers any more who has seen the hint. */
export const forgetHint = async (
  { who }: Pick<Talker, 'who'>,
  { documents }: Pick<WordsDeps, 'documents'>,
  signal: AbortSignal,
): Promise<void> => removeDocument(documents, kind, shortHash(who), signal);

/** The answer to a command that there is not, with the nearest one that this person may use. `typed`: without the slash. */
export function unknownCommand(typed: string, talker: Talker, deps: WordsDeps): TalkMessage {
  const name = cleanText(typed, { characters: 32, units: 64 });
  const names = commandsFor(talker.role, deps.listed).map((command) => command.name);
  return textMessage(wordsOf(talker, deps).chat.unknown(name, nearestCommand(name, names)));
}
