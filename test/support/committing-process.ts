import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';

/** A process that changes the gallery without a pause: commits on the person `personId`, sightings of it, erasing. */
export async function startCommittingProcess(storage: StorageConfig, personId: string): Promise<ChildProcess> {
  const script = `
    import { randomUUID } from 'node:crypto';
    import { openDatabase } from '${import.meta.resolve('@watchpost/gallery/stores/open-database')}';
    import { createLogger } from '${import.meta.resolve('@watchpost/shared/observability/logger')}';
    const [storage, personId] = JSON.parse(process.argv[1]);
    const never = new AbortController().signal;
    const { store, sightings, eraser, upkeep } = await openDatabase(storage, { log: createLogger('test', 'silent') }, never);
    const embedding = new Float32Array(1024).fill(1 / 32);
    const face = { personId, modelId: 'm', role: 'reference', embedding, quality: 1, sizePx: 90, snapshotId: null, position: null, shows: null, createdAtMs: 1, deleted: false };
    const sighted = { box: { x: 1, y: 1, width: 1, height: 1 }, decision: 'match', personId, similarity: 1, faceId: 'f', modelId: 'm', quality: 1, sizePx: 90, saidBy: null, evidence: null, embedding };
    process.stdout.write('ready');
    for (let round = 0; ; round += 1) {
      try {
        await upkeep.lease('child', 1, never);
        const persons = [{ id: personId, isNew: false, set: { ignored: round % 2 === 0 } }];
        const faces = Array.from({ length: 4 }, () => ({ id: randomUUID(), isNew: true, set: face, crop: new Uint8Array(20_000) }));
        await store.commit(await store.head(never), { persons, faces, pairs: [] }, randomUUID(), never);
        await sightings.record({ snapshotId: randomUUID(), channel: 'c', camera: null, takenAtMs: round, faces: [sighted] }, [], never);
        if (round % 5 === 0) await eraser.erase({ deletedMs: 1e9, auditMs: 1e9, mergedMs: 1e9 }, never);
      } catch {
        // It was stopped for so long that the server gave up on it.
      }
    }
  `;
  const args = ['--input-type=module', '-e', script, JSON.stringify([storage, personId])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}
