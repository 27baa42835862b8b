import { type ArchiveScope, type StoredKind, kindsOf } from '@watchpost/gallery/archive/archive-lines';

const words: Record<StoredKind, string | null> = {
  person: 'people',
  face: 'faces',
  crop: 'pictures of faces',
  sighting: 'snapshots with sightings',
  audit: 'audit entries',
  pair: null,
  'last-seen': null,
  'waiting-crop': 'pictures that wait for a name',
  record: 'records of snapshots',
  document: 'documents (rules, visits, feeds and the like)',
};

/** `2 people, 3 faces, …`. */
export const countsInWords = (count: (kind: StoredKind) => number, scope: ArchiveScope): string =>
  Object.entries(words)
    .flatMap(([name, word]) => {
      const kind = kindsOf(scope).find((each) => each === name);
      return kind === undefined || word === null ? [] : [`${String(count(kind))} ${word}`];
    })
    .join(', ');
