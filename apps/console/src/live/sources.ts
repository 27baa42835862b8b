import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import { jobKinds } from '@watchpost/shared/jobs/job-kinds';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause, raceWithin } from '@watchpost/shared/wait';
import type { ConsoleDatabase } from '../database.ts';
import type { Live } from './hub.ts';
import { topics, type Topic } from './topics.ts';

/** Between two looks at documents and the queue, and how long one may take. Milliseconds. */
const everyMs = 400;
const patienceMs = 5_000;
/** Between two looks at the gallery in memory, which cost next to nothing. */
const peopleEveryMs = 100;

/** Between two looks at kinds of which all are looked at, and how many times longer than a look took it rests at least. */
const wholeEveryMs = 800;
const restShare = 20;

/**
 * Documents by kind, what they mean to pages, and how many of the newest are looked at: all that change, or each change of which leaves
 * another one here. Of a visit what changes later is who was there, which the gallery tells.
 */
const documentKinds: readonly { kind: string; topics: readonly Topic[]; newest: number }[] = [
  { kind: 'visit', topics: ['visits', 'pictures'], newest: 30 },
  { kind: 'rules', topics: ['rules', 'log'], newest: 1 },
  { kind: 'rule-change', topics: ['rules', 'log'], newest: 5 },
  // Every change of any entry is in this log.
  { kind: 'feed-log', topics: ['feeds'], newest: 20 },
  { kind: 'feed-decision', topics: ['feeds', 'log'], newest: 5 },
  { kind: 'feed-closings', topics: ['feeds'], newest: 1 },
  { kind: 'schedule-run', topics: ['schedule'], newest: 20 },
  { kind: 'camera-settings', topics: ['cameras', 'log'], newest: 1 },
  { kind: 'camera-settings-change', topics: ['cameras', 'log'], newest: 5 },
  { kind: 'queue-change', topics: ['queue', 'log'], newest: 5 },
  { kind: 'violation-decision', topics: ['violations', 'log'], newest: 5 },
  { kind: 'quarantine-access', topics: ['violations', 'log'], newest: 5 },
  { kind: 'console-log', topics: ['log'], newest: 5 },
  { kind: 'restore-log', topics: ['log'], newest: 5 },
  { kind: 'doctor', topics: ['system'], newest: 2 },
];

/** Kinds of which an old document may change, and that have some thousands at most. */
const wholeKinds: readonly { kind: string; topics: readonly Topic[] }[] = [
  { kind: 'violation', topics: ['violations'] },
  { kind: 'alert', topics: ['alerts'] },
  { kind: 'receipt', topics: ['system'] },
];

export interface SourceDeps {
  database: ConsoleDatabase;
  jobAdmin: (signal: AbortSignal) => Promise<JobAdmin>;
  live: Live;
  log: Logger;
}

/** Looks once. `not-yet`: there was nothing to look at. */
type Look = (signal: AbortSignal) => Promise<'not-yet' | void>;

/**
 * Looks for changes while somebody watches, several times a second: whatever made them (a worker, a command, a hand in the database) needs to
 * know nothing of us. Resolves when `stopping` aborts.
 */
export async function followChanges({ database, jobAdmin, live, log }: SourceDeps, stopping: AbortSignal): Promise<void> {
  const untilSomebodyLooks = async (): Promise<void> => {
    while (live.count() === 0) await pause(everyMs, stopping);
  };
  const follow = async (name: string, look: Look, restMs = everyMs): Promise<void> => {
    let failing = false;
    // The first look is not waited with: what changes between it and the first page is told to that page.
    let looked = false;
    let tookMs = 0;
    while (!stopping.aborted) {
      try {
        if (looked) await untilSomebodyLooks();
        const startMs = performance.now();
        looked = (await raceWithin(look, stopping, patienceMs)) !== 'not-yet';
        tookMs = performance.now() - startMs;
        failing = false;
      } catch (err) {
        if (!failing && !stopping.aborted) log.debug({ err, name }, 'changes cannot be followed now');
        failing = true;
      }
      // What takes the database long is not asked so often.
      const rest = restMs > everyMs ? Math.max(restMs, restShare * tookMs) : restMs;
      await pause(failing ? 5 * restMs : rest, stopping).catch(() => undefined);
    }
  };
  database.opened(stopping).then(
    ({ followed }) => followed.onReplaced(() => topics.forEach((topic) => live.announce({ topic }))),
    () => undefined,
  );
  const people = peopleOf(database, live);
  const documents = documentKinds.map((each) => follow(each.kind, documentsOf(each, database, live)));
  const whole = wholeKinds.map((each) => follow(each.kind, writesTo(each, database, live), wholeEveryMs));
  await Promise.all([follow('people', people, peopleEveryMs), ...documents, ...whole, follow('queue', queueOf(jobAdmin, live))]);
}

/** The gallery in memory follows the database by itself; here it is only asked whether it has moved. */
function peopleOf(database: ConsoleDatabase, live: Live): Look {
  let seen: ReturnType<GalleryParts['gallery']['position']> | null = null;
  return async (signal) => {
    if (!database.isOpen()) return 'not-yet';
    const { gallery, questions } = database.parts();
    const now = gallery.position();
    const before = seen;
    seen ??= now;
    if (!before || (before.epoch === now.epoch && before.version === now.version)) return undefined;
    const ids = before.epoch === now.epoch ? (await questions.changedSince(before.version, signal)).personIds : undefined;
    // Not before it can be told: else nobody would ever be.
    seen = now;
    live.announce(ids ? { topic: 'people', ids } : { topic: 'people' });
    live.announce({ topic: 'visits' });
    live.announce({ topic: 'log' });
    return undefined;
  };
}

function documentsOf({ kind, topics, newest }: (typeof documentKinds)[number], database: ConsoleDatabase, live: Live): Look {
  let seen: Map<string, number> | null = null;
  return async (signal) => {
    if (!database.isOpen()) return 'not-yet';
    const found = await database.parts().documents.find({ kind, order: 'newest', limit: newest }, signal);
    const now = new Map(found.map(({ id, revision }) => [id, revision]));
    const before = seen;
    seen = now;
    if (!before) return undefined;
    const changed = [...now].filter(([id, revision]) => before.get(id) !== revision).map(([id]) => id);
    const gone = now.size < before.size;
    if (changed.length > 0 || gone) for (const topic of topics) live.announce(gone ? { topic } : { topic, ids: changed });
    return undefined;
  };
}

function writesTo({ kind, topics }: (typeof wholeKinds)[number], database: ConsoleDatabase, live: Live): Look {
  let seen: string | null = null;
  return async (signal) => {
    if (!database.isOpen()) return 'not-yet';
    const now = await database.parts().database.writesOf(kind, signal);
    const before = seen;
    seen = now;
    if (before !== null && before !== now) for (const topic of topics) live.announce({ topic });
    return undefined;
  };
}

function queueOf(jobAdmin: SourceDeps['jobAdmin'], live: Live): Look {
  let seen: string | null = null;
  return async (signal) => {
    const admin = await jobAdmin(signal);
    const [queues, failed] = await Promise.all([admin.queues(jobKinds), admin.list({ kinds: jobKinds, state: 'failed', limit: 20 })]);
    const now = JSON.stringify([queues, failed.map(({ id, atMs }) => [id, atMs])]);
    if (seen !== null && now !== seen) live.announce({ topic: 'queue' });
    seen = now;
  };
}
