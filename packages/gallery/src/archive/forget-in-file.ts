import { randomUUID } from 'node:crypto';
import { throwIfAborted } from '@watchpost/shared/wait';
import { createChange } from '../changes/change.ts';
import { removePerson } from '../changes/plan-forget.ts';
import { type Actor, type AuditEntry, type Changeset, inverseToJson, type SnapshotSightings } from '../domain.ts';
import { createExactIndex } from '../memory/index/exact-index.ts';
import { createMirror, type Mirror } from '../memory/mirror.ts';
import { nameKey, unknownName } from '../names.ts';
import { type ArchiveLine, isRestored, type LineOf } from './archive-lines.ts';
import type { Moment } from './archive-store.ts';
import { fileVersion, type PeopleOfFile } from './people-of-file.ts';

/** The people of a file who are forgotten in the moment in which it brings them back. */
export interface Forgotten {
  /** Theirs, and those of everybody who was merged into them. */
  personIds: readonly string[];
  /** What they are called in the file; without what somebody else is called there. */
  names: readonly string[];
}

/** What the documents of a file say without these people. */
export interface DocumentsWithout {
  /** Is shown each document before any is changed. */
  see(line: LineOf<'document'>): void;
  /** The document as it is restored; null: it is not. */
  change(line: LineOf<'document'>): LineOf<'document'> | null;
}

/** Who are to be forgotten. */
export interface ToForget {
  /** Whether or not the file has them. */
  personIds: readonly string[];
  /** In whose name. */
  by: Actor;
  /** Absent: documents are restored as they are. */
  documents?: (who: Forgotten) => DocumentsWithout;
}

/** How a file is restored without some of its people. */
export interface Forgetting {
  /** How many of them the file has. */
  count: number;
  /** How many entries of the audit `last` has: one for each of these, and one for each of whom nothing in the file tells. */
  entries: number;
  /** The lines of the file without what is held back, documents as they may be seen. */
  without(lines: AsyncIterable<ArchiveLine>): AsyncGenerator<ArchiveLine>;
  /** What was held back, deleted at that moment, and the entries of the audit: their versions follow that one. */
  last(at: Moment): ArchiveLine[];
}

/** What `forget` deletes and changes. */
interface Gone {
  ids: { person: Set<string>; face: Set<string>; pair: Set<string> };
  /** Unknowns who may not be one of them any more. */
  unhinted: Set<string>;
  entries: AuditEntry[];
}

/**
 * Plans what a `forget` of each of these people, one after the other, would change of what a file holds. Null: nothing, and its audit tells of all of
 * them. `lines` reads the file once more. `nowMs`: what has expired by then is not restored.
 */
export async function planForgetting(
  { people, lines, toForget, nowMs }: { people: PeopleOfFile; lines: AsyncIterable<ArchiveLine>; toForget: ToForget; nowMs: number },
  signal: AbortSignal,
): Promise<Forgetting | null> {
  const mirror = createMirror(createExactIndex);
  mirror.apply(people.all());
  // Whoever the file has as merged into somebody else may be somebody else.
  const found = toForget.personIds.filter((id) => mirror.person(id)?.id === id);
  const untold = untoldOf(toForget, people, mirror);
  if (found.length === 0 && untold.length === 0) return null;
  const personIds = new Set(found.flatMap((id) => mirror.idsOf(id)));
  const documents = found.length > 0 ? toForget.documents?.({ personIds: [...personIds], names: namesOf(personIds, mirror) }) : undefined;
  const seen = found.length > 0 ? await seenIn(lines, { personIds, documents, nowMs }, signal) : [];
  const gone = await removeAll(found, { mirror, seen, by: toForget.by }, signal);
  // The last ones are of people who can be brought back: an undo takes the newest.
  const entries = [...untold, ...gone.entries];
  return { count: gone.entries.length, entries: entries.length, ...holdBack({ ...gone, entries }, documents, nowMs) };
}

/** What the audit says of somebody who is forgotten once that is erased. */
const erased = '(erased)';

/**
 * Entries for those whom the file neither has nor knows to be forgotten: where the restored database is replaced by a file that has them, nothing
 * else would tell.
 */
function untoldOf({ personIds, by }: ToForget, people: PeopleOfFile, mirror: Mirror): AuditEntry[] {
  const told = people.forgotten();
  const entry = { action: 'forget' as const, actor: by, atMs: 0, summary: erased, inverse: null, undone: false, undoes: null, version: 0 };
  return personIds
    .filter((id) => mirror.stored(id) === null && !told.has(id))
    .map((id) => ({ ...entry, id: randomUUID(), personIds: [id] }));
}

/** The sightings of these people; shows each document to `documents`. */
async function seenIn(
  lines: AsyncIterable<ArchiveLine>,
  { personIds, documents, nowMs }: { personIds: ReadonlySet<string>; documents: DocumentsWithout | undefined; nowMs: number },
  signal: AbortSignal,
): Promise<SnapshotSightings[]> {
  const seen: SnapshotSightings[] = [];
  for await (const line of lines) {
    throwIfAborted(signal);
    if (!isRestored(line, nowMs)) continue;
    if (line.kind === 'document') documents?.see(line);
    if (line.kind === 'sighting' && line.faces.some(({ personId }) => personId !== null && personIds.has(personId)))
      seen.push(withoutVectors(line));
  }
  return seen;
}

