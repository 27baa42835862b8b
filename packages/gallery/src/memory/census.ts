import { setImmediate as breathe } from 'node:timers/promises';
import { batchFaces, type ChangeBatch, type GalleryStore } from '../store.ts';
import { inSteps } from './concurrency.ts';
import type { FaultLog } from './fault-log.ts';
import type { Mirror } from './mirror.ts';

export interface CensusDeps {
  store: GalleryStore;
  mirror: Mirror;
  faults: FaultLog;
  embeddings: boolean;
  /** Reads what was written since the mirror's head. */
  catchUp: () => Promise<unknown>;
}

/**
 * Compares the ids in memory with those in the database, to find what was removed or put back by hand without a commit. Reads what is
 * missing by its id, so the gallery stays ready.
 */
export async function takeCensus({ store, mirror, faults, embeddings, catchUp }: CensusDeps, signal: AbortSignal): Promise<void> {
  const missing: Record<'person' | 'face', string[]> = { person: [], face: [] };
  const { epoch } = mirror.head;
  for (const kind of ['person', 'face'] as const) {
    // What was written later may be missing on pages that were read before.
    const knownUpTo = mirror.head.version;
    const there = await idsIn(store, kind, signal);
    // Everything is being read again, or was: these ids are of another history.
    if (mirror.head.epoch !== epoch) return;
    await inSteps(mirror.everything(kind), ({ id, version }) => {
      if (!there.has(id) && version <= knownUpTo && mirror.head.epoch === epoch) mirror.remove(kind, id);
    });
    const isMissing = { person: (id: string) => !mirror.stored(id), face: (id: string) => !mirror.face(id) }[kind];
    await inSteps(there, (id) => isMissing(id) && missing[kind].push(id));
    faults.keep(kind, (id) => there.has(id));
  }
  if (missing.person.length + missing.face.length === 0) return;
  // Most of them were written a moment ago.
  await catchUp();
  await readPersons({ store, mirror, faults }, new Set(missing.person.filter((id) => !mirror.stored(id))), signal);
  const faces = missing.face.filter((id) => !mirror.face(id));
  for (let from = 0; from < faces.length; from += batchFaces) {
    const found = await store.faces({ ids: faces.slice(from, from + batchFaces) }, { embeddings }, signal);
    mirror.apply({ persons: [], faces: found, pairs: [] });
    await breathe();
  }
}

async function idsIn(store: GalleryStore, kind: 'person' | 'face', signal: AbortSignal): Promise<Set<string>> {
  const ids = new Set<string>();
  await store.ids(
    kind,
    (page) => {
      for (const id of page) ids.add(id);
    },
    signal,
  );
  return ids;
}

/** Somebody put a person's row or document back as it was: no index leads to it, so all persons are read. */
async function readPersons(
  { store, mirror, faults }: Omit<CensusDeps, 'embeddings' | 'catchUp'>,
  ids: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  if (ids.size === 0) return;
  const take = (batch: ChangeBatch): void => {
    const persons = batch.persons.filter(({ id }) => ids.has(id));
    if (persons.length === 0) return;
    faults.take({ persons, faces: [], pairs: [], faults: batch.faults.filter(({ id }) => ids.has(id)) });
    mirror.apply({ persons, faces: [], pairs: [] });
  };
  await store.changes(0, { embeddings: false }, take, signal);
}
