import type { Detector } from './detector.ts';

/** Each attempt begins where a run of such characters begins, and goes through it once. */
const address =
  /(?<![\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-])[\p{L}\p{N}][\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{0,63}(?<![.])@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|\p{L}{2,24})(?![\p{L}\p{N}_]|-[\p{L}\p{N}]|@)/gu;

/** E-mail addresses: `ada@example.org`. */
export const emailAddresses: Detector = {
  find: async (text) => Array.from(text.matchAll(address), ({ 0: found, index }) => ({ start: index, end: index + found.length })),
};
