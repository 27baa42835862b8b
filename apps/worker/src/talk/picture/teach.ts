import { wordsOf } from '../commands/words-deps.ts';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { toAppError } from '@watchpost/shared/errors';
import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Operation } from '@watchpost/gallery/gallery';
import type { Enrolled } from '@watchpost/gallery/moving-in/enroll';
import { nameKey } from '@watchpost/gallery/names';
import { buttonData } from '@watchpost/talk/dialogs';
import { probeOf } from '../../interaction/asked-picture.ts';
import { refusalOf } from '../../interaction/press/refusals.ts';
import { messageOf } from '../answering.ts';
import type { TalkDeps } from '../deps.ts';
import type { Talker } from '../talker.ts';
import { chosenFace } from './learn.ts';
import { closeWith, finish } from './outcome.ts';
import type { PictureDialog } from './picture-data.ts';
import { place, save } from './receive-picture.ts';

/** How many of the newest audit entries are searched at first for a change whose answer was lost, and at most. */
const [lookBack, mostLookBack] = [50, 3_200];

/** A name was given. A face that has another one already is asked about; any other is learned. */
export async function decideName(dialog: PictureDialog, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<TalkMessage | null> {
  const { known, given } = dialog.data;
  if (given === null) return messageOf(wordsOf(dialog, deps).talk.over());
  if (!known || nameKey(known.name) === nameKey(given)) return teach(dialog, talker, deps, signal);
  const { talk, chat } = talker;
  if (dialog.promptId !== null) await talk.remove({ chat, messageId: dialog.promptId }, signal);
  const saved = await save({ ...dialog, step: 'conflict', promptId: null }, deps, signal);
  const isSomebody = deps.questions.findPeople(given, 50).some(({ name }) => nameKey(name) === nameKey(given));
  const buttons = [
    // A name that somebody else has cannot be given once more.
    ...(isSomebody
      ? []
      : [
          { label: wordsOf(dialog, deps).talk.learn.rename(known.name, given), data: buttonData(dialog, 'rename') },
          { label: wordsOf(dialog, deps).talk.learn.alias(known.name, given), data: buttonData(dialog, 'alias') },
        ]),
    { label: wordsOf(dialog, deps).talk.learn.another(given), data: buttonData(dialog, 'force') },
    { label: wordsOf(dialog, deps).talk.learn.cancel(), data: buttonData(dialog, 'cancel') },
  ];
  const card = messageOf(
    wordsOf(dialog, deps).talk.learn.conflict(known.name, given),
    buttons.map((button) => [button]),
  );
  await place(saved, card, talk, deps, signal);
  return null;
}

/** Does what was decided, once: what an earlier attempt did although its answer was lost is found in the audit. */
export async function teach(dialog: PictureDialog, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<null> {
  const begun = dialog.data.teachingSinceMs === null ? await beginTeaching(dialog, deps, signal) : dialog;
  try {
    const { text, entries } = await taught(begun, talker, deps, signal);
    return await finish({ ...begun, data: { ...begun.data, entries } }, text, talker.talk, deps, signal);
  } catch (error) {
    const refused =
      toAppError(error).code === 'face-of-another' ? wordsOf(dialog, deps).talk.learn.refused(toAppError(error).message) : refusalOf(error);
    if (!refused) throw error;
    return closeWith(begun, refused, talker.talk, deps, signal);
  }
}

async function beginTeaching(dialog: PictureDialog, deps: TalkDeps, signal: AbortSignal): Promise<PictureDialog> {
  const { nowMs } = await deps.documents.get('dialog', dialog.id, signal);
  return save({ ...dialog, step: 'teaching', data: { ...dialog.data, teachingSinceMs: nowMs } }, deps, signal);
}

interface Taught {
  text: RichText;
  /** Audit entries, oldest first. */
  entries: string[];
}

async function taught(dialog: PictureDialog, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<Taught> {
  const { how, known, given } = dialog.data;
  const name = given ?? '';
  if (known && how === 'rename') {
    const entry = await applyOnce({ kind: 'name', person: known.id, to: name }, dialog, talker, deps, signal);
    return { text: wordsOf(dialog, deps).talk.learn.renamed(known.name, name), entries: [entry] };
  }
  if (known && how === 'alias') {
    const entry = await applyOnce({ kind: 'alias', person: known.id, alias: name }, dialog, talker, deps, signal);
    return { text: wordsOf(dialog, deps).talk.learn.aliased(known.name, name), entries: [entry] };
  }
  return enrolled(dialog, name, talker, deps, signal);
}

async function enrolled(dialog: PictureDialog, name: string, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<Taught> {
  const found = await chosenFace(dialog, talker, deps, signal);
  if (!found) return { text: wordsOf(dialog, deps).talk.learn.noFace(false), entries: [] };
  const { crop } = found.face;
  const face = { ...probeOf(found.face, deps.engine.modelId), ...(crop && { crop }) };
  const by = { id: talker.who, where: talker.chat };
  const result = await deps.enroll({ name, face, source: sourceOf(dialog), force: dialog.data.how === 'force' }, by, signal);
  const lost = result.entry === null ? await lostEntry({ action: 'enroll', about: null }, dialog, talker, deps, signal) : null;
  const entry = result.entry ?? lost?.id ?? null;
  const merged = await merge(result, dialog, talker, deps, signal);
  const text =
    entry === null
      ? wordsOf(dialog, deps).talk.learn.knownAlready(result.person.name)
      : wordsOf(dialog, deps).talk.learn.learned(result.person.name, result.person.isNew);
  const also = merged && result.alsoStranger ? wordsOf(dialog, deps).talk.learn.merged(result.alsoStranger.name) : [];
  return { text: [...text, ...also], entries: [entry, merged].filter((each) => each !== null) };
}

/** In the audit: nothing of the picture but that it came by this dialog. */
const sourceOf = ({ id }: PictureDialog): string => `a picture in a chat (${id.slice(0, 8)})`;

/** A stranger whom the face shows as well is the same person. */
async function merge(
  { alsoStranger, person }: Enrolled,
  dialog: PictureDialog,
  talker: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<string | null> {
  if (!alsoStranger) return (await lostEntry({ action: 'merge', about: person.id }, dialog, talker, deps, signal))?.id ?? null;
  return applyOnce({ kind: 'merge', from: alsoStranger.id, into: person.id }, dialog, talker, deps, signal);
}

/** Resolves to the audit entry. */
async function applyOnce(
  operation: Extract<Operation, { kind: 'name' | 'alias' | 'merge' }>,
  dialog: PictureDialog,
  talker: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<string> {
  const lost = await lostEntry(
    { action: operation.kind, about: operation.kind === 'merge' ? operation.from : operation.person },
    dialog,
    talker,
    deps,
    signal,
  );
  if (lost) return lost.id;
  return (await deps.operations.apply(operation, { id: talker.who, where: talker.chat }, signal)).id;
}

/** Others may have changed much since then. */
async function changesSince(sinceMs: number, operations: TalkDeps['operations'], signal: AbortSignal): Promise<AuditEntry[]> {
  for (let limit = lookBack; ; limit *= 4) {
    const newest = await operations.history(limit, signal);
    if (newest.length < limit || limit >= mostLookBack || newest.some(({ atMs }) => atMs < sinceMs)) return newest;
  }
}

/** What an earlier attempt changed. Null: nothing. */
async function lostEntry(
  { action, about }: { action: AuditEntry['action']; about: string | null },
  dialog: PictureDialog,
  { who }: Talker,
  { operations }: TalkDeps,
  signal: AbortSignal,
): Promise<AuditEntry | null> {
  const since = dialog.data.teachingSinceMs ?? Infinity;
  const newest = await changesSince(since, operations, signal);
  const isOwn = (entry: AuditEntry): boolean =>
    entry.action === action &&
    entry.actor.id === who &&
    entry.atMs >= since &&
    !entry.undone &&
    // Somebody may teach in two chats at once.
    (action === 'enroll' || about === null || entry.personIds.includes(about)) &&
    (action !== 'enroll' || entry.summary.endsWith(sourceOf(dialog)));
  return newest.find(isOwn) ?? null;
}
