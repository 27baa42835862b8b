import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { TalkButton } from '@watchpost/shared/chat/talk';
import { toAppError } from '@watchpost/shared/errors';
import { defaultGallerySettings } from '@watchpost/gallery/config';
import { buttonData } from '@watchpost/talk/dialogs';
import { enTalk } from '@watchpost/talk/words/en-talk';
import { drawnWith, lookAt, type AskedPicture, type Identified } from '../../interaction/asked-picture.ts';
import { darkBelow } from '../../snapshot/outcome.ts';
import { messageOf, promptOf } from '../answering.ts';
import type { TalkDeps } from '../deps.ts';
import type { Talker } from '../talker.ts';
import { closeWith } from './outcome.ts';
import type { PictureData, PictureDialog } from './picture-data.ts';
import { place, save } from './receive-picture.ts';

/** As many numbers as fit below a message. */
const mostFaces = 24;
const facesInRow = 6;
const mostOffered = 6;

/** Looks for the face to learn: the only one, or that whose number is picked. */
export async function learn(dialog: PictureDialog, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<null> {
  const { talk } = talker;
  const begun = await place(dialog, messageOf(enTalk.picture.looking()), talk, deps, signal);
  const { pictures, reason } = await lookAtAll(begun.data, talker, deps, signal);
  const faces = pictures.flatMap(({ index, seen }) => seen.faces.map((_face, face) => ({ picture: index, face }))).slice(0, mostFaces);
  const [face, ...others] = faces;
  if (!face) {
    const isDark = pictures.length > 0 && pictures.every(({ seen }) => seen.brightness < darkBelow);
    return closeWith(begun, reason ?? enTalk.learn.noFace(isDark), talk, deps, signal);
  }
  if (others.length === 0) return askName({ ...begun, data: { ...begun.data, face } }, talker, deps, signal);
  return offerNumbers({ ...begun, data: { ...begun.data, faces } }, pictures, talker, deps, signal);
}

interface Looked {
  index: number;
  seen: AskedPicture;
}

/** `reason`: why none can be looked at; null: one can. */
async function lookAtAll(
  { files }: PictureData,
  { platform }: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<{ pictures: Looked[]; reason: RichText | null }> {
  const pictures: Looked[] = [];
  let reason: RichText | null = null;
  for (const [index, { file }] of files.entries())
    try {
      pictures.push({ index, seen: await lookAt(file, platform, deps, signal) });
    } catch (error) {
      const { retry, message } = toAppError(error);
      if (retry !== 'permanent') throw error;
      reason = enTalk.picture.cannotLook(message);
    }
  return { pictures, reason: pictures.length === 0 ? reason : null };
}

/** Sends the pictures with a number at each face, and buttons with these numbers. */
async function offerNumbers(
  dialog: PictureDialog,
  pictures: readonly Looked[],
  { talk, chat }: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<null> {
  const { faces, files } = dialog.data;
  let current = dialog;
  for (const { index, seen } of pictures) {
    if (seen.faces.length === 0 || index < current.data.sent) continue;
    const drawn = await drawnWith(seen, deps.maxPixels, (_each, face) => {
      const number = faces.findIndex((each) => each.picture === index && each.face === face);
      return { style: 'unknown', text: number === -1 ? null : String(number + 1) };
    });
    const content = new Blob([new Uint8Array(drawn)], { type: 'image/jpeg' });
    const picture = { as: 'picture', content, fileName: 'faces.jpg', title: null, performer: null } as const;
    await talk.sendFile({ chat, replyTo: files[index]?.messageId ?? null }, picture, [], signal);
    current = await save({ ...current, data: { ...current.data, sent: index + 1 } }, deps, signal);
  }
  current = await save({ ...current, step: 'pick', data: { ...current.data, sent: 0 } }, deps, signal);
  const buttons = faces.map((_face, index) => ({ label: String(index + 1), data: buttonData(dialog, `f${index}`) }));
  const rows = Array.from({ length: Math.ceil(buttons.length / facesInRow) }, (_row, row) =>
    buttons.slice(row * facesInRow, (row + 1) * facesInRow),
  );
  await place(current, messageOf(enTalk.learn.pick(faces.length), [...rows, [cancelOf(dialog)]]), talk, deps, signal);
  return null;
}

/** The face that is learned, as it is in its picture; null: it is not there. */
export async function chosenFace(
  { data }: PictureDialog,
  { platform }: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<Identified | null> {
  const file = data.files[data.face?.picture ?? -1]?.file;
  if (!file || !data.face) return null;
  return (await lookAt(file, platform, deps, signal)).faces[data.face.face] ?? null;
}

/** Asks whose face it is, by buttons and by a prompt; a face that is not good enough is refused with what to do. */
export async function askName(dialog: PictureDialog, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<null> {
  const { talk, chat } = talker;
  const found = await chosenFace(dialog, talker, deps, signal);
  const refused = found ? notGoodEnough(found) : enTalk.learn.noFace(false);
  if (!found || refused) return closeWith(dialog, refused, talk, deps, signal);
  const { decision, person } = found.matched;
  const known = decision === 'match' && person && person.status !== 'unknown' ? { id: person.id, name: person.name } : null;
  const like = known ?? (decision === 'uncertain' && person?.status === 'named' ? person : null);
  const offered = offeredFor(like, deps);
  const saved = await save({ ...dialog, step: 'name', data: { ...dialog.data, known, offered } }, deps, signal);
  const choices = offered.map(({ name }, index): TalkButton[] => [
    { label: enTalk.learn.thisIs(name), data: buttonData(dialog, `c${index}`) },
  ]);
  const card = messageOf(enTalk.learn.card(known?.name ?? null), [...choices, [cancelOf(dialog)]]);
  const placed = await place(saved, card, talk, deps, signal);
  if (placed.promptId !== null) return null;
  const replyTo = dialog.data.files[dialog.data.face?.picture ?? 0]?.messageId ?? null;
  const promptId = await talk.send({ chat, replyTo }, promptOf(enTalk.learn.askName(), enTalk.learn.placeholder()), signal);
  await save({ ...placed, promptId }, deps, signal);
  return null;
}

/** Whom the face is like, then those who have a name and were seen last. */
function offeredFor(like: { id: string; name: string } | null, { questions }: TalkDeps): PictureData['offered'] {
  const others = questions.findPeople('', 50).filter(({ id, status }) => status === 'named' && id !== like?.id);
  return [...(like ? [like] : []), ...others].slice(0, mostOffered).map(({ id, name }) => ({ id, name }));
}

const cancelOf = (dialog: PictureDialog): TalkButton => ({ label: enTalk.learn.cancel(), data: buttonData(dialog, 'cancel') });

/** As `watchpost enroll` judges. */
export function notGoodEnough({ face }: Identified): RichText | null {
  const { minSizePx, minQuality } = defaultGallerySettings.decision.enroll;
  if (face.sizePx < minSizePx) return enTalk.learn.tooSmall(face.sizePx, minSizePx);
  if (face.quality.value >= minQuality) return null;
  return enTalk.learn.tooBlurred(face.quality.frontal < face.quality.sharpness);
}
