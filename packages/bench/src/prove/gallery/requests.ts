import type { Actor, StoredFace } from '@watchpost/gallery/domain';
import { unknownName } from '@watchpost/gallery/domain';
import type { Operation } from '@watchpost/gallery/gallery';
import type { Asked } from './actions.ts';
import { isUnknown, keyOf, type Deed, type Entry, type Model, type Person } from './model.ts';
import type { Work } from './orders.ts';
import { cropOf, vectorOf, type Face } from './pictures.ts';

/** What is asked of a process, with the persons, faces and changes that were picked. */
export interface Request {
  words: string;
  work: Work;
  /** Of a deed: how it is found in the audit. */
  actor: Actor | null;
  deed: Deed | null;
  snapshot: { id: string; faces: Face[] } | null;
}

export interface Circumstances {
  model: Model;
  /** As last read. */
  faces: readonly StoredFace[];
  /** Snapshots that were taken, by id. */
  snapshots: ReadonlyMap<string, Face[]>;
  /** A number that no other request has. */
  serial: number;
}

const actors = ['ann', 'bob'];

function picked<T>(list: readonly T[], pick: number): T | undefined {
  return list[pick % Math.max(1, list.length)];
}

/** Null where there is nobody, or nothing, to pick. */
export function toRequest(asked: Asked, by: number, now: Circumstances): Request | null {
  switch (asked.kind) {
    case 'see': {
      const faces = asked.faces.map((truths, index): Face => ({ truths, serial: 2 * now.serial + index }));
      return toSee(`s${now.serial}`, faces);
    }
    case 'again': {
      const [id, faces] = picked([...now.snapshots], asked.pick) ?? [];
      return id !== undefined && faces ? toSee(id, faces) : null;
    }
    case 'round':
    case 'expire':
      return { words: asked.kind === 'round' ? 'housekeeping' : 'unknowns expire', work: { kind: asked.kind }, actor: null, deed: null, snapshot: null };
    default: {
      const actor = { id: actors[by] ?? 'ann', where: `op${now.serial}` };
      const deed = toDeed(asked, now);
      if (!deed) return null;
      const { kind } = deed.deed;
      const work: Work = kind === 'undo' ? { ...deed.deed, kind, actor } : { kind: 'apply', operation: deed.deed as Operation, actor };
      return { words: `${actor.id}: ${deed.words}`, work, actor, deed: deed.deed, snapshot: null };
    }
  }
}

function toSee(snapshotId: string, faces: Face[]): Request {
  const work = {
    kind: 'see' as const,
    snapshotId,
    takenAtMs: Date.now(),
    faces: faces.map((face) => ({ vector: [...vectorOf(face)], crop: cropOf(face).toString() })),
  };
  const shown = faces.map(({ truths }) => (truths.length === 1 ? `face ${truths[0]}` : `somebody like faces ${truths.join(' and ')}`));
  return { words: `sees ${shown.join(' with ')} in ${snapshotId}`, work, actor: null, deed: null, snapshot: { id: snapshotId, faces } };
}

type Reading = Exclude<Asked, { kind: 'see' | 'again' | 'round' | 'expire' }>;

function toDeed(asked: Reading, { model, faces }: Circumstances): { deed: Deed; words: string } | null {
  const label = ({ name, number }: Person): string => (number === null || name === unknownName(number) ? name : `${name} (was ${unknownName(number)})`);
  if (asked.kind === 'undo') {
    const entry: Entry | null | undefined = asked.entry === null ? null : picked([...model.entries].reverse(), asked.entry);
    if (entry === undefined) return null;
    const what = entry ? `the ${entry.kind} by ${entry.actorId}${entry.undone ? ', again' : ''}` : 'the newest of my changes';
    return { deed: { kind: 'undo', entryId: entry?.id ?? null }, words: `undo ${what}` };
  }
  if (asked.kind === 'assign') {
    const seen = picked([...model.sightings.values()].reverse(), asked.sighting);
    const right = asked.person === null ? null : picked(model.live(), asked.person);
    if (!seen || right === undefined) return null;
    const { snapshotId, position } = seen;
    return { deed: { kind: 'assign', snapshotId, position, person: right?.id ?? null }, words: `${keyOf(seen)} is ${right ? label(right) : 'somebody else'}` };
  }
  const person = picked(model.live(), asked.person);
  if (!person) return null;
  const [id, who] = [person.id, label(person)];
  switch (asked.kind) {
    case 'name':
      return { deed: { kind: 'name', person: id, to: asked.name }, words: `name ${who} ${asked.name}` };
    case 'alias':
      return { deed: { kind: 'alias', person: id, alias: asked.name }, words: `${who} is also called ${asked.name}` };
    case 'merge': {
      const other = picked(model.live(), asked.other);
      if (!other || other.id === id) return null;
      return { deed: { kind: 'merge', from: id, into: other.id }, words: `merge ${who} into ${label(other)}` };
    }
    case 'split': {
      const own = faces.filter(({ personId, role }) => personId === id && role === 'reference').sort((a, b) => serialOf(a) - serialOf(b));
      if (own.length < 2) return null;
      const count = 1 + (asked.faces % (own.length - 1));
      const leaving = own.slice(-count);
      const from = leaving.map(({ snapshotId }) => snapshotId).join(', ');
      return { deed: { kind: 'split', person: id, faceIds: leaving.map((face) => face.id) }, words: `split from ${who} the faces of ${from}` };
    }
    case 'ignore':
    case 'unignore':
      return { deed: { kind: asked.kind, person: id }, words: `${asked.kind} ${who}` };
    case 'forget':
      return { deed: { kind: 'forget', person: id }, words: `forget ${isUnknown(person) ? 'the unknown ' : ''}${who}` };
    default:
      return asked satisfies never;
  }
}

const serialOf = ({ snapshotId }: StoredFace): number => Number(snapshotId?.slice(1) ?? 0);
