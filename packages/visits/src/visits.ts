import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentQuery, DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { createPlacing } from './placing.ts';
import type { JoinSettings } from './place.ts';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import {
  cameraKey,
  channelKey,
  crowdKey,
  fromDocument,
  personKey,
  personsOf,
  toDocument,
  visitKind,
  type CameraOf,
} from './visit-document.ts';
import type { Visit, VisitBody, VisitSnapshot } from './visit.ts';

/** A recognised snapshot that joins a visit. */
export interface JoiningSnapshot extends VisitSnapshot, CameraOf {}

/** Visits as they are stored. Methods reject with `gallery-unavailable` when the database does not answer. */
export interface Visits {
  /**
   * The visit that takes this snapshot, with the snapshot in it; begins one if none does. The same for each repetition, whatever
   * came in between and whichever worker asks.
   */
  join(snapshot: JoiningSnapshot, settings: JoinSettings, signal: AbortSignal): Promise<Visit>;
  get(id: string, signal: AbortSignal): Promise<Visit | null>;
  /** Stores a changed visit, and resolves to it with its new revision. Rejects with `document-conflict` if another writer was faster. */
  save(visit: Visit, signal: AbortSignal): Promise<Visit>;
  /** The visit that this snapshot has joined, or null. */
  ofSnapshot(snapshot: Omit<JoiningSnapshot, 'messageId' | 'width' | 'height'>, signal: AbortSignal): Promise<Visit | null>;
  /** The visits since then whose posts one of these persons concerns, newest first. */
  withPersons(personIds: readonly string[], sinceMs: number, signal: AbortSignal): Promise<Visit[]>;
  /** The newest visits first: of a channel, of one camera (null: of the channel without one), or of all. `beforeMs`: that ended before. */
  recent(range: { channel?: ChannelKey; camera?: string | null; beforeMs?: number; limit: number }, signal: AbortSignal): Promise<Visit[]>;
  /** The visits of a camera that are posted, or about to be, and ended in this time: for the cooldown. */
  lastPosted(camera: CameraOf, ended: { sinceMs: number; beforeMs: number }, signal: AbortSignal): Promise<Visit[]>;
  /** All visits that ended in this time, oldest first. */
  during(ended: { fromMs: number; beforeMs: number }, signal: AbortSignal): Promise<Visit[]>;
}

const dayMs = 24 * 3_600_000;
/** As long as sightings are kept if nothing else is configured: of older snapshots nobody knows any more who was there. */
const defaultKeepMs = 30 * dayMs;
const pageSize = 200;
/** Of those of one person: more than ever end in one millisecond. */
const largePage = 1_000;
/** A camera that has more visits than this in a cooldown flickers. */
const mostPosted = 100;

