/** Letters that are pictures, flags, and keys of a keypad: a number alone is none. */
const isEmoji = /[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]/u;

/** The emoji of Slack's code points, `1f44b-1f3fd`; null: these are none. */
export function emojiOf(unicode: string): string | null {
  if (!/^[\da-f]{2,6}(?:-[\da-f]{2,6}){0,15}$/i.test(unicode)) return null;
  const points = unicode.split('-').map((hex) => Number.parseInt(hex, 16));
  if (points.some((point) => point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))) return null;
  const emoji = String.fromCodePoint(...points);
  return isEmoji.test(emoji) && !/[<>&"']/.test(emoji) ? emoji : null;
}

/** An emoji's name without colons and without its skin tone: `wave` of `wave::skin-tone-2`. */
export const emojiName = (name: string): string => name.replace(/^:+/, '').replace(/(?:::skin-tone-\d)?:*$/, '');
