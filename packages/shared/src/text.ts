/**
 * One rule for every name that people read: of persons, of cameras, of files. A clean text is composed (NFC), its white space is folded,
 * and it holds nothing that nobody sees, nothing that turns the text around it, no control characters and no halves of characters.
 */

/** How long a text may be: in characters as people count them (grapheme clusters, Unicode Standard Annex 29), and in UTF-16 units. */
export interface TextLimit {
  characters: number;
  units: number;
}

/** Breaks, spaces and blanks of every kind. U+2800, the empty Braille pattern, looks like a space without being one. */
export const whiteSpace = /[\s\p{White_Space}\u2800]+/gu;

/** What nobody sees, and what turns the text around it: compared, it never counts. */
export const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** Control characters, and halves of characters (lone surrogates). PostgreSQL stores neither NUL nor halves. */
export const controls = /[\p{Cc}\p{Cs}]/gu;

/**
 * Soft hyphen, zero-width space, word joiner, byte order mark, invisible operators, bidirectional controls, annotations, and fillers.
 * Tags too, except after a black flag: England's flag is made of them.
 */
const invisible =
  /\u034F|\u17B4|\u17B5|[\u00AD\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|(?<!\u{1F3F4}[\u{E0020}-\u{E007E}]*)[\u{E0000}-\u{E007F}]/gu;

/** The joiners U+200C and U+200D where they join nothing: Persian, Indic scripts and emoji need them, between Latin letters they only hide. */
const idleJoiner =
  /(?<![\p{Lo}\p{Extended_Pictographic}][\p{M}\p{Emoji_Modifier}]*)[\u200C\u200D]|[\u200C\u200D](?![\p{Lo}\p{M}\p{Extended_Pictographic}])/gu;

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text without what nobody sees. */
export function withoutInvisible(text: string): string {
  return text.replaceAll(invisible, '').replaceAll(idleJoiner, '');
}

/** The text composed (NFC), without what nobody sees, and with its white space folded. Control characters stay. */
export function tidied(text: string): string {
  // What an invisible character kept apart is composed after it has gone.
  return withoutInvisible(text.normalize('NFC')).normalize('NFC').replaceAll(whiteSpace, ' ').trim();
}

/** As much of the text as the limit allows, in whole characters. */
export function cut(text: string, { characters: most, units }: TextLimit): string {
  // Usual names are short, and counting is slow.
  if (text.length <= Math.min(most, units)) return text;
  let end = 0;
  let count = 0;
  // Two units more than may stay: a character that this slice cuts, or half of it, still reaches beyond the limit.
  for (const { segment, index } of characters.segment(text.slice(0, units + 2))) {
    if (count === most || index + segment.length > units) break;
    end = index + segment.length;
    count += 1;
  }
  return text.slice(0, end);
}

/** The text as it may be shown, stored and queued anywhere: clean, and cut to the limit. May be empty. */
export function cleanText(text: string, limit: TextLimit): string {
  // Cut first, so that no text takes long to clean; what is dropped later makes it a little shorter than it might be.
  const tidy = tidied(text.slice(0, limit.units * 10)).replaceAll(controls, '');
  return tidied(cut(tidied(tidy), limit));
}

/** Whether there is something to see: not only spaces, joiners, fillers, and marks without a letter. */
export function isVisible(text: string): boolean {
  return text.replaceAll(ignorable, '').search(/[^\p{M}\p{Cc}\p{Cs}\s]/u) !== -1;
}

/** The clean text; null if there is nothing to see. */
export function shownText(text: string, limit: TextLimit): string | null {
  const clean = cleanText(text, limit);
  return isVisible(clean) ? clean : null;
}
