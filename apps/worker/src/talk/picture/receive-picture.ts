import { wordsOf } from '../commands/words-deps.ts';
import type { ChatTalk, TalkMessage } from '@watchpost/shared/chat/talk';
import type { TalkJob, TalkWhat } from '@watchpost/shared/jobs/talk-job';
import { buttonData, dialogIdOf, type Dialog } from '@watchpost/talk/dialogs';
import { messageOf, show } from '../answering.ts';
import type { TalkDeps } from '../deps.ts';
import type { Talker } from '../talker.ts';
import { asPicture, pictureDataSchema, type PictureDialog } from './picture-data.ts';

type Sent = Extract<TalkWhat, { did: 'sent' }>;

/** Nobody says when an album is complete: so long after its last picture it counts as that. Milliseconds. */
const albumMs = 2_000;
const mostPictures = 20;

/** Asks what to do with a picture; with an album once, when all of it has come. One that comes later joins it while nothing is chosen. */
export async function receivePicture(what: Sent, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<void> {
  const { messageId, group, file } = what;
  const about = group === null ? `m:${messageId}` : `g:${group}`;
  const known = await deps.dialogs.get(dialogIdOf(talker.chat, about), signal);
  const album = known && asPicture(known);
  if (album && !isOpen(album)) return begin(`m:${messageId}`, what, { talker, isAlbum: false }, deps, signal);
  if (!album) return begin(about, what, { talker, isAlbum: group !== null }, deps, signal);
  const { files } = album.data;
  const isKnown = files.some((each) => each.messageId === messageId);
  const joined = isKnown ? files : [...files, { messageId, file }].slice(0, mostPictures);
  const saved = isKnown ? album : await save({ ...album, data: { ...album.data, files: joined, lastAtMs: Date.now() } }, deps, signal);
  if (saved.step === 'gathering') await lookLater(saved, talker, deps);
  else await showCard(saved, talker.talk, deps, signal);
}

/** Whether one more picture can still join it. */
const isOpen = ({ step, data, expiresAtMs }: PictureDialog): boolean =>
  (step === 'gathering' || step === 'card') && data.files.length < mostPictures && expiresAtMs > Date.now();

async function begin(
  about: string,
  { messageId, file }: Sent,
  { talker, isAlbum }: { talker: Talker; isAlbum: boolean },
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<void> {
  const { chat, member, language, atMs } = talker;
  const id = dialogIdOf(chat, about);
  const found = await deps.dialogs.get(id, signal);
  const data = pictureDataSchema.parse({ atMs, lastAtMs: Date.now(), files: [{ messageId, file }] });
  const fresh: Dialog = {
    id,
    chat,
    member,
    kind: 'picture',
    step: isAlbum ? 'gathering' : 'card',
    data,
    promptId: null,
    cardId: null,
    about,
    language,
    expiresAtMs: Date.now() + deps.waitMs,
    revision: 0,
  };
  const dialog = asPicture(found ?? (await deps.dialogs.save(fresh, signal)));
  if (!dialog) return;
  if (dialog.step === 'gathering') await lookLater(dialog, talker, deps);
  // An earlier attempt may have shown it.
  else if (dialog.step === 'card' && dialog.cardId === null) await showCard(dialog, talker.talk, deps, signal);
}

/** Asks for a look at the album a little after its newest picture. */
async function lookLater({ id, data }: PictureDialog, { chat, isPrivate, member }: Talker, deps: TalkDeps): Promise<void> {
  const job: TalkJob = {
    v: 1,
    kind: 'talk',
    id: `due-${id}-${data.files.length}`,
    chat,
    isPrivate,
    by: { member, name: null, language: null },
    atMs: Date.now(),
    after: null,
    what: { did: 'due', dialog: id, atMs: Date.now() + albumMs },
  };
  await deps.sender.send(job, { timeoutMs: deps.sendTimeoutMs });
}

/** An album whose newest picture has come a while ago gets its card. */
export async function albumDue(
  dialog: PictureDialog,
  { talk, plannedMs }: { talk: ChatTalk; plannedMs: number },
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<void> {
  // Of a picture that others came after: theirs is the last word. By what was planned: this process may have another clock than that one.
  if (dialog.step !== 'gathering' || plannedMs < dialog.data.lastAtMs + albumMs) return;
  await showCard(await save({ ...dialog, step: 'card' }, deps, signal), talk, deps, signal);
}

/** Shows what can be done with the pictures. */
export async function showCard(dialog: PictureDialog, talk: ChatTalk, deps: TalkDeps, signal: AbortSignal): Promise<PictureDialog> {
  return place(
    dialog,
    messageOf(wordsOf(dialog, deps).talk.picture.card(dialog.data.files.length), cardButtons(dialog, deps)),
    talk,
    deps,
    signal,
  );
}

/** What can be chosen for pictures. */
export const cardButtons = (dialog: PictureDialog, deps: Pick<TalkDeps, 'talkLanguage'>): TalkMessage['buttons'] => [
  [
    { label: wordsOf(dialog, deps).talk.picture.who(), data: buttonData(dialog, 'who') },
    { label: wordsOf(dialog, deps).talk.picture.learn(), data: buttonData(dialog, 'learn') },
    { label: wordsOf(dialog, deps).talk.picture.nothing(), data: buttonData(dialog, 'nothing') },
  ],
];

/** Shows this in the dialog's card, and notes where that is. */
export async function place(
  dialog: PictureDialog,
  message: TalkMessage,
  talk: ChatTalk,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<PictureDialog> {
  const { chat, cardId, data } = dialog;
  const shownId = await show({ chat, messageId: cardId, replyTo: data.files[0]?.messageId ?? null }, message, talk, signal);
  return shownId === cardId ? dialog : save({ ...dialog, cardId: shownId }, deps, signal);
}

/** Saves it, with its time begun anew. */
export async function save(dialog: PictureDialog, deps: Pick<TalkDeps, 'dialogs' | 'waitMs'>, signal: AbortSignal): Promise<PictureDialog> {
  const saved = await deps.dialogs.save({ ...dialog, expiresAtMs: Date.now() + deps.waitMs }, signal);
  return { ...dialog, ...saved, data: dialog.data };
}
