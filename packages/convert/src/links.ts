import { isHostIn } from '@watchpost/outside/guard';
import { parseUrl } from '@watchpost/shared/parse-url';

const longest = 2_000;

/** The first link of a text whose host may be asked; null: there is none. Pure. */
export function convertibleLink(text: string, hosts: readonly string[]): string | null {
  for (const [word] of text.matchAll(/https?:\/\/[^\s<>"]+/gi)) {
    const link = checkedLink(word.replace(/[).,;!?\]]+$/, ''), hosts);
    if (link !== null) return link;
  }
  return null;
}

/** The link, if it is one and its host may be asked; null otherwise. Pure. */
export function checkedLink(text: string, hosts: readonly string[]): string | null {
  const url = parseUrl(text);
  if (!url || text.length > longest || !/^https?:$/.test(url.protocol)) return null;
  if (url.username !== '' || url.password !== '' || url.port !== '') return null;
  return isHostIn(hosts, url.hostname) ? url.href : null;
}
