import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { TalkButton, TalkMessage } from '@watchpost/shared/chat/talk';

/** A message of text only. */
export const textMessage = (text: RichText): TalkMessage => ({ text, buttons: [], ask: null });

/** A message that asks for a written answer. */
export const promptMessage = (text: RichText, placeholder: string): TalkMessage => ({ text, buttons: [], ask: { placeholder } });

/** A message with rows of buttons. */
export const cardMessage = (text: RichText, buttons: readonly (readonly TalkButton[])[]): TalkMessage => ({ text, buttons, ask: null });

/** Lines as one text. */
export const linesOf = (lines: readonly RichText[]): RichText =>
  lines.flatMap((line, index) => (index === 0 ? line : [{ text: '\n' }, ...line]));

/** As a platform counts. */
export const lengthOfText = (text: RichText): number => text.reduce((sum, run) => sum + run.text.length, 0);
