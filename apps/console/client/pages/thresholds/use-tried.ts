import { useEffect, useState } from 'preact/hooks';
import type { ChangedDecision, Tallies, TriedPage } from '../../../src/api/thresholds/schema.ts';
import { api, ApiError, withParams } from '../../kit/api.ts';

/** What was tried so far. */
export interface Tried {
  changed: ChangedDecision[];
  before: Tallies;
  after: Tallies;
  said: TriedPage['said'];
  snapshots: number;
  untried: number;
  /** More changed than are listed. */
  unlisted: number;
  oldestMs: number | null;
  next: string | null;
  running: boolean;
  error: ApiError | null;
}

const none: Tallies = { faces: 0, named: 0, right: 0, wrong: 0 };
const nothing: Tried = {
  changed: [],
  before: none,
  after: none,
  said: { right: 0, wrong: 0 },
  snapshots: 0,
  untried: 0,
  unlisted: 0,
  oldestMs: null,
  next: null,
  running: true,
  error: null,
};

/** Snapshots that are tried before the reader is asked whether to go on. */
const triedAtOnce = 20_000;
const pageSize = 250;
/** Changed decisions that are kept to be shown. */
const mostListed = 2_000;

const plus = (one: Tallies, other: Tallies): Tallies => ({
  faces: one.faces + other.faces,
  named: one.named + other.named,
  right: one.right + other.right,
  wrong: one.wrong + other.wrong,
});

/** Pure. */
function joined(tried: Tried, page: TriedPage): Tried {
  const room = Math.max(0, mostListed - tried.changed.length);
  return {
    ...tried,
    changed: [...tried.changed, ...page.changed.slice(0, room)],
    unlisted: tried.unlisted + Math.max(0, page.changed.length - room),
    before: plus(tried.before, page.before),
    after: plus(tried.after, page.after),
    said: { right: tried.said.right + page.said.right, wrong: tried.said.wrong + page.said.wrong },
    snapshots: tried.snapshots + page.snapshots,
    untried: tried.untried + page.untried,
    oldestMs: page.oldestMs ?? tried.oldestMs,
    next: page.next,
  };
}

/** Tries a risk on stored sightings, page by page, the newest first; `goOn` tries older ones. */
export function useTried(query: { oneIn: number; camera: string; hours: number | null }): { tried: Tried; goOn: () => void } {
  const [tried, setTried] = useState<Tried>(nothing);
  const [round, setRound] = useState(1);
  useEffect(() => {
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      let now: Tried = { ...tried, running: true, error: null };
      setTried(now);
      try {
        for (let first = now.snapshots === 0; (first || now.next !== null) && now.snapshots < round * triedAtOnce; first = false) {
          const page = await api.get<TriedPage>(withParams('/api/thresholds', { ...query, after: now.next, limit: pageSize }), {
            signal: stop.signal,
          });
          now = joined(now, page);
          setTried(now);
        }
        setTried({ ...now, running: false });
      } catch (error) {
        if (stop.signal.aborted) return;
        setTried({ ...now, running: false, error: error instanceof ApiError ? error : new ApiError('internal', String(error), 0) });
      }
    };
    void run();
    return () => stop.abort();
  }, [round]);
  return { tried, goOn: () => setRound(round + 1) };
}
