import { raceAbort } from '@watchpost/shared/wait';
import type { Mirror } from '../memory/mirror.ts';
import type { Sync } from '../memory/sync.ts';
import type { GalleryQuestions } from '../questions.ts';
import type { AuditStore } from '../store.ts';

export interface ChangedSinceDeps {
  mirror: Mirror;
  sync: Sync;
  audit: Pick<AuditStore, 'concerned'>;
}

/** Changes read at once. */
const most = 300;

/**
 * `GalleryQuestions.changedSince`. What nobody asked for is not in the audit, and changes nothing that a post says. Whoever asks begins
 * anew after a restore: another history counts its versions anew.
 */
export function createChangedSince({ mirror, sync, audit }: ChangedSinceDeps): GalleryQuestions['changedSince'] {
  let epoch: string | null = null;
  return async (version, signal) => {
    await sync.ready(signal);
    // So that whoever asks next who was seen gets the newest answer.
    const head = await raceAbort(sync.catchUp(), signal);
    const isAnew = version === 0 || version > head.version || (epoch !== null && epoch !== head.epoch);
    epoch = head.epoch;
    if (isAnew) return { version: head.version, personIds: [] };
    const changes = (await audit.concerned(version, most, signal)).filter((change) => change.version <= head.version);
    const personIds = new Set<string>();
    for (const id of changes.flatMap((change) => change.personIds)) {
      personIds.add(id);
      // Posts may name anybody who was merged into the one who changed.
      const person = mirror.person(id);
      if (person) for (const each of mirror.idsOf(person.id)) personIds.add(each);
    }
    return { version: changes.at(-1)?.version ?? version, personIds: [...personIds] };
  };
}
