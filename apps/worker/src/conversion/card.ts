import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { ChatTalk, TalkMessage } from '@watchpost/shared/chat/talk';
import type { Words } from '@watchpost/talk/words/words';
import type { Conversion } from './conversions.ts';

/** A card, with a button to stop where something can be stopped. Pure. */
export const cardOf = (text: RichText, id: string | null, { cancel }: Pick<Words['convert'], 'cancel'>): TalkMessage => ({
  text,
  buttons: id === null ? [] : [[{ label: cancel, data: `${id}|cancel` }]],
  ask: null,
});

/** How often a card is edited at most: platforms allow some twenty edits a minute. Milliseconds. */
const everyMs = 3_000;

/** The message that shows how far a conversion is. */
export interface Card {
  /** Now and then; a card that cannot be edited stops nobody. */
  progress(text: RichText): void;
  /** Waits for the edit. A card that is gone is sent anew. */
  last(text: RichText, signal: AbortSignal): Promise<void>;
}

/** `signal`: of the job, for what `progress` begins. */
export function createCard(
  { chat, cardId, replyTo, id }: Conversion,
  { talk, words }: { talk: ChatTalk; words: Words['convert'] },
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): Card {
  let shownAt = -Infinity;
  let shown = '';
  let editing: Promise<unknown> = Promise.resolve();
  let isOver = false;
  return {
    progress: (text) => {
      const key = JSON.stringify(text);
      if (isOver || cardId === null || key === shown || now() - shownAt < everyMs) return;
      shownAt = now();
      shown = key;
      editing = editing.then(() => talk.edit({ chat, messageId: cardId }, cardOf(text, id, words), signal)).catch(() => undefined);
    },
    last: async (text, lastSignal) => {
      isOver = true;
      // An edit that arrives later would show what is not true any more.
      await editing;
      const message = cardOf(text, null, words);
      if (cardId !== null && (await talk.edit({ chat, messageId: cardId }, message, lastSignal)) === 'edited') return;
      await talk.send({ chat, replyTo }, message, lastSignal);
    },
  };
}
