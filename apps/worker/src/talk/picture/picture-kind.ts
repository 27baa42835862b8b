import { wordsOf } from '../commands/words-deps.ts';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import type { Dialog } from '@watchpost/talk/dialogs';
import { requireReady } from '../../gallery-ready.ts';
import { mayNot } from '../../interaction/may.ts';
import { messageOf } from '../answering.ts';
import type { TalkDeps } from '../deps.ts';
import type { DialogKind } from '../dialog-kind.ts';
import type { Talker } from '../talker.ts';
import { askName, learn } from './learn.ts';
import { asPicture, type PictureData, type PictureDialog } from './picture-data.ts';
import { albumDue } from './receive-picture.ts';
import { nameIn } from './name-in.ts';
import { closeWith, showOutcome, takeBack } from './outcome.ts';
import { decideName, teach } from './teach.ts';
import { who } from './who.ts';

/** What to do with pictures: say who is in them, or learn a face. */
export const pictureKind: DialogKind<TalkDeps> = {
  kind: 'picture',
  topic: (dialog, { talk }) => talk.picture.topic(asPicture(dialog)?.data.atMs ?? 0),
  isOver: ({ step }) => step === 'done',
  answered: async (dialog, text, talker, deps, signal) => {
    const known = asPicture(dialog);
    if (!known) return messageOf(wordsOf(dialog, deps).talk.over());
    return answered(known, text, talker, deps, signal);
  },
  pressed: async (dialog, action, talker, deps, signal) => {
    const known = asPicture(dialog);
    if (!known) return messageOf(wordsOf(dialog, deps).talk.over());
    return pressed(known, action, talker, deps, signal);
  },
  due: async (dialog, { talk, plannedMs }, deps, signal) => {
    const known = asPicture(dialog);
    if (known) await albumDue(known, { talk, plannedMs }, deps, signal);
  },
  ended: async (dialog, how, { talk }, deps, signal) => ended(dialog, how, talk, deps, signal),
};

async function answered(
  dialog: PictureDialog,
  text: string,
  talker: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<TalkMessage | null> {
  // An earlier attempt has got this far with the same answer.
  if (dialog.data.job === talker.jobId) return goOn(dialog, talker, deps, signal);
  // They may have been put out since they were asked.
  const mayNotName = await mayNot(talker, 'name', signal);
  if (mayNotName) return messageOf(mayNotName);
  if (dialog.step !== 'name') return messageOf(wordsOf(dialog, deps).talk.over());
  const name = nameIn(text);
  if ('refused' in name) {
    await talker.talk.send(
      { chat: talker.chat, replyTo: talker.messageId },
      messageOf(wordsOf(dialog, deps).talk.learn.nameInvalid(name.refused)),
      signal,
    );
    await askName({ ...dialog, promptId: null }, talker, deps, signal);
    return null;
  }
  const { data } = dialog;
  return decideName({ ...dialog, data: { ...data, given: name.name, job: talker.jobId } }, talker, deps, signal);
}

/** Does what is left of the step that an earlier attempt of a job began. */
async function goOn(dialog: PictureDialog, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<null> {
  if (dialog.step === 'done') await showOutcome(dialog, talker.talk, deps, signal);
  else if (dialog.step === 'teaching') await teach(dialog, talker, deps, signal);
  else await decideName(dialog, talker, deps, signal);
  return null;
}

/** Each button by the steps in which it is there, and after which a retry may find it. */
async function pressed(
  dialog: PictureDialog,
  action: string,
  talker: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<TalkMessage | null> {
  const { step } = dialog;
  if (step === 'done') {
    if (action !== 'undo') return goOn(dialog, talker, deps, signal);
    const mayNotUndo = await mayNot(talker, 'name', signal);
    return mayNotUndo ? messageOf(mayNotUndo) : takeBack(dialog, talker, deps, signal);
  }
  if (step === 'teaching') return goOn(dialog, talker, deps, signal);
  if (action === 'nothing' || action === 'cancel') return closeWith(dialog, null, talker.talk, deps, signal);
  if (!isAmong(action, dialog)) return null;
  requireReady(deps.gallery);
  const refused = await mayNot(talker, action === 'who' ? 'ask' : 'name', signal);
  return refused ? messageOf(refused) : chosen(dialog, action, talker, deps, signal);
}

/** Does what a button that is there stands for. */
async function chosen(
  dialog: PictureDialog,
  action: string,
  talker: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<TalkMessage | null> {
  const { step, data } = dialog;
  if (action === 'who') return who(dialog, talker, deps, signal);
  if (action === 'learn') return learn(dialog, talker, deps, signal);
  const face = data.faces[indexOf(action, 'f')];
  if (face) return askName({ ...dialog, data: { ...data, face } }, talker, deps, signal);
  const person = data.offered[indexOf(action, 'c')];
  if (person) return step === 'conflict' ? goOn(dialog, talker, deps, signal) : picked(person, dialog, talker, deps, signal);
  const how = (['rename', 'alias', 'force'] as const).find((each) => each === action);
  return how ? teach({ ...dialog, data: { ...data, how, job: talker.jobId } }, talker, deps, signal) : null;
}

/**
 * Whether a button is among those that the card has now, or its press is tried again. Two that are pressed quickly both arrive: the second one is
 * of a step that is over.
 */
function isAmong(action: string, { step, promptId }: PictureDialog): boolean {
  const isUnasked = step === 'name' && promptId === null;
  if (action === 'who') return step === 'card';
  if (action === 'learn') return step === 'card' || step === 'pick' || isUnasked;
  if (action.startsWith('f') && action !== 'force') return step === 'pick' || isUnasked;
  return action.startsWith('c') ? step === 'name' || step === 'conflict' : step === 'conflict';
}

/** Somebody whom a button named, by their name of now: since it was shown they may have got another one, or be gone. */
async function picked(
  { id, name }: PictureData['offered'][number],
  dialog: PictureDialog,
  talker: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<TalkMessage | null> {
  const person = await deps.gallery.person(id, signal);
  if (!person) return messageOf(wordsOf(dialog, deps).talk.learn.gone(name));
  return decideName({ ...dialog, data: { ...dialog.data, given: person.name, job: talker.jobId } }, talker, deps, signal);
}

const indexOf = (action: string, letter: string): number =>
  action.startsWith(letter) && /^\d{1,2}$/.test(action.slice(1)) ? Number(action.slice(1)) : -1;

async function ended(
  dialog: Dialog,
  how: 'expired' | 'cancelled',
  talk: Talker['talk'],
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<void> {
  const { chat, cardId, promptId, step } = dialog;
  const data = asPicture(dialog)?.data;
  if (promptId !== null) await talk.remove({ chat, messageId: promptId }, signal);
  if (cardId === null) return;
  const topic = wordsOf(dialog, deps).talk.picture.topic(data?.atMs ?? 0);
  const text = how === 'expired' ? wordsOf(dialog, deps).talk.timedOut(topic) : wordsOf(dialog, deps).talk.cancelled(topic);
  // What was done stays; only the button to take it back goes.
  const final = step === 'done' && data ? [{ text: data.outcome }] : text;
  await talk.edit({ chat, messageId: cardId }, messageOf(final), signal);
}
