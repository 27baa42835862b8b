import type { InlineKeyboardButton, InlineKeyboardMarkup } from 'grammy/types';
import { encodeTarget, isViolationTarget, parseTarget, type PostButton, type PostSection } from '@watchpost/shared/chat/post';
import type { TalkButton } from '@watchpost/shared/chat/talk';
import { cleanText } from '@watchpost/shared/text';
import { packTalk, packTarget } from '../callback-data.ts';

/** A post with more cannot be read on a phone. What is wanted rarely is left out first. */
const mostButtons = 24;
/** Telegram takes no more. */
const mostInAll = 100;
/** In a row of a phone: so many buttons. All of a row are equally wide, so the longest label counts for each of them; characters. */
const mostInRow = 3;
const rowCharacters = 46;
const labelLimit = { characters: 60, units: 120 };

/** The sections, those with buttons marked where one keyboard below all of them would not say which is which; and that keyboard. */
export function keyboardFor(sections: readonly PostSection[]): { sections: readonly PostSection[]; keyboard: InlineKeyboardMarkup } {
  const acting = sections.filter((section) => actionsOf(section).length > 0);
  const numbers = acting.map((section) => numberOf(section));
  const areClear = new Set(numbers).size === numbers.length;
  const markOf = (section: PostSection): string => {
    const index = acting.indexOf(section);
    if (acting.length < 2 || index < 0) return '';
    const number = areClear ? (numbers[index] ?? null) : index + 1;
    return number === null ? '' : areClear ? `${String(number)}: ` : `(${String(number)}) `;
  };
  const isMarked = (section: PostSection): boolean => !areClear && markOf(section) !== '';
  const shown = chosen(acting);
  return {
    sections: sections.map((section) => (isMarked(section) ? { ...section, text: [{ text: markOf(section) }, ...section.text] } : section)),
    keyboard: {
      inline_keyboard: acting.flatMap((section) =>
        rowsOf(actionsOf(section).flatMap((button) => (shown.has(button) ? [inline(button, markOf(section))] : []))),
      ),
    },
  };
}

/** What no button can carry is left out. */
const actionsOf = ({ buttons, menu }: PostSection): PostButton[] => [...buttons, ...menu].filter(isCarried);
const isCarried = ({ target }: PostButton): boolean => parseTarget(encodeTarget(target)) !== null;

/** Which face it is about; null: about none, or about several. */
function numberOf(section: PostSection): number | null {
  const [first] = actionsOf(section);
  return first && !isViolationTarget(first.target) ? first.target.number : null;
}

/** All buttons, and of the menus what there is room for: the first of each, then the second of each. */
function chosen(sections: readonly PostSection[]): Set<PostButton> {
  const shown = new Set(sections.flatMap(({ buttons }) => buttons.filter(isCarried)).slice(0, mostInAll));
  const deepest = Math.max(0, ...sections.map(({ menu }) => menu.length));
  for (let depth = 0; depth < deepest; depth += 1) {
    for (const { menu } of sections) {
      const entry = menu[depth];
      if (entry && isCarried(entry) && shown.size < mostButtons) shown.add(entry);
    }
  }
  return shown;
}

const inline = ({ label, target, style }: PostButton, mark: string): InlineKeyboardButton => ({
  text: labelOf(`${mark}${label}`),
  callback_data: packTarget(target),
  ...(style && { style }),
});

const labelOf = (text: string): string => cleanText(text, labelLimit) || '…';

function rowsOf(buttons: readonly InlineKeyboardButton[]): InlineKeyboardButton[][] {
  const rows: InlineKeyboardButton[][] = [];
  for (const button of buttons) {
    const row = rows.at(-1);
    const longest = Math.max(...[...(row ?? []), button].map(({ text }) => text.length));
    if (row && row.length < mostInRow && (row.length + 1) * longest <= rowCharacters) row.push(button);
    else rows.push([button]);
  }
  return rows;
}

/** The buttons of a conversation, in the rows that it wants. */
export const talkKeyboard = (rows: readonly (readonly TalkButton[])[]): InlineKeyboardMarkup => ({
  inline_keyboard: rows.map((row) => row.map(({ label, data }) => ({ text: labelOf(label), callback_data: packTalk(data) }))),
});

/** For a new message: one without buttons has no keyboard. An edit names an empty one, which takes the old one away. */
export const withKeyboard = (keyboard: InlineKeyboardMarkup): { reply_markup?: InlineKeyboardMarkup } =>
  keyboard.inline_keyboard.length > 0 ? { reply_markup: keyboard } : {};
