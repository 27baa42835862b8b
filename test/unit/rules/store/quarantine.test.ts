import { randomBytes } from 'node:crypto';
import { createQuarantine } from '@watchpost/rules/store/quarantine';
import { createViolations } from '@watchpost/rules/store/violations';
import type { Quarantine } from '@watchpost/rules/violations';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { findingSample, messageSample } from '../../../support/rule-samples.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
const [key, older] = ['k'.repeat(40), 'o'.repeat(40)];
const id = 'A'.repeat(22);
const other = 'B'.repeat(22);
const original = { texts: [{ where: 'text', text: 'Zeus begins in May' }] };
const name = 'zeus-salaries.xlsx';
const large = randomBytes(2_500_000);

let nowMs: number;
let documents: DocumentStore;
const quarantine = (keys: string[] | undefined = [key]): Quarantine => createQuarantine(documents, { keys, keepMs: 90 * dayMs });
const keepFile = async (fileId: string, bytes: Uint8Array, on = quarantine()): Promise<void> =>
  on.keepFile(id, { fileId, name, bytes }, never);
const kindsOf = async (kind: string) => documents.find({ kind, order: 'oldest', limit: 1_000 }, never);
const bytesOf = async (fileId: string): Promise<Uint8Array | undefined> =>
  (await quarantine().files(id, never)).find((file) => file.fileId === fileId)?.bytes();
/** The store as its process sees it that dies at its nth write. */
const dyingAt = (write: number): DocumentStore => {
  let writes = 0;
  const put: DocumentStore['put'] = async (...args) => {
    writes += 1;
    if (writes === write) throw new Error('killed');
    return documents.put(...args);
  };
  return { ...documents, put };
};

beforeEach(() => {
  nowMs = 1_700_000_000_000;
  documents = createMemoryDocuments(() => nowMs);
});

describe('the quarantine', () => {
  it('gives back messages and files as they were, of any size', async () => {
    await quarantine().keepMessage(id, original, never);
    await keepFile('F1', large);
    await keepFile('F2', new Uint8Array(0));
    await quarantine().keepFile(id, { fileId: 'F3', name: null, bytes: Buffer.alloc(3_000_000, 'text ') }, never);
    expect(await quarantine().message(id, never)).toEqual(original);
    const files = await quarantine().files(id, never);
    expect(new Map(files.map((file) => [file.fileId, file.name]))).toEqual(
      new Map([
        ['F1', name],
        ['F2', name],
        ['F3', null],
      ]),
    );
    expect(files).toHaveLength(3);
    expect(Buffer.from((await bytesOf('F1')) ?? []).equals(large)).toBe(true);
    expect(await bytesOf('F2')).toHaveLength(0);
    expect(Buffer.from((await bytesOf('F3')) ?? []).equals(Buffer.alloc(3_000_000, 'text '))).toBe(true);
  });

  it('has nothing of what it did not keep', async () => {
    await quarantine().keepMessage(id, original, never);
    expect([await quarantine().message(other, never), await quarantine().files(other, never)]).toEqual([null, []]);
  });

  it('shows nothing of them in the database: neither text nor bytes, nor what a file is called', async () => {
    await quarantine().keepMessage(id, original, never);
    await keepFile('F1', Buffer.from('Zeus begins in May'));
    const stored = JSON.stringify([await kindsOf('quarantine'), await kindsOf('quarantine-part')]);
    expect(stored).toContain(id);
    for (const secret of ['Zeus', 'zeus', 'May', Buffer.from('Zeus begins').toString('base64').slice(0, 12)])
      expect(stored).not.toContain(secret);
  });

  it('keeps documents of at most a megabyte and a bit, and what can be compressed in less', async () => {
    await keepFile('F1', large);
    const sizes = (await kindsOf('quarantine-part')).map(({ body }) => JSON.stringify(body).length);
    expect(sizes).toHaveLength(4);
    expect(Math.max(...sizes)).toBeLessThan(1.1 * 1024 * 1024);
    await keepFile('F2', Buffer.alloc(20_000_000, 'text '));
    expect(await kindsOf('quarantine-part')).toHaveLength(5);
  });

  it('keeps each once, whoever comes second', async () => {
    await Promise.all([keepFile('F1', large), keepFile('F1', large), keepFile('F1', large)]);
    await quarantine().keepMessage(id, original, never);
    await createQuarantine(dyingAt(1), { keys: [key], keepMs: dayMs }).keepMessage(id, { texts: [] }, never);
    expect([await kindsOf('quarantine'), await kindsOf('quarantine-part')].map(({ length }) => length)).toEqual([2, 5]);
    expect(await quarantine().message(id, never)).toEqual(original);
    expect(Buffer.from((await bytesOf('F1')) ?? []).equals(large)).toBe(true);
  });

  it.each([1, 3, 5])(
    'has nothing of what a process began to keep and died at its write %i, and the next one keeps all of it',
    async (write) => {
      const dying = createQuarantine(dyingAt(write), { keys: [key], keepMs: 90 * dayMs });
      await expect(keepFile('F1', large, dying)).rejects.toThrow('killed');
      expect(await quarantine().files(id, never)).toEqual([]);
      await keepFile('F1', large);
      expect(Buffer.from((await bytesOf('F1')) ?? []).equals(large)).toBe(true);
      await quarantine().erase(id, never);
      expect([await kindsOf('quarantine'), await kindsOf('quarantine-part')]).toEqual([[], []]);
    },
  );

  it('erases all of one violation, and nothing of another', async () => {
    await quarantine().keepMessage(id, original, never);
    await keepFile('F1', large);
    await quarantine().keepMessage(other, original, never);
    const [file] = await quarantine().files(id, never);
    await quarantine().erase(id, never);
    expect([await quarantine().message(id, never), await quarantine().files(id, never)]).toEqual([null, []]);
    expect(await quarantine().message(other, never)).toEqual(original);
    expect(await kindsOf('quarantine-part')).toHaveLength(1);
    await expect(file?.bytes()).rejects.toMatchObject({ code: 'file-gone' });
    await quarantine().erase(id, never);
  });

  it('loses nothing of a file that is being kept while the rest is erased', async () => {
    await quarantine().keepMessage(id, original, never);
    let parts = 0;
    const put: DocumentStore['put'] = async (document, signal) => {
      const stored = await documents.put(document, signal);
      if (document.kind === 'quarantine-part' && (parts += 1) === 2) await quarantine().erase(id, never);
      return stored;
    };
    await keepFile('F1', large, createQuarantine({ ...documents, put }, { keys: [key], keepMs: 90 * dayMs }));
    expect(await quarantine().message(id, never)).toBeNull();
    expect(Buffer.from((await bytesOf('F1')) ?? []).equals(large)).toBe(true);
  });

  it('erases what a worker left that was killed, an hour later', async () => {
    await expect(
      createQuarantine(dyingAt(3), { keys: [key], keepMs: 90 * dayMs }).keepFile(id, { fileId: 'F1', name, bytes: large }, never),
    ).rejects.toThrow('killed');
    nowMs += 3_600_001;
    await quarantine().erase(id, never);
    expect(await kindsOf('quarantine-part')).toEqual([]);
  });

  it('goes together with its violation, on the day that this one does', async () => {
    const violations = createViolations(documents, { keepMs: 30 * dayMs });
    const { stored } = await violations.add(messageSample(), { findings: [findingSample({ atMs: nowMs })], unread: [] }, never);
    const { id: violationId } = stored.violation;
    nowMs += 2 * dayMs;
    await quarantine().keepMessage(violationId, original, never);
    nowMs += 28 * dayMs - 1;
    expect(await documents.expire(never)).toBe(0);
    expect(await quarantine().message(violationId, never)).toEqual(original);
    nowMs += 1;
    expect(await documents.expire(never)).toBe(3);
  });

  it('of a violation that is not known goes when it would', async () => {
    await quarantine().keepMessage(id, original, never);
    nowMs += 90 * dayMs;
    expect(await documents.expire(never)).toBe(2);
  });
});

