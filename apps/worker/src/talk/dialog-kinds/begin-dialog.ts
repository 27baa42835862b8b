import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { dialogIdOf, type Dialog, type Dialogs } from '@watchpost/talk/dialogs';
import type { Talker } from '../talker.ts';

export interface BeginDeps {
  dialogs: Pick<Dialogs, 'get' | 'save'>;
  /** How long it waits for an answer, milliseconds. */
  waitMs: number;
}

/** When a dialog that somebody goes on with now ends, milliseconds since 1970. */
export const waitsUntilMs = ({ waitMs }: Pick<BeginDeps, 'waitMs'>): number => Date.now() + waitMs;

/** Begins a dialog, or finds what an earlier attempt of this job has begun. */
export async function beginDialog(
  { kind, step, data }: Pick<Dialog, 'kind' | 'step' | 'data'>,
  { chat, member, language, jobId }: Talker,
  deps: BeginDeps,
  signal: AbortSignal,
): Promise<Dialog> {
  const id = dialogIdOf(chat, `${kind} ${jobId}`);
  const known = await deps.dialogs.get(id, signal);
  if (known) return known;
  const nothing = { promptId: null, cardId: null, about: null, language };
  return deps.dialogs.save({ id, chat, member, kind, step, data, ...nothing, expiresAtMs: waitsUntilMs(deps), revision: 0 }, signal);
}

/** Says a dialog's first message, unless an earlier attempt has. What has buttons is its card, what asks for an answer its prompt. */
export async function sayFirst(dialog: Dialog, message: TalkMessage, talker: Talker, deps: BeginDeps, signal: AbortSignal): Promise<void> {
  if (dialog.cardId !== null || dialog.promptId !== null) return;
  const messageId = await talker.talk.send({ chat: talker.chat, replyTo: null }, message, signal);
  await deps.dialogs.save({ ...dialog, ...(message.ask ? { promptId: messageId } : { cardId: messageId }) }, signal);
}

/** Puts a message in the place of a dialog's card. Resolves to what must be said instead where that is gone; null: nothing. */
export async function atCard(
  { cardId, chat }: Pick<Dialog, 'cardId' | 'chat'>,
  message: TalkMessage,
  { talk }: Pick<Talker, 'talk'>,
  signal: AbortSignal,
): Promise<TalkMessage | null> {
  if (cardId === null) return message;
  return (await talk.edit({ chat, messageId: cardId }, message, signal)) === 'edited' ? null : message;
}