/** Visits on a store of documents. `keepMs`: how long after its last snapshot a visit is kept. */
export function createVisits(documents: DocumentStore, { keepMs = defaultKeepMs }: { keepMs?: number } = {}): Visits {
  const placing = createPlacing(documents, keepMs);

  const find = async (query: Omit<DocumentQuery, 'kind'>, signal: AbortSignal): Promise<Visit[]> =>
    (await documents.find({ kind: visitKind, ...query }, signal)).map((each) => fromDocument(each));

  /** All with this key, newest first: somebody who is forgotten must be found in each. */
  async function* each(key: string, sinceMs: number, signal: AbortSignal): AsyncGenerator<Visit> {
    const query = { kind: visitKind, key, fromMs: sinceMs };
    for await (const document of eachDocument(documents, query, largePage, signal)) yield fromDocument(document);
  }

  async function get(id: string, signal: AbortSignal): Promise<Visit | null> {
    const { document } = await documents.get(visitKind, id, signal);
    return document && fromDocument(document);
  }

  const save = async (visit: Visit, signal: AbortSignal): Promise<Visit> =>
    fromDocument(await documents.put(toDocument(visit, keepMs), signal));

  async function during({ fromMs, beforeMs }: { fromMs: number; beforeMs: number }, signal: AbortSignal): Promise<Visit[]> {
    const found = new Map<string, Visit>();
    for (let nextMs = fromMs; ;) {
      const page = await documents.find({ kind: visitKind, fromMs: nextMs, beforeMs, order: 'oldest', limit: pageSize }, signal);
      for (const each of page) found.set(each.id, fromDocument(each));
      const lastMs = page.at(-1)?.atMs;
      if (lastMs === undefined || page.length < pageSize) return [...found.values()];
      // Those of the last moment are read once more: some of them may be on the next page.
      nextMs = lastMs === nextMs ? lastMs + 1 : lastMs;
    }
  }

  return {
    get,
    save,
    during,
    join: async ({ channel, camera, ...snapshot }, settings, signal) => {
      const id = await placing.placeOf({ channel, camera }, snapshot, settings, signal);
      return untilNoConflict(async () => {
        const visit = (await get(id, signal)) ?? newVisit(id, { channel, camera });
        if (visit.snapshots.some(({ snapshotId }) => snapshotId === snapshot.snapshotId)) return visit;
        return save({ ...visit, snapshots: [...visit.snapshots, snapshot].sort(byTime) }, signal);
      }, signal);
    },
    ofSnapshot: async ({ channel, camera, snapshotId, takenAtMs }, signal) => {
      const id = await placing.placed({ channel, camera }, takenAtMs, signal);
      const visit = id === null ? null : await get(id, signal);
      return visit?.snapshots.some((each) => each.snapshotId === snapshotId) ? visit : null;
    },
    withPersons: async (personIds, sinceMs, signal) => {
      const wanted = new Set(personIds);
      const found = new Map<string, Visit>();
      const keys = [...[...wanted].map((id) => personKey(id)), crowdKey];
      for (const key of keys)
        for await (const visit of each(key, sinceMs, signal)) if (personsOf(visit).some((id) => wanted.has(id))) found.set(visit.id, visit);
      return [...found.values()].sort((a, b) => endOf(b) - endOf(a));
    },
    recent: ({ channel, camera, beforeMs, limit }, signal) => {
      const key = channel && (camera === undefined ? channelKey(channel) : cameraKey({ channel, camera }));
      return find({ ...(key && { key }), ...(beforeMs !== undefined && { beforeMs }), order: 'newest', limit }, signal);
    },
    lastPosted: async (camera, { sinceMs, beforeMs }, signal) => {
      const query = { key: cameraKey(camera), fromMs: sinceMs, beforeMs, order: 'newest', limit: mostPosted } as const;
      return (await find(query, signal)).filter(({ verdict }) => verdict === 'post');
    },
  };
}

const byTime = (a: VisitSnapshot, b: VisitSnapshot): number => a.takenAtMs - b.takenAtMs || (a.snapshotId < b.snapshotId ? -1 : 1);

/** When the last snapshot of a visit was taken. */
export const endOf = ({ snapshots }: Pick<VisitBody, 'snapshots'>): number => snapshots.at(-1)?.takenAtMs ?? 0;

function newVisit(id: string, { channel, camera }: CameraOf): Visit {
  return {
    v: 1,
    id,
    revision: 0,
    channel,
    camera,
    snapshots: [],
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
  };
}

/**
 * Changes a visit whatever others do to it meanwhile: `change` gets it as it is, again after each conflict. Null from `change`: there is
 * nothing to write. Resolves to the visit as it is then; null if there is none.
 */
export function changeVisit(
  visits: Pick<Visits, 'get' | 'save'>,
  id: string,
  change: (visit: Visit) => VisitBody | null,
  signal: AbortSignal,
): Promise<Visit | null> {
  return untilNoConflict(async () => {
    const visit = await visits.get(id, signal);
    const changed = visit && change(visit);
    return changed ? visits.save({ ...changed, revision: visit.revision }, signal) : visit;
  }, signal);
}
