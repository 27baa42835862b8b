import { wordsOf } from '../commands/words-deps.ts';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { TalkButton } from '@watchpost/shared/chat/talk';
import { toAppError } from '@watchpost/shared/errors';
import { defaultGallerySettings } from '@watchpost/gallery/config';
import type { Words } from '@watchpost/talk/words/words';
import { buttonData } from '@watchpost/talk/dialogs';
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
  // An earlier attempt of the same press got further.
  if (dialog.step === 'pick') return showNumbers(dialog, talker, deps, signal);
  const begun = await place(dialog, messageOf(wordsOf(dialog, deps).talk.picture.looking()), talk, deps, signal);
  const { pictures, reason } = await lookAtAll(begun, talker, deps, signal);
  const faces = pictures.flatMap(({ index, seen }) => seen.faces.map((_face, face) => ({ picture: index, face }))).slice(0, mostFaces);
  const [face, ...others] = faces;
  if (!face) {
    const isDark = pictures.length > 0 && pictures.every(({ seen }) => seen.brightness < darkBelow);
    return closeWith(begun, reason ?? wordsOf(dialog, deps).talk.learn.noFace(isDark), talk, deps, signal);
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
  dialog: PictureDialog,
  { platform }: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<{ pictures: Looked[]; reason: RichText | null }> {
  const pictures: Looked[] = [];
  let reason: RichText | null = null;
  for (const [index, { file }] of dialog.data.files.entries())
    try {
      pictures.push({ index, seen: await lookAt(file, platform, deps, signal) });
    } catch (error) {
      const { retry, message } = toAppError(error);
      if (retry !== 'permanent') throw error;
      reason = wordsOf(dialog, deps).talk.picture.cannotLook(message);
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
  return showNumbers(
    await save({ ...current, step: 'pick', data: { ...current.data, sent: 0 } }, deps, signal),
    { talk, chat },
    deps,
    signal,
  );
}

/** The buttons with the numbers, below the pictures that show them. */
async function showNumbers(
  dialog: PictureDialog,
  { talk, chat }: Pick<Talker, 'talk' | 'chat'>,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<null> {
  const { cardId, data } = dialog;
  const buttons = data.faces.map((_face, index) => ({ label: String(index + 1), data: buttonData(dialog, `f${index}`) }));
  const rows = Array.from({ length: Math.ceil(buttons.length / facesInRow) }, (_row, row) =>
    buttons.slice(row * facesInRow, (row + 1) * facesInRow),
  );
  if (cardId !== null) await talk.remove({ chat, messageId: cardId }, signal);
  await place(
    { ...dialog, cardId: null },
    messageOf(wordsOf(dialog, deps).talk.learn.pick(data.faces.length), [...rows, [cancelOf(dialog, deps)]]),
    talk,
    deps,
    signal,
  );
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
  const refused = found ? notGoodEnough(found, wordsOf(dialog, deps)) : wordsOf(dialog, deps).talk.learn.noFace(false);
  if (!found || refused) return closeWith(dialog, refused, talk, deps, signal);
  const { known, like } = takenFor(found);
  const offered = offeredFor(like, deps);
  const saved = await save({ ...dialog, step: 'name', data: { ...dialog.data, known, offered } }, deps, signal);
  const card = messageOf(wordsOf(dialog, deps).talk.learn.card(known?.name ?? null), choicesOf(saved, deps));
  const placed = await place(saved, card, talk, deps, signal);
  if (placed.promptId !== null) return null;
  const replyTo = dialog.data.files[dialog.data.face?.picture ?? 0]?.messageId ?? null;
  const promptId = await talk.send(
    { chat, replyTo },
    promptOf(wordsOf(dialog, deps).talk.learn.askName(), wordsOf(dialog, deps).talk.learn.placeholder()),
    signal,
  );
  await save({ ...placed, promptId }, deps, signal);
  return null;
}

interface Somebody {
  id: string;
  name: string;
}

/** `known`: whom the gallery surely takes the face for; `like`: or perhaps. */
function takenFor({ matched: { decision, person } }: Identified): { known: Somebody | null; like: Somebody | null } {
  if (!person || person.status === 'unknown') return { known: null, like: null };
  const somebody = { id: person.id, name: person.name };
  return { known: decision === 'match' ? somebody : null, like: person.status === 'named' || decision === 'match' ? somebody : null };
}

const choicesOf = (dialog: PictureDialog, deps: TalkDeps): TalkButton[][] => [
  ...dialog.data.offered.map(({ name }, index) => [
    { label: wordsOf(dialog, deps).talk.learn.thisIs(name), data: buttonData(dialog, `c${index}`) },
  ]),
  [cancelOf(dialog, deps)],
];

/** Whom the face is like, then those who have a name and were seen last. */
function offeredFor(like: Somebody | null, { questions }: TalkDeps): PictureData['offered'] {
  const others = questions.findPeople('', 50).filter(({ id, status }) => status === 'named' && id !== like?.id);
  return [...(like ? [like] : []), ...others].slice(0, mostOffered).map(({ id, name }) => ({ id, name }));
}

const cancelOf = (dialog: PictureDialog, deps: TalkDeps): TalkButton => ({
  label: wordsOf(dialog, deps).talk.learn.cancel(),
  data: buttonData(dialog, 'cancel'),
});

/** As `watchpost enroll` judges. */
export function notGoodEnough({ face }: Identified, { talk }: Words): RichText | null {
  const { minSizePx, minQuality } = defaultGallerySettings.decision.enroll;
  if (face.sizePx < minSizePx) return talk.learn.tooSmall(face.sizePx, minSizePx);
  if (face.quality.value >= minQuality) return null;
  return talk.learn.tooBlurred(face.quality.frontal < face.quality.sharpness);
}
