import { parseUrl } from '@watchpost/shared/parse-url';

/** Longer addresses are no links. */
const mostUrlUnits = 4_000;

/**
 * The address as a link may have it: http, https, or mailto with an address. Null: it stays text. Refused are also names and passwords in
 * addresses, which only serve to make one look like another, and whatever browsers read in another way than people: blanks, backslashes,
 * control characters, a missing `//`.
 */
export function safeLink(url: string): string | null {
  if (url.length > mostUrlUnits || !/^(?:https?:\/\/[^/]|mailto:[^/])/i.test(url) || /[\s\\\p{C}]/u.test(url)) return null;
  const parsed = parseUrl(url);
  if (!parsed || parsed.username || parsed.password) return null;
  if (parsed.protocol === 'mailto:') return parsed.pathname.includes('@') && !/%0[ad]/i.test(url) ? parsed.href : null;
  return parsed.hostname && (parsed.protocol === 'https:' || parsed.protocol === 'http:') ? parsed.href : null;
}

/** The address of a picture: http, https, or a path of our own. Null: there is none that may be loaded. */
export function safePicture(url: string): string | null {
  const address = url.startsWith('/') ? url : safeLink(url);
  // Nothing that would end an attribute: front ends write these into their HTML as they are.
  return address === null || /^\/\/|^mailto:|[\s\\"'<>`\p{C}]/u.test(address) ? null : address;
}
