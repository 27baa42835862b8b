import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readArchive } from '@watchpost/gallery/archive/archive-file';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const header = { kind: 'watchpost-gallery', format: 2, exportedAt: '2026-01-01T00:00:00.000Z' };
const lastSeen = { kind: 'last-seen', id: 'p1', atMs: 1, channel: 'slack:C1', camera: null };

/** How many lines of each kind follow the first one. */
function counted([, ...lines]: object[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const kind = 'kind' in line ? String(line.kind) : '';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe('the file of a gallery', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'watchpost-archive-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  /** Reads a file of these lines, with a last line that agrees with them. */
  const read = async (...lines: object[]): Promise<unknown[]> => {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const sha256 = createHash('sha256').update(text).digest('hex');
    const end = { kind: 'end', version: 1, nextNumber: 1, lines: counted(lines), sha256 };
    const file = path.join(folder, 'gallery.gz');
    await writeFile(file, gzipSync(`${text}${JSON.stringify(end)}\n`));
    const found: unknown[] = [];
    for await (const line of readArchive(file)) found.push(line);
    return found;
  };

  it('is read line by line', async () => {
    expect(await read(header, lastSeen)).toEqual([lastSeen]);
  });

  it('of the format before is read, too: nobody may be somebody else', async () => {
    const person = { kind: 'person', id: 'p', name: 'Unknown 1', number: 1, aliases: [], ignored: false };
    const rest = { mergedInto: null, mergedAtMs: null, formerNumbers: [], createdAtMs: 1 };
    expect(await read(header, { ...person, ...rest })).toEqual([{ ...person, ...rest, mayBe: null, deletedAtMs: null }]);
    expect(await read({ ...header, format: 3 }, { ...person, ...rest, mayBe: 'q' })).toMatchObject([{ mayBe: 'q' }]);
  });

  it('of format 4 is read, too: nothing in it was deleted', async () => {
    const first = { kind: 'watchpost-backup', format: 4, exportedAt: '2026-01-01T00:00:00.000Z', scope: 'everything' };
    const formats = { gallery: 1, documents: 1 };
    const pair = { kind: 'pair', id: 'p q', personIds: ['p', 'q'] };
    expect(await read({ ...first, formats }, pair)).toEqual([{ ...pair, deletedAtMs: null }]);
  });

  it.each([
    ['an unknown field', [header, { ...lastSeen, more: 1 }], 'line 2 does not match the format'],
    ['an unknown kind', [header, { ...lastSeen, kind: 'visit' }], 'line 2 does not match the format'],
    ['an unknown field in the first line', [{ ...header, more: 1 }], 'line 1 does not match the format'],
    ['another format', [{ ...header, format: 6, more: 1 }], 'the file has format 6, this version reads 2, 3, 4, 5'],
  ])('is refused with %s', async (_, lines, message) => {
    await expect(read(...lines)).rejects.toMatchObject({ code: 'archive-invalid', message });
  });
});