/** Their names and numbers, unless somebody else is called that. */
function namesOf(personIds: ReadonlySet<string>, mirror: Mirror): string[] {
  const called = ({ name, aliases }: { name: string; aliases: readonly string[] }): string[] => [name, ...aliases];
  const others = mirror.persons().filter(({ id }) => !personIds.has(id));
  const taken = new Set(others.flatMap((person) => called(person)).map((name) => nameKey(name)));
  const own = [...personIds].flatMap((id) => mirror.stored(id) ?? []);
  const names = own.flatMap((person) => [
    ...called(person),
    ...[person.number, ...person.formerNumbers].flatMap((number) => (number === null ? [] : [unknownName(number)])),
  ]);
  return [...new Set(names)].filter((name) => !taken.has(nameKey(name)));
}

const withoutVectors = ({ id: snapshotId, channel, camera, takenAtMs, faces }: LineOf<'sighting'>): SnapshotSightings => ({
  snapshotId,
  channel,
  camera,
  takenAtMs,
  faces: faces.map((face) => ({ ...face, embedding: new Float32Array() })),
});

/** As `forget` does it, each on top of the one before. */
async function removeAll(
  found: readonly string[],
  { mirror, seen, by }: { mirror: Mirror; seen: readonly SnapshotSightings[]; by: Actor },
  signal: AbortSignal,
): Promise<Gone> {
  const gone: Gone = { ids: { person: new Set(), face: new Set(), pair: new Set() }, unhinted: new Set(), entries: [] };
  const ofPersons = async (ids: readonly string[], _limit: number, _signal: AbortSignal, after?: object): Promise<SnapshotSightings[]> => {
    if (after) return [];
    const wanted = new Set(ids);
    return seen.filter(({ faces }) => faces.some(({ personId }) => personId !== null && wanted.has(personId)));
  };
  for (const id of found) {
    const person = mirror.person(id);
    if (!person) continue;
    const change = createChange(mirror.head);
    await removePerson({ mirror, sightings: { ofPersons } }, change, person, signal);
    const { changeset, audit } = change.audited('forget', by, `${person.name} was forgotten`);
    carryOut(changeset, mirror, gone);
    gone.entries.push(audit);
  }
  return gone;
}

function carryOut({ persons, faces, pairs }: Changeset, mirror: Mirror, { ids, unhinted }: Gone): void {
  for (const { id, set } of persons) {
    const stored = mirror.stored(id);
    if (set.deleted) ids.person.add(id);
    else unhinted.add(id);
    if (stored) mirror.apply({ persons: [{ ...stored, ...set }], faces: [], pairs: [] });
  }
  for (const { id } of faces) {
    ids.face.add(id);
    mirror.remove('face', id);
  }
  for (const pair of pairs) {
    ids.pair.add(pair.id);
    mirror.apply({ persons: [], faces: [], pairs: [{ ...pair, version: fileVersion }] });
  }
}

type Held = LineOf<'person'> | LineOf<'face'> | LineOf<'pair'>;

function holdBack(
  { ids, unhinted, entries }: Gone,
  documents: DocumentsWithout | undefined,
  nowMs: number,
): Pick<Forgetting, 'without' | 'last'> {
  const held = new Map<string, Held>();
  const crops = new Map<string, LineOf<'crop'>>();
  /** Null: it is held back, or not restored at all. */
  const shown = (line: ArchiveLine): ArchiveLine | null => {
    if (line.kind === 'document') return documents && isRestored(line, nowMs) ? documents.change(line) : line;
    if (line.kind === 'crop' && ids.face.has(line.id)) crops.set(line.id, line);
    else if ((line.kind === 'person' || line.kind === 'face' || line.kind === 'pair') && ids[line.kind].has(line.id))
      held.set(`${line.kind} ${line.id}`, line);
    else return line.kind === 'person' && unhinted.has(line.id) ? { ...line, mayBe: null } : line;
    return null;
  };
  return {
    async *without(lines) {
      for await (const line of lines) {
        const left = shown(line);
        if (left) yield left;
      }
    },
    last: ({ version, nowMs: atMs }) => [
      ...[...held.values()].map((line) => ({ ...line, deletedAtMs: atMs })).toSorted((a, b) => orderOf[a.kind] - orderOf[b.kind]),
      ...crops.values(),
      ...entries.map(({ actor, inverse, ...entry }, index) => ({
        ...entry,
        kind: 'audit' as const,
        actor: actor.id,
        where: actor.where ?? null,
        inverse: inverseToJson(inverse),
        atMs,
        version: version + index + 1,
      })),
    ],
  };
}

const orderOf: Record<Held['kind'], number> = { person: 0, face: 1, pair: 2 };
