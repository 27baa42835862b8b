import type { MessageText } from '@watchpost/shared/chat/message';
import { ignorable } from '@watchpost/shared/text';
import { showsUrl, type Pieces } from './pieces.ts';

/** Collects the texts of a message, each once. */
export interface Texts {
  /** All so far, in their order. */
  list: readonly MessageText[];
  /** Begins another file: what it repeats of the message counts again. */
  part(): void;
  /** Leaves out what this part has said already, word for word; links and mentions whose label says something else are texts of their own. */
  add(where: string, pieces: Pieces): void;
}

/** Stands between texts: what begins in one of them and ends in the next is said by none. No text has it. */
const textEnd = '\uffff';
/** Characters that are looked through for what was said already. Messages that people write come nowhere near. */
const mostCompared = 20_000_000;

/** Collects the texts of one message. */
export function createTexts(): Texts {
  const list: MessageText[] = [];
  // The keys of this part, with a space before and after each of them, and what is in none of them in between.
  let said = ' ';
  // The same keys; in very many of them only whole ones are looked for.
  const keys = new Set<string>();
  let compared = 0;

  const isSaid = (key: string): boolean => {
    if (keys.has(key)) return true;
    compared += said.length;
    return compared < mostCompared && said.includes(` ${key} `);
  };

  const addOne = (where: string, text: string, key: string): void => {
    const clean = visible(text);
    if (clean.trim() === '' || isSaid(key)) return;
    list.push({ where, text: clean });
    keys.add(key);
    said += `${key} ${textEnd} `;
  };

  return {
    list,
    part: () => {
      said = ' ';
      keys.clear();
    },
    add: (where, pieces) => {
      if (pieces.length === 0) return;
      addOne(where, pieces.map(({ text }) => text).join(''), keyOf(pieces.map((piece) => (piece.isMention ? '@' : piece.text)).join('')));
      for (const piece of pieces) {
        if (piece.isMention) continue;
        if (piece.instead !== undefined) addOne(where, piece.instead, keyOf(piece.instead));
        if (piece.url !== undefined && !showsUrl(piece)) addOne(linkIn(where), piece.url, keyOf(piece.url));
      }
    },
  };
}

const linkIn = (where: string): string => (where === 'text' ? 'link' : `${where}: link`);

/** Bullets, numbers and quotes at the beginning of a line: Slack writes them into `text`, blocks do not have them. */
const lineStart = /^[ \t]*(?:>[ \t]?)?(?:(?:[•◦▪]\ufe0e?|\d{1,3}\.|[a-z]{1,3}\.)[ \t]+)?/gm;
/** Marks that are not within a word. */
const outerMarks = /(?<![\p{L}\p{N}])[*_~`]+|[*_~`]+(?![\p{L}\p{N}])/gu;

/** What two texts are compared by: equal if a reader would say that they are the same. */
function keyOf(text: string): string {
  return text
    .replaceAll(lineStart, '')
    .replaceAll(outerMarks, '')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?(?:\n ?)+/g, ' \n ')
    .trim();
}

const unseen = new RegExp(`${ignorable.source}+`, 'gu');
const ascii = /[!-~]/;

/** Without characters that nobody sees beside letters and digits: they would keep apart what a reader sees as one. Emoji and scripts that need joiners stay whole. */
function visible(text: string): string {
  return text.replaceAll(unseen, (run, at: number) =>
    ascii.test(text[at - 1] ?? '') || ascii.test(text[at + run.length] ?? '') ? '' : run,
  );
}
