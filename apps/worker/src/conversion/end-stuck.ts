import { toAppError } from '@watchpost/shared/errors';
import { wordsFor } from '@watchpost/talk/words/words';
import { talkOf } from '../offered.ts';
import { createCard } from './card.ts';
import type { ConversionDeps } from './deps.ts';

/** All attempts of a job, with what lies between them; one that waits for its turn may wait longer. Milliseconds. */
const graceMs = 900_000;
const longestWaitMs = 86_400_000;

/** Ends conversions that nobody works on any more: their jobs have failed with the workers that were killed. Says so to those who wait. */
export async function endStuck(
  { converting, dialogs, platformFor, talkLanguage, log }: ConversionDeps,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { conversions, convertLimits } = converting;
  const beforeMs = nowMs - convertLimits.timeoutMs * 2 - graceMs;
  for (const conversion of await conversions.stuckSince(beforeMs, signal)) {
    const { id, state, chat, atMs } = conversion;
    if (state === 'waiting' && atMs > nowMs - longestWaitMs) continue;
    try {
      const words = wordsFor(conversion.language, talkLanguage).convert;
      await createCard(conversion, { talk: talkOf(platformFor(chat)), words }, signal).last(words.failedHere(), signal);
    } catch (error) {
      if (toAppError(error).retry !== 'permanent') throw error;
    }
    await conversions.change(id, { state: 'over', sealed: null }, signal);
    const dialog = await dialogs.get(id, signal);
    if (dialog) await dialogs.close(dialog, signal);
    log.warn({ conversion: id }, 'a conversion that nobody worked on was ended');
  }
}
