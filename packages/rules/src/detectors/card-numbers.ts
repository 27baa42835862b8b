import type { Detector } from './detector.ts';
/** Whether the last digit is the one that the others ask for. */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    const counted = place % 2 === 1 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}
export const cardNumbers: Detector = {
  find: async (text) =>
    Array.from(text.matchAll(/\b(?:\d[ -]?){12,18}\d\b/g), ({ 0: found, index }) => ({ start: index, end: index + found.length, found }))
      .filter(({ found }) => hasLuhnDigit(found.replaceAll(/\D/g, '')))
      .map(({ start, end }) => ({ start, end })),
};
