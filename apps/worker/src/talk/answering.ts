import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { ChatTalk, TalkButton, TalkMessage } from '@watchpost/shared/chat/talk';
import type { Asker } from '../interaction/deps.ts';
import type { Talker } from './talker.ts';

/** A text, perhaps with rows of buttons. Pure. */
export const messageOf = (text: RichText, buttons: readonly (readonly TalkButton[])[] = []): TalkMessage => ({ text, buttons, ask: null });

/** A text that wants a written answer. Pure. */
export const promptOf = (text: RichText, placeholder: string): TalkMessage => ({ text, buttons: [], ask: { placeholder } });

/** Where something is said as an answer: beside others only what it answers tells whom it is for. */
export const replyTo = ({ chat, isPrivate, messageId }: Pick<Talker, 'chat' | 'isPrivate' | 'messageId'>) => ({
  chat,
  replyTo: isPrivate ? null : messageId,
});

/** Says it; null: nothing. */
export async function answer(message: TalkMessage | null, talker: Talker, signal: AbortSignal): Promise<void> {
  if (message) await talker.talk.send(replyTo(talker), message, signal);
}

/** Shows something in the place of a message of ours, and sends it anew where that is gone. Resolves to its id. */
export async function show(
  at: { chat: Talker['chat']; messageId: string | null; replyTo: string | null },
  message: TalkMessage,
  talk: ChatTalk,
  signal: AbortSignal,
): Promise<string> {
  const { chat, messageId } = at;
  if (messageId !== null && (await talk.edit({ chat, messageId }, message, signal)) === 'edited') return messageId;
  return talk.send({ chat, replyTo: at.replyTo }, message, signal);
}

/** Whoever talks, as those see them who answer questions about people. */
export const askerOf = ({ platform, who, chat, member }: Talker): Asker => ({
  name: platform.prefix,
  platform,
  actor: { id: who, where: chat },
  member,
});
