import type { Detector } from './detector.ts';

/** Each attempt begins where a run of such characters begins, and goes through it once. What stands before a slash, = or ? is a path, or a value's name. */
const address =
  /(?<![\p{L}\p{N}.!#$%&*+/^_{|}~@-]|\\(?=[^nrt]))(?:(?<=\\)[nrt])?(?<address>[\p{L}\p{N}_][\p{L}\p{N}.!#$%&'*+^_{|}~-]{0,63}(?<!\.)@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?<top>xn--[a-z0-9-]{2,59}|\p{L}{2,24}))(?![\p{L}\p{N}_@]|-[\p{L}\p{N}]|\.[\p{L}\p{N}])/giu;
/** As people write them so that no machine reads them. */
const spelt =
  /(?<![\p{L}\p{N}._-])[\p{L}\p{N}][\p{L}\p{N}._+-]{0,63} ?[[({](?:at|ät|@)[\])}] ?[\p{L}\p{N}][\p{L}\p{N}-]{0,61}(?: ?(?:\.|[[({](?:dot|punkt|\.)[\])}]) ?[\p{L}\p{N}][\p{L}\p{N}-]{0,61}){1,4}(?![\p{L}\p{N}_])/giu;

/** Ends of the names of files, services and machines that are no top-level domains. */
const noDomains = new Set(
  'png jpg jpeg gif svg webp avif bmp ico pdf css scss js mjs cjs ts tsx jsx json xml html htm txt log csv yml yaml toml lock ttf otf woff po pot sed header jar exe dll tmp bak local localhost localdomain lan internal intern invalid corp home service socket timer mount target slice scope device path swap'.split(
    ' ',
  ),
);

/** Links with a user's name, file copies (scp), and the ids of messages look like addresses. */
const otherBefore = /:\/\/[^\s/]*$|(?:message-id|in-reply-to|references)["']?:?\s*["']?<?$/iu;
const otherAfter = /^:(?:[\w~./-]*[\w/~]|\/)/u;
const isPort = /^:\d{1,5}(?![\w/.])/u;

function isAddress(text: string, start: number, end: number, top: string): boolean {
  if (noDomains.has(top.toLowerCase())) return false;
  if (otherBefore.test(text.slice(Math.max(0, start - 120), start))) return false;
  const after = text.slice(end, end + 40);
  return !otherAfter.test(after) || isPort.test(after);
}

/** E-mail addresses: `ada@example.org`, `ada [at] example [dot] org`. */
export const emailAddresses: Detector = {
  find: async (text) => {
    const plain = Array.from(text.matchAll(address), (match) => {
      const found = match.groups?.['address'] ?? '';
      const end = match.index + match[0].length;
      return { start: end - found.length, end, top: match.groups?.['top'] ?? '' };
    });
    const hidden = Array.from(text.matchAll(spelt), ({ 0: found, index }) => ({ start: index, end: index + found.length }));
    return [
      ...plain.filter(({ start, end, top }) => isAddress(text, start, end, top)).map(({ start, end }) => ({ start, end })),
      ...hidden,
    ];
  },
};
