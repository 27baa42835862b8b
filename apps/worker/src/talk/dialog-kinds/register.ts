import type { TalkMessage } from '@watchpost/shared/chat/talk';
import type { Dialog } from '@watchpost/talk/dialogs';
import { wordsOf, type WordsDeps } from '../commands/words-deps.ts';
import type { DialogKind } from '../dialog-kind.ts';
import { messageOf } from '../answering.ts';
import { linesOf } from '../lines.ts';
import type { Talker } from '../talker.ts';
import { atCard, beginDialog, waitsUntilMs } from './begin-dialog.ts';
import {
  stepMessage,
  moveOfAction,
  moveOfText,
  nextStep,
  registerDataSchema,
  stepSchema,
  summaryOf,
  wholeOf,
  type Move,
  type RegisterData,
  type RegisterStep,
} from './register-steps.ts';

const kind = 'register';

/** Begins to ask, or shows what is stored with what can be corrected. An earlier one that is still open ends. */
export async function beginRegistration(talker: Talker, deps: WordsDeps, signal: AbortSignal): Promise<null> {
  const stored = await deps.registrations.get(talker.who, signal);
  const { surname = null, age = null, gender = null, atMs: savedAtMs = null } = stored ?? {};
  const data: RegisterData = { surname, age, gender, savedAtMs, isBad: false, job: talker.jobId, isSaid: false };
  const dialog = await beginDialog({ kind, step: nextStep(data), data }, talker, deps, signal);
  const { registration } = wordsOf(talker, deps);
  for (const open of await deps.dialogs.openOf(talker.chat, talker.member, signal)) {
    if (open.kind !== kind || open.id === dialog.id) continue;
    if (open.cardId !== null) await atCard(open, messageOf(registration.begunAgain), talker, signal);
    await deps.dialogs.close(open, signal);
  }
  const said = registerDataSchema.parse(dialog.data);
  if (said.job === talker.jobId && !said.isSaid) await sayStep(dialog, null, talker, deps, signal);
  return null;
}

/** Asks for a surname, an age and a gender, each until it can be read; shows all, and lets each be corrected before it is saved. */
export const registerDialog: DialogKind<WordsDeps> = {
  kind,
  topic: (_dialog, { registration }) => registration.topic,
  answered: async (dialog, text, talker, deps, signal) => {
    const words = wordsOf(talker, deps);
    const move = moveOfText(stepSchema.parse(dialog.step), text, registerDataSchema.parse(dialog.data), words);
    const isAgain = registerDataSchema.parse(dialog.data).job === talker.jobId;
    if (move === null && !isAgain) return messageOf(words.registration.pressAButton);
    return goOn(dialog, { move, by: 'text' }, talker, deps, signal);
  },
  pressed: async (dialog, action, talker, deps, signal) => {
    const words = wordsOf(talker, deps);
    const move = moveOfAction(stepSchema.parse(dialog.step), action, registerDataSchema.parse(dialog.data), words);
    return goOn(dialog, { move, by: 'button' }, talker, deps, signal);
  },
  ended: async (dialog, how, talker, deps, signal) => {
    const { registration } = wordsOf(dialog, deps);
    const message = messageOf(how === 'expired' ? registration.timedOut : registration.cancelled);
    // A question that is answered in writing cannot be edited: it is said below it.
    if (dialog.cardId !== null) await atCard(dialog, message, talker, signal);
    else await talker.talk.send({ chat: talker.chat, replyTo: dialog.promptId }, message, signal);
  },
};

interface Given {
  move: Move;
  by: 'text' | 'button';
}

/** Takes the step that an answer leads to. What an earlier attempt of this job did is not done again. */
async function goOn(
  dialog: Dialog,
  { move, by }: Given,
  talker: Talker,
  deps: WordsDeps,
  signal: AbortSignal,
): Promise<TalkMessage | null> {
  const data = registerDataSchema.parse(dialog.data);
  if (data.job === talker.jobId) {
    if (!data.isSaid) await sayStep(dialog, null, talker, deps, signal);
    return null;
  }
  if (move === null) return null;
  if ('end' in move) return end(dialog, move.end, talker, deps, signal);
  const before = stepMessage(dialog, stepSchema.parse(dialog.step), data, wordsOf(talker, deps));
  const next: RegisterData = { ...data, ...move.data, job: talker.jobId, isSaid: false };
  const saved = await deps.dialogs.save({ ...dialog, step: move.to, data: next, expiresAtMs: waitsUntilMs(deps) }, signal);
  await sayStep(saved, { message: before, by }, talker, deps, signal);
  return null;
}

/** Says what the dialog's step says: in the place of a card whose button was pressed, else below. `before`: what it said before; null: nobody knows. */
async function sayStep(
  dialog: Dialog,
  before: { message: TalkMessage; by: Given['by'] } | null,
  talker: Talker,
  deps: WordsDeps,
  signal: AbortSignal,
): Promise<void> {
  const step: RegisterStep = stepSchema.parse(dialog.step);
  const data = registerDataSchema.parse(dialog.data);
  const message = stepMessage(dialog, step, data, wordsOf(talker, deps));
  const { chat, cardId } = dialog;
  const said: RegisterData = { ...data, isSaid: true };
  const isInPlace = cardId !== null && message.ask === null && before?.by !== 'text';
  if (isInPlace && (await talker.talk.edit({ chat, messageId: cardId }, message, signal)) === 'edited') {
    await deps.dialogs.save({ ...dialog, data: said, promptId: cardId }, signal);
    return;
  }
  const messageId = await talker.talk.send({ chat, replyTo: null }, message, signal);
  // What has buttons can be answered in writing too.
  const ids = message.ask ? { promptId: messageId, cardId: null } : { promptId: messageId, cardId: messageId };
  await deps.dialogs.save({ ...dialog, data: said, ...ids }, signal);
  // Its buttons are of a step that is over.
  if (cardId !== null && before?.message.ask === null)
    await talker.talk.edit({ chat, messageId: cardId }, { ...before.message, buttons: [] }, signal);
}

async function end(
  dialog: Dialog,
  how: 'save' | 'cancel',
  talker: Talker,
  deps: WordsDeps,
  signal: AbortSignal,
): Promise<TalkMessage | null> {
  const words = wordsOf(talker, deps);
  const { registration } = words;
  const data = registerDataSchema.parse(dialog.data);
  const whole = wholeOf(data);
  let message = messageOf(data.savedAtMs === null ? registration.notSaved : registration.asBefore);
  if (how === 'save' && whole) {
    await deps.registrations.save(talker.who, whole, signal);
    await deps.personalAudit.record({ who: talker.who, did: 'registered' }, signal);
    message = messageOf(linesOf([summaryOf(data, words), registration.saved]));
  }
  const unsaid = await atCard(dialog, message, talker, signal);
  await deps.dialogs.close(dialog, signal);
  return unsaid;
}
