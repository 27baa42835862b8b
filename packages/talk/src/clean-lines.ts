import { cleanText } from '@watchpost/shared/text';

const breaks = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/u;
/** No line that somebody writes is longer; the whole is measured by whoever keeps it. */
const line = { characters: 10_000, units: 20_000 };

/** A text of several lines, each of them clean (see cleanText), with one empty line between paragraphs at most. May be empty. Pure. */
export function cleanLines(text: string): string {
  return text
    .split(breaks)
    .map((each) => cleanText(each, line))
    .join('\n')
    .replaceAll(/\n{3,}/gu, '\n\n')
    .trim();
}

/** As a platform counts: in code points. */
export const lengthOf = (text: string): number => Array.from(text).length;
