import type { InlineKeyboardMarkup } from 'grammy/types';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { plain } from '@watchpost/shared/chat/say';
import { keyboardFor } from './keyboard.ts';
import { lengthOfRich, renderText, type RenderedText } from './text.ts';

/** A post as Telegram takes it. */
export interface RenderedPost extends RenderedText {
  keyboard: InlineKeyboardMarkup;
}

/** For the line about what was left out. */
const hintLength = 40;

/**
 * A post in one message of at most `most` code points. What does not fit is left out in whole sections, and a line says how many: their
 * buttons stay, and say which face they are about. Pure.
 */
export function renderPost({ summary, sections, footer }: Post, most: number): RenderedPost {
  const marked = keyboardFor(sections);
  const texts = marked.sections.map(({ text }) => text).filter((text) => plain(text).trim() !== '');
  const all = texts.length === 0 ? [[{ text: summary }]] : texts;
  const foot: RichText = plain(footer).trim() === '' ? [] : [{ text: '\n' }, ...footer];
  const room = most - lengthOfRich(foot);
  const whole = joined(all);
  const shown = lengthOfRich(whole) <= room ? whole : shortened(all, room);
  return { ...renderText([...shown, ...foot], most), keyboard: marked.keyboard };
}

function shortened(texts: readonly RichText[], room: number): RichText {
  let count = texts.length - 1;
  while (count > 1 && lengthOfRich(joined(texts.slice(0, count))) + hintLength > room) count -= 1;
  const kept = joined(texts.slice(0, Math.max(count, 1)));
  const hidden = texts.length - Math.max(count, 1);
  const { text } = renderText(kept, room - hintLength);
  // One section that is longer than a message by itself is cut.
  const fits = lengthOfRich(kept) <= room - hintLength;
  const head: RichText = fits ? kept : [{ text }];
  if (hidden === 0) return head;
  return [...head, { text: hidden === 1 ? '\n… one more does not fit here.' : `\n… ${String(hidden)} more do not fit here.` }];
}

/** Short lines stand below each other; what has several lines stands apart. */
function joined(texts: readonly RichText[]): RichText {
  return texts.flatMap((text, index) => {
    const before = texts[index - 1];
    const isApart = before !== undefined && (plain(before).includes('\n') || plain(text).includes('\n'));
    return [...(before === undefined ? [] : [{ text: isApart ? '\n\n' : '\n' }]), ...text];
  });
}
