import { randomBytes } from 'node:crypto';
import { createKeptFiles, type KeptFiles } from '@watchpost/convert/kept-files';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { createMemoryDocuments } from '../support/memory-documents.ts';

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

function keptFiles(documents: () => DocumentStore): void {
  const files = (): KeptFiles => createKeptFiles(documents());
  const named = { name: 'Ünder the sun.mp4', mimeType: 'video/mp4' };

  it('keeps a file, and gives out each part of it', async () => {
    const bytes = randomBytes(1_300_000);
    const kept = await files().keep({ ...named, content: chunks(bytes, 65_536) }, 60_000, never);
    expect(kept).toMatchObject({ ...named, bytes: bytes.length });
    expect(await files().get(kept.id, never)).toEqual(kept);
    for (const [from, to] of [
      [0, bytes.length],
      [524_287, 524_289],
      [1_299_999, 1_300_000],
      [600_000, 1_200_000],
      [5, 5],
    ] as const)
      expect((await all(files().read(kept, { from, to }, never))).equals(bytes.subarray(from, to))).toBe(true);
  });

  it('knows neither what is not there nor what has expired', async () => {
    expect(await files().get('a'.repeat(22), never)).toBeNull();
    expect(await files().get("' or 1=1", never)).toBeNull();
    const kept = await files().keep({ ...named, content: chunks(Buffer.from('short'), 2) }, 0, never);
    expect(await files().get(kept.id, never)).toBeNull();
  });

  it('removes what has expired, the pieces a little later', async () => {
    await files().keep({ ...named, content: chunks(Buffer.from('short'), 2) }, -700_000, never);
    await documents().expire(never);
    for (const kind of ['kept-file', 'kept-file-piece'])
      expect(await documents().find({ kind, order: 'newest', limit: 10 }, never)).toEqual([]);
  });

  it('has room for so much, and no file that is not whole', async () => {
    const small = createKeptFiles(documents(), 1_000);
    await small.keep({ ...named, content: chunks(Buffer.alloc(900), 100) }, 60_000, never);
    await expect(small.keep({ ...named, content: chunks(Buffer.alloc(900), 100) }, 60_000, never)).rejects.toMatchObject({
      code: 'file-too-large',
    });
    expect(await documents().find({ kind: 'kept-file', order: 'newest', limit: 10 }, never)).toHaveLength(1);
  });

  it('leaves nothing of a file that was not kept to its end', async () => {
    const stop = new AbortController();
    const left = () => documents().find({ kind: 'kept-file-piece', order: 'newest', limit: 10 }, never);
    async function* stopped(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(1_200_000);
      expect(await left()).toHaveLength(2);
      stop.abort();
      yield Buffer.alloc(1_200_000);
      throw new AppError('aborted', 'stopped');
    }
    await expect(files().keep({ ...named, content: stopped() }, 60_000, stop.signal)).rejects.toMatchObject({ code: 'aborted' });
    expect(await left()).toEqual([]);
  });
}

onEachStore('kept files', (store) => keptFiles(() => store.database().documents));

describe('kept files in memory', () => {
  let documents = createMemoryDocuments();
  // Each test begins with nothing, as on a database.
  beforeEach(() => void (documents = createMemoryDocuments()));
  keptFiles(() => documents);
});
