import { wordsOf } from '../commands/words-deps.ts';
import { plain, say } from '@watchpost/shared/chat/say';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { whoIsIn } from '../../interaction/asked-picture.ts';
import { messageOf } from '../answering.ts';
import type { TalkDeps } from '../deps.ts';
import type { Talker } from '../talker.ts';
import type { PictureDialog } from './picture-data.ts';
import { cardButtons, place, save } from './receive-picture.ts';

/** Sends each picture with its faces marked and named, and says so in the card, where something else can be chosen then. */
export async function who(dialog: PictureDialog, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<null> {
  const { talk, chat } = talker;
  const { files } = dialog.data;
  let current = await place(dialog, messageOf(wordsOf(dialog, deps).talk.picture.looking()), talk, deps, signal);
  const lines: RichText[] = [];
  for (const [index, { file, messageId }] of files.entries()) {
    const { text, draw } = await whoIsIn(file, talker, deps, signal);
    lines.push(files.length === 1 ? capital(text) : say`${index + 1}. ${text}`);
    if (!draw || index < current.data.sent) continue;
    const content = new Blob([new Uint8Array(await draw())], { type: 'image/jpeg' });
    const picture = { as: 'picture', content, fileName: 'recognised.jpg', title: null, performer: null } as const;
    await talk.sendFile({ chat, replyTo: messageId }, picture, capital(text), signal);
    current = await save({ ...current, data: { ...current.data, sent: index + 1 } }, deps, signal);
  }
  const said = lines.flatMap((line, index) => (index === 0 ? line : [{ text: '\n' }, ...line]));
  const footer = say`\n${wordsOf(dialog, deps).talk.picture.kept()}`;
  // Asked again, it is sent again.
  const asked = { ...current, step: 'card', data: { ...current.data, sent: 0 } };
  await place(await save(asked, deps, signal), messageOf([...said, ...footer], cardButtons(dialog, deps)), talk, deps, signal);
  return null;
}

const capital = (text: RichText): RichText => {
  const [first, ...rest] = text;
  return first ? [{ ...first, text: first.text.charAt(0).toUpperCase() + first.text.slice(1) }, ...rest] : [{ text: plain(text) }];
};
