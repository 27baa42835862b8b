import type { ComparableFace, GalleryQuestions } from '@watchpost/gallery/questions';
import { compose } from '@watchpost/visits/compose';
import type { JoiningSnapshot } from '@watchpost/visits/visits';
import type { Visit, VisitSnapshot } from '@watchpost/visits/visit';
import type { Visitor, VisitView } from '@watchpost/visits/visit-view';
import { comparableFace } from './comparable-face.ts';

/** 14 November 2023, 22:13:20 in UTC. */
export const startMs = 1_700_000_000_000;

export const ada = { id: 'ada', status: 'named', name: 'Ada' } as const;
export const eve = { id: 'eve', status: 'named', name: 'Eve' } as const;
export const unknown7 = { id: 'u7', status: 'unknown', name: 'Unknown 7' } as const;
export const unknown12 = { id: 'u12', status: 'unknown', name: 'Unknown 12' } as const;
export const postman = { id: 'postman', status: 'ignored', name: 'Postman' } as const;

function visitSnapshot(snapshotId: string, afterSeconds = 0): VisitSnapshot {
  return { snapshotId, messageId: `m-${snapshotId}`, takenAtMs: startMs + afterSeconds * 1_000, width: 1_920, height: 1_080 };
}

/** A snapshot `afterSeconds` after the start, at Front door. */
export function joining(afterSeconds: number, over: Partial<JoiningSnapshot> = {}): JoiningSnapshot {
  return { ...visitSnapshot(`s${afterSeconds}`, afterSeconds), channel: 'slack:C1', camera: 'Front door', ...over };
}

/** A visit of these snapshots, ten seconds apart. */
export function visitOf(snapshotIds: readonly string[] = ['a'], over: Partial<Visit> = {}): Visit {
  return {
    v: 1,
    id: '0123456789abcdef0123',
    revision: 1,
    channel: 'slack:C1',
    camera: 'Front door',
    snapshots: snapshotIds.map((id, index) => visitSnapshot(id, index * 10)),
    numbers: [],
    persons: [],
    asked: [],
    verdict: 'open',
    post: null,
    picture: null,
    shownHash: null,
    shownRevision: 0,
    lastChange: null,
    said: [],
    replies: [],
    ...over,
  };
}

/** A face; `looks` is what `alikeByLooks` compares: the same word is the same face, `!` before it is unlike all others. */
export function face(position: number, over: Partial<ComparableFace> & { looks?: string } = {}): ComparableFace {
  const { looks = '', ...rest } = over;
  const box = { x: 100 * position, y: 100, width: 60, height: 60 };
  return comparableFace({ position, box, person: ada, embedding: new Float32Array(0), modelId: looks, ...rest });
}

export const uncertain = (position: number, over: Parameters<typeof face>[1] = {}): ComparableFace =>
  face(position, { decision: 'uncertain', ...over });

/** What the gallery would say of faces made by `face`. Counts how often it is asked. */
export function alikeByLooks(): GalleryQuestions['alike'] & { asked: number } {
  const alike = (one: ComparableFace, other: ComparableFace) => {
    alike.asked += 1;
    const [a, b] = [one.modelId, other.modelId];
    if (a !== '' && a === b) return 'same' as const;
    return a.startsWith('!') || b.startsWith('!') ? ('different' as const) : ('unclear' as const);
  };
  alike.asked = 0;
  return alike;
}

export type Faces = Record<string, ComparableFace[]>;

/** Who is in a visit of these snapshots, ten seconds apart, as the numbers with names (or `?`). */
export function composed(faces: Faces, over: Partial<Visit> = {}, alike = alikeByLooks()) {
  const all = compose(visitOf(Object.keys(faces), over), new Map(Object.entries(faces)), alike);
  const who = all.view.visitors.map(({ number, person, could }) => `${number}: ${person?.name ?? '?'}${could ? ` (${could.name}?)` : ''}`);
  return { ...all, who, visitors: all.view.visitors };
}

export const stranger = (position: number, over: Parameters<typeof face>[1] = {}) =>
  face(position, { decision: 'unknown', person: unknown7, ...over });

export function visitor(number: number, over: Partial<Visitor> = {}): Visitor {
  const person = over.person === undefined ? { id: 'ada', name: 'Ada' } : over.person;
  return {
    number,
    standing: 'named',
    person,
    could: null,
    contradictory: false,
    similarity: 0.8,
    sureness: 'sure',
    isNew: false,
    saidBy: null,
    faces: [{ snapshotId: 'a', position: number - 1 }],
    best: { snapshotId: 'a', position: number - 1 },
    sizePx: 80,
    ...over,
  };
}

export function viewOf(visitors: readonly Visitor[], over: Partial<VisitView> = {}): VisitView {
  return { visitors, tooFar: 0, tooUnclear: 0, fromMs: startMs, toMs: startMs, snapshots: 1, bestSnapshotId: 'a', ...over };
}
