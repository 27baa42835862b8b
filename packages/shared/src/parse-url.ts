/**
 * A URL, or null if the text is none. Pure. Instead of `URL.canParse`: as soon as Node 20 has compiled a caller of that, it refuses every
 * address with a letter such as ü (the text reaches it as Latin-1, and it reads UTF-8).
 */
export function parseUrl(text: string, base?: URL): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
