import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { eraseForgotten, type ErasingDeps } from '@watchpost/privacy/receipts/erasing';
import type { Place } from '@watchpost/privacy/receipts/place';
import type { Receipt } from '@watchpost/privacy/receipts/receipt';
import { createReceipts } from '@watchpost/privacy/receipts/receipts';
import type { Visits } from '@watchpost/visits/visits';
import { createIsTaken } from '@watchpost/worker/privacy/is-taken';
import { createReceiptsWorker, type ReceiptsWorker } from './receipts-worker.ts';

const never = new AbortController().signal;

/** What erases people, on a database whose clock can be put forward, in a process that may die at each step that others can see. */
export interface PrivacyRig {
  documents: DocumentStore;
  visits: Visits;
  /** The chat, and the queue. */
  worker: ReceiptsWorker;
  /** By how much the clock of the documents is put forward, milliseconds. */
  shiftMs: number;
  /** Called before and after each write; it may throw. */
  step: () => void;
  /** What is due, then the jobs that it queued. */
  round(): Promise<void>;
  receipt(id: string): Promise<Receipt | undefined>;
  /** Runs rounds, each a minute later, until the receipt is in this state. */
  until(id: string, state: Receipt['state']): Promise<Receipt>;
}

/** Rounds after which something hangs. */
const mostRounds = 30;

/** With all places of the worker, and `more`. */
export function privacyRig(opened: OpenedGallery, more: readonly Place[] = []): PrivacyRig {
  const { documents: stored, kept, gallery, housekeeping } = opened;
  const dying = async <T>(work: () => Promise<T>): Promise<T> => {
    rig.step();
    const result = await work();
    rig.step();
    return result;
  };
  const documents: DocumentStore = {
    ...stored,
    get: async (kind, id, signal) => {
      const found = await stored.get(kind, id, signal);
      return { ...found, nowMs: found.nowMs + rig.shiftMs };
    },
    put: (document, signal) => dying(() => stored.put(document, signal)),
    remove: (kind, id, revision, signal) => dying(() => stored.remove(kind, id, revision, signal)),
  };
  const worker = createReceiptsWorker({ ...opened, documents }, { now: () => Date.now() + rig.shiftMs, step: () => rig.step() });
  const receipts = createReceipts(documents, kept.audit, 1e10);
  const deps: ErasingDeps = {
    documents,
    audit: kept.audit,
    gallery,
    isTaken: createIsTaken(opened.questions),
    holdings: kept.holdings,
    places: [...worker.places, ...more],
    eraseNow: (signal) => dying(() => housekeeping.erase(signal)),
    keepMs: 1e10,
    log: createLogger('test', 'silent'),
  };
  const rig: PrivacyRig = {
    documents,
    visits: worker.visits,
    worker,
    shiftMs: 0,
    step: () => undefined,
    round: async () => {
      await eraseForgotten(deps, never);
      await worker.settle();
    },
    receipt: async (id) => (await receipts.find(id, 1, never))[0],
    until: async (id, state) => {
      for (let round = 0; round < mostRounds; round += 1) {
        await rig.round();
        const receipt = await rig.receipt(id);
        if (receipt?.state === state) return receipt;
        rig.shiftMs += 60_000;
      }
      throw new Error(`the receipt is not ${state}: ${JSON.stringify(await rig.receipt(id))}`);
    },
  };
  return rig;
}
