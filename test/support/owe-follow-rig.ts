import { follow, type FollowDeps } from '@watchpost/worker/follow';
import { comparableFace } from './comparable-face.ts';
import { startVisitRig, type VisitRig } from './visit-rig.ts';

const never = new AbortController().signal;
export const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;

/** The task that follows the gallery, on the rig of visits. */
export interface FollowRig {
  rig: VisitRig;
  /** The history that the gallery is in. */
  epoch: string;
  isReady: boolean;
  /** Runs the task once. */
  once(over?: Partial<FollowDeps>): Promise<void>;
  /** So many posts, an hour apart, that show this person (Ada); the oldest first. */
  posted(count: number, person?: ReturnType<typeof comparableFace>['person']): Promise<string[]>;
  /** So many more visits like this one, a millisecond apart; the oldest first. */
  copied(visitId: string, count: number): Promise<string[]>;
  /** Ada took back her consent just now. */
  tookBack(): NonNullable<FollowDeps['tookBack']>;
  /** The gallery has changed these. */
  changed(...personIds: string[]): void;
  /** The visits whose edits were queued since it was asked last. */
  edited(): string[];
}

export function startFollowRig(): FollowRig {
  const rig = startVisitRig();
  const followRig: FollowRig = {
    rig,
    epoch: 'e1',
    isReady: true,
    once: (over = {}) => follow({ ...depsOf(followRig), ...over }, never),
    posted: async (count, person = { id: 'ada', status: 'named', name: 'Ada' }) => {
      const ids: string[] = [];
      for (let index = 0; index < count; index += 1) {
        const { id } = await rig.join(`s${rig.faces.size}`, [comparableFace({ person })]);
        await rig.settle();
        ids.push(id);
        rig.nowMs += 3_600_000;
      }
      return ids;
    },
    copied: async (visitId, count) => {
      const { revision: _r, ...visit } = await rig.visit(visitId);
      const ids = Array.from({ length: count }, (_, index) => `copy-${String(index).padStart(5, '0')}`);
      for (const [index, id] of ids.entries()) {
        const snapshots = visit.snapshots.map((each) => ({ ...each, takenAtMs: each.takenAtMs + index + 1 }));
        await rig.visiting.visits.save({ ...visit, id, snapshots, revision: 0 }, never);
      }
      return ids;
    },
    tookBack: () => {
      const atMs = rig.nowMs;
      return async (ids) => new Map(ids.includes('ada') ? [['ada', atMs]] : []);
    },
    changed: (...personIds) => void (rig.changes = { version: rig.changes.version + 1, personIds }),
    edited: () => rig.queued.splice(0).flatMap((job) => (job.kind === 'visit' ? job.visitId : [])),
  };
  return followRig;
}

function depsOf(followRig: FollowRig): FollowDeps {
  const { rig, epoch, isReady } = followRig;
  return {
    documents: rig.documents,
    visits: rig.visiting.visits,
    questions: {
      changedSince: async (version) => {
        const { changes } = rig;
        return { version: changes.version, personIds: version > 0 && version < changes.version ? changes.personIds : [] };
      },
    },
    gallery: { position: () => ({ epoch, version: 1 }), isReady: () => isReady },
    sender: {
      send: async (job) => void rig.queued.push(job),
      ping: async () => undefined,
      counts: async () => [],
      close: async () => undefined,
    },
    forget: async () => undefined,
    sendTimeoutMs: 1_000,
  };
}
