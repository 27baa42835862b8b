import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { icon, style } from './style.ts';

/** A file that pages load. */
export interface Asset {
  contentType: string;
  text: string;
}

/** The pages' script and style, in memory. */
export interface Assets {
  /** Of all of them together. */
  version: string;
  /** Where they are, from `/feeds/` on. Another version has another address, so that browsers keep them for good. */
  path: string;
  get(name: string): Asset | null;
}

const scripts = new URL('../page-client/', import.meta.url);

/** Reads the compiled script of the pages. */
export async function readAssets(): Promise<Assets> {
  const names = (await readdir(scripts)).filter((name) => /^[a-z-]+\.js$/.test(name)).sort();
  const files = new Map<string, Asset>([
    ['feed.css', { contentType: 'text/css; charset=utf-8', text: style }],
    ['icon.svg', { contentType: 'image/svg+xml', text: icon }],
  ]);
  for (const name of names) {
    const script = await readFile(new URL(name, scripts), 'utf8');
    files.set(name, { contentType: 'text/javascript; charset=utf-8', text: script.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n') });
  }
  const hash = createHash('sha256');
  for (const [name, { text }] of files) hash.update(`${name}\0${text}\0`);
  const version = hash.digest('hex').slice(0, 12);
  return { version, path: `assets/${version}/`, get: (name) => files.get(name) ?? null };
}