describe('the key of the quarantine', () => {
  const unreadable = { code: 'envelope-unreadable' };

  it('is needed to keep, and to read; not to erase', async () => {
    const keyless = createQuarantine(documents, { keys: undefined, keepMs: dayMs });
    expect([keyless.canKeep, quarantine().canKeep]).toEqual([false, true]);
    const missing = { code: 'quarantine-key-missing' };
    await expect(keyless.keepMessage(id, original, never)).rejects.toMatchObject(missing);
    await expect(keepFile('F1', large, keyless)).rejects.toMatchObject(missing);
    expect([await keyless.message(id, never), await keyless.files(id, never)]).toEqual([null, []]);
    await quarantine().keepMessage(id, original, never);
    await keepFile('F1', large);
    await expect(keyless.message(id, never)).rejects.toMatchObject(missing);
    await expect(keyless.files(id, never)).rejects.toMatchObject(missing);
    await keyless.erase(id, never);
    expect(await kindsOf('quarantine-part')).toEqual([]);
  });

  it('is the one that it was kept with, until both are given', async () => {
    await quarantine([older]).keepMessage(id, original, never);
    await keepFile('F1', large, quarantine([older]));
    await expect(quarantine([key]).message(id, never)).rejects.toMatchObject(unreadable);
    await expect(quarantine([key]).files(id, never)).rejects.toMatchObject(unreadable);
    expect(await quarantine([key, older]).message(id, never)).toEqual(original);
    const [file] = await quarantine([key, older]).files(id, never);
    expect(Buffer.from((await file?.bytes()) ?? []).equals(large)).toBe(true);
  });

  it('is the new one for what is kept once more after the old one was lost', async () => {
    await quarantine([older]).keepMessage(id, original, never);
    await keepFile('F1', large, quarantine([older]));
    await quarantine([key]).keepMessage(id, original, never);
    await keepFile('F1', large, quarantine([key]));
    expect(await quarantine([key]).message(id, never)).toEqual(original);
    expect(Buffer.from((await bytesOf('F1')) ?? []).equals(large)).toBe(true);
    expect(await kindsOf('quarantine-part')).toHaveLength(5);
  });

  it('notices what was changed in the database: a part in the place of another, or of another file, or too few of them', async () => {
    await keepFile('F1', large);
    await keepFile('F2', large);
    const [item] = await kindsOf('quarantine');
    const of = async (fileId: string): Promise<Uint8Array | undefined> => bytesOf(fileId);
    const parts = (await kindsOf('quarantine-part')).filter(({ id: partId }) => partId.startsWith(`${item?.id ?? ''}-`));
    const { fileId } = item!.body as { fileId: string };
    const [first, second] = parts;
    await documents.put({ ...first!, body: second!.body }, never);
    await expect(of(fileId)).rejects.toMatchObject(unreadable);
    await documents.put({ ...first!, revision: 2 }, never);
    expect(await of(fileId)).toHaveLength(large.length);
    await documents.put({ ...item!, body: { ...(item?.body as object), parts: 3 } }, never);
    await expect(of(fileId)).rejects.toMatchObject(unreadable);
  });
});
