import { wordsOf } from '../commands/words-deps.ts';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { plain } from '@watchpost/shared/chat/say';
import type { ChatTalk } from '@watchpost/shared/chat/talk';
import { toAppError } from '@watchpost/shared/errors';
import { undoMs } from '@watchpost/gallery/gallery';
import { buttonData } from '@watchpost/talk/dialogs';
import { refusalOf } from '../../interaction/press/refusals.ts';
import { messageOf } from '../answering.ts';
import type { TalkDeps } from '../deps.ts';
import type { Talker } from '../talker.ts';
import type { PictureDialog } from './picture-data.ts';
import { place } from './receive-picture.ts';

/** Ends the dialog with this in its card; null: the card goes. */
export async function closeWith(
  dialog: PictureDialog,
  text: RichText | null,
  talk: ChatTalk,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<null> {
  const { chat, cardId, promptId } = dialog;
  if (promptId !== null) await talk.remove({ chat, messageId: promptId }, signal);
  if (text) await place(dialog, messageOf(text), talk, deps, signal);
  else if (cardId !== null) await talk.remove({ chat, messageId: cardId }, signal);
  await deps.dialogs.close(dialog, signal);
  return null;
}

/** Notes what was done, for as long as it can be undone, and says it in the card. */
export async function finish(dialog: PictureDialog, outcome: RichText, talk: ChatTalk, deps: TalkDeps, signal: AbortSignal): Promise<null> {
  const done = { ...dialog, step: 'done', expiresAtMs: Date.now() + undoMs, data: { ...dialog.data, outcome: plain(outcome) } };
  const saved = await deps.dialogs.save(done, signal);
  return showOutcome({ ...done, revision: saved.revision }, talk, deps, signal);
}

/** Says in the card what was done, with a button to take it back. */
export async function showOutcome(dialog: PictureDialog, talk: ChatTalk, deps: TalkDeps, signal: AbortSignal): Promise<null> {
  const { chat, promptId, data } = dialog;
  if (promptId !== null) await talk.remove({ chat, messageId: promptId }, signal);
  const undo = data.entries.length > 0 ? [[{ label: wordsOf(dialog, deps).talk.learn.undo(), data: buttonData(dialog, 'undo') }]] : [];
  await place(dialog, messageOf([{ text: data.outcome }], undo), talk, deps, signal);
  return null;
}

/** Takes back everything that the dialog did, newest first, and ends it. */
export async function takeBack(dialog: PictureDialog, { talk, who, chat }: Talker, deps: TalkDeps, signal: AbortSignal): Promise<null> {
  try {
    for (const entry of dialog.data.entries.toReversed()) await undoOne(entry, { id: who, where: chat }, deps, signal);
  } catch (error) {
    const refused = refusalOf(error);
    if (!refused) throw error;
    return closeWith(dialog, [{ text: `${dialog.data.outcome}\n` }, ...refused], talk, deps, signal);
  }
  return closeWith(dialog, wordsOf(dialog, deps).talk.learn.undone(dialog.data.outcome), talk, deps, signal);
}

/** An attempt that was killed afterwards, or a reader elsewhere, may have undone it. */
async function undoOne(entry: string, by: { id: string; where: string }, { operations }: TalkDeps, signal: AbortSignal): Promise<void> {
  try {
    await operations.undo(entry, by, signal);
  } catch (error) {
    const { code, message } = toAppError(error);
    if (code !== 'change-refused' || message !== 'it was undone already') throw error;
  }
}
