import { createCameraSettingsStore } from '@watchpost/cameras/stored/stored-settings';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;

describe('a change of camera settings', () => {
  it('is on record even if whoever made it is ended before the entry is written', async () => {
    const documents = createMemoryDocuments();
    let isDying = true;
    const mortal: DocumentStore = {
      ...documents,
      put: async (document, signal) => {
        if (isDying && document.kind === 'camera-settings-change') throw new AppError('gallery-unavailable', 'ended');
        return documents.put(document, signal);
      },
    };
    const store = createCameraSettingsStore(mortal);
    const { revision } = await store.change(null, { cooldown: '10m' }, { actor: 'console:ada', revision: 0 }, never);
    expect(await documents.find({ kind: 'camera-settings-change', order: 'newest', limit: 9 }, never)).toEqual([]);
    isDying = false;
    const history = await store.history(9, never);
    expect(history).toMatchObject([{ by: 'console:ada', channel: null, before: {}, after: { cooldown: '10m' } }]);
    expect(await store.history(9, never)).toEqual(history);
    isDying = true;
    await expect(store.change(null, { cooldown: 'soon' }, { actor: 'console:bob', revision }, never)).rejects.toThrow('cooldown');
    isDying = false;
    await store.change(null, {}, { actor: 'console:bob', revision }, never);
    expect((await store.history(9, never)).map(({ by }) => by).sort()).toEqual(['console:ada', 'console:bob']);
  });

  it('is not written anew when its time is over, and is told as long as it holds', async () => {
    let nowMs = 1_000_000;
    const documents = createMemoryDocuments(() => nowMs);
    const store = createCameraSettingsStore(documents);
    await store.change(null, { cooldown: '10m' }, { actor: 'console:ada', revision: 0 }, never);
    const entries = async () => documents.find({ kind: 'camera-settings-change', order: 'newest', limit: 9 }, never);
    const [entry] = await entries();
    nowMs += 40 * 86_400_000;
    await documents.remove(entry!.kind, entry!.id, entry!.revision, never);
    expect(await store.history(9, never)).toMatchObject([{ by: 'console:ada', after: { cooldown: '10m' } }]);
    expect(await entries()).toEqual([]);
  });

  it('can be read where nothing can be written', async () => {
    const documents = createMemoryDocuments();
    const readOnly: DocumentStore = {
      ...documents,
      put: async (document, signal) => {
        if (document.kind === 'camera-settings-change') throw new AppError('database-newer', 'a newer release keeps the documents');
        return documents.put(document, signal);
      },
    };
    const store = createCameraSettingsStore(readOnly);
    await store.change(null, { cooldown: '10m' }, { actor: 'console:ada', revision: 0 }, never);
    expect(await store.history(9, never)).toMatchObject([{ by: 'console:ada' }]);
  });
});
