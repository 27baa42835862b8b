import { wordsOf } from '../commands/words-deps.ts';
import { formats, type Format } from '@watchpost/convert/formats';
import type { TalkButton, TalkMessage } from '@watchpost/shared/chat/talk';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { parseUrl } from '@watchpost/shared/parse-url';
import type { Dialog } from '@watchpost/talk/dialogs';
import type { Words } from '@watchpost/talk/words/words';
import { z } from 'zod';
import { cardOf } from '../../conversion/card.ts';
import { conversionIdOf, type Wanted } from '../../conversion/conversions.ts';
import type { Talker } from '../talker.ts';
import type { ConvertDeps } from './convert-deps.ts';

/** What the dialog of a link knows: what is wanted, sealed for the dialog's id, and who wrote it where. */
export const convertDataSchema = z.object({ sealed: z.string(), replyTo: z.string() });

/** Asks what to convert a link to, where that is not known yet. Each attempt of a job comes to the same dialog; null: it has been done. */
export async function askFormat(
  wanted: Wanted,
  format: Format | null,
  talker: Talker,
  deps: ConvertDeps,
  signal: AbortSignal,
): Promise<Dialog | null> {
  const { converting, dialogs, envelope, waitMs } = deps;
  const { chat, member, messageId, talk, language } = talker;
  const words = wordsOf(talker, deps).convert;
  const id = conversionIdOf(chat, messageId);
  const known = await dialogs.get(id, signal);
  if (!known && (await converting.conversions.get(id, signal))) return null;
  const dialog =
    known ??
    (await dialogs.save(
      {
        id,
        chat,
        member,
        kind: 'convert',
        step: 'asking',
        promptId: null,
        cardId: null,
        about: messageId,
        language,
        revision: 0,
        data: { sealed: sealJson(envelope, wanted, id), replyTo: messageId },
        expiresAtMs: Date.now() + waitMs,
      },
      signal,
    ));
  if (dialog.cardId !== null) return dialog;
  const card = format === null ? question(id, wanted.link, words) : cardOf(words.waiting(format), id, words);
  const cardId = await talk.send({ chat, replyTo: messageId }, card, signal);
  return dialogs.save({ ...dialog, cardId }, signal);
}

function question(id: string, link: string, words: Words['convert']): TalkMessage {
  const button = (format: Format): TalkButton => ({ label: format, data: `${id}|${format}` });
  const rows = [formats.slice(0, 3).map(button), formats.slice(3).map(button), [{ label: words.no, data: `${id}|no` }]];
  return { text: words.ask(parseUrl(link)?.hostname ?? ''), buttons: rows, ask: null };
}

/** Begins to convert. What has been done by an earlier attempt is not done again. */
export async function start(dialog: Dialog, format: Format, talker: Talker, deps: ConvertDeps, signal: AbortSignal): Promise<void> {
  const { id, chat, member, cardId } = dialog;
  const { converting, dialogs, sender, sendTimeoutMs } = deps;
  const { conversions, convertLimits } = converting;
  const words = wordsOf(dialog, deps).convert;
  const { sealed, replyTo } = convertDataSchema.parse(dialog.data);
  const begun = await conversions.begin(
    { id, chat, member, who: talker.who, replyTo, cardId, language: dialog.language, format, sealed, state: 'waiting', isCancelled: false },
    signal,
  );
  if (begun === 'too-many') {
    await showAtCard(dialog, cardOf(words.tooMany(), null, words), talker, signal);
    await dialogs.close(dialog, signal);
    return;
  }
  // Until it is over it can be stopped; all attempts together take no longer.
  const expiresAtMs = Date.now() + deps.waitMs + convertLimits.timeoutMs * 4;
  if (dialog.step !== 'running') await dialogs.save({ ...dialog, step: 'running', expiresAtMs }, signal);
  const current = await conversions.get(id, signal);
  if (current?.state !== 'waiting') return;
  await showAtCard(dialog, cardOf(words.waiting(current.format), id, words), talker, signal);
  await sender.send({ v: 1, kind: 'conversion', conversion: id, chat }, { timeoutMs: sendTimeoutMs });
}

/** Edits the dialog's card; one that is gone is not missed. */
export async function showAtCard(
  { chat, cardId }: Dialog,
  message: TalkMessage,
  { talk }: Pick<Talker, 'talk'>,
  signal: AbortSignal,
): Promise<void> {
  if (cardId !== null) await talk.edit({ chat, messageId: cardId }, message, signal);
}
