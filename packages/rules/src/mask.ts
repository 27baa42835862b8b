import { controls, ignorable, tidied } from '@watchpost/shared/text';
import { readingOf } from './reading/reading.ts';

/** Enough to recognise the kind of a secret (`AKIA`), and of a card number less than PCI DSS allows to show (the first six and the last four). */
const mostShown = 4;
const shortestShown = 8;

/**
 * What may be shown of what matched: `AKIA…(16)`, the first characters and how many are hidden. At most four characters and never more than a
 * quarter; nothing of what is shorter than eight: `…(5)`. Holds no breaks, no control characters and nothing that nobody sees.
 */
export function mask(text: string): string {
  // No match is read to its end only to be counted exactly.
  const begun = text.slice(0, 4_000);
  const counted = Array.from(
    tidied(readingOf(begun)?.text ?? begun)
      .replaceAll(controls, '')
      .replaceAll(ignorable, ''),
  );
  const length = counted.length + Math.max(0, text.length - 4_000);
  const shown = length < shortestShown ? 0 : Math.min(mostShown, Math.floor(length / 4));
  return `${counted.slice(0, shown).join('').trimEnd()}…(${length - shown})`;
}
