/** Quotation marks by what they pair with: keyboards' and word processors' together. */
const kinds = ['"“”„‟«»', "'‘’‚‛", '`'];
const straight = /["'`]/;
/** At the beginning of a word, or after the `=` of a flag. */
const opening = /(?:^|=)(["“”„‟«»'‘’‚‛`])$/u;

/**
 * A line as words, as a shell splits it: what stands in quotation marks is one word. Marks that a word processor made of them count too,
 * and so do backticks, in which chats show code. A backslash stays what it is, patterns are full of them; only before the mark that would
 * end the word it is dropped, and the mark stays. A mark that is never closed is an ordinary character. Pure.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] ?? '';
    if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    const before: string = word ?? '';
    const quoted = opening.test(`${before}${character}`) && isFlagOrStart(before) ? quotedAt(line, index) : null;
    word = before + (quoted?.text ?? character);
    if (quoted) index = quoted.last;
  }
  return word === null ? words : [...words, word];
}

/** `--name=`; nothing before: the word begins here. */
const isFlagOrStart = (before: string): boolean => before === '' || /^[-–—―−]+[a-z][\w-]*=$/iu.test(before);

/** What stands between the mark at `first` and the one that closes it; null: none does. */
function quotedAt(line: string, first: number): { text: string; last: number } | null {
  const mark = line[first] ?? '';
  const pairs = straight.test(mark) ? mark : (kinds.find((kind) => kind.includes(mark)) ?? mark);
  let text = '';
  for (let index = first + 1; index < line.length; index += 1) {
    const character = line[index] ?? '';
    const ends = pairs.includes(character) && (straight.test(mark) || /^(?:\s|$)/.test(line.slice(index + 1, index + 2)));
    const escaped = (/\\*$/.exec(text)?.[0].length ?? 0) % 2 === 1;
    if (ends && !escaped) return { text, last: index };
    text = ends ? `${text.slice(0, -1)}${character}` : text + character;
  }
  return null;
}

/** A rule's name as one word of a command. Pure. */
export const quoted = (name: string): string => (/\s/.test(name) ? `"${name}"` : name);
