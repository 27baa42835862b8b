import { toAppError } from '@watchpost/shared/errors';
import { openedOrNull, openJson } from '@watchpost/shared/jobs/sealed';
import { wordsFor } from '@watchpost/talk/words/words';
import { talkOf } from '../offered.ts';
import { saidOf } from './4-deliver.ts';
import { createCard } from './card.ts';
import { wantedSchema } from './conversions.ts';
import type { ConversionDeps } from './deps.ts';

/** All attempts of a job, with what lies between them; one that waits for its turn may wait longer. Milliseconds. */
const graceMs = 900_000;
const longestWaitMs = 86_400_000;

/** Ends conversions that nobody works on any more: their jobs have failed with the workers that were killed. Says so to those who wait. */
export async function endStuck(
  { converting, dialogs, envelope, platformFor, talkLanguage, log }: ConversionDeps,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { conversions, convertLimits } = converting;
  const beforeMs = nowMs - convertLimits.timeoutMs * 2 - graceMs;
  for (const conversion of await conversions.stuckSince(beforeMs, signal)) {
    const { id, state, chat, atMs, sealed, format } = conversion;
    if (state === 'waiting' && atMs > nowMs - longestWaitMs) continue;
    const wanted = sealed === null ? null : openedOrNull(() => openJson(envelope, sealed, id, wantedSchema));
    try {
      const talk = talkOf(platformFor(chat));
      const words = wordsFor(conversion.language, talkLanguage).convert;
      const { mostFileBytes } = talk;
      const said = wanted?.delivery ? saidOf(wanted.delivery, { format, mostFileBytes, words }) : words.failedHere();
      await createCard(conversion, { talk, words }, signal).last(said, signal);
    } catch (error) {
      const failure = toAppError(error);
      if (failure.code === 'aborted') throw failure;
      if (failure.retry !== 'permanent') {
        // Its platform is away: those of another one are ended all the same, and this one with the next look.
        log.warn({ err: failure, conversion: id }, 'a conversion that nobody works on could not be ended yet');
        continue;
      }
    }
    await conversions.change(id, { state: 'over', sealed: null }, signal);
    const dialog = await dialogs.get(id, signal);
    if (dialog) await dialogs.close(dialog, signal);
    log.warn({ conversion: id }, 'a conversion that nobody worked on was ended');
  }
}
