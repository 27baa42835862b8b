import type { StoredFace, StoredPair, StoredPerson } from '../domain.ts';
import type { ChangeBatch } from '../store.ts';
import type { ArchiveLine, LineOf } from './archive-lines.ts';

/** The people, faces and pairs of a file, as they are after its last line; without vectors. */
export interface PeopleOfFile {
  take(line: ArchiveLine): void;
  all(): Pick<ChangeBatch, 'persons' | 'faces' | 'pairs'>;
  /** The ids in the audit's entries of who was forgotten, and was not brought back by an undo. */
  forgotten(): ReadonlySet<string>;
}

/** All of a file is of one version. */
export const fileVersion = 1;

export function createPeopleOfFile(): PeopleOfFile {
  const persons = new Map<string, StoredPerson>();
  const faces = new Map<string, StoredFace>();
  const pairs = new Map<string, StoredPair>();
  const forgotten = new Map<string, readonly string[]>();
  const tables = { person: persons, face: faces, pair: pairs };
  return {
    take: (line) => {
      if (line.kind === 'person') persons.set(line.id, toPerson(line));
      else if (line.kind === 'face') faces.set(line.id, toFace(line));
      else if (line.kind === 'pair') pairs.set(line.id, toPair(line));
      else if (line.kind === 'removed') tables[line.of].delete(line.id);
      else if (line.kind === 'audit' && line.action === 'forget') forgotten.set(line.id, line.undone ? [] : line.personIds);
    },
    all: () => ({ persons: [...persons.values()], faces: [...faces.values()], pairs: [...pairs.values()] }),
    forgotten: () => new Set([...forgotten.values()].flat()),
  };
}

const toPerson = ({ kind: _kind, deletedAtMs, ...fields }: LineOf<'person'>): StoredPerson => ({
  ...fields,
  deleted: deletedAtMs !== null,
  version: fileVersion,
});

const toFace = ({ kind: _kind, deletedAtMs, ...fields }: LineOf<'face'>): StoredFace => ({
  ...fields,
  embedding: new Float32Array(),
  deleted: deletedAtMs !== null,
  version: fileVersion,
});

const toPair = ({ kind: _kind, deletedAtMs, ...fields }: LineOf<'pair'>): StoredPair => ({
  ...fields,
  deleted: deletedAtMs !== null,
  version: fileVersion,
});
