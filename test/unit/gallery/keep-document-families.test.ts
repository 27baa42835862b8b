import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { kept, leftOut } from '@watchpost/gallery/archive/document-families';
import { beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

/** How the sources name the families of documents that they write. */
const names = [
  /\bconst \w*[kK]ind = '([a-z-]+)'/g,
  /\bconst \[kind, id\] = \['([a-z-]+)'/g,
  /\bcreateAudit\(\s*documents,\s*'([a-z-]+)'/g,
  /\bconst kinds = \{([^}]*)\}/g,
  /\b(?:export )?const epochKind = '([a-z-]+)'/g,
];

const namedIn = (text: string): string[] =>
  names.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(([, found = '']) =>
      found.includes(':') ? [...found.matchAll(/'([a-z-]+)'/g)].map(([, each = '']) => each) : [found],
    ),
  );

/** What looks the same and is no family. */
const others = new Set(['watchpost-gallery']);

describe('the families of documents', () => {
  let found: { file: string; families: string[]; writes: boolean }[];

  beforeAll(async () => {
    const sources: string[] = [];
    for (const folder of ['packages', 'apps']) {
      for (const name of await readdir(path.join(root, folder))) {
        const inside = await readdir(path.join(root, folder, name, 'src'), { recursive: true }).catch(() => []);
        sources.push(...inside.filter((file) => file.endsWith('.ts')).map((file) => path.join(folder, name, 'src', file)));
      }
    }
    found = await Promise.all(
      sources.map(async (file) => {
        const text = await readFile(path.join(root, file), 'utf8');
        const isAboutDocuments = /DocumentStore|documents\b/.test(text);
        return {
          file,
          families: isAboutDocuments ? namedIn(text) : [],
          writes: /\bdocuments\s*\.put\(|createAudit\(\s*documents/.test(text),
        };
      }),
    );
  });

  it('are each said to be backed up, or why they are not', () => {
    const known = new Set([...kept, ...Object.keys(leftOut)]);
    const families = found.flatMap(({ families }) => families).filter((family) => !others.has(family));
    expect(families.length).toBeGreaterThan(45);
    expect([...new Set(families)].filter((family) => !known.has(family)).toSorted()).toEqual([]);
    expect(kept.filter((family) => Object.hasOwn(leftOut, family))).toEqual([]);
  });

  it('can be seen wherever they are written', () => {
    // These are given their kind, or write what they have read.
    const given = /documents\/|stores\/|follow-rules|bench\//;
    const imported = /store\/(?:rules|violations|entries)\.ts$|visits\.ts$|expired\.ts$/;
    const blind = found.filter(
      ({ file, families, writes }) => writes && families.length === 0 && !given.test(file) && !imported.test(file),
    );
    expect(blind.map(({ file }) => file)).toEqual([]);
  });
});
